"""The network that a team's servers live in: a VPC of its own, or one that exists already."""

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from aws_cdk import aws_rds as rds
from constructs import Construct

from stacks.rule_packs import acknowledge, acknowledge_own_policy
from stacks.team.config import Egress, ExistingNetwork, TeamConfig
from stacks.team_stack import TeamStack

# What a task without a way to the internet calls: its image, its log, its secrets, its artifacts (S3, below). For the
# owner of a VPC that exists, docs/set-up/closed.md lists them.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
INTERFACE_ENDPOINTS = {
    "EcrApiEndpoint": ec2.InterfaceVpcEndpointAwsService.ECR,
    "EcrDockerEndpoint": ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER,
    "LogsEndpoint": ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
    "SecretsManagerEndpoint": ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
}
# And what ECS Exec's agent in the task calls: its channel, and the key that a session is encrypted with.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html#ecs-exec-considerations
SESSION_ENDPOINTS = {
    "SsmMessagesEndpoint": ec2.InterfaceVpcEndpointAwsService.SSM_MESSAGES,
    "KmsEndpoint": ec2.InterfaceVpcEndpointAwsService.KMS,
}


_ZONES = 2
"""The fewest that a load balancer and a database subnet group accept."""


class NetworkStack(TeamStack):
    """Owns the VPC, or stands for one that exists. Nothing in it holds data; the team's other stacks live in it.

    Attributes:
        vpc: the network itself.
        cidr: its address block.
        task_subnets: where the tasks run.
        database_subnet_group: where the database runs; in a VPC of its own nothing leads there but the VPC.
        load_balancer_subnets: where the load balancer has its addresses.
    """

    def __init__(self, scope: Construct, team: TeamConfig) -> None:
        super().__init__(scope, team, "network")
        existing = team.network.existing
        self.cidr = existing.vpc_cidr if existing else team.network.cidr
        self.vpc = self._import_vpc(existing) if existing else self._new_vpc(team)
        tasks = "Public" if team.network.egress == Egress.PUBLIC_IP else "Private"
        self.task_subnets = ec2.SubnetSelection(subnet_group_name=tasks)
        self.database_subnet_group = rds.SubnetGroup(
            self,
            "DatabaseSubnetGroup",
            description="Database",
            vpc=self.vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_group_name="Private" if existing else "Database"),
        )
        self.load_balancer_subnets = ec2.SubnetSelection(subnet_group_name=_load_balancer_subnets(team) or tasks)

    def _import_vpc(self, network: ExistingNetwork) -> ec2.IVpc:
        vpc = ec2.Vpc.from_vpc_attributes(
            self,
            "Vpc",
            vpc_id=network.vpc_id,
            vpc_cidr_block=network.vpc_cidr,
            availability_zones=list(network.availability_zones),
            public_subnet_ids=list(network.public_subnet_ids) or None,
            public_subnet_names=["Public"] if network.public_subnet_ids else None,
            private_subnet_ids=list(network.private_subnet_ids),
            private_subnet_names=["Private"],
        )
        cdk.Annotations.of(vpc).acknowledge_warning(
            "@aws-cdk/aws-ec2:noSubnetRouteTableId", "The kit makes no route in a VPC that exists already."
        )
        return vpc

    def _new_vpc(self, team: TeamConfig) -> ec2.IVpc:
        vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(team.network.cidr),
            max_azs=_ZONES,
            subnet_configuration=_subnets(team),
            nat_gateways=_nat_gateways(team),
        )
        # Costs nothing, and keeps artifacts off a NAT gateway's bill.
        vpc.add_gateway_endpoint("S3Endpoint", service=ec2.GatewayVpcEndpointAwsService.S3)
        if team.network.egress == Egress.ENDPOINTS:
            self._add_interface_endpoints(vpc, INTERFACE_ENDPOINTS | (SESSION_ENDPOINTS if team.server.exec else {}))
        refused = logs.LogGroup(
            self,
            "FlowLogs",
            retention=logs.RetentionDays.THREE_MONTHS,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        flow_log = vpc.add_flow_log(
            "FlowLog",
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(refused),
            traffic_type=ec2.FlowLogTrafficType.REJECT,
        )
        acknowledge_own_policy(flow_log)
        acknowledge(
            refused,
            "CloudWatchLogGroupEncrypted",
            "It holds addresses and ports of refused connections, nothing of the team's, and CloudWatch encrypts it.",
        )
        acknowledge(
            vpc,
            "VPCDefaultSecurityGroupClosed",
            "Nothing is in the VPC's default group: whatever has an address here has a security group of its own.",
        )
        for subnet in vpc.public_subnets:
            acknowledge(
                subnet,
                "VPCNoUnrestrictedRouteToIGW",
                "A public subnet is where the way to the internet begins; security groups say who may use it.",
            )
        return vpc

    def _add_interface_endpoints(
        self, vpc: ec2.Vpc, services: Mapping[str, ec2.InterfaceVpcEndpointAwsService]
    ) -> None:
        group = ec2.SecurityGroup(
            self, "EndpointSecurityGroup", vpc=vpc, description="VPC endpoints", allow_all_outbound=False
        )
        group.add_ingress_rule(ec2.Peer.ipv4(self.cidr), ec2.Port.tcp(443), "The VPC")
        for name, service in services.items():
            vpc.add_interface_endpoint(
                name,
                service=service,
                open=False,
                security_groups=[group],
                subnets=ec2.SubnetSelection(subnet_group_name="Private"),
            )


def _subnets(team: TeamConfig) -> list[ec2.SubnetConfiguration]:
    """Each kind keeps its place, used or not: else a change of egress would move the others' addresses."""
    egress = team.network.egress
    closed = egress == Egress.ENDPOINTS
    public_ip = egress == Egress.PUBLIC_IP
    isolated, with_egress = ec2.SubnetType.PRIVATE_ISOLATED, ec2.SubnetType.PRIVATE_WITH_EGRESS
    return [
        ec2.SubnetConfiguration(name="Database", subnet_type=isolated),
        ec2.SubnetConfiguration(
            name="Private",
            subnet_type=isolated if closed or public_ip else with_egress,
            reserved=public_ip and not team.behind_cloudfront,
        ),
        ec2.SubnetConfiguration(
            name="Public",
            subnet_type=ec2.SubnetType.PUBLIC,
            map_public_ip_on_launch=False,
            # CloudFront, too, wants an internet gateway in the VPC, though nothing goes through it.
            reserved=closed and not (team.internet_facing or team.behind_cloudfront),
        ),
    ]


def _load_balancer_subnets(team: TeamConfig) -> str | None:
    """Where the load balancer stands, if not beside the tasks: CloudFront enters private subnets alone."""
    if team.behind_cloudfront:
        return "Private"
    return "Public" if team.internet_facing else None


def _nat_gateways(team: TeamConfig) -> int:
    """One to a zone where the database has a standby as well; otherwise one, which is cheaper."""
    if team.network.egress != Egress.NAT:
        return 0
    return _ZONES if team.sizing.multi_az else 1
