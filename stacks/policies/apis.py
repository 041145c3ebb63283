"""APIs of API Gateway that IAM guards."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam


def call(stage_arn: str, calls: Sequence[str]) -> iam.PolicyStatement:
    """These methods and paths of an API of API Gateway, whose stage's ARN is `…:<api id>/<stage>`.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
    """
    return iam.PolicyStatement(
        sid="CallApi", actions=["execute-api:Invoke"], resources=[f"{stage_arn}/{call}" for call in calls]
    )
