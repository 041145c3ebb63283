"""What CloudFormation says was deployed for a team, read back from the emulator."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from kit.local.errors import LocalError
from kit.local.load_balancer import FixedResponse
from stacks.config import TeamConfig

Clients = Callable[[str], Any]
"""Makes a boto3 client of the named service."""


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """A team's deployed server, by what the stacks' outputs and AWS's own APIs name.

    Attributes:
        url: the public one, which DNS leads nowhere on a laptop.
        database: one of DescribeDBInstances' `DBInstances`.
        master_secret_arn: of the database's master user, as the task definition names it.
    """

    url: str
    public_host: str
    task_definition_arn: str
    containers: list[dict[str, Any]]
    admin_secret_arn: str
    artifact_bucket: str
    database: dict[str, Any]
    master_secret_arn: str
    unavailable: FixedResponse
    idle_timeout_s: int

    @classmethod
    def read(cls, team: TeamConfig, client: Clients) -> Self:
        """Raises LocalError when a stack of the team is not deployed."""
        outputs: dict[str, str] = {}
        for kind in ("data", "edge", "service"):
            outputs |= _outputs(client("cloudformation"), team.stack_name(kind))
        (database,) = client("rds").describe_db_instances(DBInstanceIdentifier=outputs["DatabaseInstanceIdentifier"])[
            "DBInstances"
        ]
        task = client("ecs").describe_task_definition(taskDefinition=outputs["TaskDefinitionArn"])
        containers = task["taskDefinition"]["containerDefinitions"]
        balancers = client("elbv2")
        balancer_arn = _physical_id(
            client("cloudformation"), team.stack_name("edge"), "AWS::ElasticLoadBalancingV2::LoadBalancer"
        )
        listeners = balancers.describe_listeners(LoadBalancerArn=balancer_arn)["Listeners"]
        attributes = balancers.describe_load_balancer_attributes(LoadBalancerArn=balancer_arn)["Attributes"]
        (idle_timeout,) = (a["Value"] for a in attributes if a["Key"] == "idle_timeout.timeout_seconds")
        fixed = [entry for entry in listeners if entry["DefaultActions"][0]["Type"] == "fixed-response"]
        return cls(
            url=outputs["Url"],
            public_host=outputs["PublicHostName"].lower(),
            task_definition_arn=outputs["TaskDefinitionArn"],
            containers=containers,
            admin_secret_arn=outputs["AdminSecretArn"],
            artifact_bucket=outputs["ArtifactBucketName"],
            database=database,
            master_secret_arn=_secret_arn(containers, "DATABASE_MASTER_PASSWORD"),
            unavailable=FixedResponse.from_listener(fixed[0]),
            idle_timeout_s=int(idle_timeout),
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
        (definition,) = (entry for entry in self.containers if entry["name"] == container)
        return {entry["name"]: entry["value"] for entry in definition["environment"]}


def _outputs(cloudformation: Any, stack: str) -> dict[str, str]:
    try:
        (description,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    except cloudformation.exceptions.ClientError:
        raise LocalError(f"The stack {stack} is not deployed: run `scripts/up` first.") from None
    return {output["OutputKey"]: output["OutputValue"] for output in description.get("Outputs", [])}


def _physical_id(cloudformation: Any, stack: str, resource_type: str) -> str:
    resources = cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
    (found,) = (r["PhysicalResourceId"] for r in resources if r["ResourceType"] == resource_type)
    return str(found)


def _secret_arn(containers: list[dict[str, Any]], name: str) -> str:
    """The secret behind a container's variable, without the JSON key that `valueFrom` may append to its ARN."""
    references = [
        entry["valueFrom"]
        for container in containers
        for entry in container.get("secrets", [])
        if entry["name"] == name
    ]
    return ":".join(references[0].split(":")[:7])
