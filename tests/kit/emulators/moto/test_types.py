"""The types that the kit adds to moto's CloudFormation, in this process."""

import copy
import json
import string
import subprocess
import sys
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kit.emulators.moto import recorded, types
from kit.environment import ROOT
from tests.kit.emulators.moto.mended import ACCOUNT, REGION, MendedAws

Json = dict[str, Any]


def ref(name: str) -> Json:
    return {"Ref": name}


def att(name: str, attribute: str) -> Json:
    return {"Fn::GetAtt": [name, attribute]}


def template(resources: Json, exports: Json | None = None) -> Json:
    """A template that tells the `Ref` of each resource, and exports values by name."""
    told = {name: {"Value": ref(name)} for name in resources}
    exported = {f"Export{name}": {"Value": value, "Export": {"Name": name}} for name, value in (exports or {}).items()}
    return {"Resources": resources, "Outputs": told | exported}


def secret(**properties: Any) -> Json:
    return {"Type": "AWS::SecretsManager::Secret", "Properties": properties}


def value_of(aws: MendedAws, arn: str) -> str:
    return str(aws.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])


GROUP = {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "d"}}


def database(**properties: Any) -> Json:
    own = {
        "Engine": "postgres",
        "DBInstanceClass": "db.t4g.micro",
        "AllocatedStorage": "20",
        "DBName": "mlflow",
        "MasterUsername": "u",
        "MasterUserPassword": "password",
        "Port": "5432",
    }
    return {"Type": "AWS::RDS::DBInstance", "Properties": own | properties}


def instance(aws: MendedAws, identifier: str) -> Json:
    (found,) = aws.client("rds").describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"]
    return dict(found)


@pytest.mark.parametrize(
    ("rules", "signs"),
    [
        ({}, string.ascii_letters + string.digits + string.punctuation),
        ({"ExcludePunctuation": True}, string.ascii_letters + string.digits),
        ({"ExcludePunctuation": True, "ExcludeUppercase": True}, string.ascii_lowercase + string.digits),
        ({"ExcludePunctuation": True, "ExcludeLowercase": True}, string.ascii_uppercase + string.digits),
        ({"ExcludePunctuation": True, "ExcludeNumbers": True}, string.ascii_letters),
        (
            {"ExcludePunctuation": True, "ExcludeCharacters": "abcXYZ019", "RequireEachIncludedType": False},
            [sign for sign in string.ascii_letters + string.digits if sign not in "abcXYZ019"],
        ),
        ({"ExcludePunctuation": True, "IncludeSpace": True}, string.ascii_letters + string.digits + " "),
    ],
    ids=["none", "no punctuation", "no capitals", "capitals only", "no digits", "no such signs", "spaces"],
)
def test_a_generated_secret_is_of_the_signs_that_its_rules_allow(
    rules: Json, signs: str, mended_aws: MendedAws
) -> None:
    resources = {"It": secret(GenerateSecretString={"PasswordLength": 400, **rules})}
    value = value_of(mended_aws, mended_aws.deploy("s", template(resources))["It"])
    assert len(value) == 400
    assert set(value) <= set(signs)


def test_a_generated_secret_has_32_signs_by_default_of_each_kind_one(mended_aws: MendedAws) -> None:
    value = value_of(mended_aws, mended_aws.deploy("s", template({"It": secret(GenerateSecretString={})}))["It"])
    assert len(value) == 32
    for kind in (string.ascii_lowercase, string.ascii_uppercase, string.digits, string.punctuation):
        assert set(value) & set(kind)


def test_a_generated_secret_is_put_into_its_template_by_its_key(mended_aws: MendedAws) -> None:
    rules = {"SecretStringTemplate": '{"username": "admin"}', "GenerateStringKey": "password", "PasswordLength": 12}
    value = json.loads(
        value_of(mended_aws, mended_aws.deploy("s", template({"It": secret(GenerateSecretString=rules)}))["It"])
    )
    assert value.keys() == {"username", "password"}
    assert value["username"] == "admin"
    assert len(value["password"]) == 12


def test_two_generated_secrets_differ(mended_aws: MendedAws) -> None:
    generated = secret(GenerateSecretString={})
    outputs = mended_aws.deploy("s", template({"One": generated, "Two": copy.deepcopy(generated)}))
    assert value_of(mended_aws, outputs["One"]) != value_of(mended_aws, outputs["Two"])


def test_a_given_secret_is_taken_as_it_is(mended_aws: MendedAws) -> None:
    outputs = mended_aws.deploy("s", template({"It": secret(SecretString="given", Name="its-own-name")}))
    assert value_of(mended_aws, outputs["It"]) == "given"
    assert value_of(mended_aws, "its-own-name") == "given"


