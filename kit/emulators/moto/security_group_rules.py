"""Rules of security groups, as resources of their own.

moto has no such type for egress. Its own for ingress has no id, and leaves the rule behind when its stack is deleted.
"""

from typing import Any, Self

from moto.core.common_models import CloudFormationModel
from moto.ec2.models import ec2_backends

from kit.emulators.moto.added import Added, Json


class _Rule(Added):
    """A rule, deleted with its stack while the group that has it is still there."""

    _direction: str
    _other_group: str
    _prefix_list: str

    def __init__(self, group_id: str, rule_id: str) -> None:
        super().__init__(rule_id)
        self._group_id = group_id

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Json, account_id: str, region_name: str, **kwargs: Any
    ) -> Self:
        rule = cloudformation_json["Properties"]
        authorize = getattr(ec2_backends[account_id][region_name], f"authorize_security_group_{cls._direction}")
        rules, group = authorize(
            group_name_or_id=rule["GroupId"],
            ip_protocol=rule["IpProtocol"],
            from_port=rule.get("FromPort"),
            to_port=rule.get("ToPort"),
            ip_ranges=[{"CidrIp": rule["CidrIp"]}] if "CidrIp" in rule else [],
            prefix_list_ids=[{"PrefixListId": rule[cls._prefix_list]}] if cls._prefix_list in rule else [],
            source_groups=[{"GroupId": rule[cls._other_group]}] if cls._other_group in rule else [],
        )
        return cls(group.id, rules[0].id)

    def delete(self, account_id: str, region_name: str) -> None:
        ec2 = ec2_backends[account_id][region_name]
        if ec2.get_security_group_by_name_or_id(self._group_id):
            revoke = getattr(ec2, f"revoke_security_group_{self._direction}")
            revoke(self._group_id, "", "", "", [], security_rule_ids=[self.physical_resource_id])


class SecurityGroupIngress(_Rule, CloudFormationModel):
    """AWS::EC2::SecurityGroupIngress."""

    _direction = "ingress"
    _other_group = "SourceSecurityGroupId"
    _prefix_list = "SourcePrefixListId"

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::EC2::SecurityGroupIngress"


class SecurityGroupEgress(_Rule, CloudFormationModel):
    """AWS::EC2::SecurityGroupEgress."""

    _direction = "egress"
    _other_group = "DestinationSecurityGroupId"
    _prefix_list = "DestinationPrefixListId"

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::EC2::SecurityGroupEgress"
