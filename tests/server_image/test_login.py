from typing import Any

import psycopg2
import pytest
from tracking_server import login
from tracking_server.errors import TrackingServerError
from tracking_server.login import SecretLogin
from tracking_server.secret import LoginSecret
from tracking_server.settings import Login

from tests.server_image.deployment import Deployment


@pytest.fixture(autouse=True)
def _credentials(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in deployment.environment().items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)


@pytest.fixture
def server(deployment: Deployment) -> SecretLogin:
    return SecretLogin(deployment.secret_arn)


@pytest.fixture
def secret(deployment: Deployment) -> LoginSecret:
    return LoginSecret(deployment.secret_arn)


def refuse(as_user: Login) -> str:
    raise psycopg2.OperationalError(f'FATAL: password authentication failed for user "{as_user.user}"')


def test_the_login_is_fetched_once_and_again_after_a_refusal(server: SecretLogin, deployment: Deployment) -> None:
    first = server.get()
    assert first == Login("mlflow_server", deployment.postgres.server_password)
    deployment.put_password("second", user="mlflow_server_clone")
    assert server.get() == first
    assert server.refresh(refused=first) == Login("mlflow_server_clone", "second")


def test_an_old_login_is_fetched_again_and_kept_where_that_fails(
    server: SecretLogin, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = server.get()
    deployment.put_password("second")
    monkeypatch.setattr(login, "_FRESH_SECONDS", 0)
    second = server.get()
    assert (first.password, second.password) == (deployment.postgres.server_password, "second")
    deployment.secrets_manager.put_secret_value(SecretId=deployment.secret_arn, SecretString="no JSON")
    assert server.get() == second


def test_a_refusal_that_another_thread_has_answered_fetches_nothing(
    server: SecretLogin, monkeypatch: pytest.MonkeyPatch, deployment: Deployment
) -> None:
    first = server.get()
    deployment.put_password("second")
    server.refresh(refused=first)

    def fetch(*_arguments: Any) -> str:
        raise AssertionError("fetched")

    monkeypatch.setattr(server, "_fetch", fetch)
    assert server.refresh(refused=first).password == "second"


def test_a_connection_outlives_a_rotation_between_fetch_and_use(server: SecretLogin, deployment: Deployment) -> None:
    passwords = iter(["second", "third"])

    def connect(as_user: Login) -> str:
        if as_user.password == "third":
            return "connected"
        deployment.put_password(next(passwords))
        return refuse(as_user)

    assert server.connect(connect) == "connected"


def test_a_refused_login_that_is_still_the_secrets_is_not_tried_again(server: SecretLogin) -> None:
    tried: list[Login] = []

    def connect(as_user: Login) -> str:
        tried.append(as_user)
        return refuse(as_user)

    with pytest.raises(psycopg2.OperationalError, match="authentication failed"):
        server.connect(connect)
    assert len(tried) == 1


def test_any_other_error_is_no_reason_to_fetch(server: SecretLogin, deployment: Deployment) -> None:
    first = server.get()
    deployment.put_password("second")

    def connect(as_user: Login) -> str:
        raise psycopg2.OperationalError("could not connect to server: Connection refused")

    with pytest.raises(psycopg2.OperationalError, match="Connection refused"):
        server.connect(connect)
    assert server.get() == first


def test_a_secret_without_a_user_is_the_servers_role(secret: LoginSecret, deployment: Deployment) -> None:
    deployment.secrets_manager.put_secret_value(SecretId=deployment.secret_arn, SecretString='{"password": "p"}')
    assert secret.current().login == Login("mlflow_server", "p")


def test_without_a_rotation_there_is_no_pending_login(secret: LoginSecret) -> None:
    assert secret.pending() is None


def test_a_pending_login_becomes_the_current_one(secret: LoginSecret) -> None:
    before = secret.current()
    pending = secret.put_pending(Login("mlflow_server_clone", "next"))
    assert secret.current() == before
    assert secret.pending() == pending
    secret.make_current(pending, instead_of=before)
    assert secret.current() == pending
    assert secret.pending() is None


@pytest.mark.parametrize("value", ["canary-not-json", '["canary"]', '{"user": "canary"}', '"canary"'])
def test_a_malformed_secret_is_named_and_not_quoted(secret: LoginSecret, deployment: Deployment, value: str) -> None:
    deployment.secrets_manager.put_secret_value(SecretId=deployment.secret_arn, SecretString=value)
    with pytest.raises(TrackingServerError, match="no JSON object with a password field") as caught:
        secret.current()
    assert "canary" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_login_does_not_show_its_password() -> None:
    assert "canary" not in repr(Login("mlflow_server", "canary"))
