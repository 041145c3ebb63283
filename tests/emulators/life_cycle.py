"""What CloudFormation's life cycle does on an emulator: one small probe for each behaviour that a team relies on."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError, WaiterError

from tests.emulators.aws import Aws, resources, unique

_GUIDE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide"
_TEMPLATES = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference"
_TESTS = "../../tests/stacks"
STATEFUL_IDS = f"[test_stateful_ids.py]({_TESTS}/test_stateful_ids.py)"
DATA_STACK = f"[test_data_stack.py]({_TESTS}/test_data_stack.py)"
PROTECTION = f"[test_protection.py]({_TESTS}/test_protection.py)"
SERVICE_STACK = f"[test_service_stack.py]({_TESTS}/test_service_stack.py)"
RULE_PACKS = f"[test_rule_packs.py]({_TESTS}/test_rule_packs.py)"
NETWORK_VALUES = f"[test_network_values.py]({_TESTS}/test_network_values.py)"
LOG_GROUPS = f"[test_log_groups.py]({_TESTS}/test_log_groups.py)"
TAGS = f"[test_tags.py]({_TESTS}/test_tags.py)"
RESOURCE_TYPES = f"[test_resource_types.py]({_TESTS}/test_resource_types.py)"
STATUS = "[`scripts/kit status`](../set-up/laptop.md#what-is-really-there), which asks the services"

NO_API = "no API"


@dataclass(frozen=True)
class Behaviour:
    """One row of the page.

    Attributes:
        aws: what AWS does, in the words that `probe` answers with.
        source: where AWS documents it.
        probe: what an emulator does.
        instead: what asserts it where an emulator answers otherwise; empty where nothing of the kit relies on it.
    """

    name: str
    aws: str
    source: str
    probe: Callable[[Aws], str]
    instead: str = ""


def _bucket(**rest: Any) -> dict[str, Any]:
    return {"Type": "AWS::S3::Bucket", **rest}


def _no_answer(error: ClientError | WaiterError) -> str:
    """An API that is not there, or that fails."""
    response = getattr(error, "response", {})
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    unknown = response.get("Error", {}).get("Code") in ("InvalidAction", "UnknownOperationException")
    return NO_API if status == 501 or unknown else "error"


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
        return _no_answer(error)
    aws.delete(name)
    return "refused" if aws.status(name) else "deleted"


def _rollback(aws: Aws) -> str:
    """A policy of a role that there is not fails on AWS when it is made, after the log group."""
    name, group = unique("rollback"), unique("group")
    statement = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    policy = {"PolicyName": "p", "PolicyDocument": document, "Roles": [unique("nobody")]}
    template = resources(
        Made=("AWS::Logs::LogGroup", {"LogGroupName": group}),
        Failing={"Type": "AWS::IAM::Policy", "Properties": policy, "DependsOn": "Made"},
    )
    try:
        status = aws.deploy(name, template)
    except ClientError:
        status = "refused"
    made = aws.client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    if status == "CREATE_COMPLETE":
        return "CREATE_COMPLETE"
    return "failed, leftovers" if made else "rolled back"


def _refusal(template: Callable[[], dict[str, Any]]) -> Callable[[Aws], str]:
    def probe(aws: Aws) -> str:
        try:
            status = aws.deploy(unique("refusal"), template())
        except ClientError:
            return "refused"
        return "accepted" if status == "CREATE_COMPLETE" else "refused"

    return probe


def _overlapping_subnets() -> dict[str, Any]:
    vpc = {"Ref": "Vpc"}
    return resources(
        Vpc=("AWS::EC2::VPC", {"CidrBlock": "10.8.0.0/16"}),
        One=("AWS::EC2::Subnet", {"VpcId": vpc, "CidrBlock": "10.8.0.0/20"}),
        Two={
            "Type": "AWS::EC2::Subnet",
            "Properties": {"VpcId": vpc, "CidrBlock": "10.8.1.0/24"},
            "DependsOn": "One",
        },
    )


def _subnet_of_no_vpc() -> dict[str, Any]:
    return resources(Subnet=("AWS::EC2::Subnet", {"VpcId": "vpc-0123456789abcdef0", "CidrBlock": "10.8.0.0/20"}))


def _long_bucket_name() -> dict[str, Any]:
    return resources(Bucket=("AWS::S3::Bucket", {"BucketName": "b" * 64}))


def _unknown_type() -> dict[str, Any]:
    return resources(Group=("AWS::Logs::LogGroup", {}), Unknown=("AWS::Nobody::Knows", {}))


def _retention(aws: Aws) -> str:
    name = unique("update")
    aws.deploy(name, resources(Group=("AWS::Logs::LogGroup", {"RetentionInDays": 7})))
    before = aws.physical_id(name, "Group")
    aws.deploy(name, resources(Group=("AWS::Logs::LogGroup", {"RetentionInDays": 14})))
    groups = aws.client("logs").describe_log_groups(logGroupNamePrefix=before)["logGroups"]
    if not groups or aws.physical_id(name, "Group") != before:
        return "replaced"
    return _changed(groups[0].get("retentionInDays") == 14)


def _tag(aws: Aws) -> str:
    name = unique("tag")
    for value in ("one", "two"):
        aws.deploy(name, resources(Bucket=("AWS::S3::Bucket", {"Tags": [{"Key": "team", "Value": value}]})))
        if value == "one":
            before = aws.physical_id(name, "Bucket")
    if aws.physical_id(name, "Bucket") != before:
        return "replaced"
    try:
        tags = {tag["Key"]: tag["Value"] for tag in aws.client("s3").get_bucket_tagging(Bucket=before)["TagSet"]}
    except ClientError:
        return "no tag at all"
    return _changed(tags["team"] == "two")


def _statements(aws: Aws) -> str:
    name = unique("statements")
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ecs-tasks.amazonaws.com"}}
    role = ("AWS::IAM::Role", {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]}})
    for action in ("s3:GetObject", "s3:PutObject"):
        statement = {"Effect": "Allow", "Action": action, "Resource": "arn:aws:s3:::bucket/*"}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        policy = {"PolicyName": "own", "PolicyDocument": document, "Roles": [{"Ref": "Role"}]}
        aws.deploy(name, resources(Role=role, Policy=("AWS::IAM::Policy", policy)))
    kept = aws.client("iam").get_role_policy(RoleName=aws.physical_id(name, "Role"), PolicyName="own")
    return _changed("s3:PutObject" in json.dumps(kept["PolicyDocument"]))


def _changed(really: bool) -> str:
    return "changed" if really else "unchanged"


def _secret_value_stays(aws: Aws) -> str:
    name, secrets = unique("value"), aws.client("secretsmanager")
    values = []
    for description in ("one", "two"):
        properties = {"Description": description, "GenerateSecretString": {"PasswordLength": 32}}
        aws.deploy(name, resources(Secret=("AWS::SecretsManager::Secret", properties)))
        secret = aws.physical_id(name, "Secret")
        values.append(secrets.get_secret_value(SecretId=secret)["SecretString"])
    if secrets.describe_secret(SecretId=secret).get("Description") != "two":
        return "unchanged"
    return "changed, same value" if values[0] == values[1] else "changed, new value"


def _export_in_use(aws: Aws) -> str:
    exporting, importing = unique("export"), unique("import")
    output = {"Name": {"Value": {"Ref": "Group"}, "Export": {"Name": exporting}}}
    aws.deploy(exporting, {**resources(Group=("AWS::Logs::LogGroup", {})), "Outputs": output})
    parameter = {"Type": "String", "Value": {"Fn::ImportValue": exporting}}
    aws.deploy(importing, resources(Parameter=("AWS::SSM::Parameter", parameter)))
    aws.delete(exporting)
    return "refused" if aws.status(exporting) else "deleted"


def _change_set(aws: Aws) -> str:
    name, cloudformation = unique("change"), aws.client("cloudformation")
    aws.deploy(name, resources(Old=_bucket()))
    arguments = {"StackName": name, "ChangeSetName": "rename"}
    try:
        cloudformation.create_change_set(**arguments, TemplateBody=json.dumps(resources(New=_bucket())))
        cloudformation.get_waiter("change_set_create_complete").wait(**arguments, WaiterConfig={"Delay": 1})
        changes = [entry["ResourceChange"] for entry in cloudformation.describe_change_set(**arguments)["Changes"]]
    except (ClientError, WaiterError) as error:
        return _no_answer(error)
    return ", ".join(sorted(f"{change['Action']} {change['LogicalResourceId']}" for change in changes))


def _drift(aws: Aws) -> str:
    name, cloudformation = unique("drift"), aws.client("cloudformation")
    aws.deploy(name, resources(Group=("AWS::Logs::LogGroup", {})))
    aws.client("logs").delete_log_group(logGroupName=aws.physical_id(name, "Group"))
    try:
        detection = cloudformation.detect_stack_drift(StackName=name)["StackDriftDetectionId"]
        status = cloudformation.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
    except ClientError as error:
        return _no_answer(error)
    return str(status.get("StackDriftStatus", "no answer"))


_DELETION_POLICY = f"{_TEMPLATES}/aws-attribute-deletionpolicy.html"
_UPDATE_REPLACE_POLICY = f"{_TEMPLATES}/aws-attribute-updatereplacepolicy.html"
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
        f"{_GUIDE}/using-cfn-protect-stacks.html",
        _termination_protection,
        PROTECTION,
    ),
    Behaviour(
        "Bucket with objects, stack deleted",
        "refused",
        f"{_TEMPLATES}/aws-resource-s3-bucket.html",
        _delete_with_objects,
        STATEFUL_IDS,
    ),
    Behaviour(
        "Export that another stack imports, stack deleted",
        "refused",
        f"{_GUIDE}/using-cfn-stack-exports.html",
        _export_in_use,
        SERVICE_STACK,
    ),
    Behaviour(
        "Second resource fails, the first was made",
        "rolled back",
        f"{_GUIDE}/stack-failure-options.html",
        _rollback,
        "nothing: it is told as failed either way",
    ),
    Behaviour(
        "Unknown resource type",
        "refused",
        f"{_GUIDE}/troubleshooting.html",
        _refusal(_unknown_type),
        RULE_PACKS,
    ),
    Behaviour(
        "Subnet of a VPC that there is not",
        "refused",
        "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html",
        _refusal(_subnet_of_no_vpc),
        NETWORK_VALUES,
    ),
    Behaviour(
        "Subnets that overlap",
        "refused",
        "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html",
        _refusal(_overlapping_subnets),
        NETWORK_VALUES,
    ),
    Behaviour(
        "Bucket name of 64 characters",
        "refused",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html",
        _refusal(_long_bucket_name),
        RULE_PACKS,
    ),
    Behaviour(
        "Retention of a log group changed",
        "changed",
        f"{_TEMPLATES}/aws-resource-logs-loggroup.html",
        _retention,
        LOG_GROUPS,
    ),
    Behaviour(
        "Statements of a role's policy changed",
        "changed",
        f"{_TEMPLATES}/aws-resource-iam-policy.html",
        _statements,
        STATUS,
    ),
    Behaviour(
        "Tag of a bucket changed",
        "changed",
        f"{_TEMPLATES}/aws-resource-s3-bucket.html",
        _tag,
        TAGS,
    ),
    Behaviour(
        "Description of a generated secret changed",
        "changed, same value",
        f"{_TEMPLATES}/aws-resource-secretsmanager-secret.html",
        _secret_value_stays,
        STATEFUL_IDS,
    ),
    Behaviour(
        "Change set for a renamed logical id",
        "Add New, Remove Old",
        f"{_GUIDE}/using-cfn-updating-stacks-changesets.html",
        _change_set,
        STATEFUL_IDS,
    ),
    Behaviour(
        "Drift of a log group deleted by hand",
        "DRIFTED",
        f"{_GUIDE}/using-cfn-stack-drift.html",
        _drift,
        STATUS,
    ),
)
