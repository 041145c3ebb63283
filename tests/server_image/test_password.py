from typing import Any

import pytest
from tracking_server.errors import TrackingServerError
from tracking_server.password import SecretPassword

from tests.server_image.deployment import Deployment


@pytest.fixture
def password(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> SecretPassword:
    for name, value in deployment.environment().items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    return SecretPassword(deployment.secret_arn)


def test_the_password_is_fetched_once_and_again_after_a_refusal(
    password: SecretPassword, deployment: Deployment
) -> None:
    first = password.get()
    deployment.put_password("second")
    assert password.get() == first == deployment.postgres.server_password
    assert password.refresh(refused=first) == "second"


def test_a_refusal_that_another_thread_has_answered_fetches_nothing(
    password: SecretPassword, monkeypatch: pytest.MonkeyPatch, deployment: Deployment
) -> None:
    first = password.get()
    deployment.put_password("second")
    password.refresh(refused=first)

    def fetch(*_arguments: Any) -> str:
        raise AssertionError("fetched")

    monkeypatch.setattr(password, "_fetch", fetch)
    assert password.refresh(refused=first) == "second"


def test_without_a_rotation_there_is_no_pending_password(password: SecretPassword) -> None:
    assert password.pending() is None


@pytest.mark.parametrize("value", ["canary-not-json", '["canary"]', '{"user": "canary"}'])
def test_a_malformed_secret_is_named_and_not_quoted(
    password: SecretPassword, deployment: Deployment, value: str
) -> None:
    deployment.secrets_manager.put_secret_value(SecretId=deployment.secret_arn, SecretString=value)
    with pytest.raises(TrackingServerError, match="no JSON object with a password field") as caught:
        password.get()
    assert "canary" not in str(caught.value)
    assert caught.value.__suppress_context__
