"""A way in for other VPCs and accounts that leads to one port alone: AWS PrivateLink."""

from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_elasticloadbalancingv2_targets as targets
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.network.network_stack import NetworkStack
from stacks.removal import removal_policy
from stacks.rule_packs import acknowledge
from stacks.team.config import PrivateLinkConfig, TeamConfig

_PORT = 443


class PrivateLink(Construct):
    """Owns an endpoint service before the load balancer. Its name is in the endpoints of others: it is kept.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/network/application-load-balancer-target.html

    Attributes:
        service_name: what others make their endpoints for.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        team: TeamConfig,
        link: PrivateLinkConfig,
        network: NetworkStack,
        listener: elbv2.ApplicationListener,
    ) -> None:
        super().__init__(scope, id)
        balancer = self._balancer(team, network)
        tcp = balancer.add_listener(
            "Listener",
            port=_PORT,
            protocol=elbv2.Protocol.TCP,
            default_target_groups=[self._target(network.vpc, listener)],
        )
        acknowledge(
            tcp, "ELBv2ACMCertificateRequired", "It passes TLS on to the load balancer that has the certificate."
        )
        service = ec2.VpcEndpointService(
            self,
            "Default",
            vpc_endpoint_service_load_balancers=[balancer],
            acceptance_required=link.acceptance_required,
            allowed_principals=[iam.ArnPrincipal(arn) for arn in link.allowed_principals],
        )
        resource = cast(cdk.CfnResource, service.node.find_child("Default"))
        resource.apply_removal_policy(removal_policy(team))
        self.service_name = service.vpc_endpoint_service_name

    def _balancer(self, team: TeamConfig, network: NetworkStack) -> elbv2.NetworkLoadBalancer:
        # Without a rule: nobody of the VPC comes this way, and what comes by PrivateLink is not asked.
        group = ec2.SecurityGroup(
            self, "SecurityGroup", vpc=network.vpc, description="PrivateLink", allow_all_outbound=False
        )
        group.add_egress_rule(ec2.Peer.ipv4(network.cidr), ec2.Port.tcp(_PORT), "The load balancer")
        balancer = elbv2.NetworkLoadBalancer(
            self,
            "LoadBalancer",
            vpc=network.vpc,
            vpc_subnets=network.load_balancer_subnets,
            internet_facing=False,
            cross_zone_enabled=True,
            security_groups=[group],
            enforce_security_group_inbound_rules_on_private_link_traffic=False,
            deletion_protection=not team.temporary,
        )
        acknowledge(
            balancer,
            ["AwsSolutions-ELB2", "ELBLoggingEnabled"],
            "It logs TLS of its own alone, and passes TCP on: the load balancer behind it logs each request.",
        )
        if team.temporary:
            acknowledge(balancer, "ELBDeletionProtectionEnabled", "The team is temporary: nobody depends on its name.")
        return balancer

    def _target(self, vpc: ec2.IVpc, listener: elbv2.ApplicationListener) -> elbv2.NetworkTargetGroup:
        return elbv2.NetworkTargetGroup(
            self,
            "TargetGroup",
            vpc=vpc,
            port=_PORT,
            target_type=elbv2.TargetType.ALB,
            targets=[targets.AlbListenerTarget(listener)],
            health_check=elbv2.HealthCheck(
                protocol=elbv2.Protocol.HTTPS,
                path="/health",
                interval=cdk.Duration.seconds(15),
                # Its own 503, without a service behind it, comes from a load balancer that works.
                healthy_http_codes="200-599",
            ),
        )
