"""A rule of a security group that is a resource of its own, in this process."""

from typing import Any

import pytest

from tests.kit.emulators.moto.mended import MendedAws

GROUP = {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "d"}}
DIRECTIONS = [
    ("Ingress", "SourceSecurityGroupId", "IpPermissions"),
    ("Egress", "DestinationSecurityGroupId", "IpPermissionsEgress"),
]


def stack(*groups: str, **rule: dict[str, Any]) -> dict[str, Any]:
    """A template of security groups and at most one rule, which tells the `Ref` of each."""
    resources = dict.fromkeys(groups, GROUP) | rule
    return {"Resources": resources, "Outputs": {name: {"Value": {"Ref": name}} for name in resources}}


def rule(direction: str, group: str, **to: str) -> dict[str, Any]:
    traffic = {"GroupId": group, "IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432}
    return {"Type": f"AWS::EC2::SecurityGroup{direction}", "Properties": traffic | to}


def rules(aws: MendedAws, group: str, permissions: str) -> list[tuple[int, int, list[str], list[str]]]:
    """Ports, other groups and addresses of what the group itself says that it allows."""
    (found,) = aws.client("ec2").describe_security_groups(GroupIds=[group])["SecurityGroups"]
    return [
        (
            rule["FromPort"],
            rule["ToPort"],
            [pair["GroupId"] for pair in rule["UserIdGroupPairs"]],
            [addresses["CidrIp"] for addresses in rule["IpRanges"]],
        )
        for rule in found[permissions]
        if "FromPort" in rule
    ]


@pytest.mark.parametrize(("direction", "other_group", "permissions"), DIRECTIONS)
def test_a_rule_between_two_groups_has_an_id_and_goes_with_its_stack(
    direction: str, other_group: str, permissions: str, mended_aws: MendedAws
) -> None:
    groups = mended_aws.deploy("groups", stack("Server", "Database"))
    server, database = groups["Server"], groups["Database"]
    told = mended_aws.deploy("rule", stack(Rule=rule(direction, server, **{other_group: database})))
    assert told["Rule"].startswith("sgr-")
    assert rules(mended_aws, server, permissions) == [(5432, 5432, [database], [])]
    mended_aws.client("cloudformation").delete_stack(StackName="rule")
    assert rules(mended_aws, server, permissions) == []


@pytest.mark.parametrize(("direction", "other_group", "permissions"), DIRECTIONS)
def test_a_rule_for_addresses_is_really_there(
    direction: str, other_group: str, permissions: str, mended_aws: MendedAws
) -> None:
    server = mended_aws.deploy("groups", stack("Server"))["Server"]
    mended_aws.deploy("rule", stack(Rule=rule(direction, server, CidrIp="10.1.0.0/16")))
    assert rules(mended_aws, server, permissions) == [(5432, 5432, [], ["10.1.0.0/16"])]


@pytest.mark.parametrize(("direction", "other_group", "permissions"), DIRECTIONS)
def test_a_stack_of_a_rule_and_its_groups_is_deleted(
    direction: str, other_group: str, permissions: str, mended_aws: MendedAws
) -> None:
    reference: Any = {"Fn::GetAtt": ["Server", "GroupId"]}
    other: Any = {"Fn::GetAtt": ["Database", "GroupId"]}
    template = stack("Server", "Database", Rule=rule(direction, reference, **{other_group: other}))
    mended_aws.deploy("s", template)
    mended_aws.client("cloudformation").delete_stack(StackName="s")
    groups = mended_aws.client("ec2").describe_security_groups()["SecurityGroups"]
    assert {group["GroupName"] for group in groups} == {"default"}
