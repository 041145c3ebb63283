"""What MiniStack 1.5.33 lacks of CloudFormation for this kit's stacks, added in the emulator's own process.

MiniStack looks a resource type up in one table, `provisioners._RESOURCE_HANDLERS`. It is private, so the
version is pinned and `register` refuses any other.
"""

import hashlib
from collections.abc import Iterable
from typing import Any, NamedTuple

from kit.local import ministack_mends
from kit.local.ministack_mends import Properties, Resource

MINISTACK_VERSION = "1.5.33"


class _Recorded(NamedTuple):
    """What `Ref` answers, and what `Fn::GetAtt` answers by attribute name.

    The patterns may name a property of the resource, and `hex` (17 digits), `byte`, `name`, `region`,
    `account` and, in attributes, `ref`.
    """

    ref: str
    attributes: dict[str, str] = {}  # noqa: RUF012 - never changed


_RECORDED_ONLY = {
    "AWS::ApiGatewayV2::VpcLink": _Recorded("{hex:.10}"),
    "AWS::ApplicationAutoScaling::ScalableTarget": _Recorded(
        "{ResourceId}|{ScalableDimension}|{ServiceNamespace}", {"Id": "{ref}"}
    ),
    "AWS::ApplicationAutoScaling::ScalingPolicy": _Recorded(
        "arn:aws:autoscaling:{region}:{account}:scalingPolicy:{hex}:policyName/{name}", {"Arn": "{ref}"}
    ),
    "AWS::Backup::BackupSelection": _Recorded("{hex}", {"Id": "{ref}", "SelectionId": "{ref}"}),
    "AWS::Budgets::Budget": _Recorded("{name}"),
    "AWS::CloudFront::VpcOrigin": _Recorded(
        "vo_{hex}", {"Id": "{ref}", "Arn": "arn:aws:cloudfront::{account}:vpcorigin/{ref}"}
    ),
    "AWS::CloudWatch::AnomalyDetector": _Recorded("{hex}", {"Id": "{ref}"}),
    "AWS::CloudWatch::CompositeAlarm": _Recorded(
        "{name}", {"Arn": "arn:aws:cloudwatch:{region}:{account}:alarm:{ref}"}
    ),
    "AWS::EC2::EIP": _Recorded("203.0.113.{byte}", {"AllocationId": "eipalloc-{hex}", "PublicIp": "{ref}"}),
    "AWS::EC2::EgressOnlyInternetGateway": _Recorded("eigw-{hex}", {"Id": "{ref}"}),
    "AWS::EC2::FlowLog": _Recorded("fl-{hex}", {"Id": "{ref}"}),
    "AWS::EC2::NatGateway": _Recorded("nat-{hex}", {"NatGatewayId": "{ref}"}),
    "AWS::EC2::NetworkAcl": _Recorded("acl-{hex}", {"Id": "{ref}"}),
    "AWS::EC2::NetworkAclEntry": _Recorded("{name}", {"Id": "{ref}"}),
    "AWS::EC2::SubnetNetworkAclAssociation": _Recorded("aclassoc-{hex}", {"AssociationId": "{ref}"}),
    "AWS::ECS::ClusterCapacityProviderAssociations": _Recorded("{Cluster}"),
    "AWS::ElasticLoadBalancingV2::ListenerCertificate": _Recorded("{name}"),
    "AWS::IAM::ServiceLinkedRole": _Recorded("{name}", {"RoleName": "{ref}"}),
    "AWS::Logs::QueryDefinition": _Recorded("{hex}", {"QueryDefinitionId": "{ref}"}),
    "AWS::RDS::EventSubscription": _Recorded("{name}"),
    "AWS::SecretsManager::ResourcePolicy": _Recorded("{SecretId}", {"Id": "{ref}"}),
    "AWS::SecretsManager::RotationSchedule": _Recorded("{SecretId}", {"Id": "{ref}"}),
    "AWS::WAFv2::IPSet": _Recorded(
        "{name}|{hex}|{Scope}",
        {"Id": "{hex}", "Arn": "arn:aws:wafv2:{region}:{account}:regional/ipset/{name}/{hex}"},
    ),
    "AWS::WAFv2::LoggingConfiguration": _Recorded("{ResourceArn}"),
    "AWS::WAFv2::WebACLAssociation": _Recorded("{WebACLArn}|{ResourceArn}"),
    "Custom::VpcRestrictDefaultSG": _Recorded("{name}"),
}


def recorded_only(types: Iterable[str]) -> list[str]:
    """Those of the CloudFormation `types` that the emulator remembers without doing anything, sorted."""
    return sorted(_RECORDED_ONLY.keys() & set(types))


def register() -> None:
    """Add the missing types to the MiniStack of this process and mend those that answer other than AWS.

    Raises RuntimeError under any other version of MiniStack, whose private names may differ.
    """
    from importlib.metadata import version

    from ministack.services.cloudformation import provisioners

    if version("ministack") != MINISTACK_VERSION:
        raise RuntimeError(
            f"These additions fit MiniStack {MINISTACK_VERSION}, not {version('ministack')}: "
            "install the pinned requirements."
        )
    handlers: dict[str, dict[str, Any]] = provisioners._RESOURCE_HANDLERS
    for resource_type, recorded in _RECORDED_ONLY.items():
        handlers[resource_type] = _recorded_handler(recorded)
    for direction in ("Ingress", "Egress"):
        handlers[f"AWS::EC2::SecurityGroup{direction}"] = ministack_mends.security_group_rule(direction)
    # The CDK's own function needs an AWS SDK for Node. MiniStack has none, and waits for an hour.
    handlers["Custom::S3AutoDeleteObjects"] = ministack_mends.auto_delete_objects()
    ministack_mends.check_root_signature()
    ministack_mends.mend_secret(handlers["AWS::SecretsManager::Secret"])
    ministack_mends.mend_task_definition(handlers["AWS::ECS::TaskDefinition"])


def _recorded_handler(recorded: _Recorded) -> dict[str, Any]:
    def create(logical_id: str, properties: Properties, stack_name: str) -> Resource:
        from ministack.core.responses import get_account_id, get_region

        seed = f"{get_account_id()}/{stack_name}/{logical_id}"
        digest = hashlib.sha256(seed.encode()).hexdigest()
        known = {
            **properties,
            "hex": digest[:17],
            "byte": int(digest[:2], 16),
            "name": f"{stack_name}-{logical_id}",
            "region": get_region(),
            "account": get_account_id(),
        }
        ref = recorded.ref.format_map(known)
        return ref, {
            name: text.format_map({**known, "ref": ref}) for name, text in recorded.attributes.items()
        }

    def update(ref: str, old: Properties, new: Properties, stack_name: str, logical_id: str) -> Resource:
        return create(logical_id, new, stack_name)

    return {"create": create, "update": update, "update_with_logical_id": True, "delete": _forget}


def _forget(physical_id: str, properties: Properties) -> None:
    """Nothing was made."""
