"""The public name of a team without a domain: a host name of CloudFront's, with TLS, before the load balancer."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from constructs import Construct

from stacks.edge.access_log import access_log, acknowledge_unlogged
from stacks.removal import removal_policy
from stacks.rule_packs import acknowledge
from stacks.team.config import TeamConfig

READ_TIMEOUT_SECONDS = 120
"""How long the server may be silent: the most that CloudFront grants. A proxied download sends nothing until the
server has read the object from S3.
https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_VpcOriginConfig.html"""

KEEP_ALIVE_SECONDS = 60
"""How long CloudFront keeps an idle connection to the load balancer, which closes its own later."""


class Distribution(Construct):
    """Owns the CloudFront distribution and its way into the VPC. The host name is in every client: it is kept.

    CloudFront reaches the load balancer through interfaces of its own in the load balancer's subnets (a VPC origin),
    by plain http: nobody can have a certificate for the load balancer's generated name.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html

    Attributes:
        host: CloudFront's host name, in lower case.
    """

    def __init__(
        self, scope: Construct, id: str, *, team: TeamConfig, balancer: elbv2.IApplicationLoadBalancer
    ) -> None:
        super().__init__(scope, id)
        origin = cloudfront.VpcOrigin(
            self,
            "VpcOrigin",
            endpoint=cloudfront.VpcOriginEndpoint.application_load_balancer(balancer),
            protocol_policy=cloudfront.OriginProtocolPolicy.HTTP_ONLY,
        )
        log = access_log(self, team, written_by_acl=True)
        acknowledge_unlogged(log)
        distribution = cloudfront.Distribution(
            self,
            "Default",
            comment=f"MLflow of the team {team.name}",
            default_behavior=cloudfront.BehaviorOptions(
                origin=origins.VpcOrigin.with_vpc_origin(
                    origin,
                    read_timeout=cdk.Duration.seconds(READ_TIMEOUT_SECONDS),
                    keepalive_timeout=cdk.Duration.seconds(KEEP_ALIVE_SECONDS),
                ),
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
                cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
                # Host too: the server answers to its public name alone. And what CloudFront knows of the client.
                origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_AND_CLOUDFRONT_2022,
                function_associations=[
                    cloudfront.FunctionAssociation(
                        event_type=cloudfront.FunctionEventType.VIEWER_REQUEST, function=_viewer_address(self)
                    )
                ],
                # What the server sends compressed stays so; CloudFront compresses only what it caches.
                compress=False,
            ),
            # IPv4 alone, as the load balancer: each client has one address for limits and lists.
            enable_ipv6=False,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            log_bucket=log,
        )
        for kept in (origin, distribution):
            kept.apply_removal_policy(removal_policy(team))
        self.host = distribution.distribution_domain_name
        _acknowledge(distribution, team)


def _viewer_address(scope: Construct) -> cloudfront.Function:
    return cloudfront.Function(
        scope,
        "ViewerAddress",
        code=cloudfront.FunctionCode.from_file(file_path=str(Path(__file__).with_name("viewer_address.js"))),
        runtime=cloudfront.FunctionRuntime.JS_2_0,
    )


def _acknowledge(distribution: cloudfront.Distribution, team: TeamConfig) -> None:
    acknowledge(distribution, "AwsSolutions-CFR1", "Teams work from anywhere; who may come is a question of passwords.")
    oldest = "CloudFront sets the oldest TLS of its own host names itself."
    if team.firewall.enabled:
        acl = "The web ACL is the load balancer's, which CloudFront alone reaches: one of CloudFront's is in us-east-1."
        oldest = f"{oldest} The web ACL refuses requests below TLS 1.2."
    else:
        acl = "The team file says that the organisation's Firewall Manager brings the web ACL."
    acknowledge(distribution, "AwsSolutions-CFR2", acl)
    acknowledge(distribution, "AwsSolutions-CFR4", oldest)
