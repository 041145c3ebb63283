"""Whether an update really happens, and whether it is told before and after."""

import json
from typing import Any

from botocore.exceptions import ClientError, WaiterError

from tests.emulators.aws import Aws, resources, unique
from tests.emulators.behaviour import GUIDE, LOG_GROUPS, STATEFUL_IDS, STATUS, TAGS, TEMPLATES, Behaviour, no_answer


def _bucket(**rest: Any) -> dict[str, Any]:
    return {"Type": "AWS::S3::Bucket", **rest}


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


def _change_set(aws: Aws) -> str:
    name, cloudformation = unique("change"), aws.client("cloudformation")
    aws.deploy(name, resources(Old=_bucket()))
    arguments = {"StackName": name, "ChangeSetName": "rename"}
    try:
        cloudformation.create_change_set(**arguments, TemplateBody=json.dumps(resources(New=_bucket())))
        cloudformation.get_waiter("change_set_create_complete").wait(**arguments, WaiterConfig={"Delay": 1})
        changes = [entry["ResourceChange"] for entry in cloudformation.describe_change_set(**arguments)["Changes"]]
    except (ClientError, WaiterError) as error:
        return no_answer(error)
    return ", ".join(sorted(f"{change['Action']} {change['LogicalResourceId']}" for change in changes))


def _drift(aws: Aws) -> str:
    name, cloudformation = unique("drift"), aws.client("cloudformation")
    aws.deploy(name, resources(Group=("AWS::Logs::LogGroup", {})))
    aws.client("logs").delete_log_group(logGroupName=aws.physical_id(name, "Group"))
    try:
        detection = cloudformation.detect_stack_drift(StackName=name)["StackDriftDetectionId"]
        status = cloudformation.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
    except ClientError as error:
        return no_answer(error)
    return str(status.get("StackDriftStatus", "no answer"))


BEHAVIOURS = (
    Behaviour(
        "Retention of a log group changed",
        "changed",
        f"{TEMPLATES}/aws-resource-logs-loggroup.html",
        _retention,
        LOG_GROUPS,
    ),
    Behaviour(
        "Statements of a role's policy changed",
        "changed",
        f"{TEMPLATES}/aws-resource-iam-policy.html",
        _statements,
        STATUS,
    ),
    Behaviour(
        "Tag of a bucket changed",
        "changed",
        f"{TEMPLATES}/aws-resource-s3-bucket.html",
        _tag,
        TAGS,
    ),
    Behaviour(
        "Description of a generated secret changed",
        "changed, same value",
        f"{TEMPLATES}/aws-resource-secretsmanager-secret.html",
        _secret_value_stays,
        STATEFUL_IDS,
    ),
    Behaviour(
        "Change set for a renamed logical id",
        "Add New, Remove Old",
        f"{GUIDE}/using-cfn-updating-stacks-changesets.html",
        _change_set,
        STATEFUL_IDS,
    ),
    Behaviour(
        "Drift of a log group deleted by hand",
        "DRIFTED",
        f"{GUIDE}/using-cfn-stack-drift.html",
        _drift,
        STATUS,
    ),
)
