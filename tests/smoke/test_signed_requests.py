"""MLflow's client signs for API Gateway, and so does the smoke test."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.smoke import run as smoke_test
from kit.smoke.browser import Browser
from kit.smoke.signing import Signer, region_of
from tests.smoke.signing_gateway import KEY, REGION, Gateway

CALLS = """
import mlflow
client = mlflow.MlflowClient()
client.get_experiment("7")
client.search_experiments(filter_string="name = 'a & b'")
client.log_metric("0123456789abcdef0123456789abcdef", "loss", 0.5)
"""
SIGNER = Signer(KEY, REGION)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway().running() as server:
        yield server


def run(python: Path, gateway: Gateway, signer: Signer) -> subprocess.CompletedProcess[str]:
    environment = {"MLFLOW_TRACKING_URI": gateway.url, **signer.environment()}
    command = [str(python), "-P", "-c", CALLS]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_what_the_client_asks_is_signed_queries_and_bodies_included(client_python: Path, gateway: Gateway) -> None:
    answer = run(client_python, gateway, SIGNER)
    assert answer.returncode == 0, answer.stderr[-2000:]
    assert gateway.refused == []
    assert gateway.let_in == [
        "GET /api/2.0/mlflow/experiments/get",
        "POST /api/2.0/mlflow/experiments/search",
        "POST /api/2.0/mlflow/runs/log-metric",
    ]


def test_another_key_is_refused_and_the_client_says_so(client_python: Path, gateway: Gateway) -> None:
    answer = run(client_python, gateway, SIGNER.with_secret("another-key"))
    assert answer.returncode != 0
    assert "Forbidden" in answer.stderr
    assert gateway.let_in == []
    assert gateway.refused


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/health", None),
        ("GET", "/api/2.0/mlflow/experiments/get-by-name?experiment_name=a%20%26%20b", None),
        ("GET", "/api/2.0/mlflow-artifacts/artifacts/a%20file", None),
        ("POST", "/api/2.0/mlflow/experiments/search", b'{"max_results": 1}'),
    ],
)
def test_a_check_of_the_kit_s_own_is_signed(gateway: Gateway, method: str, path: str, body: bytes | None) -> None:
    browser = Browser(gateway.url)
    assert browser.send(method, path, credentials=SIGNER, body=body).status == 200
    assert browser.send(method, path, credentials=SIGNER.with_secret("another-key"), body=body).status == 403
    assert browser.send(method, path, body=body).status == 403


def test_credentials_that_may_not_are_told_with_the_role_that_may(gateway: Gateway) -> None:
    refused = SIGNER.with_secret("another-key")
    report = smoke_test(gateway.url, None, None, python=Path("/bin/false"), signer=refused)
    (step,) = report.steps
    assert not step.ok
    assert f"refuses the AWS access key {KEY.access_key} in {REGION}" in step.sentence
    assert "AdminRoleArn" in step.sentence
    assert "another-key" not in step.sentence


def test_a_signer_shows_no_secret() -> None:
    assert KEY.secret_key not in repr(SIGNER)


@pytest.mark.parametrize(
    ("url", "region"),
    [
        ("https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com", "eu-west-1"),
        ("https://a1b2c3d4e5.execute-api.cn-north-1.amazonaws.com.cn/", "cn-north-1"),
        ("https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com.example.com", None),
        ("https://mlflow.example.com", None),
    ],
)
def test_the_region_is_in_the_api_s_own_name(url: str, region: str | None) -> None:
    assert region_of(url) == region