def test_ref_and_id_of_a_secret_are_its_arn(mended_aws: MendedAws) -> None:
    resources = {"It": secret(GenerateSecretString={})}
    outputs = mended_aws.deploy("s", template(resources, {"id": att("It", "Id")}))
    (listed,) = mended_aws.client("secretsmanager").list_secrets()["SecretList"]
    assert outputs["It"] == outputs["Exportid"] == listed["ARN"]
    assert listed["ARN"].startswith(f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:s-It-")


def test_an_update_of_a_secret_never_makes_a_new_value(mended_aws: MendedAws) -> None:
    before = secret(GenerateSecretString={}, Description="old", Tags=[{"Key": "team", "Value": "a"}])
    arn = mended_aws.deploy("s", template({"It": before}))["It"]
    value = value_of(mended_aws, arn)
    after = secret(GenerateSecretString={"PasswordLength": 64}, Description="new", Tags=[{"Key": "team", "Value": "b"}])
    assert mended_aws.deploy("s", template({"It": after}))["It"] == arn
    assert value_of(mended_aws, arn) == value
    tags = mended_aws.client("secretsmanager").describe_secret(SecretId=arn)["Tags"]
    assert tags == [{"Key": "team", "Value": "b"}]


def test_a_secret_goes_with_its_stack_unless_it_is_retained(mended_aws: MendedAws) -> None:
    gone, kept = secret(GenerateSecretString={}), secret(GenerateSecretString={}) | {"DeletionPolicy": "Retain"}
    outputs = mended_aws.deploy("s", template({"Gone": gone, "Kept": kept}))
    mended_aws.client("cloudformation").delete_stack(StackName="s")
    assert [s["ARN"] for s in mended_aws.client("secretsmanager").list_secrets()["SecretList"]] == [outputs["Kept"]]


def test_an_attached_secret_knows_its_database_and_keeps_its_password(mended_aws: MendedAws) -> None:
    rules = {"SecretStringTemplate": '{"username": "u"}', "GenerateStringKey": "password", "ExcludePunctuation": True}
    attachment = {"SecretId": ref("Secret"), "TargetId": ref("Database"), "TargetType": "AWS::RDS::DBInstance"}
    resources = {
        "Secret": secret(GenerateSecretString=rules),
        "Database": database(),
        "Attachment": {"Type": "AWS::SecretsManager::SecretTargetAttachment", "Properties": attachment},
    }
    exports = {"host": att("Database", "Endpoint.Address"), "port": att("Database", "Endpoint.Port")}
    outputs = mended_aws.deploy("s", template(resources, exports))
    assert outputs["Attachment"] == outputs["Secret"]
    value = json.loads(value_of(mended_aws, outputs["Secret"]))
    assert len(value.pop("password")) == 32
    assert value == {
        "username": "u",
        "engine": "postgres",
        "host": outputs["Exporthost"],
        "port": 5432,
        "dbname": "mlflow",
        "dbInstanceIdentifier": outputs["Database"],
    }
    assert outputs["Exportport"] == "5432"


@pytest.fixture
def groups(mended_aws: MendedAws) -> dict[str, str]:
    """A stack that exports what a DB instance of another stack needs; its outputs."""
    subnets = {
        f"Subnet{zone}": {
            "Type": "AWS::EC2::Subnet",
            "Properties": {
                "VpcId": ref("Vpc"),
                "CidrBlock": f"10.7.{number}.0/24",
                "AvailabilityZone": f"{REGION}{zone}",
            },
        }
        for number, zone in enumerate("ab")
    }
    resources = {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.7.0.0/16"}},
        **subnets,
        "Subnets": {
            "Type": "AWS::RDS::DBSubnetGroup",
            "Properties": {"DBSubnetGroupDescription": "d", "SubnetIds": [ref(name) for name in subnets]},
        },
        "Parameters": {
            "Type": "AWS::RDS::DBParameterGroup",
            "Properties": {
                "Description": "d",
                "Family": "postgres18",
                "Parameters": {"rds.force_ssl": "1"},
            },
        },
        "Group": {**GROUP, "Properties": {**GROUP["Properties"], "VpcId": ref("Vpc")}},
    }
    exports = {
        "subnets": ref("Subnets"),
        "parameters": ref("Parameters"),
        "group": att("Group", "GroupId"),
    }
    return mended_aws.deploy("network", template(resources, exports))


IMPORTED = {
    "DBSubnetGroupName": {"Fn::ImportValue": "subnets"},
    "DBParameterGroupName": {"Fn::ImportValue": "parameters"},
    "VPCSecurityGroups": [{"Fn::ImportValue": "group"}],
}


def test_a_database_takes_its_groups_from_another_stack(groups: dict[str, str], mended_aws: MendedAws) -> None:
    identifier = mended_aws.deploy("data", template({"It": database(**IMPORTED)}))["It"]
    found = instance(mended_aws, identifier)
    assert found["DBSubnetGroup"]["DBSubnetGroupName"] == groups["Subnets"]
    assert [group["DBParameterGroupName"] for group in found["DBParameterGroups"]] == [groups["Parameters"]]
    assert [group["VpcSecurityGroupId"] for group in found["VpcSecurityGroups"]] == [groups["Group"]]
    assert (found["DBInstanceClass"], found["AllocatedStorage"], found["Endpoint"]["Port"]) == (
        "db.t4g.micro",
        20,
        5432,
    )


def test_a_database_is_changed_in_place(groups: dict[str, str], mended_aws: MendedAws) -> None:
    before = mended_aws.deploy("data", template({"It": database(**IMPORTED)}))["It"]
    resource_id = instance(mended_aws, before)["DbiResourceId"]
    larger = database(**IMPORTED, DBInstanceClass="db.m7g.large", AllocatedStorage="100")
    assert mended_aws.deploy("data", template({"It": larger}))["It"] == before
    found = instance(mended_aws, before)
    assert (found["DBInstanceClass"], found["AllocatedStorage"]) == ("db.m7g.large", 100)
    assert found["DbiResourceId"] == resource_id
    assert [group["VpcSecurityGroupId"] for group in found["VpcSecurityGroups"]] == [groups["Group"]]


def test_a_database_goes_with_its_stack(mended_aws: MendedAws) -> None:
    mended_aws.deploy("data", template({"It": database()}))
    mended_aws.client("cloudformation").delete_stack(StackName="data")
    assert mended_aws.client("rds").describe_db_instances()["DBInstances"] == []


def test_a_bucket_s_policy_is_recorded_and_denies_nobody(mended_aws: MendedAws) -> None:
    denial = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": {"Fn::Join": ["", [att("Bucket", "Arn"), "/*"]]},
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = {"Bucket": ref("Bucket"), "PolicyDocument": {"Version": "2012-10-17", "Statement": [denial]}}
    resources = {
        "Bucket": {"Type": "AWS::S3::Bucket"},
        "Policy": {"Type": "AWS::S3::BucketPolicy", "Properties": policy},
    }
    bucket = mended_aws.deploy("s", template(resources))["Bucket"]
    s3 = mended_aws.client("s3")
    with pytest.raises(ClientError, match="NoSuchBucketPolicy"):
        s3.get_bucket_policy(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="k", Body=b"object")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"object"


def test_a_type_that_nobody_knows_is_refused_by_name(mended_aws: MendedAws) -> None:
    resources = {"Bucket": {"Type": "AWS::S3::Bucket"}, "It": {"Type": "AWS::Nobody::Knows"}}
    with pytest.raises(ClientError, match=r"Unrecognized resource types: \[AWS::Nobody::Knows\]"):
        mended_aws.deploy("s", {"Resources": resources})


def test_a_custom_resource_is_not_refused(mended_aws: MendedAws) -> None:
    # A topic is where CloudFormation would ask for it, and nobody listens.
    topic = {"Topic": {"Type": "AWS::SNS::Topic"}}
    assert types.parsing.resource_class_from_type("Custom::S3AutoDeleteObjects") is not None
    assert types.parsing.resource_class_from_type("AWS::CloudFormation::WaitConditionHandle") is None
    assert mended_aws.deploy("s", template(topic))["Topic"]


def test_another_moto_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(types, "version", lambda package: "5.3.0")
    with pytest.raises(RuntimeError, match=rf"fit moto {types.MOTO_VERSION}, not 5\.3\.0: install the pinned"):
        types.register()


def test_the_types_are_there_in_a_process_that_has_used_cloudformation_before() -> None:
    program = """
import json, boto3
from moto import mock_aws

def deploy(name, kind):
    boto3.client("cloudformation", "eu-west-1").create_stack(
        StackName=name, TemplateBody=json.dumps({"Resources": {"It": {"Type": kind}}})
    )

with mock_aws():
    deploy("before", "AWS::S3::Bucket")
    from kit.emulators.moto import recorded, types
    types.register()
    deploy("after", "AWS::SecretsManager::Secret")
    print(len(boto3.client("secretsmanager", "eu-west-1").list_secrets()["SecretList"]))
"""
    answer = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.stdout == "1\n", answer.stderr


def test_a_type_that_is_recorded_only_tells_its_name_and_attributes_and_goes(mended_aws: MendedAws) -> None:
    resources = {
        "Group": {"Type": "AWS::Scheduler::ScheduleGroup", "Properties": {}},
        "Schedule": {"Type": "AWS::Scheduler::Schedule", "Properties": {"GroupName": ref("Group")}},
    }
    told = mended_aws.deploy("recorded", template(resources, {"group": att("Group", "Arn")}))
    assert told["Exportgroup"].endswith(f":schedule-group/{told['Group']}")
    resources["Group"]["Properties"] = {"Tags": [{"Key": "team", "Value": "it"}]}
    assert mended_aws.deploy("recorded", template(resources, {"group": att("Group", "Arn")})) == told


def test_no_type_is_recorded_only_that_moto_really_has() -> None:
    from moto.cloudformation import parsing

    own = {model.cloudformation_type() for model in recorded.MODELS}
    others = {model.cloudformation_type() for model in parsing.get_model_list() if model not in recorded.MODELS}
    assert not own & others
