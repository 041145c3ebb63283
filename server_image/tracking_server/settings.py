"""What the containers are told by their task definition, read from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tracking_server.environment import Environment
from tracking_server.oidc.settings import OidcSettings

VERIFYING_SSL_MODES = ("verify-ca", "verify-full")
SSL_MODES = ("disable", "prefer", "require", *VERIFYING_SSL_MODES)
LOOPBACK = ("127.0.0.1", "::1", "localhost")
DATABASE_AUTH_MODES = ("password", "iam")
AUTH_MODES = ("basic", "none", "oidc")
ARTIFACT_MODES = ("proxied", "presigned", "direct")
SCHEMES = ("http", "https")
STORES = ("postgresql", "mlflow")


@dataclass(frozen=True)
class Login:
    """A role of PostgreSQL and its password."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class DatabaseSettings:
    """Where PostgreSQL is, and how the server proves who it is; never a password itself.

    Attributes:
        auth: `password`, which the secret has, or `iam`, with a token of the region for each connection.
        secret_arn: empty with `iam`.
        region: empty with `password`.
        connect_timeout_seconds: how long a connection may take; Aurora's takes half a minute after a pause.
        idle_seconds: after how long PostgreSQL ends an engine's session that asks nothing; 0 for never.
    """

    host: str
    port: int
    name: str
    sslmode: str
    auth: str
    secret_arn: str
    region: str
    connect_timeout_seconds: int = 10
    idle_seconds: int = 0

    @classmethod
    def read(cls, environment: Environment) -> "DatabaseSettings":
        auth = environment.choice("DATABASE_AUTH", DATABASE_AUTH_MODES, "password")
        host = environment.text("DATABASE_HOST")
        # PostgreSQL asks for a token itself, not for a proof of it.
        modes = VERIFYING_SSL_MODES if auth == "iam" and host not in LOOPBACK else SSL_MODES
        return cls(
            host=host,
            port=environment.integer("DATABASE_PORT", 5432, minimum=1, maximum=65535),
            name=environment.text("DATABASE_NAME"),
            sslmode=environment.choice("DATABASE_SSLMODE", modes, "verify-full"),
            auth=auth,
            secret_arn=environment.text("DATABASE_SECRET_ARN") if auth == "password" else "",
            region=environment.text("DATABASE_REGION") if auth == "iam" else "",
            connect_timeout_seconds=environment.integer("DATABASE_CONNECT_TIMEOUT_SECONDS", 10, minimum=2, maximum=300),
            idle_seconds=environment.integer("DATABASE_IDLE_SECONDS", 0, minimum=0, maximum=86_400),
        )


@dataclass(frozen=True)
class MigrateSettings:
    """Settings of `migrate` and `rotate`, which alone are given the master's password."""

    database: DatabaseSettings
    master: Login

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> "MigrateSettings":
        """
        Raises:
            SettingsError: A variable is missing or invalid.
        """
        environment = Environment(variables)
        settings = cls(
            database=DatabaseSettings.read(environment),
            master=Login(environment.text("DATABASE_MASTER_USERNAME"), environment.text("DATABASE_MASTER_PASSWORD")),
        )
        environment.check()
        return settings


@dataclass(frozen=True)
class ServeSettings:
    """Settings of the `server` container.

    `allowed_hosts` and `allowed_origins` are lower case, as clients send them: MLflow compares them as text.
    Each host is held with and without a port, because clients add every port but the scheme's own. `connections` are
    those that each of MLflow's engines may open. `oidc` is there with that `auth` alone; `allowed_origins` is then one.
    Prometheus reads `metrics_port`; with 0 there is none.
    """

    database: DatabaseSettings
    host: str
    port: int
    metrics_port: int
    workers: int
    keep_alive_seconds: int
    auth: str
    artifacts: str
    artifact_location: str
    bucket_owner: str
    scheme: str
    connections: int
    allowed_hosts: tuple[str, ...]
    allowed_origins: str
    oidc: OidcSettings | None
    encryption_key: str = field(repr=False)

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> "ServeSettings":
        """
        Raises:
            SettingsError: A variable is missing or invalid.
        """
        environment = Environment(variables)
        auth = environment.choice("TRACKING_AUTH", AUTH_MODES, "basic")
        artifacts = environment.choice("TRACKING_ARTIFACTS", ARTIFACT_MODES, "proxied")
        settings = cls(
            database=DatabaseSettings.read(environment),
            host=environment.text("MLFLOW_HOST", "127.0.0.1"),
            port=environment.integer("MLFLOW_PORT", 5000, minimum=1, maximum=65535),
            metrics_port=environment.integer("TRACKING_METRICS_PORT", 0, minimum=0, maximum=65535),
            workers=environment.integer("MLFLOW_WORKERS", 1, minimum=1, maximum=64),
            keep_alive_seconds=environment.integer("TRACKING_KEEP_ALIVE_SECONDS", 75, minimum=1, maximum=4000),
            auth=auth,
            artifacts=artifacts,
            artifact_location=environment.text(_location_variable(artifacts)),
            bucket_owner=environment.text("MLFLOW_S3_EXPECTED_BUCKET_OWNER", ""),
            scheme=environment.choice("TRACKING_SCHEME", SCHEMES, "http"),
            # MLflow drops a 0, and SQLAlchemy then takes its own 5 and 10 (mlflow/store/db/utils.py).
            connections=environment.integer("MLFLOW_SQLALCHEMYSTORE_POOL_SIZE", 5, minimum=1)
            + environment.integer("MLFLOW_SQLALCHEMYSTORE_MAX_OVERFLOW", 10, minimum=1),
            allowed_hosts=_with_ports(environment.text("MLFLOW_SERVER_ALLOWED_HOSTS")),
            allowed_origins=environment.text(
                "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS", None if auth == "oidc" else ""
            ).lower(),
            oidc=OidcSettings.read(environment) if auth == "oidc" else None,
            encryption_key=environment.text("TRACKING_ENCRYPTION_KEY", min_length=32),
        )
        # MLflow makes the store, from an entry point: tracking_server/store/plugin.py.
        environment.choice("TRACKING_STORE", STORES, "postgresql")
        # The job runner is a process tree of its own, which `serve` does not start.
        environment.choice("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", ("false",), "false")
        if auth != "none":
            environment.text("MLFLOW_AUTH_ADMIN_USERNAME")
            # MLflow's shortest password: mlflow/utils/validation.py.
            environment.text("MLFLOW_AUTH_ADMIN_PASSWORD", min_length=12)
        environment.check()
        return settings


@dataclass(frozen=True)
class GarbageSettings:
    """Settings of `collect-garbage`."""

    database: DatabaseSettings
    artifact_location: str

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> "GarbageSettings":
        """
        Raises:
            SettingsError: A variable is missing or invalid.
        """
        environment = Environment(variables)
        artifacts = environment.choice("TRACKING_ARTIFACTS", ARTIFACT_MODES, "proxied")
        settings = cls(
            database=DatabaseSettings.read(environment),
            artifact_location=environment.text(_location_variable(artifacts)),
        )
        environment.check()
        return settings


def _location_variable(artifacts: str) -> str:
    return "MLFLOW_DEFAULT_ARTIFACT_ROOT" if artifacts == "direct" else "MLFLOW_ARTIFACTS_DESTINATION"


def _with_ports(hosts: str) -> tuple[str, ...]:
    names = [host.strip().lower() for host in hosts.split(",") if host.strip()]
    ports = [f"{name}:*" for name in names if ":" not in name and "*" not in name]
    return tuple(dict.fromkeys(names + ports))
