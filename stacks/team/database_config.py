"""What a team file says of its database."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from stacks.team import database_values, values
from stacks.team.section import Section
from stacks.team.sizes import MAX_ACU, MAX_STORAGE_GIB, MIN_STORAGE_GIB


class DatabaseEngine(StrEnum):
    """What runs PostgreSQL, by RDS's names."""

    POSTGRES = "postgres"
    AURORA = "aurora-postgresql"


class Insights(StrEnum):
    """How much CloudWatch Database Insights tells of the database's load."""

    STANDARD = "standard"
    ADVANCED = "advanced"


class DatabaseAuth(StrEnum):
    """How the server proves to the database who it is."""

    PASSWORD = "password"  # noqa: S105 - a word, not a password
    IAM = "iam"


class DatabaseConfig(Section):
    """The database's own numbers, where the size's do not fit, and how it is looked after."""

    engine_version: ClassVar[str] = "18"
    """PostgreSQL's major version. AWS applies the minor versions by itself."""

    sizing_keys: ClassVar[frozenset[str]] = frozenset({"instance_class", "storage_gib", "multi_az", "max_acu"})
    """The keys that override the size."""

    engine: Annotated[
        DatabaseEngine,
        Field(
            strict=False,
            description="`postgres`: an RDS instance of one class. `aurora-postgresql`: an Aurora cluster, whose "
            "instances are serverless: they grow and shrink between `min_acu` and `max_acu`. A team keeps the one that "
            "it has begun with.",
        ),
    ] = DatabaseEngine.POSTGRES
    instance_class: Annotated[values.InstanceClass | None, Field(description="The RDS instance class.")] = None
    storage_gib: Annotated[
        int | None,
        Field(
            ge=MIN_STORAGE_GIB, le=MAX_STORAGE_GIB,
            description="The first size of the disk, in GiB. It grows by itself to ten times that.",
        ),
    ] = None  # fmt: skip
    multi_az: Annotated[
        bool | None, Field(description="Whether a standby waits in another zone and takes over by itself.")
    ] = None
    min_acu: Annotated[
        database_values.Capacity,
        Field(
            ge=0, le=MAX_ACU, allow_inf_nan=False,
            description="Of an Aurora cluster: the least capacity of an instance, in Aurora capacity units of 2 GiB of "
            "memory. `0`: it pauses when nobody asks it anything, and the first request after that waits for it, for "
            "15 seconds and more.",
        ),
    ] = 0.5  # fmt: skip
    max_acu: Annotated[
        database_values.Capacity | None,
        Field(
            ge=1, le=MAX_ACU, allow_inf_nan=False, description="Of an Aurora cluster: the most capacity of an instance."
        ),
    ] = None
    auto_pause_minutes: Annotated[
        int,
        Field(ge=5, le=1440, description="With `min_acu: 0`: after how long without a connection it pauses."),
    ] = 5
    backup_retention_days: Annotated[
        int,
        Field(ge=1, le=35, description="How many days back the database can be restored to any second."),
    ] = 7
    backup_window: Annotated[
        database_values.DailyWindow | None,
        Field(description="When it is backed up each day, in UTC. Without it AWS takes a time of the region's night."),
    ] = None
    maintenance_window: Annotated[
        database_values.WeeklyWindow | None,
        Field(
            description="When AWS may patch it each week, in UTC. Without it AWS takes a time of the region's night."
        ),
    ] = None
    log_retention_days: Annotated[
        database_values.LogRetention,
        Field(description="How long CloudWatch keeps PostgreSQL's log: `scripts/kit protect` sets it."),
    ] = 90
    auth: Annotated[
        DatabaseAuth,
        Field(
            strict=False,
            description="How the server logs in. `password`: with one from Secrets Manager. `iam`: with a token that "
            "the task's role signs for each connection, so that there is no password.",
        ),
    ] = DatabaseAuth.PASSWORD
    resource_id: Annotated[
        database_values.ResourceId | None,
        Field(
            description="With `auth: iam`, of a database that was restored in place of the one that the stack made: "
            "its `DbiResourceId`, or `DbClusterResourceId`, by which IAM knows it, and CloudFormation does not."
        ),
    ] = None
    password_rotation_days: Annotated[
        int,
        Field(
            ge=0, le=365,
            description="How old the server's database password becomes before a task makes another, without a "
            "restart. `0`: it stays, as with `auth: iam` and `min_acu: 0`.",
        ),
    ] = 30  # fmt: skip
    insights: Annotated[
        Insights,
        Field(
            strict=False,
            description="Of CloudWatch Database Insights. `standard`: load, waits and statements of 7 days. "
            "`advanced`: 15 months, and plans and locks; it is charged by vCPU.",
        ),
    ] = Insights.STANDARD

    @property
    def rotates_password(self) -> bool:
        """Whether a task makes another password now and then."""
        return self.auth == DatabaseAuth.PASSWORD and self.password_rotation_days > 0 and not self.pauses

    @property
    def is_aurora(self) -> bool:
        """Whether it is an Aurora cluster."""
        return self.engine == DatabaseEngine.AURORA

    @property
    def id_prefix(self) -> str:
        """How RDS begins the ids by which IAM knows such databases."""
        return "cluster-" if self.is_aurora else "db-"

    @property
    def pauses(self) -> bool:
        """Whether it stops running while nobody asks it anything."""
        return self.is_aurora and self.min_acu == 0
