"""What a team file may say: typed, checked, frozen. `team_files` reads the files themselves."""

from dataclasses import replace
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails

from stacks.team import values
from stacks.team.alarms_config import AlarmsConfig
from stacks.team.artifacts_config import ArtifactsConfig, ArtifactsMode
from stacks.team.backup_config import BackupConfig
from stacks.team.clients_config import ClientsConfig
from stacks.team.database_config import DatabaseAuth, DatabaseConfig, DatabaseEngine, Insights
from stacks.team.encryption_config import EncryptionConfig
from stacks.team.firewall_config import FirewallConfig
from stacks.team.network_config import DomainConfig, Egress, ExistingNetwork, NetworkConfig, PrivateLinkConfig
from stacks.team.oidc_config import OidcConfig
from stacks.team.rules import problems_of
from stacks.team.schedule_config import ScheduleConfig
from stacks.team.section import Section, section_of
from stacks.team.server_config import Architecture, ServerConfig
from stacks.team.sizes import (
    GIB_PER_ACU,
    INSTANCE_CLASSES,
    SIZES,
    Size,
    Sizing,
    max_connections,
    max_connections_of_aurora,
)

__all__ = [
    "Access", "AlarmsConfig", "Architecture", "ArtifactsConfig", "ArtifactsMode", "Auth", "BackupConfig",
    "DatabaseAuth", "DatabaseConfig", "DatabaseEngine", "DomainConfig", "Egress", "EncryptionConfig", "ExistingNetwork",
    "FirewallConfig",
    "Insights", "NetworkConfig", "OidcConfig", "PrivateLinkConfig", "ScheduleConfig", "ServerConfig", "StackKind",
    "TeamConfig", "TrackingStore",
    "section_of",
]  # fmt: skip

StackKind = Literal["network", "data", "edge", "service"]


class Access(StrEnum):
    """Who reaches the server."""

    INTERNAL = "internal"
    PUBLIC = "public"


class Auth(StrEnum):
    """How callers prove who they are."""

    BASIC = "basic"
    OIDC = "oidc"
    IAM = "iam"
    NONE = "none"


class TrackingStore(StrEnum):
    """What reads and writes runs in the database."""

    POSTGRESQL = "postgresql"
    MLFLOW = "mlflow"


class TeamConfig(Section):
    """One team: everything that its stacks are made from."""

    name: Annotated[values.TeamName, Field(description="The team file's name without `.yaml`.")]
    region: Annotated[values.Region, Field(description="The AWS region, such as `eu-west-1`.")]
    temporary: Annotated[
        bool,
        Field(description="Whether everything of this team, its data too, is deleted with its stacks."),
    ] = False
    size: Annotated[Size, Field(strict=False, description="A row of the table of sizes.")] = Size.SMALL
    access: Annotated[
        Access,
        Field(
            strict=False,
            description="`internal`: from the VPC only. `public`: from the internet, by https: under the `domain`, "
            "or without one under a host name of CloudFront's.",
        ),
    ] = Access.INTERNAL
    auth: Annotated[
        Auth,
        Field(
            strict=False,
            description="`basic`: MLflow's users and permissions. `oidc`: the same permissions, for users of the "
            "organisation's OpenID provider. `iam`: AWS's, by API Gateway and signed requests, without a web page. "
            "`none`: everybody, internal only.",
        ),
    ] = Auth.BASIC
    oidc: Annotated[
        OidcConfig | None,
        Field(description="The OpenID provider of `auth: oidc`, by which people and programs come in."),
    ] = None
    tracking_store: Annotated[
        TrackingStore,
        Field(
            strict=False,
            description="`postgresql`: the calls that training makes most are one round trip to the database. "
            "`mlflow`: MLflow's own code for every call. The data is the same.",
        ),
    ] = TrackingStore.POSTGRESQL
    domain: Annotated[DomainConfig | None, Field(description="The server's own host name, with TLS.")] = None
    firewall: Annotated[FirewallConfig, Field(description="AWS WAF before a public server.")] = FirewallConfig()
    server: Annotated[ServerConfig, Field(description="Overrides of the size, and what it runs on.")] = ServerConfig()
    database: Annotated[DatabaseConfig, Field(description="Overrides of the size, and backups.")] = DatabaseConfig()
    backup: Annotated[
        BackupConfig, Field(description="Daily snapshots in a vault, beside the database's own backups.")
    ] = BackupConfig()
    encryption: Annotated[EncryptionConfig, Field(description="The key of what the team keeps.")] = EncryptionConfig()
    network: Annotated[NetworkConfig, Field(description="A new VPC or an existing one.")] = NetworkConfig()
    artifacts: Annotated[ArtifactsConfig, Field(description="How artifacts travel and how long they are kept.")] = (
        ArtifactsConfig()
    )
    clients: Annotated[ClientsConfig, Field(description="Who may assume the roles of the team's clients on AWS.")] = (
        ClientsConfig()
    )
    schedule: Annotated[ScheduleConfig, Field(description="When the server runs.")] = ScheduleConfig()
    alarms: Annotated[AlarmsConfig, Field(description="Who is told when something is wrong.")] = AlarmsConfig()
    tags: Annotated[values.Tags, Field(description="Tags on every resource of the team.")] = {}  # noqa: RUF012 - frozen

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        if problems := list(problems_of(self)):
            raise ValidationError.from_exception_data(
                type(self).__name__,
                [
                    InitErrorDetails(type=values.refuse(problem.sentence), loc=problem.path, input=problem.given)
                    for problem in problems
                ],
            )
        return self

    @property
    def sizing(self) -> Sizing:
        """The size's row with this file's own numbers applied."""
        own = self.server.model_dump(include=set(ServerConfig.sizing_keys)) | self.database.model_dump(
            include=set(DatabaseConfig.sizing_keys)
        )
        return replace(SIZES[self.size], **{key: value for key, value in own.items() if value is not None})

    @property
    def database_memory_gib(self) -> float:
        """Of an instance of the database; of one that grows, when it has grown."""
        if self.database.is_aurora:
            return self.sizing.max_acu * GIB_PER_ACU
        return INSTANCE_CLASSES[self.sizing.instance_class]

    @property
    def max_connections(self) -> int:
        """PostgreSQL's, on the team's database, estimated low."""
        if self.database.is_aurora:
            return max_connections_of_aurora(self.sizing.max_acu, self.database.min_acu)
        return max_connections(self.sizing.instance_class)

    @property
    def behind_gateway(self) -> bool:
        """Whether API Gateway gives the server its public name, and lets in whom IAM lets."""
        return self.auth == Auth.IAM

    @property
    def behind_cloudfront(self) -> bool:
        """Whether CloudFront gives the server its public name."""
        return self.access == Access.PUBLIC and self.domain is None and not self.behind_gateway

    @property
    def internet_facing(self) -> bool:
        """Whether the load balancer itself is reached from the internet."""
        return self.access == Access.PUBLIC and not self.behind_cloudfront and not self.behind_gateway

    @property
    def has_firewall(self) -> bool:
        """Whether the server has a web ACL of its own."""
        return self.access == Access.PUBLIC and self.firewall.enabled and not self.behind_gateway

    def stack_name(self, kind: StackKind) -> str:
        """The CloudFormation stack's name, which is its construct id as well."""
        return f"mlflow-{self.name}-{kind}"
