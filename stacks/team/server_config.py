"""What a team file says of its server."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from stacks.team.network_values import Sources
from stacks.team.section import Section


class Architecture(StrEnum):
    """The processors that tasks run on."""

    X86_64 = "x86_64"
    ARM64 = "arm64"


class ServerConfig(Section):
    """The server's own numbers, where the size's do not fit, and what it runs on."""

    sizing_keys: ClassVar[frozenset[str]] = frozenset({"vcpu", "memory_mib", "tasks", "max_tasks"})
    """The keys that override the size."""

    vcpu: Annotated[
        float | None, Field(allow_inf_nan=False, description="Of each task. Each whole vCPU runs one worker.")
    ] = None
    memory_mib: Annotated[int | None, Field(description="Of each task, in MiB.")] = None
    tasks: Annotated[int | None, Field(ge=1, description="How many tasks run at the same time.")] = None
    max_tasks: Annotated[
        int | None,
        Field(
            ge=2,
            description="How many may run when CPU, memory or requests ask for more than `tasks`. "
            "Without it there are always `tasks`.",
        ),
    ] = None
    architecture: Annotated[
        Architecture,
        Field(
            strict=False,
            description="`x86_64`, or `arm64`, for which the image has to be built on arm64 or with QEMU.",
        ),
    ] = Architecture.X86_64
    spot: Annotated[
        bool,
        Field(
            description="Whether tasks run on spare capacity, which costs less and which AWS takes away with two "
            "minutes' notice: for teams that are temporary or of size `dev`."
        ),
    ] = False
    exec: Annotated[
        bool,
        Field(
            description="Whether ECS Exec opens a shell in a running task, for whom IAM lets. It makes the server's "
            "root file system writable; every session is encrypted with the team's key and logged."
        ),
    ] = False
    metrics_from: Annotated[
        Sources,
        Field(
            strict=False,
            description="The private IPv4 blocks from which Prometheus reads each task's metrics. None: no metrics.",
        ),
    ] = ()
