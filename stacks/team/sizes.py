"""The sizes that a team may have, and the limits of AWS that they keep to.

Sources: Fargate's task sizes, https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html;
the database's classes, https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Summary.html;
its connections, https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.MaxConnections.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

GIB = 1024**3

# vCPU -> memory in MiB.
FARGATE_MEMORY_MIB: dict[float, Sequence[int]] = {
    0.25: (512, 1024, 2048),
    0.5: range(1024, 4096 + 1, 1024),
    1: range(2048, 8192 + 1, 1024),
    2: range(4096, 16384 + 1, 1024),
    4: range(8192, 30720 + 1, 1024),
    8: range(16384, 61440 + 1, 4096),
    16: range(32768, 122880 + 1, 8192),
}

MIN_MEMORY_MIB = 1024
"""MLflow's server with one worker takes half of this before the first request."""

_STEPS = {
    "large": 1, "xlarge": 2, "2xlarge": 4, "4xlarge": 8, "8xlarge": 16, "12xlarge": 24, "16xlarge": 32,
}  # fmt: skip
_BURSTABLE_MEMORY_GIB = {"micro": 1, "small": 2, "medium": 4, "large": 8, "xlarge": 16, "2xlarge": 32}

# Class -> memory in GiB.
INSTANCE_CLASSES: dict[str, int] = {
    **{f"db.{family}.{size}": gib for family in ("t4g", "t3") for size, gib in _BURSTABLE_MEMORY_GIB.items()},
    **{
        f"db.{family}.{size}": 8 * step
        for family in ("m6g", "m6i", "m7g", "m7i", "m8g")
        for size, step in _STEPS.items()
    },
    **{
        f"db.{family}.{size}": 16 * step
        for family in ("r6g", "r6i", "r7g", "r7i", "r8g")
        for size, step in _STEPS.items()
    },
}

STORAGE_GROWTH = 10
"""The database's disk may grow by itself to this many times its first size."""

MIN_STORAGE_GIB, MAX_STORAGE_GIB = 20, 65_536 // STORAGE_GROWTH
"""Of gp3: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html#gp3-storage"""

_BYTES_PER_CONNECTION = 9_531_392
_MOST_CONNECTIONS = 5_000
# The formula counts the memory that the operating system and RDS's own processes leave, which AWS does not
# publish. Seven tenths errs on the low side: db.t4g.micro then has 78 connections, not 112.
_SHARE_OF_MEMORY = 0.7

MAX_ACU, GIB_PER_ACU = 256, 2
"""https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.how-it-works.html"""

_SMALL_ACU, _MOST_CONNECTIONS_OF_SMALL = 0.5, 2_000
"""Of an Aurora whose least capacity is 0 or 0.5, whatever its most is.

https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html
"""

_ENGINES = 3
"""SQLAlchemy engines in each of MLflow's workers: tracking store, model registry, users."""

_READINESS = 1
"""Beside each worker's engines: `/health/ready` makes one of its own, and never two at once."""

_MIGRATE, _ROTATE, _GARBAGE_COLLECTION, _RESERVED = 3, 2, 3, 5
"""Beside the servers: `migrate`, `rotate`, `mlflow gc`, and what PostgreSQL (3) and RDS (2) keep for superusers."""


class Size(StrEnum):
    """How large a team's server and database are."""

    DEV = "dev"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


@dataclass(frozen=True, kw_only=True)
class Sizing:
    """What a team gets: its size's row of `SIZES`, with the team file's own numbers applied.

    Attributes:
        vcpu: of each task.
        memory_mib: of each task.
        tasks: how many run at the same time.
        max_tasks: how many may run when they are asked for more.
        instance_class: of the database.
        storage_gib: of the database, at first.
        multi_az: whether a standby database waits in another zone.
        max_acu: of an Aurora cluster's instances, in place of class and storage.
        pool_size: connections that each engine keeps open.
        max_overflow: connections that each engine may open beyond that.
    """

    vcpu: float
    memory_mib: int
    tasks: int
    instance_class: str
    storage_gib: int
    multi_az: bool
    max_acu: float
    max_tasks: int | None = None
    pool_size: int = 5
    max_overflow: int = 5

    @property
    def cpu_units(self) -> int:
        """As ECS counts them: 1024 to a vCPU."""
        return int(self.vcpu * 1024)

    @property
    def workers(self) -> int:
        """MLflow's server processes in each task: one to a vCPU."""
        return max(1, math.floor(self.vcpu))

    @property
    def most_tasks(self) -> int:
        """How many tasks of one version there ever are."""
        return max(self.tasks, self.max_tasks or 0)

    @property
    def max_storage_gib(self) -> int:
        """How far the database's disk may grow by itself."""
        return self.storage_gib * STORAGE_GROWTH

    @property
    def connections(self) -> int:
        """Database connections that can be open at once: in a rollout old and new tasks both run."""
        worker = _ENGINES * (self.pool_size + self.max_overflow) + _READINESS
        servers = self.most_tasks * 2 * self.workers * worker
        return servers + _MIGRATE + _ROTATE + _GARBAGE_COLLECTION + _RESERVED


def max_connections(instance_class: str) -> int:
    """PostgreSQL's `max_connections` on this class, estimated low."""
    return _connections_in(INSTANCE_CLASSES[instance_class])


def max_connections_of_aurora(max_acu: float, min_acu: float) -> int:
    """PostgreSQL's `max_connections` on an Aurora of this capacity, estimated low: it goes by the most."""
    most = _connections_in(max_acu * GIB_PER_ACU)
    return most if min_acu > _SMALL_ACU else min(most, _MOST_CONNECTIONS_OF_SMALL)


def _connections_in(memory_gib: float) -> int:
    return min(int(memory_gib * GIB * _SHARE_OF_MEMORY / _BYTES_PER_CONNECTION), _MOST_CONNECTIONS)


SIZES: dict[Size, Sizing] = {
    Size.DEV: Sizing(
        vcpu=0.5, memory_mib=2048, tasks=1,
        instance_class="db.t4g.micro", storage_gib=20, multi_az=False, max_acu=2,
    ),
    Size.SMALL: Sizing(
        vcpu=1, memory_mib=2048, tasks=2,
        instance_class="db.t4g.small", storage_gib=20, multi_az=True, max_acu=4,
    ),
    Size.MEDIUM: Sizing(
        vcpu=2, memory_mib=4096, tasks=2,
        instance_class="db.t4g.medium", storage_gib=50, multi_az=True, max_acu=8,
    ),
    Size.LARGE: Sizing(
        vcpu=4, memory_mib=8192, tasks=3,
        instance_class="db.m7g.xlarge", storage_gib=100, multi_az=True, max_acu=16,
    ),
}  # fmt: skip
