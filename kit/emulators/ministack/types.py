"""What MiniStack 1.5.33 lacks of CloudFormation for this kit's stacks, added in the emulator's own process.

MiniStack looks a resource type up in one table, `provisioners._RESOURCE_HANDLERS`. It is private, so the
version is pinned and `register` refuses any other.
"""

import hashlib
from typing import Any

from kit.emulators.ministack import mends
from kit.emulators.ministack.mends import Properties, Resource
from kit.emulators.recorded import Recorded

MINISTACK_VERSION = "1.5.33"


# Patterns may name `hex` (17 digits) and `byte`.
_RECORDED_ONLY = {
    "AWS::Backup::BackupSelection": Recorded("{hex}"),
    "AWS::ApiGatewayV2::VpcLink": Recorded("{hex}", {"VpcLinkId": "{ref}"}),
    "AWS::ApplicationAutoScaling::ScalableTarget": Recorded("target-{hex}", {"Id": "{ref}"}),
    "AWS::ApplicationAutoScaling::ScalingPolicy": Recorded("policy-{hex}", {"Arn": "{ref}"}),
    "AWS::Budgets::Budget": Recorded("budget-{hex}"),
    "AWS::ECS::ClusterCapacityProviderAssociations": Recorded("providers-{hex}"),
    "AWS::CloudFront::VpcOrigin": Recorded("vo_{hex}00000", {"Id": "{ref}"}),
    "AWS::EC2::EIP": Recorded("203.0.113.{byte}", {"AllocationId": "eipalloc-{hex}", "PublicIp": "{ref}"}),
    "AWS::EC2::FlowLog": Recorded("fl-{hex}", {"Id": "{ref}"}),
    "AWS::EC2::NatGateway": Recorded("nat-{hex}", {"NatGatewayId": "{ref}"}),
    "AWS::EC2::VPCEndpointService": Recorded("vpce-svc-{hex}", {"ServiceId": "{ref}"}),
    "AWS::EC2::VPCEndpointServicePermissions": Recorded("{hex}"),
    "AWS::WAFv2::IPSet": Recorded("{hex}|{hex}|REGIONAL", {"Arn": "arn:aws:wafv2:::regional/ipset/{hex}"}),
    "AWS::WAFv2::LoggingConfiguration": Recorded("arn:aws:wafv2:::regional/webacl/{hex}"),
    "AWS::WAFv2::WebACLAssociation": Recorded("{hex}"),
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
    on_expressions = _recorded_handler(Recorded("alarm-{hex}", {"Arn": "arn:aws:cloudwatch:::alarm:{ref}"}))
    mends.record_alarms_on_expressions(handlers["AWS::CloudWatch::Alarm"], on_expressions)
    mends.mend_secret(handlers["AWS::SecretsManager::Secret"])


def _recorded_handler(recorded: Recorded) -> dict[str, Any]:
    def create(logical_id: str, properties: Properties, stack_name: str) -> Resource:
        digest = hashlib.sha256(f"{stack_name}/{logical_id}".encode()).hexdigest()
        return recorded.answers(hex=digest[:17], byte=int(digest[:2], 16))

    def update(ref: str, old: Properties, new: Properties, stack_name: str, logical_id: str) -> Resource:
        return create(logical_id, new, stack_name)

    return {"create": create, "update": update, "update_with_logical_id": True, "delete": _forget}


def _forget(physical_id: str, properties: Properties) -> None:
    """Nothing was made."""
