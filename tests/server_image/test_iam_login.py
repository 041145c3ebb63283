"""Tokens of IAM. RDS alone can check one; what stands for it here asks for the password as RDS does, and reads it."""

import socket
import struct
import threading
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from tracking_server.errors import TrackingServerError
from tracking_server.iam_login import IamLogin
from tracking_server.login import SecretLogin, server_login
from tracking_server.settings import DatabaseSettings

from tests.server_image.deployment import Deployment

HOST = "database.example.eu-central-1.rds.amazonaws.com"
SETTINGS = DatabaseSettings(HOST, 5432, "mlflow", "verify-full", "iam", "", "eu-central-1")


@pytest.fixture
def _task_role(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary-aws-secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "session+/=")


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """No credentials anywhere."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.mark.usefixtures("_task_role")
def test_a_token_is_what_boto3_makes_with_the_description_of_rds() -> None:
    """At the same second, that is: both are made until they agree on when."""
    rds = boto3.session.Session().client("rds", region_name="eu-central-1")
    for _ in range(10):
        made = IamLogin(SETTINGS).get()
        expected = rds.generate_db_auth_token(HOST, 5432, "mlflow_server_iam")
        if parse_qs(made.password)["X-Amz-Date"] == parse_qs(expected)["X-Amz-Date"]:
            break
    assert made.password == expected
    assert made.user == "mlflow_server_iam"


@pytest.mark.usefixtures("_task_role")
def test_every_connection_asks_for_credentials_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """So those of a task's role may expire."""
    login = IamLogin(SETTINGS)
    monkeypatch.setattr(login._session, "get_credentials", iter([None]).__next__)
    with pytest.raises(
        TrackingServerError, match="No token for mlflow_server_iam could be signed; check the task role"
    ):
        login.connect(lambda _: None)


@pytest.mark.usefixtures("nobody")
def test_without_credentials_there_is_no_token() -> None:
    with pytest.raises(TrackingServerError, match="check the task role"):
        IamLogin(SETTINGS).get()


@pytest.mark.usefixtures("_task_role")
def test_a_refused_token_is_not_made_again() -> None:
    tried: list[str] = []

    def connect(login: object) -> None:
        tried.append(repr(login))
        raise TrackingServerError("PAM authentication failed")

    with pytest.raises(TrackingServerError, match="PAM"):
        IamLogin(SETTINGS).connect(connect)
    assert len(tried) == 1
    assert "X-Amz-" not in tried[0]


def test_the_settings_choose_the_login(deployment: Deployment) -> None:
    assert isinstance(server_login(SETTINGS), IamLogin)
    of_secret = DatabaseSettings(HOST, 5432, "mlflow", "verify-full", "password", deployment.secret_arn, "")
    assert isinstance(server_login(of_secret), SecretLogin)


class RefusingDatabase:
    """Asks for a password in clear, as RDS does for a token, and refuses it. https://www.postgresql.org/docs/current/protocol-flow.html"""

    def __init__(self) -> None:
        self.passwords: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with client, client.makefile("rwb") as stream:
                stream.read(struct.unpack("!I", stream.read(4))[0] - 4)
                stream.write(b"R" + struct.pack("!II", 8, 3))
                stream.flush()
                stream.read(1)
                self.passwords.append(stream.read(struct.unpack("!I", stream.read(4))[0] - 4)[:-1].decode())
                said = b"SFATAL\0C28000\0MPAM authentication failed for user\0\0"
                stream.write(b"E" + struct.pack("!I", len(said) + 4) + said)

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def database() -> Iterator[RefusingDatabase]:
    database = RefusingDatabase()
    yield database
    database.close()


def test_a_refused_server_ends_with_one_sentence_and_without_the_token(
    deployment: Deployment, database: RefusingDatabase
) -> None:
    variables = {"DATABASE_AUTH": "iam", "DATABASE_REGION": "eu-central-1", "DATABASE_SECRET_ARN": ""}
    done = deployment.run("serve", DATABASE_PORT=str(database.port), **variables)
    assert done.returncode == 1
    assert "did not accept mlflow_server_iam on" in done.stderr
    assert "PAM authentication failed" in done.stderr
    assert "X-Amz-" not in done.stdout + done.stderr
    (token,) = database.passwords
    url = urlsplit(f"https://{token}")
    assert url.netloc == f"127.0.0.1:{database.port}"
    assert parse_qs(url.query)["DBUser"] == ["mlflow_server_iam"]
    assert parse_qs(url.query)["X-Amz-Credential"][0].split("/")[2:] == ["eu-central-1", "rds-db", "aws4_request"]
