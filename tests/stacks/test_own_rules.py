"""Every shape of team keeps the kit's own rules, and each rule sees what breaks it."""

from typing import Any

import pytest

from tests.stacks.own_rules import broken_rules
from tests.stacks.shapes import SHAPES, team, templates

RETAINED = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
PRIVATE_BUCKET = {"BucketEncryption": {}, "PublicAccessBlockConfiguration": {"BlockPublicAcls": True}}
PRIVATE_DATABASE = {
    "DeletionProtection": True,
    "KmsKeyId": "k",
    "PubliclyAccessible": False,
    "VPCSecurityGroups": ["sg"],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_team_keeps_the_kits_own_rules(shape: str) -> None:
    assert broken_rules(team(shape), templates(shape)) == []


def allow(action: str, resource: str = "arn:aws:s3:::b", **more: Any) -> dict[str, Any]:
    return {"PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource, **more}]}}


def ingress(port: int) -> dict[str, Any]:
    return {"SecurityGroupIngress": [{"CidrIp": "0.0.0.0/0", "ToPort": port}]}


@pytest.mark.parametrize(
    ("resource_type", "properties", "attributes", "said"),
    [
        ("AWS::S3::Bucket", PRIVATE_BUCKET, {"UpdateReplacePolicy": "Retain"}, "has DeletionPolicy None"),
        ("AWS::S3::Bucket", PRIVATE_BUCKET, RETAINED | {"UpdateReplacePolicy": "Delete"}, "UpdateReplacePolicy Delete"),
        ("AWS::S3::Bucket", PRIVATE_BUCKET | {"BucketName": "mine"}, RETAINED, "has the name mine"),
        ("AWS::S3::Bucket", PRIVATE_BUCKET | {"PublicAccessBlockConfiguration": {}}, RETAINED, "block public access"),
        ("AWS::S3::Bucket", {"PublicAccessBlockConfiguration": {"a": True}}, RETAINED, "it has no BucketEncryption"),
        ("AWS::RDS::DBInstance", PRIVATE_DATABASE | {"DeletionProtection": False}, RETAINED, "can be deleted"),
        ("AWS::RDS::DBInstance", PRIVATE_DATABASE | {"PubliclyAccessible": True}, RETAINED, "is a public database"),
        ("AWS::RDS::DBInstance", PRIVATE_DATABASE | {"VPCSecurityGroups": []}, RETAINED, "default security group"),
        ("AWS::EC2::VPCEndpoint", {"VpcEndpointType": "Interface"}, {}, "default security group"),
        ("AWS::EC2::SecurityGroup", ingress(443), {}, "admits the internet to port 443"),
        ("AWS::IAM::Policy", allow("s3:*"), {}, "allows s3:*"),
        ("AWS::IAM::Policy", allow("s3:GetObject", "*"), {}, "allows s3:GetObject on everything"),
        ("AWS::S3::BucketPolicy", allow("s3:GetObject", Principal="*"), {}, "allows everybody s3:GetObject"),
        ("AWS::IAM::Policy", allow("s3:GetObject", NotResource="b"), {}, "allows by exception: NotResource"),
    ],
)  # fmt: skip
def test_a_rule_sees_what_breaks_it(
    resource_type: str, properties: dict[str, Any], attributes: dict[str, str], said: str
) -> None:
    resource = {"Type": resource_type, "Properties": properties, **attributes}
    (found,) = broken_rules(team("usual"), {"mlflow-usual-edge": {"Resources": {"It": resource}}})
    assert found.startswith("mlflow-usual-edge It ")
    assert said in found


@pytest.mark.parametrize(("stack", "port"), [("edge", 22), ("data", 443)])
def test_a_public_team_is_open_at_its_load_balancer_and_there_on_the_ports_of_the_web(stack: str, port: int) -> None:
    group = {"Type": "AWS::EC2::SecurityGroup", "Properties": ingress(port)}
    found = broken_rules(team("public"), {f"mlflow-public-{stack}": {"Resources": {"It": group}}})
    assert found == [f"mlflow-public-{stack} It admits the internet to port {port}"]
