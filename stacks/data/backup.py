"""The vault with a team's daily snapshots, and the plan that fills it."""

from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_backup as backup
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.removal import removal_policy
from stacks.rule_packs import acknowledge_aws_policy
from stacks.team.config import TeamConfig

_POLICY = "service-role/AWSBackupServiceRolePolicyForBackup"


def has_snapshots(team: TeamConfig) -> bool:
    """Whether daily snapshots of the team's database are put into its vault."""
    return bool(team.backup.retention_days) and not team.temporary


class Backup(Construct):
    """Owns the vault and what is in it, which outlives the database and the stack.

    The vault's own policy denies everybody to delete a snapshot before its time; AWS Backup itself deletes it then. A
    team that wants no snapshots has the vault as well: it costs nothing, and may hold those of before.

    Attributes:
        vault_name: text, not a reference: whoever reads the vault's metrics ties no stack to this one.
    """

    def __init__(
        self, scope: Construct, id: str, *, team: TeamConfig, database: backup.BackupResource, key: kms.IKey
    ) -> None:
        super().__init__(scope, id)
        vault = backup.BackupVault(
            self,
            "Vault",
            encryption_key=key,
            block_recovery_point_deletion=not team.temporary,
            removal_policy=removal_policy(team),
        )
        self.vault_name = cast(backup.CfnBackupVault, vault.node.default_child).backup_vault_name
        if has_snapshots(team):
            self._fill(team, vault, database)

    def _fill(self, team: TeamConfig, vault: backup.IBackupVault, database: backup.BackupResource) -> None:
        plan = backup.BackupPlan(self, "Plan", backup_plan_name=f"mlflow-{team.name}", backup_vault=vault)
        plan.add_rule(
            backup.BackupPlanRule(
                rule_name="daily",
                schedule_expression=events.Schedule.cron(hour="5", minute="0"),
                # RDS takes no snapshot during its own windows: AWS Backup tries again until this is over.
                # https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRule.html
                start_window=cdk.Duration.hours(8),
                completion_window=cdk.Duration.hours(24),
                delete_after=cdk.Duration.days(team.backup.retention_days),
                copy_actions=self._copies(team),
            )
        )
        backup.BackupSelection(
            self,
            "Selection",
            backup_plan=plan,
            resources=[database],
            role=self._role(),
            disable_default_backup_policy=True,
        )

    def _copies(self, team: TeamConfig) -> list[backup.BackupPlanCopyActionProps]:
        if team.backup.copy_to is None:
            return []
        elsewhere = backup.BackupVault.from_backup_vault_arn(self, "Elsewhere", team.backup.copy_to)
        days = cdk.Duration.days(team.backup.copy_retention_days)
        return [backup.BackupPlanCopyActionProps(destination_backup_vault=elsewhere, delete_after=days)]

    def _role(self) -> iam.Role:
        """https://docs.aws.amazon.com/aws-backup/latest/devguide/iam-service-roles.html"""
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("backup.amazonaws.com"),
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(_POLICY)],
        )
        acknowledge_aws_policy(
            role,
            _POLICY,
            "AWS keeps it in step with what the service calls. The plan names one database; it cannot restore.",
        )
        return role
