"""A container of the server's image, as every task of a team runs it."""

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs

IMAGE_USER = "10001:10001"
COMMAND = ("python", "-m", "tracking_server")
# Fargate's longest: a running upload may finish.
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
STOP_TIMEOUT_SECONDS = 120
TMP = "tmp"
"""The name of the volume that is the only place to write: each task definition has to have it."""


def add_container(
    task_definition: ecs.FargateTaskDefinition,
    name: str,
    *,
    command: Sequence[str],
    image: ecr_assets.DockerImageAsset,
    log: logs.ILogGroup,
    environment: Mapping[str, str],
    secrets: Mapping[str, ecs.Secret],
    essential: bool = True,
    ports: Sequence[int] = (),
    labels: Mapping[str, str] | None = None,
    health_check: ecs.HealthCheck | None = None,
    takes_sessions: bool = False,
) -> ecs.ContainerDefinition:
    """Adds `python -m tracking_server COMMAND` to the task: not root, without capabilities, writing to /tmp alone.

    Where a container takes sessions of ECS Exec, AWS's agent in it is root, writes to the root file system, and is
    documented with Docker's usual capabilities alone. The command stays the image's user, who owns no file outside of
    /tmp and finds no program that would make it root.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html#ecs-exec-considerations
    """
    # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_KernelCapabilities.html
    parameters = ecs.LinuxParameters(
        task_definition, f"{name.title()}Parameters", init_process_enabled=True if takes_sessions else None
    )
    if not takes_sessions:
        parameters.drop_capabilities(ecs.Capability.ALL)
    container = task_definition.add_container(
        name,
        image=ecs.ContainerImage.from_docker_image_asset(image),
        command=[*COMMAND, *command],
        essential=essential,
        environment=dict(environment),
        secrets=dict(secrets),
        port_mappings=[ecs.PortMapping(container_port=port) for port in ports] or None,
        docker_labels=labels,
        health_check=health_check,
        user=IMAGE_USER,
        readonly_root_filesystem=not takes_sessions,
        linux_parameters=parameters,
        stop_timeout=cdk.Duration.seconds(STOP_TIMEOUT_SECONDS),
        logging=ecs.LogDriver.aws_logs(stream_prefix="task", log_group=log),
    )
    container.add_mount_points(ecs.MountPoint(source_volume=TMP, container_path="/tmp", read_only=False))  # noqa: S108
    return container
