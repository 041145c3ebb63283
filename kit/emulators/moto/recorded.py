"""Types that moto 5.2.5's CloudFormation does not know and that nothing of a team on a laptop needs: recorded only."""

from typing import Any, ClassVar, Self

from moto.core.common_models import CloudFormationModel

from kit.emulators.moto.added import Added, Json
from kit.emulators.recorded import Recorded

# Patterns may name `name` (generated), `region` and `account`.
_RECORDED_ONLY = {
    "AWS::Backup::BackupPlan": Recorded("{name}", {"BackupPlanId": "{ref}"}),
    "AWS::Backup::BackupSelection": Recorded("{name}"),
    "AWS::Backup::BackupVault": Recorded("{name}", {"BackupVaultName": "{ref}"}),
    "AWS::ApiGatewayV2::Api": Recorded("{name}", {"ApiId": "{ref}"}),
    "AWS::ApiGatewayV2::Integration": Recorded("{name}", {"IntegrationId": "{ref}"}),
    "AWS::ApiGatewayV2::Route": Recorded("{name}", {"RouteId": "{ref}"}),
    "AWS::ApiGatewayV2::Stage": Recorded("$default"),
    "AWS::ApiGatewayV2::VpcLink": Recorded("{name}", {"VpcLinkId": "{ref}"}),
    "AWS::ApplicationAutoScaling::ScalableTarget": Recorded("{name}", {"Id": "{ref}"}),
    "AWS::ApplicationAutoScaling::ScalingPolicy": Recorded(
        "arn:aws:autoscaling:{region}:{account}:scalingPolicy:{name}", {"Arn": "{ref}"}
    ),
    "AWS::Budgets::Budget": Recorded("{name}"),
    "AWS::CloudWatch::Alarm": Recorded("{name}", {"Arn": "arn:aws:cloudwatch:{region}:{account}:alarm:{ref}"}),
    "AWS::ECS::ClusterCapacityProviderAssociations": Recorded("{name}"),
    "AWS::Logs::MetricFilter": Recorded("{name}"),
    "AWS::SNS::Subscription": Recorded("arn:aws:sns:{region}:{account}:{name}"),
    "AWS::SNS::TopicPolicy": Recorded("{name}"),
    # CloudFront's names are lower case.
    "AWS::CloudFront::Distribution": Recorded("{name}", {"DomainName": "recorded-only.cloudfront.net", "Id": "{ref}"}),
    "AWS::CloudFront::Function": Recorded("{name}", {"FunctionARN": "arn:aws:cloudfront::{account}:function/{name}"}),
    "AWS::CloudFront::VpcOrigin": Recorded("vo_{name}", {"Id": "{ref}"}),
    "AWS::Scheduler::Schedule": Recorded("{name}"),
    "AWS::Scheduler::ScheduleGroup": Recorded(
        "{name}", {"Arn": "arn:aws:scheduler:{region}:{account}:schedule-group/{ref}"}
    ),
    "AWS::EC2::VPCEndpointService": Recorded("vpce-svc-{name}", {"ServiceId": "{ref}"}),
    "AWS::EC2::VPCEndpointServicePermissions": Recorded("{name}"),
    "AWS::WAFv2::IPSet": Recorded(
        "{name}|{name}|REGIONAL", {"Arn": "arn:aws:wafv2:{region}:{account}:regional/ipset/{name}/{name}"}
    ),
    "AWS::WAFv2::LoggingConfiguration": Recorded("arn:aws:wafv2:{region}:{account}:regional/webacl/{name}/{name}"),
    "AWS::WAFv2::WebACL": Recorded(
        "{name}|{name}|REGIONAL", {"Arn": "arn:aws:wafv2:{region}:{account}:regional/webacl/{name}/{name}"}
    ),
    "AWS::WAFv2::WebACLAssociation": Recorded("{name}"),
}


class _RecordedOnly(Added):
    """One resource of such a type; each type has a subclass."""

    type: ClassVar[str]
    recorded: ClassVar[Recorded]

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
        return cls(*cls.recorded.answers(**known))

    def delete(self, account_id: str, region_name: str) -> None:
        """Nothing was made."""


MODELS = [
    type(name.replace("::", ""), (_RecordedOnly, CloudFormationModel), {"type": name, "recorded": recorded})
    for name, recorded in _RECORDED_ONLY.items()
]
"""moto finds them among the subclasses of its own model, as long as they are kept here."""
