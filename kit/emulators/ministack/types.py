"""What MiniStack 1.5.33 lacks of CloudFormation for this kit's stacks, added in the emulator's own process.

MiniStack looks a resource type up in one table, `provisioners._RESOURCE_HANDLERS`. It is private, so the
version is pinned and `register` refuses any other.
"""

import hashlib
from typing import Any, NamedTuple

from kit.emulators.ministack import mends
from kit.emulators.ministack.mends import Properties, Resource

MINISTACK_VERSION = "1.5.33"


class _Recorded(NamedTuple):
    """What `Ref` answers, and what `Fn::GetAtt` answers by attribute name.

    The patterns may name `hex` (17 digits), `byte` and, in attributes, `ref`.
    """

    ref: str
    attributes: dict[str, str] = {}  # noqa: RUF012 - never changed


_RECORDED_ONLY = {
    "AWS::Backup::BackupSelection": _Recorded("{hex}"),
    "AWS::ApplicationAutoScaling::ScalableTarget": _Recorded("target-{hex}", {"Id": "{ref}"}),
    "AWS::ApplicationAutoScaling::ScalingPolicy": _Recorded("policy-{hex}", {"Arn": "{ref}"}),
    "AWS::Budgets::Budget": _Recorded("budget-{hex}"),
    "AWS::ECS::ClusterCapacityProviderAssociations": _Recorded("providers-{hex}"),
    "AWS::CloudFront::VpcOrigin": _Recorded("vo_{hex}00000", {"Id": "{ref}"}),
    "AWS::EC2::EIP": _Recorded("203.0.113.{byte}", {"AllocationId": "eipalloc-{hex}", "PublicIp": "{ref}"}),
    "AWS::EC2::FlowLog": _Recorded("fl-{hex}", {"Id": "{ref}"}),
    "AWS::EC2::NatGateway": _Recorded("nat-{hex}", {"NatGatewayId": "{ref}"}),
    "AWS::EC2::VPCEndpointService": _Recorded("vpce-svc-{hex}", {"ServiceId": "{ref}"}),
    "AWS::EC2::VPCEndpointServicePermissions": _Recorded("{hex}"),
    "AWS::WAFv2::IPSet": _Recorded("{hex}|{hex}|REGIONAL", {"Arn": "arn:aws:wafv2:::regional/ipset/{hex}"}),
    "AWS::WAFv2::LoggingConfiguration": _Recorded("arn:aws:wafv2:::regional/webacl/{hex}"),
    "AWS::WAFv2::WebACLAssociation": _Recorded("{hex}"),
}


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
        handlers[f"AWS::EC2::SecurityGroup{direction}"] = mends.security_group_rule(direction)
    # The CDK's own function needs an AWS SDK for Node. MiniStack has none, and waits for an hour.
    handlers["Custom::S3AutoDeleteObjects"] = mends.auto_delete_objects()
    mends.check_root_signature()
    on_expressions = _recorded_handler(_Recorded("alarm-{hex}", {"Arn": "arn:aws:cloudwatch:::alarm:{ref}"}))
    mends.record_alarms_on_expressions(handlers["AWS::CloudWatch::Alarm"], on_expressions)
    mends.mend_secret(handlers["AWS::SecretsManager::Secret"])


def _recorded_handler(recorded: _Recorded) -> dict[str, Any]:
    def create(logical_id: str, properties: Properties, stack_name: str) -> Resource:
        digest = hashlib.sha256(f"{stack_name}/{logical_id}".encode()).hexdigest()
        known = {"hex": digest[:17], "byte": int(digest[:2], 16)}
        ref = recorded.ref.format_map(known)
        return ref, {name: text.format(**known, ref=ref) for name, text in recorded.attributes.items()}

    def update(ref: str, old: Properties, new: Properties, stack_name: str, logical_id: str) -> Resource:
        return create(logical_id, new, stack_name)

    return {"create": create, "update": update, "update_with_logical_id": True, "delete": _forget}


def _forget(physical_id: str, properties: Properties) -> None:
    """Nothing was made."""
