"""What CloudFormation says was deployed for a team: its stacks' outputs and templates, with all references resolved.

Templates and not the services' own descriptions, because not every emulator has the services.
"""

from dataclasses import dataclass
from typing import Any, Self

from kit.emulators.template import Clients, DeployedStack
from kit.local.load_balancer import FixedResponse
from kit.local.task_definition import TaskDefinition
from stacks.team.config import StackKind, TeamConfig


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """A team's deployed server.

    Attributes:
        url: the public one, which DNS leads nowhere on a laptop.
        listener_scheme: what the load balancer's listener speaks: behind CloudFront http, though clients use https.
        idle_timeout_s: the fewest seconds that anything between clients and the server waits without a byte.
        task_definition: the properties of the AWS::ECS::TaskDefinition.
        database: the properties of the AWS::RDS::DBInstance, or of the AWS::RDS::DBCluster that has the data.
        master_secret_arn: of the database's master user, as the task definition names it.
    """

    url: str
    public_host: str
    task_definition: dict[str, Any]
    admin_secret_arn: str
    artifact_bucket: str
    database: dict[str, Any]
    master_secret_arn: str
    unavailable: FixedResponse
    listener_scheme: str
    idle_timeout_s: int

    @classmethod
    def read(cls, team: TeamConfig, client: Clients) -> Self:
        """Raises LocalError when a stack of the team is not deployed."""

        def stack(kind: StackKind) -> DeployedStack:
            return DeployedStack(client("cloudformation"), client("iam"), team.stack_name(kind))

        data, edge, service = stack("data"), stack("edge"), stack("service")
        task_definition = service.properties(_task_definition(service))
        (master,) = (
            secret.arn
            for container in TaskDefinition.from_properties(task_definition).containers
            for name, secret in container.secrets.items()
            if name == "DATABASE_MASTER_PASSWORD"
        )
        # A Network Load Balancer before it, for PrivateLink, has no such timeout.
        (idle_timeout,) = (
            attribute["Value"]
            for balancer in edge.all("AWS::ElasticLoadBalancingV2::LoadBalancer")
            for attribute in edge.property(balancer, "LoadBalancerAttributes")
            if attribute["Key"] == "idle_timeout.timeout_seconds"
        )
        return cls(
            url=edge.outputs["Url"],
            public_host=edge.outputs["PublicHostName"].lower(),
            task_definition=task_definition,
            admin_secret_arn=data.outputs["AdminSecretArn"],
            artifact_bucket=data.outputs["ArtifactBucketName"],
            database=data.properties(_database(data)),
            master_secret_arn=master,
            unavailable=FixedResponse.from_actions(_default_actions(edge)),
            listener_scheme="https" if "HTTPS" in _of_listeners(edge, "Protocol") else "http",
            idle_timeout_s=min([int(idle_timeout), *_read_timeouts(edge)]),
        )

    @property
    def scheme(self) -> str:
        """`http` or `https`, as clients of the deployed load balancer use it."""
        return self.url.partition(":")[0]

    @property
    def artifact_prefix(self) -> str:
        """The key prefix of artifacts in the bucket."""
        server = self.environment("server")
        location = server.get("MLFLOW_ARTIFACTS_DESTINATION") or server["MLFLOW_DEFAULT_ARTIFACT_ROOT"]
        return location.removeprefix(f"s3://{self.artifact_bucket}/")

    def environment(self, container: str) -> dict[str, str]:
        """What the task definition declares for the container, without its secrets."""
        (definition,) = (c for c in self.task_definition["ContainerDefinitions"] if c["Name"] == container)
        return {entry["Name"]: entry["Value"] for entry in definition["Environment"]}


def _database(data: DeployedStack) -> str:
    """The logical id of what holds the rows: a cluster's instances hold none."""
    clusters = data.all("AWS::RDS::DBCluster")
    return clusters[0] if clusters else data.only("AWS::RDS::DBInstance")


def _task_definition(service: DeployedStack) -> str:
    """The logical id of the one that the ECS service runs; schedules have their own."""
    ecs_service = service.template["Resources"][service.only("AWS::ECS::Service")]
    return str(ecs_service["Properties"]["TaskDefinition"]["Ref"])


def _default_actions(edge: DeployedStack) -> list[dict[str, Any]]:
    """What all listeners of the load balancer do with a request that no rule is for."""
    return [action for actions in _of_listeners(edge, "DefaultActions") for action in actions]


def _of_listeners(edge: DeployedStack, name: str) -> list[Any]:
    return [edge.property(listener, name) for listener in edge.all("AWS::ElasticLoadBalancingV2::Listener")]


def _read_timeouts(edge: DeployedStack) -> list[int]:
    """How long CloudFront or API Gateway waits for the server, in seconds; nothing where neither is in front."""
    of_gateway = [
        int(edge.property(integration, "TimeoutInMillis")) // 1000
        for integration in edge.all("AWS::ApiGatewayV2::Integration")
    ]
    return of_gateway + [
        int(origin["VpcOriginConfig"]["OriginReadTimeout"])
        for distribution in edge.all("AWS::CloudFront::Distribution")
        for origin in edge.template["Resources"][distribution]["Properties"]["DistributionConfig"]["Origins"]
    ]
