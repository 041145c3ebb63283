"""The files through which the agent and the commands of the kit talk: what to run, and how it is.

No secret is in either of them.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from kit.local import whole_file
from kit.local.aws_endpoint import AwsEndpoint
from kit.local.engine import LocalImage
from kit.local.errors import LocalError

_CONFIGURATION, _STATUS = "agent.json", "agent-status.json"


@dataclass(frozen=True, kw_only=True)
class AgentConfiguration:
    """What the agent runs.

    Attributes:
        endpoint: where AWS's APIs answer.
        task_definition: the properties of the deployed AWS::ECS::TaskDefinition.
        overrides: values for variables of the declared environment; a name that a container does not declare
            does not reach it.
        platform: the environment that the platform and the image supply, PATH above all; what the task
            definition declares wins over it. AWS_REGION, AWS_DEFAULT_REGION, AWS_ENDPOINT_URL and
            AWS_CA_BUNDLE come from `endpoint`.
        port: where the server is going to listen, for the status.
        image: runs the containers of it; without one they are processes.
    """

    endpoint: AwsEndpoint
    task_definition: Mapping[str, Any]
    overrides: Mapping[str, str]
    platform: Mapping[str, str]
    port: int
    image: LocalImage | None = None

    def write(self, state: Path) -> None:
        """Write it into the state folder, which must exist."""
        _write(state / _CONFIGURATION, asdict(self))

    @classmethod
    def read(cls, state: Path) -> Self:
        """Raises LocalError when the state folder holds none."""
        content = _read(state / _CONFIGURATION)
        if content is None:
            raise LocalError(f"{state / _CONFIGURATION} is missing or not readable: run kit up again.")
        image = content.get("image")
        typed = {"endpoint": AwsEndpoint(**content["endpoint"]), "image": image and LocalImage.from_json(image)}
        return cls(**content | typed)


class Phase(StrEnum):
    """Where the agent is. BACKING_OFF waits to start a task again; FAILED and STOPPED are ends."""

    STARTING = "STARTING"
    RUNNING = "RUNNING"
    BACKING_OFF = "BACKING_OFF"
    STOPPING = "STOPPING"
    STOPPED = "STOPPED"
    FAILED = "FAILED"


@dataclass
class AgentStatus:
    """How the deployed task is.

    Attributes:
        phase: RUNNING once every essential container runs and is healthy.
        containers: by name: `lastStatus`, `healthStatus` (ECS's words), `exitCode` and `reason` (or None).
        failures: tasks that ended since the last one was RUNNING.
        error: the last sentence about what went wrong, or None.
        last_lines: the last lines of the container that the error is about.
    """

    port: int
    phase: Phase = Phase.STARTING
    containers: dict[str, dict[str, Any]] = field(default_factory=dict)
    failures: int = 0
    error: str | None = None
    last_lines: list[str] = field(default_factory=list)

    def write(self, state: Path) -> None:
        """Replace the status in the state folder at once, so that a reader never sees half of it."""
        _write(state / _STATUS, asdict(self))

    @classmethod
    def read(cls, state: Path) -> Self | None:
        """None before an agent has written one."""
        content = _read(state / _STATUS)
        return None if content is None else cls(**content | {"phase": Phase(content["phase"])})

    @staticmethod
    def forget(state: Path) -> None:
        """Remove the status of an earlier agent, before a new one is started and followed."""
        (state / _STATUS).unlink(missing_ok=True)


def _write(path: Path, content: Mapping[str, Any]) -> None:
    whole_file.write(path, json.dumps(content, indent=2))


def _read(path: Path) -> dict[str, Any] | None:
    try:
        content: dict[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return content
