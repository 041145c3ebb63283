import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from kit.emulators.template import DeployedStack
from kit.local.errors import LocalError

REGION = "eu-west-1"
ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}},
}
BUCKET = {"Type": "AWS::S3::Bucket"}


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield


def client(service: str) -> Any:
    return boto3.client(service, region_name=REGION)


def read(name: str = "mlflow") -> DeployedStack:
    return DeployedStack(client("cloudformation"), client("iam"), name)


def deploy(resources: dict[str, Any], name: str = "mlflow", **rest: Any) -> DeployedStack:
    client("cloudformation").create_stack(StackName=name, TemplateBody=json.dumps({"Resources": resources, **rest}))
    return read(name)


def test_a_stack_that_is_not_there_is_named() -> None:
    with pytest.raises(LocalError, match=r"^The stack mlflow is not deployed: run `scripts/up` first\.$"):
        read()


def test_a_deleted_stack_is_not_deployed() -> None:
    stack_id = client("cloudformation").create_stack(
        StackName="mlflow", TemplateBody=json.dumps({"Resources": {"Bucket": BUCKET}})
    )["StackId"]
    client("cloudformation").delete_stack(StackName="mlflow")
    with pytest.raises(LocalError, match="is not deployed"):
        read(stack_id)


def test_what_is_deployed_is_found_by_logical_id_and_by_type() -> None:
    stack = deploy({"Bucket": BUCKET, "Role": ROLE}, Outputs={"Name": {"Value": {"Ref": "Bucket"}}})
    (bucket,) = (b["Name"] for b in client("s3").list_buckets()["Buckets"])
    assert stack.physical_ids["Bucket"] == stack.outputs["Name"] == bucket
    assert stack.only("AWS::S3::Bucket") == "Bucket"
    assert stack.type_of("Role") == "AWS::IAM::Role"
    assert stack.template["Resources"]["Bucket"] == BUCKET


@pytest.mark.parametrize("resources", [{"Role": ROLE}, {"A": BUCKET, "B": BUCKET}])
def test_the_only_resource_of_a_type_is_one(resources: dict[str, Any]) -> None:
    with pytest.raises(LocalError, match=rf"has {len(resources) // 2 * 2} resources of type AWS::S3::Bucket"):
        deploy(resources).only("AWS::S3::Bucket")


def test_references_become_what_cloudformation_made_of_them() -> None:
    stack = deploy({"Bucket": BUCKET})
    bucket = stack.physical_ids["Bucket"]
    value = {
        "Name": {"Ref": "Bucket"},
        "Arn": {"Fn::GetAtt": ["Bucket", "Arn"]},
        "Objects": {"Fn::Join": ["", [{"Fn::GetAtt": "Bucket.Arn"}, "/*"]]},
        "Text": {"Fn::Sub": "${AWS::AccountId}/${AWS::Region}/${Bucket.Arn}/${!Kept}"},
        "Given": {"Fn::Sub": ["${a}${Bucket}", {"a": {"Ref": "AWS::StackName"}}]},
        "Left": {"Ref": "AWS::NoValue"},
        "List": [1, True, {"Ref": "AWS::NoValue"}, {"Ref": "AWS::URLSuffix"}],
    }
    assert stack.resolve(value) == {
        "Name": bucket,
        "Arn": f"arn:aws:s3:::{bucket}",
        "Objects": f"arn:aws:s3:::{bucket}/*",
        "Text": f"123456789012/{REGION}/arn:aws:s3:::{bucket}/${{Kept}}",
        "Given": f"mlflow{bucket}",
        "List": [1, True, "amazonaws.com"],
    }


def test_a_role_s_arn_is_asked_of_iam() -> None:
    stack = deploy({"Role": {**ROLE, "Properties": {**ROLE["Properties"], "Path": "/team/"}}})
    (arn,) = (role["Arn"] for role in client("iam").list_roles()["Roles"])
    assert stack.resolve({"Fn::GetAtt": ["Role", "Arn"]}) == arn
    assert ":role/team/" in arn


def test_another_stack_s_export_is_imported() -> None:
    deploy({"Bucket": BUCKET}, "data", Outputs={"O": {"Value": {"Ref": "Bucket"}, "Export": {"Name": "data:bucket"}}})
    stack = deploy({"Role": ROLE})
    (bucket,) = (b["Name"] for b in client("s3").list_buckets()["Buckets"])
    assert stack.resolve({"Fn::ImportValue": "data:bucket"}) == bucket
    with pytest.raises(LocalError, match="No stack exports data:nothing"):
        stack.resolve({"Fn::ImportValue": "data:nothing"})


def test_parameters_have_the_values_of_the_deployment() -> None:
    stack = deploy({"Bucket": BUCKET}, Parameters={"Version": {"Type": "String", "Default": "21"}})
    assert stack.resolve({"Ref": "Version"}) == "21"


def test_an_attribute_that_an_output_tells_is_taken_from_there() -> None:
    attribute = {"Fn::GetAtt": ["Bucket", "DomainName"]}
    stack = deploy({"Bucket": BUCKET}, Outputs={"Domain": {"Value": attribute}})
    assert stack.resolve(attribute) == stack.outputs["Domain"]
    with pytest.raises(
        LocalError, match=r"^Bucket.RegionalDomainName of the stack mlflow is known to CloudFormation alone"
    ):
        stack.resolve({"Fn::GetAtt": ["Bucket", "RegionalDomainName"]})


@pytest.mark.parametrize("value", [{"Fn::GetAZs": ""}, {"Ref": "Nobody"}])
def test_what_cannot_be_resolved_is_named(value: dict[str, Any]) -> None:
    with pytest.raises(LocalError, match=next(iter(value)) if "Ref" not in value else "Nobody is not deployed"):
        deploy({"Bucket": BUCKET}).resolve(value)


def test_one_property_is_resolved_without_the_others() -> None:
    properties = {"BucketName": {"Ref": "AWS::StackName"}, "Tags": [{"Key": "k", "Value": "v"}]}
    stack = deploy({"Bucket": {"Type": "AWS::S3::Bucket", "Properties": properties}})
    assert stack.property("Bucket", "BucketName") == "mlflow"
    assert stack.property("Bucket", "Nothing", "default") == "default"
    assert stack.properties("Bucket") == {"BucketName": "mlflow", "Tags": [{"Key": "k", "Value": "v"}]}
