"""A task of its own, beside the server's, that runs one command of the server's image."""

from collections.abc import Sequence

from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.data.backing import Backing
from stacks.rule_packs import acknowledge
from stacks.service.container import TMP
from stacks.service.task_roles import execution_role
from stacks.service.tracking_server import TrackingServer


def own_task(
    scope: Construct,
    *,
    server: TrackingServer,
    backing: Backing,
    task_role: iam.IRole,
    secret_arns: Sequence[str] = (),
    cpu: int,
    memory_limit_mib: int,
) -> ecs.FargateTaskDefinition:
    """A task definition `TaskDefinition` in `scope`, for containers of the server's image that write to its log.

    Args:
        secret_arns: what ECS may read to hand it to a container.
        cpu: in ECS's units, 1024 to a vCPU.
    """
    execution = execution_role(
        scope,
        backing,
        secret_arns=list(secret_arns),
        repository_arn=server.image.repository.repository_arn,
        log_group_arn=server.log.log_group_arn,
    )
    task_definition = ecs.FargateTaskDefinition(
        scope,
        "TaskDefinition",
        cpu=cpu,
        memory_limit_mib=memory_limit_mib,
        runtime_platform=server.platform,
        task_role=task_role,
        execution_role=execution.without_policy_updates(),
        volumes=[ecs.Volume(name=TMP)],
    )
    acknowledge(
        task_definition,
        "AwsSolutions-ECS2",
        "The environment holds addresses, names and numbers; what is secret comes from Secrets Manager.",
    )
    return task_definition
