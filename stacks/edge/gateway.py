"""The public name of a team whose clients sign with AWS credentials: an API of API Gateway before the load balancer."""

import json
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.network.network_stack import NetworkStack
from stacks.removal import removal_policy
from stacks.rule_packs import acknowledge
from stacks.team.config import TeamConfig

READ_TIMEOUT_SECONDS = 29
"""How long the server may be silent. API Gateway's most is 30, at which it is quicker than its own answer.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html"""
REQUESTS_PER_SECOND_AND_VCPU = 450
"""What all clients together may ask for: half of the quickest calls of a vCPU (docs/reference/performance.md)."""

# Whose path is /, as clients of MLflow expect.
_STAGE = "$default"
# Variables of https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
_LOGGED = {
    "request_id": "$context.requestId",
    "time": "$context.requestTime",
    "caller": "$context.identity.userArn",
    "address": "$context.identity.sourceIp",
    "method": "$context.httpMethod",
    "path": "$context.path",
    "status": "$context.status",
    "bytes": "$context.responseLength",
    "refused": "$context.error.message",
    "unreachable": "$context.integrationErrorMessage",
}


def stage_export(team: TeamConfig) -> str:
    """The export that carries the stage's ARN to the service: named, so that a grant on it always reads the same."""
    return f"{team.stack_name('edge')}-api-stage-arn"


class Gateway(Construct):
    """Owns the API, which lets in whom IAM lets, and its way into the VPC. Its name is in every client: it is kept.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html

    Attributes:
        host: the API's own host name.
        stage_arn: by which IAM's policies name it.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        team: TeamConfig,
        network: NetworkStack,
        listener: elbv2.IApplicationListener,
        behind: ec2.ISecurityGroup,
    ) -> None:
        """`behind` is the listener's security group: nobody but the gateway's own interfaces reaches its port 80."""
        super().__init__(scope, id)
        link = self._link(network, behind)
        api = apigatewayv2.HttpApi(
            self,
            "Default",
            api_name=f"MLflow of the team {team.name}",
            create_default_stage=False,
            default_authorizer=authorizers.HttpIamAuthorizer(),
            default_integration=integrations.HttpAlbIntegration(
                "Server", listener, vpc_link=link, timeout=cdk.Duration.seconds(READ_TIMEOUT_SECONDS)
            ),
        )
        cast(cdk.CfnResource, api.node.default_child).apply_removal_policy(removal_policy(team))
        self._stage(api, team)
        stack = cdk.Stack.of(self)
        self.stage_arn = stack.format_arn(service="execute-api", resource=api.api_id, resource_name=_STAGE)
        self.host = f"{api.api_id}.execute-api.{team.region}.{stack.url_suffix}"

    def _link(self, network: NetworkStack, behind: ec2.ISecurityGroup) -> apigatewayv2.VpcLink:
        group = ec2.SecurityGroup(
            self, "SecurityGroup", vpc=network.vpc, description="API Gateway", allow_all_outbound=False
        )
        behind.add_ingress_rule(group, ec2.Port.tcp(80), "API Gateway")
        group.add_egress_rule(behind, ec2.Port.tcp(80), "The load balancer")
        return apigatewayv2.VpcLink(
            self, "Link", vpc=network.vpc, subnets=network.load_balancer_subnets, security_groups=[group]
        )

    def _stage(self, api: apigatewayv2.HttpApi, team: TeamConfig) -> None:
        log = logs.LogGroup(self, "Log", retention=logs.RetentionDays.ONE_YEAR, removal_policy=removal_policy(team))
        acknowledge(
            log,
            "CloudWatchLogGroupEncrypted",
            "It holds who asked for which path and no body or signature, and CloudWatch encrypts it.",
        )
        per_second = max(1, round(team.sizing.vcpu * team.sizing.most_tasks * REQUESTS_PER_SECOND_AND_VCPU))
        apigatewayv2.CfnStage(
            self,
            "Stage",
            api_id=api.api_id,
            stage_name=_STAGE,
            auto_deploy=True,
            default_route_settings=apigatewayv2.CfnStage.RouteSettingsProperty(
                throttling_rate_limit=per_second, throttling_burst_limit=per_second
            ),
            access_log_settings=apigatewayv2.CfnStage.AccessLogSettingsProperty(
                destination_arn=log.log_group_arn, format=json.dumps(_LOGGED)
            ),
        )
