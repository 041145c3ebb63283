"""An AWS::ECS::TaskDefinition, typed: as much of it as the agent obeys.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-ecs-taskdefinition-containerdefinition.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter
from typing import Any, Self

from kit.local.errors import LocalError

# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
_HEALTH_INTERVAL_S, _HEALTH_TIMEOUT_S, _HEALTH_RETRIES = 30, 5, 3
# The ECS agent's own default (ECS_CONTAINER_STOP_TIMEOUT), and Fargate's.
_STOP_TIMEOUT_S = 30


class Condition(StrEnum):
    """What `dependsOn` may wait for.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html
    """

    START = "START"
    COMPLETE = "COMPLETE"
    SUCCESS = "SUCCESS"
    HEALTHY = "HEALTHY"


@dataclass(frozen=True)
class SecretReference:
    """The `valueFrom` of a secret: `arn:…:secret:name-suffix[:json-key:version-stage:version-id]`.

    Raises LocalError for anything else, parameters of Systems Manager included.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
    """

    arn: str
    json_key: str | None = None
    version_stage: str | None = None
    version_id: str | None = None

    @classmethod
    def parse(cls, value_from: str) -> Self:
        parts = value_from.split(":")
        is_secret = parts[0] == "arn" and parts[2:3] == ["secretsmanager"] and parts[5:6] == ["secret"]
        if not is_secret or len(parts) not in (7, 10):
            raise LocalError(
                f"A secret is taken from {value_from!r}; only the complete ARN of a secret of"
                " Secrets Manager is read here, with or without :json-key:version-stage:version-id behind it."
            )
        key, stage, version = parts[7:] or ["", "", ""]
        return cls(":".join(parts[:7]), key or None, stage or None, version or None)


@dataclass(frozen=True)
class HealthCheck:
    """A container's health check; the times are seconds."""

    argv: tuple[str, ...]
    interval_s: int
    timeout_s: int
    retries: int
    start_period_s: int

    @classmethod
    def from_properties(cls, properties: Mapping[str, Any]) -> Self | None:
        """None for a container without one. Raises LocalError for a command that is neither form of ECS."""
        match properties.get("Command", ["NONE"]):
            case ["NONE"]:
                return None
            case ["CMD", *argv] if argv:
                pass
            case ["CMD-SHELL", line]:
                argv = ["/bin/sh", "-c", line]
            case command:
                raise LocalError(f"The health check {command!r} starts with neither CMD nor CMD-SHELL.")
        return cls(
            argv=tuple(argv),
            interval_s=properties.get("Interval") or _HEALTH_INTERVAL_S,
            timeout_s=properties.get("Timeout") or _HEALTH_TIMEOUT_S,
            retries=properties.get("Retries") or _HEALTH_RETRIES,
            start_period_s=properties.get("StartPeriod") or 0,
        )


@dataclass(frozen=True)
class MountPoint:
    """A volume of the task, and where a container sees it."""

    volume: str
    path: str
    read_only: bool


@dataclass(frozen=True)
class ContainerDefinition:
    """One container of a task.

    The times are seconds; `start_timeout_s` None is no limit. `user` None is the image's own. What a process cannot
    have is `user`, `read_only_root` and `mount_points`.
    """

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    secrets: Mapping[str, SecretReference]
    depends_on: Mapping[str, Condition]
    essential: bool
    health_check: HealthCheck | None
    start_timeout_s: int | None
    stop_timeout_s: int
    user: str | None
    read_only_root: bool
    mount_points: tuple[MountPoint, ...]

    @classmethod
    def from_properties(cls, properties: Mapping[str, Any]) -> Self:
        return cls(
            name=properties["Name"],
            argv=(*properties.get("EntryPoint", ()), *properties.get("Command", ())),
            environment={entry["Name"]: entry["Value"] for entry in properties.get("Environment", ())},
            secrets={
                entry["Name"]: SecretReference.parse(entry["ValueFrom"]) for entry in properties.get("Secrets", ())
            },
            depends_on={
                entry["ContainerName"]: Condition(entry["Condition"]) for entry in properties.get("DependsOn", ())
            },
            essential=properties.get("Essential", True),
            health_check=HealthCheck.from_properties(properties.get("HealthCheck") or {}),
            start_timeout_s=properties.get("StartTimeout"),
            stop_timeout_s=properties.get("StopTimeout", _STOP_TIMEOUT_S),
            user=properties.get("User"),
            read_only_root=properties.get("ReadonlyRootFilesystem", False),
            mount_points=tuple(
                MountPoint(entry["SourceVolume"], entry["ContainerPath"], entry.get("ReadOnly", False))
                for entry in properties.get("MountPoints", ())
            ),
        )


@dataclass(frozen=True)
class TaskDefinition:
    """A task definition.

    `containers` are in the order in which they may start. `cpu_units` (1024 to a vCPU) and `memory_mib` are of the
    whole task; None is no limit.
    """

    family: str
    cpu_units: int | None
    memory_mib: int | None
    task_role_arn: str | None
    execution_role_arn: str | None
    containers: tuple[ContainerDefinition, ...]

    @classmethod
    def from_properties(cls, properties: Mapping[str, Any]) -> Self:
        """Take the properties of the resource, with all references resolved.

        Raises LocalError for what ECS would refuse or a process cannot be started from.
        """
        containers = [*map(ContainerDefinition.from_properties, properties["ContainerDefinitions"])]
        return cls(
            family=properties["Family"],
            cpu_units=_number(properties.get("Cpu")),
            memory_mib=_number(properties.get("Memory")),
            task_role_arn=properties.get("TaskRoleArn"),
            execution_role_arn=properties.get("ExecutionRoleArn"),
            containers=_in_start_order(containers),
        )

    def container(self, name: str) -> ContainerDefinition:
        """The container of that name, which the task must have."""
        (definition,) = (container for container in self.containers if container.name == name)
        return definition


def _number(value: str | int | None) -> int | None:
    return None if value is None else int(value)


def _in_start_order(containers: Sequence[ContainerDefinition]) -> tuple[ContainerDefinition, ...]:
    by_name = {container.name: container for container in containers}
    if not any(container.essential for container in containers):
        raise LocalError("The task definition has no essential container, and ECS asks for at least one.")
    for container in containers:
        if not container.argv:
            raise LocalError(f"Container {container.name} names no command, and a process needs one.")
        for name, condition in container.depends_on.items():
            needed = by_name.get(name)
            if needed is None:
                raise LocalError(f"Container {container.name} depends on {name}, which is not in the task.")
            if condition in (Condition.SUCCESS, Condition.COMPLETE) and needed.essential:
                raise LocalError(
                    f"Container {container.name} waits for the end of {name} ({condition}), which is"
                    " essential and would end the task: make it non-essential."
                )
            if condition is Condition.HEALTHY and needed.health_check is None:
                raise LocalError(
                    f"Container {container.name} waits for the health of {name}, which has no health check."
                )
    graph = TopologicalSorter({container.name: container.depends_on for container in containers})
    try:
        return tuple(by_name[name] for name in graph.static_order())
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        raise LocalError(f"Containers depend on each other in a circle: {circle}.") from None
