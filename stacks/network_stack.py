"""The network that a team's servers live in: a VPC of its own, or one that exists already."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.config import Egress, TeamConfig

# What a task without a way to the internet calls: its image, its log, its secrets, its artifacts (S3, below).
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
INTERFACE_ENDPOINTS = {
    "EcrApiEndpoint": ec2.InterfaceVpcEndpointAwsService.ECR,
    "EcrDockerEndpoint": ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER,
    "LogsEndpoint": ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
    "SecretsManagerEndpoint": ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
}


class NetworkStack(cdk.Stack):
    """Owns the VPC. Nothing in it holds data; the other stacks of the team live in it.

    Attributes:
        vpc: the network itself.
        task_subnets: where the tasks run.
        database_subnets: where the database runs; they have no route to the internet.
        load_balancer_subnets: where the load balancer has its addresses.
    """

    def __init__(self, scope: Construct, team: TeamConfig, *, env: cdk.Environment) -> None:
        super().__init__(scope, team.stack_name("network"), env=env)
        self.vpc = self._existing_vpc(team) if team.network.existing else self._new_vpc(team)
        self.task_subnets = ec2.SubnetSelection(subnet_type=_task_subnet_type(team))
        self.database_subnets = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)
        self.load_balancer_subnets = ec2.SubnetSelection(
            subnet_type=ec2.SubnetType.PUBLIC if team.access == "public" else _task_subnet_type(team)
        )

    def _new_vpc(self, team: TeamConfig) -> ec2.IVpc:
        vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(team.network.cidr),
            max_azs=2,
            nat_gateways=self._nat_gateways(team),
            subnet_configuration=self._subnets(team),
        )
        # A gateway endpoint costs nothing and keeps artifacts off the NAT gateway's bill.
        vpc.add_gateway_endpoint("S3Endpoint", service=ec2.GatewayVpcEndpointAwsService.S3)
        if team.network.egress == Egress.ENDPOINTS:
            for name, service in INTERFACE_ENDPOINTS.items():
                vpc.add_interface_endpoint(name, service=service)
        vpc.add_flow_log(
            "FlowLog",
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(
                logs.LogGroup(self, "FlowLogs", retention=logs.RetentionDays.THREE_MONTHS)
            ),
            traffic_type=ec2.FlowLogTrafficType.REJECT,
        )
        return vpc

