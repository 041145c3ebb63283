"""A team's database and secret, and the commands of the image run as processes against them."""

import json
import os
import secrets
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2

from kit.local.ports import free_port

ROOT = Path(__file__).parents[2]
SERVER_IMAGE = ROOT / "server_image"
SERVER_PYTHON = os.environ.get("KIT_SERVER_PYTHON", str(ROOT / ".venv-server" / "bin" / "python"))
REGION = "eu-central-1"
HOST = "MyTeam-123.Elb.Example.com"
# Every character that a URL, a shell, SQL or an INI file reads its own way.
ODD = "@:/%'\"\\ ?#&$"


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL whose master may create roles and databases but is no superuser, as on RDS."""

    port: int
    superuser_password: str
    master_password: str
    server_password: str
    log: Path

    def connect(self, database: str = "postgres", user: str = "postgres", password: str | None = None) -> Any:
        connection = psycopg2.connect(
            host="127.0.0.1",
            port=self.port,
            dbname=database,
            user=user,
            password=password or self.superuser_password,
        )
        connection.autocommit = True
        return connection

    def accepts(self) -> bool:
        try:
            self.connect().close()
        except psycopg2.OperationalError:
            return False
        return True

    def execute(self, statement: str, *parameters: object, database: str = "postgres") -> list[tuple[Any, ...]]:
        connection = self.connect(database)
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, parameters or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()


@dataclass
class Deployment:
    """One team's database and secret, and the commands as its task would run them."""

    postgres: Postgres
    database: str
    secrets_manager: Any
    endpoint: str
    logs: Path
    secret_arn: str = field(init=False)
    admin_password: str = "canary-admin-" + ODD
    encryption_key: str = "canary-encryption-key-of-32-characters-or-more"

    def __post_init__(self) -> None:
        name = f"{self.database}-user-{secrets.token_hex(3)}"
        value = self._secret(self.postgres.server_password)
        self.secret_arn = self.secrets_manager.create_secret(Name=name, SecretString=value)["ARN"]

    def put_password(self, password: str, user: str = "mlflow_server") -> None:
        self.secrets_manager.put_secret_value(SecretId=self.secret_arn, SecretString=self._secret(password, user))

    def login(self) -> tuple[str, str]:
        """The secret's current user and password."""
        # Without the stage moto gives the version that was put last.
        answer = self.secrets_manager.get_secret_value(SecretId=self.secret_arn, VersionStage="AWSCURRENT")
        value = json.loads(answer["SecretString"])
        return value["username"], value["password"]

    def environment(self, **overrides: str) -> dict[str, str]:
        """The environment of both containers, for a PostgreSQL without TLS."""
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(SERVER_IMAGE),
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "canary-aws-secret",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.endpoint,
            "DATABASE_HOST": "127.0.0.1",
            "DATABASE_PORT": str(self.postgres.port),
            "DATABASE_NAME": self.database,
            "DATABASE_SSLMODE": "disable",
            "DATABASE_SECRET_ARN": self.secret_arn,
            "DATABASE_MASTER_USERNAME": "master",
            "DATABASE_MASTER_PASSWORD": self.postgres.master_password,
            "TRACKING_AUTH": "basic",
            "TRACKING_ARTIFACTS": "proxied",
            "TRACKING_ENCRYPTION_KEY": self.encryption_key,
            "MLFLOW_ARTIFACTS_DESTINATION": "s3://team-bucket/artifacts",
            "MLFLOW_AUTH_ADMIN_USERNAME": "admin",
            "MLFLOW_AUTH_ADMIN_PASSWORD": self.admin_password,
            "MLFLOW_SERVER_ALLOWED_HOSTS": HOST,
            "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS": f"https://{HOST}",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            **overrides,
        }

    def start(self, *arguments: str, **overrides: str) -> subprocess.Popen[bytes]:
        """Start a command; everything it says goes to one file of `logs`."""
        log = self.logs / f"{arguments[0]}-{time.monotonic_ns()}.log"
        with log.open("wb") as output:
            return subprocess.Popen(
                [SERVER_PYTHON, "-m", "tracking_server", *arguments],
                env=self.environment(**overrides),
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def run(self, *arguments: str, **overrides: str) -> subprocess.CompletedProcess[str]:
        return run(*arguments, environment=self.environment(**overrides))

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        return self.postgres.execute(statement, database=self.database)

    @contextmanager
    def open_transaction(self, statement: str) -> Iterator[None]:
        """Another session's transaction that has run the statement and goes on holding its locks."""
        connection = self.postgres.connect(self.database)
        connection.autocommit = False
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
            yield
        finally:
            connection.close()

    def kill_where_it_waits(self, statement: str, *arguments: str) -> None:
        """Start a command, and SIGKILL it when it waits for what the statement's open transaction holds."""
        with self.open_transaction(statement):
            process = self.start(*arguments)
            waits = "SELECT pid FROM pg_stat_activity WHERE pid IN (SELECT pid FROM pg_locks WHERE NOT granted)"
            mine = f"{waits} AND usename = 'master' AND datname = current_database()"
            wait_until(lambda: process.poll() is not None or self.query(mine))
            assert process.poll() is None, self.said()
            process.kill()
            process.wait()
        # PostgreSQL notices only when the statement that waited is done.
        sessions = "SELECT pid FROM pg_stat_activity WHERE usename = 'master' AND datname = current_database()"
        wait_until(lambda: not self.query(sessions))

    def said(self) -> str:
        return "".join(log.read_text() for log in self.logs.iterdir())

    @contextmanager
    def serving(self, port: int | None = None, **overrides: str) -> Iterator["Server"]:
        """A server that answers, stopped afterwards."""
        port = port or free_port()
        process = self.start("serve", MLFLOW_PORT=str(port), **overrides)
        server = Server(self, process, port)
        try:
            wait_until(lambda: process.poll() is not None or server.get("/health").status == 200)
            assert process.poll() is None, self.said()
            yield server
        finally:
            process.terminate()
            try:
                process.wait(120)
            finally:
                process.kill()

    def _secret(self, password: str, user: str = "mlflow_server") -> str:
        return json.dumps({"username": user, "password": password})


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Server:
    deployment: Deployment
    process: subprocess.Popen[bytes]
    port: int

    def get(self, path: str, host: str = HOST.lower(), **headers: str) -> Answer:
        """An answer of any status; 0 where there is none."""
        return self._send(urllib.request.Request(self._url(path), headers={"Host": host, **headers}))

    def post(self, path: str, content: Mapping[str, object], **headers: str) -> Answer:
        headers = {"Host": HOST.lower(), "Content-Type": "application/json", **headers}
        data = json.dumps(content).encode()
        return self._send(urllib.request.Request(self._url(path), data=data, headers=headers))

    def _url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def _send(self, request: urllib.request.Request) -> Answer:
        try:
            with urllib.request.urlopen(request, timeout=120) as response:
                return Answer(response.status, response.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read())
        except OSError:
            return Answer(0, b"")


def run(*arguments: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SERVER_PYTHON, "-m", "tracking_server", *arguments],
        env={"PYTHONPATH": str(SERVER_IMAGE), **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def wait_until(condition: Callable[[], object], seconds: float = 300, pause: float = 0.05) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(pause)
