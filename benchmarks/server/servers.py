"""The two servers, as containers within the same limits."""

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import click
import psutil

from benchmarks.server.setting import BUCKET, KEYS, Setting
from benchmarks.server.waiting import wait_until
from kit.local.engine import Engine
from kit.local.engine_container import ulimits
from kit.local.errors import LocalError
from kit.local.ports import free_port

# One vCPU, and a core of its own, so that the load and PostgreSQL take none of it. The stock server's 15 processes are
# killed with less memory.
_LIMITS = ("--cpus", "1", "--cpuset-cpus", "0", "--memory", "6g", "--memory-swap", "6g")
_FIRST = "api/2.0/mlflow/experiments/get?experiment_id=0"
_COMMAND = ("python", "-m", "tracking_server")


@dataclass(frozen=True)
class Image:
    """What a container is made from: an image, its environment, and the command, if it is not the image's own."""

    name: str
    reference: str
    environment: Mapping[str, str]
    command: tuple[str, ...] = ()


@dataclass(frozen=True)
class Running:
    """A server that answers.

    Attributes:
        started_s: seconds from the command that started it to its first answer of `/health`.
    """

    port: int
    pid: int
    started_s: float

    def memory_mb(self) -> float:
        """PSS of the whole process tree: memory that processes share counts once."""
        parent = psutil.Process(self.pid)
        tree = [parent, *parent.children(recursive=True)]
        return sum(process.memory_full_info().pss for process in tree) / 1e6


def stock(setting: Setting, reference: str, database: str) -> Image:
    """`mlflow server` with its default options."""
    environment = {
        **KEYS,
        "MLFLOW_S3_ENDPOINT_URL": setting.s3_endpoint,
        "MLFLOW_BACKEND_STORE_URI": setting.url(database),
        "MLFLOW_ARTIFACTS_DESTINATION": f"s3://{BUCKET}/stock",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    return Image("stock", reference, environment)


def kit(setting: Setting, reference: str, database: str) -> Image:
    """The kit's server as a `small` team has it, but open to all, as the stock one is, and with presigned transfers."""
    environment = {
        **KEYS,
        "AWS_ENDPOINT_URL": setting.endpoint,
        "AWS_ENDPOINT_URL_S3": setting.s3_endpoint,
        "DATABASE_HOST": "127.0.0.1",
        "DATABASE_PORT": str(setting.port),
        "DATABASE_NAME": database,
        "DATABASE_SSLMODE": "disable",
        "DATABASE_SECRET_ARN": setting.secret_arn,
        "DATABASE_MASTER_USERNAME": "master",
        "DATABASE_MASTER_PASSWORD": setting.password,
        "TRACKING_AUTH": "none",
        "TRACKING_ARTIFACTS": "presigned",
        "TRACKING_ENCRYPTION_KEY": secrets.token_hex(32),
        "MLFLOW_ARTIFACTS_DESTINATION": f"s3://{BUCKET}/kit",
        "MLFLOW_SERVER_ALLOWED_HOSTS": "127.0.0.1",
        "MLFLOW_HOST": "127.0.0.1",
        "MLFLOW_SQLALCHEMYSTORE_POOL_SIZE": "5",
        "MLFLOW_SQLALCHEMYSTORE_MAX_OVERFLOW": "5",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_ENABLE_AI_GATEWAY": "false",
    }
    return Image("kit", reference, environment, (*_COMMAND, "serve"))


@contextmanager
def running(engine: Engine, image: Image) -> Iterator[Running]:
    """A container of the image, answering; it is removed afterwards."""
    port = free_port()
    name = f"kit-benchmark-{image.name}-{secrets.token_hex(4)}"
    environment = {**image.environment, "MLFLOW_PORT": str(port)}
    try:
        arguments = ("run", "--detach", "--name", name, "--network", "host", *_LIMITS, *ulimits(), *_names(environment))
        engine.call(*arguments, image.reference, *image.command, environment=environment)
        started = wait_until(f"http://127.0.0.1:{port}/health", lambda: bool(_state(engine, name)["Running"]))
        # The stock server kills workers that take long to start, with the requests that they have.
        for _ in range(8):
            wait_until(f"http://127.0.0.1:{port}/{_FIRST}", lambda: bool(_state(engine, name)["Running"]))
        yield Running(port, _state(engine, name)["Pid"], started)
    except click.ClickException as error:
        raise click.ClickException(f"{image.name}: {error.message}\n{_last_words(engine, name)}") from error
    finally:
        engine.call("rm", "--force", "--volumes", name)


def run_migrate(engine: Engine, image: Image) -> None:
    """The kit's `migrate`, to its end."""
    environment = dict(image.environment)
    arguments = ("run", "--rm", "--network", "host", *_LIMITS, *ulimits(), *_names(environment))
    engine.call(*arguments, image.reference, *_COMMAND, "migrate", environment=environment, timeout_s=180)


def _names(environment: Mapping[str, str]) -> Iterator[str]:
    return (word for name in environment for word in ("--env", name))


def _state(engine: Engine, name: str) -> dict[str, Any]:
    state: dict[str, Any] = json.loads(engine.call("container", "inspect", "--format", "{{json .State}}", name))
    return state


def _last_words(engine: Engine, name: str) -> str:
    try:
        return engine.call("logs", "--tail", "10", name)
    except LocalError as error:
        return str(error)
