"""What is kept, and what is not deleted: the promises that a team's data rests on."""

from typing import Any

from botocore.exceptions import ClientError

from tests.emulators.aws import Aws, resources, unique
from tests.emulators.behaviour import (
    DATA_STACK,
    GUIDE,
    NO_API,
    PROTECTION,
    SERVICE_STACK,
    STATEFUL_IDS,
    TEMPLATES,
    Behaviour,
    no_answer,
)


def _bucket(**rest: Any) -> dict[str, Any]:
    return {"Type": "AWS::S3::Bucket", **rest}


def _exists(aws: Aws, bucket: str) -> bool:
    try:
        aws.client("s3").head_bucket(Bucket=bucket)
    except ClientError:
        return False
    return True


def _retain_on_rename(aws: Aws) -> str:
    name, retain = unique("rename"), {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    aws.deploy(name, resources(Old=_bucket(**retain)))
    bucket = aws.physical_id(name, "Old")
    aws.deploy(name, resources(New=_bucket(**retain)))
    return "kept" if _exists(aws, bucket) else "deleted"


def _retain_on_delete(aws: Aws) -> str:
    name = unique("retain")
    aws.deploy(name, resources(Bucket=_bucket(DeletionPolicy="Retain")))
    bucket = aws.physical_id(name, "Bucket")
    aws.delete(name)
    return "kept" if _exists(aws, bucket) else "deleted"


def _delete_with_objects(aws: Aws) -> str:
    name = unique("objects")
    aws.deploy(name, resources(Bucket=_bucket()))
    bucket = aws.physical_id(name, "Bucket")
    aws.client("s3").put_object(Bucket=bucket, Key="k", Body=b"artifact")
    status = aws.delete(name)
    if not _exists(aws, bucket):
        return "deleted"
    return "refused" if status == "DELETE_FAILED" else "stack gone, bucket kept"


def _database(**policies: str) -> dict[str, Any]:
    properties = {
        "AllocatedStorage": "20",
        "DBInstanceClass": "db.t4g.micro",
        "DeletionProtection": "Protected" in policies,
        "Engine": "postgres",
        "MasterUsername": "master",
        "MasterUserPassword": "of-no-database",
    }
    policies.pop("Protected", None)
    return {"Type": "AWS::RDS::DBInstance", "Properties": properties, **policies}


def _has_rds(aws: Aws) -> bool:
    try:
        aws.client("rds").describe_db_instances()
    except ClientError:
        return False
    return True


def _snapshot_on_rename(aws: Aws) -> str:
    if not _has_rds(aws):
        return NO_API
    name, policies = unique("snapshot"), {"DeletionPolicy": "Snapshot", "UpdateReplacePolicy": "Snapshot"}
    aws.deploy(name, resources(Old=_database(**policies)))
    instance = aws.physical_id(name, "Old")
    aws.deploy(name, resources(New=_database(**policies)))
    snapshots = aws.client("rds").describe_db_snapshots(DBInstanceIdentifier=instance)["DBSnapshots"]
    return "snapshot made" if snapshots else "no snapshot"


def _deletion_protection(aws: Aws) -> str:
    if not _has_rds(aws):
        return NO_API
    name = unique("protected")
    aws.deploy(name, resources(Database=_database(Protected="")))
    instance = aws.physical_id(name, "Database")
    aws.delete(name)
    there = [found["DBInstanceIdentifier"] for found in aws.client("rds").describe_db_instances()["DBInstances"]]
    return "refused" if instance in there else "deleted"


def _termination_protection(aws: Aws) -> str:
    name = unique("termination")
    aws.deploy(name, resources(Group=("AWS::Logs::LogGroup", {})))
    try:
        aws.client("cloudformation").update_termination_protection(StackName=name, EnableTerminationProtection=True)
    except ClientError as error:
        return no_answer(error)
    aws.delete(name)
    return "refused" if aws.status(name) else "deleted"


def _export_in_use(aws: Aws) -> str:
    exporting, importing = unique("export"), unique("import")
    output = {"Name": {"Value": {"Ref": "Group"}, "Export": {"Name": exporting}}}
    aws.deploy(exporting, {**resources(Group=("AWS::Logs::LogGroup", {})), "Outputs": output})
    parameter = {"Type": "String", "Value": {"Fn::ImportValue": exporting}}
    aws.deploy(importing, resources(Parameter=("AWS::SSM::Parameter", parameter)))
    aws.delete(exporting)
    return "refused" if aws.status(exporting) else "deleted"


_DELETION_POLICY = f"{TEMPLATES}/aws-attribute-deletionpolicy.html"
_UPDATE_REPLACE_POLICY = f"{TEMPLATES}/aws-attribute-updatereplacepolicy.html"
BEHAVIOURS = (
    Behaviour(
        "Bucket with `Retain`, logical id renamed",
        "kept",
        _UPDATE_REPLACE_POLICY,
        _retain_on_rename,
        STATEFUL_IDS,
    ),
    Behaviour("Bucket with `Retain`, stack deleted", "kept", _DELETION_POLICY, _retain_on_delete, STATEFUL_IDS),
    Behaviour(
        "DB instance with `Snapshot`, logical id renamed",
        "snapshot made",
        _UPDATE_REPLACE_POLICY,
        _snapshot_on_rename,
        STATEFUL_IDS,
    ),
    Behaviour(
        "DB instance with deletion protection, stack deleted",
        "refused",
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html",
        _deletion_protection,
        DATA_STACK,
    ),
    Behaviour(
        "Stack with termination protection deleted",
        "refused",
        f"{GUIDE}/using-cfn-protect-stacks.html",
        _termination_protection,
        PROTECTION,
    ),
    Behaviour(
        "Bucket with objects, stack deleted",
        "refused",
        f"{TEMPLATES}/aws-resource-s3-bucket.html",
        _delete_with_objects,
        STATEFUL_IDS,
    ),
    Behaviour(
        "Export that another stack imports, stack deleted",
        "refused",
        f"{GUIDE}/using-cfn-stack-exports.html",
        _export_in_use,
        SERVICE_STACK,
    ),
)
