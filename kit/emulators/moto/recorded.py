"""Types that moto 5.2.5's CloudFormation does not know and that nothing of a team on a laptop needs: recorded only."""

from typing import Any, ClassVar, NamedTuple, Self

from moto.core.common_models import CloudFormationModel

from kit.emulators.moto.added import Added, Json


class _Recorded(NamedTuple):
    """What `Ref` answers, and what `Fn::GetAtt` answers by attribute name.

    The patterns may name `name` (generated), `region` and `account`, and those of attributes `ref`.
    """

    ref: str
    attributes: dict[str, str] = {}  # noqa: RUF012 - never changed


_RECORDED_ONLY = {
    "AWS::Backup::BackupPlan": _Recorded("{name}", {"BackupPlanId": "{ref}"}),
    "AWS::Backup::BackupSelection": _Recorded("{name}"),
    "AWS::Backup::BackupVault": _Recorded("{name}", {"BackupVaultName": "{ref}"}),
    "AWS::ApplicationAutoScaling::ScalableTarget": _Recorded("{name}", {"Id": "{ref}"}),
    "AWS::ApplicationAutoScaling::ScalingPolicy": _Recorded(
        "arn:aws:autoscaling:{region}:{account}:scalingPolicy:{name}", {"Arn": "{ref}"}
    ),
    "AWS::Budgets::Budget": _Recorded("{name}"),
    "AWS::CloudWatch::Alarm": _Recorded("{name}", {"Arn": "arn:aws:cloudwatch:{region}:{account}:alarm:{ref}"}),
    "AWS::ECS::ClusterCapacityProviderAssociations": _Recorded("{name}"),
    "AWS::Logs::MetricFilter": _Recorded("{name}"),
    "AWS::SNS::Subscription": _Recorded("arn:aws:sns:{region}:{account}:{name}"),
    "AWS::SNS::TopicPolicy": _Recorded("{name}"),
    # CloudFront's names are lower case.
    "AWS::CloudFront::Distribution": _Recorded("{name}", {"DomainName": "recorded-only.cloudfront.net", "Id": "{ref}"}),
    "AWS::CloudFront::Function": _Recorded("{name}", {"FunctionARN": "arn:aws:cloudfront::{account}:function/{name}"}),
    "AWS::CloudFront::VpcOrigin": _Recorded("vo_{name}", {"Id": "{ref}"}),
    "AWS::Scheduler::Schedule": _Recorded("{name}"),
    "AWS::Scheduler::ScheduleGroup": _Recorded(
        "{name}", {"Arn": "arn:aws:scheduler:{region}:{account}:schedule-group/{ref}"}
    ),
    "AWS::EC2::VPCEndpointService": _Recorded("vpce-svc-{name}", {"ServiceId": "{ref}"}),
    "AWS::EC2::VPCEndpointServicePermissions": _Recorded("{name}"),
    "AWS::WAFv2::IPSet": _Recorded(
        "{name}|{name}|REGIONAL", {"Arn": "arn:aws:wafv2:{region}:{account}:regional/ipset/{name}/{name}"}
    ),
    "AWS::WAFv2::LoggingConfiguration": _Recorded("arn:aws:wafv2:{region}:{account}:regional/webacl/{name}/{name}"),
    "AWS::WAFv2::WebACL": _Recorded(
        "{name}|{name}|REGIONAL", {"Arn": "arn:aws:wafv2:{region}:{account}:regional/webacl/{name}/{name}"}
    ),
    "AWS::WAFv2::WebACLAssociation": _Recorded("{name}"),
}


class _RecordedOnly(Added):
    """One resource of such a type; each type has a subclass."""

    type: ClassVar[str]
    recorded: ClassVar[_Recorded]

    def __init__(self, physical_resource_id: str, attributes: dict[str, str]) -> None:
        super().__init__(physical_resource_id)
        self._attributes = attributes

    @classmethod
    def cloudformation_type(cls) -> str:
        return cls.type

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr in cls.recorded.attributes

    def get_cfn_attribute(self, attribute: str) -> str:
        return self._attributes[attribute]

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Json, account_id: str, region_name: str, **kwargs: Any
    ) -> Self:
        known = {"name": resource_name, "region": region_name, "account": account_id}
        ref = cls.recorded.ref.format_map(known)
        return cls(ref, {name: text.format(**known, ref=ref) for name, text in cls.recorded.attributes.items()})

    def delete(self, account_id: str, region_name: str) -> None:
        """Nothing was made."""


MODELS = [
    type(name.replace("::", ""), (_RecordedOnly, CloudFormationModel), {"type": name, "recorded": recorded})
    for name, recorded in _RECORDED_ONLY.items()
]
"""moto finds them among the subclasses of its own model, as long as they are kept here."""
