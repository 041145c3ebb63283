"""`kit policy` against moto in this process, with stacks of a team's own shape."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from kit.commands import policy as module
from kit.commands.policy import policy
from kit.local.errors import LocalError
from stacks.team.config import TeamConfig

TEAM = TeamConfig.model_validate({"name": "example", "region": "eu-west-1", "artifacts": {"mode": "direct"}})
STATEMENT = {
    "Effect": "Allow",
    "Action": "s3:GetObject",
    "Resource": {"Fn::Join": ["", [{"Fn::ImportValue": "arn"}, "/*"]]},
}


def client(service: str) -> Any:
    return boto3.Session("testing", "testing", region_name=TEAM.region).client(service)


def deploy(kind: str, template: dict[str, Any]) -> None:
    client("cloudformation").create_stack(StackName=f"mlflow-example-{kind}", TemplateBody=json.dumps(template))


@pytest.fixture(autouse=True)
def deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A bucket, and a service stack with the policy of readers alone."""
    monkeypatch.setattr(module, "deployed_team", lambda _name, _choice: (TEAM, client))
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "artifacts-of-example"}}
    exported = {"Value": {"Fn::GetAtt": ["Bucket", "Arn"]}, "Export": {"Name": "arn"}}
    document = {"Version": "2012-10-17", "Statement": [STATEMENT]}
    managed = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document}}
    with mock_aws():
        deploy("data", {"Resources": {"Bucket": bucket}, "Outputs": {"Arn": exported}})
        deploy("service", {"Resources": {"ClientRolesReaderPolicy0A1B2C3D": managed}})
        yield


def test_it_is_the_deployed_policy_with_the_names_of_what_is_there() -> None:
    document = json.loads(policy("example", "reader", None))
    assert document["Statement"] == [STATEMENT | {"Resource": "arn:aws:s3:::artifacts-of-example/*"}]


def test_a_role_that_the_team_has_no_use_for_is_told_in_a_sentence() -> None:
    with pytest.raises(LocalError, match="A writer of example needs no role on AWS"):
        policy("example", "writer", None)


def test_a_team_that_is_not_deployed_is_told_in_a_sentence() -> None:
    client("cloudformation").delete_stack(StackName="mlflow-example-service")
    with pytest.raises(LocalError, match="mlflow-example-service is not deployed"):
        policy("example", "reader", None)
