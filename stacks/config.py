"""What a team file may say: typed, checked, frozen. `team_files` reads the files themselves."""

from dataclasses import replace
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails

from stacks import network_values, values
from stacks.alarms_config import AlarmsConfig
from stacks.artifacts_config import ArtifactsConfig, ArtifactsMode
from stacks.backup_config import BackupConfig
from stacks.clients_config import ClientsConfig
from stacks.database_config import DatabaseConfig, Insights
from stacks.rules import problems_of
from stacks.schedule_config import ScheduleConfig
from stacks.section import Section, section_of
from stacks.server_config import Architecture, ServerConfig
from stacks.sizes import SIZES, Size, Sizing

__all__ = [
    "Access", "AlarmsConfig", "Architecture", "ArtifactsConfig", "ArtifactsMode", "Auth", "BackupConfig",
    "DatabaseConfig", "DomainConfig", "Egress", "ExistingNetwork", "Insights", "NetworkConfig", "ScheduleConfig",
    "ServerConfig", "StackKind", "TeamConfig", "TrackingStore", "section_of",
]  # fmt: skip

StackKind = Literal["network", "data", "edge", "service"]


class Access(StrEnum):
    """Who reaches the server."""

    INTERNAL = "internal"
    PUBLIC = "public"


class Auth(StrEnum):
    """How callers prove who they are."""

    BASIC = "basic"
    NONE = "none"


class TrackingStore(StrEnum):
    """What reads and writes runs in the database."""

    POSTGRESQL = "postgresql"
    MLFLOW = "mlflow"


class Egress(StrEnum):
    """How tasks reach AWS's services, and what else they reach."""

    NAT = "nat"
    PUBLIC_IP = "public-ip"
    ENDPOINTS = "endpoints"


class ExistingNetwork(Section):
    """A VPC that exists already. Nothing of it is looked up: all is said here."""

    vpc_id: Annotated[network_values.VpcId, Field(description="The VPC's id.")]
    vpc_cidr: Annotated[network_values.VpcCidr, Field(description="The VPC's own CIDR block.")]
    availability_zones: Annotated[
        network_values.Zones, Field(strict=False, description="Two zones or more, each once.")
    ]
    private_subnet_ids: Annotated[
        network_values.Subnets,
        Field(strict=False, description="One for each zone, in the same order: tasks and database."),
    ]
    public_subnet_ids: Annotated[
        network_values.Subnets,
        Field(
            strict=False,
            description="One for each zone, in their order: for `access: public` and `egress: public-ip`.",
        ),
    ] = ()


class NetworkConfig(Section):
    """Where the server lives: a VPC of its own, or one that exists."""

    cidr: Annotated[
        network_values.PrivateCidr,
        Field(description="Of a new VPC: private, /16 to /24, and not overlapping any other team's."),
    ] = "10.0.0.0/20"
    existing: Annotated[
        ExistingNetwork | None,
        Field(
            description="A VPC that exists, instead of a new one. Nothing is made in it: "
            "its subnets have the egress already."
        ),
    ] = None
    egress: Annotated[
        Egress,
        Field(
            strict=False,
            description="`nat`: through a NAT gateway. `public-ip`: each task has a public address, which "
            "costs less and still admits nobody. `endpoints`: AWS's services only, through VPC endpoints.",
        ),
    ] = Egress.NAT


class DomainConfig(Section):
    """The server's own host name, with TLS."""

    name: Annotated[values.ServerName, Field(description="The host name, such as `mlflow.example.com`.")]
    hosted_zone_id: Annotated[
        values.HostedZoneId | None,
        Field(
            description="The Route 53 zone that gets the name's record and validates the certificate.",
        ),
    ] = None
    hosted_zone_name: Annotated[values.ZoneName | None, Field(description="That zone's name.")] = None
    certificate_arn: Annotated[
        values.CertificateArn | None,
        Field(description="An issued ACM certificate of the team's region, instead of a new one."),
    ] = None


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
        Field(strict=False, description="`internal`: from the VPC only. `public`: from the internet."),
    ] = Access.INTERNAL
    auth: Annotated[
        Auth,
        Field(
            strict=False,
            description="`basic`: MLflow's users and permissions. `none`: everybody, internal only.",
        ),
    ] = Auth.BASIC
    tracking_store: Annotated[
        TrackingStore,
        Field(
            strict=False,
            description="`postgresql`: the calls that training makes most are one round trip to the database. "
            "`mlflow`: MLflow's own code for every call. The data is the same.",
        ),
    ] = TrackingStore.POSTGRESQL
    domain: Annotated[DomainConfig | None, Field(description="The server's own host name, with TLS.")] = None
    server: Annotated[ServerConfig, Field(description="Overrides of the size, and what it runs on.")] = ServerConfig()
    database: Annotated[DatabaseConfig, Field(description="Overrides of the size, and backups.")] = DatabaseConfig()
    backup: Annotated[
        BackupConfig, Field(description="Daily snapshots in a vault, beside the database's own backups.")
    ] = BackupConfig()
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

    def stack_name(self, kind: StackKind) -> str:
        """The CloudFormation stack's name, which is its construct id as well."""
        return f"mlflow-{self.name}-{kind}"
