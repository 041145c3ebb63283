"""`kit smoke`: as whom it comes. What it then does is for tests/smoke and tests/server_image."""

import os
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from kit import cli, smoke
from kit.commands.smoke import smoke_test
from kit.local.errors import LocalError

API = "https://a1b2c3d4.execute-api.eu-west-1.amazonaws.com"


@pytest.mark.parametrize("value", [None, ""])
def test_it_asks_for_the_password_in_the_environment(value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_PASSWORD", raising=False)
    if value is not None:
        monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", value)
    with pytest.raises(LocalError, match="Set MLFLOW_TRACKING_PASSWORD to the password of admin, or say --no-auth"):
        smoke_test("http://localhost:1", "admin", None)


def test_it_sends_no_password_to_a_server_without_auth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "MLFLOW_TRACKING_PASSWORD", "of another server")
    given: list[Any] = []

    def run(url: str, username: str | None, secret: str | None, **_: Any) -> Any:
        given.append((url, username, secret))
        return SimpleNamespace(ok=True)

    monkeypatch.setattr(smoke, "run", run)
    assert smoke_test("http://localhost:1", None, None)
    assert given == [("http://localhost:1", None, None)]


def test_it_refuses_what_is_no_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "secret")
    with pytest.raises(LocalError, match="localhost"):
        smoke_test("localhost:5050", "admin", None)


@pytest.fixture
def signers(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> list[smoke.Signer]:
    """Who signs, of each smoke test that is run. The machine has no AWS configuration."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    found: list[smoke.Signer] = []

    def run(*_: Any, signer: smoke.Signer, **__: Any) -> Any:
        found.append(signer)
        return SimpleNamespace(ok=True)

    monkeypatch.setattr(smoke, "run", run)
    return found


def test_with_iam_the_credentials_of_a_profile_sign_for_the_api_s_region(
    signers: list[smoke.Signer], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / "credentials").write_text("[admin]\naws_access_key_id = AKIAADMIN\naws_secret_access_key = hidden\n")
    monkeypatch.setenv("AWS_PROFILE", "admin")
    answer = CliRunner().invoke(cli.kit, ["smoke", API, "--iam"])
    assert answer.exit_code == 0, answer.output
    (signer,) = signers
    assert (signer.keys.access_key, signer.keys.secret_key, signer.region) == ("AKIAADMIN", "hidden", "eu-west-1")


@pytest.mark.parametrize("variable", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_behind_another_name_the_environment_says_the_region(
    signers: list[smoke.Signer], monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAADMIN")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden")
    with pytest.raises(LocalError, match=r"Set AWS_REGION to the region of the API at https://mlflow\.example\.com"):
        smoke_test("https://mlflow.example.com", None, None, by_iam=True)
    monkeypatch.setenv(variable, "eu-central-1")
    assert smoke_test("https://mlflow.example.com", None, None, by_iam=True)
    assert [signer.region for signer in signers] == ["eu-central-1"]


def test_a_machine_without_credentials_is_told_how_to_name_some(signers: list[smoke.Signer]) -> None:
    with pytest.raises(LocalError, match="name a profile of the team's admin role in AWS_PROFILE"):
        smoke_test(API, None, None, by_iam=True)
    assert signers == []


def test_a_profile_that_is_not_there_is_told_in_a_sentence(
    signers: list[smoke.Signer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(LocalError, match=r"AWS gives no credentials to sign with\. .*nobody"):
        smoke_test(API, None, None, by_iam=True)
    assert signers == []
