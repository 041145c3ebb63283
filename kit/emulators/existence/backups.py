"""AWS Backup."""

from kit.emulators.existence.question import Question, Resource, has


def _vault(resource: Resource) -> bool:
    name = resource.physical_id
    return has([resource.client("backup").describe_backup_vault(BackupVaultName=name)], BackupVaultName=name)


def _plan(resource: Resource) -> bool:
    plan = resource.client("backup").get_backup_plan(BackupPlanId=resource.physical_id)["BackupPlan"]
    return has([plan], BackupPlanName=resource.property("BackupPlan")["BackupPlanName"])


def _selection(resource: Resource) -> bool:
    """Its id is the service's, followed by the plan's where CloudFormation made it."""
    backup, plan = resource.client("backup"), resource.property("BackupPlanId")
    # moto has plans and no selections: it breaks when it is asked for those.
    backup.get_backup_plan(BackupPlanId=plan)
    found = backup.list_backup_selections(BackupPlanId=plan)["BackupSelectionsList"]
    return any(resource.physical_id.startswith(selection["SelectionId"]) for selection in found)


QUESTIONS: dict[str, Question] = {
    "AWS::Backup::BackupPlan": _plan,
    "AWS::Backup::BackupSelection": _selection,
    "AWS::Backup::BackupVault": _vault,
}
