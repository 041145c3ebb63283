"""No secret is in any line that the containers write, whatever goes wrong."""

import base64
import json
from urllib.parse import quote

import pytest

from kit.local.ports import free_port
from tests.server_image.deployment import Deployment

API = "/api/2.0/mlflow"


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"admin:{password}".encode()).decode()


def assert_silent(deployment: Deployment, *more: str) -> None:
    """Every line is JSON, and none has a secret as it is, in a URL, or in a header of basic auth."""
    said = deployment.said()
    for line in said.splitlines():
        json.loads(line)
    secrets = [
        deployment.admin_password,
        deployment.encryption_key,
        deployment.postgres.server_password,
        deployment.postgres.master_password,
        "canary-aws-secret",
        *more,
    ]
    for secret in secrets:
        for form in (secret, quote(secret, safe=""), json.dumps(secret)[1:-1], basic(secret)):
            assert form not in said


def test_requests_that_go_wrong_name_no_secret(deployment: Deployment) -> None:
    with deployment.serving() as server:
        admin = {"Authorization": basic(deployment.admin_password)}
        wrong = "canary-wrong-password"
        for path in (
            f"{API}/experiments/search",
            f"{API}/runs/get?run_id=unknown&token=canary-query",
            "/nowhere/canary-path",
        ):
            server.get(path, **admin)
            server.get(path, Authorization=basic(wrong))
            server.get(path, "other.example.com", **admin)
        user = {"username": "someone", "password": "canary-short"}
        server.post(f"{API}/users/create", user, **admin)
        server.post(f"{API}/users/create", {**user, "password": "canary-of-a-user-long-enough"}, **admin)
        server.post(f"{API}/users/create", {**user, "password": "canary-of-a-user-long-enough"}, **admin)
        server.get("/api/2.0/mlflow-artifacts/artifacts?path=canary-path", **admin)
        # Tables that are missing make MLflow fail in the middle of what it does.
        deployment.query("DROP TABLE params, latest_metrics, user_role_assignments CASCADE")
        answer = server.post(
            f"{API}/runs/create", {"experiment_id": "0", "tags": [{"key": "k", "value": "v"}]}, **admin
        )
        run = answer.json()["run"]["info"]["run_id"]
        for method in ("log-metric", "log-parameter"):
            server.post(f"{API}/runs/{method}", {"run_id": run, "key": "k", "value": "1", "timestamp": 1}, **admin)
        server.post(f"{API}/users/create", {**user, "username": "other"}, **admin)
    assert_silent(deployment, wrong, "canary-query", "canary-path", "canary-short", "canary-of-a-user-long-enough")


def test_a_database_that_goes_away_names_no_secret(deployment: Deployment) -> None:
    with deployment.serving() as server:
        deployment.postgres.execute(f"ALTER DATABASE {deployment.database} ALLOW_CONNECTIONS false")
        deployment.postgres.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", deployment.database
        )
        assert server.get(f"{API}/experiments/search", Authorization=basic(deployment.admin_password)).status >= 400
        assert server.get("/health/ready").status == 503
        assert server.get("/health").status == 200
    assert_silent(deployment)


BROKEN = {
    "address": {"DATABASE_PORT": "1"},
    "database": {"DATABASE_NAME": "missing"},
    "secret": {"DATABASE_SECRET_ARN": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:missing"},
    "key": {"TRACKING_ENCRYPTION_KEY": "canary-short"},
    "admin": {"MLFLOW_AUTH_ADMIN_PASSWORD": "canary"},
    "port": {"MLFLOW_PORT": "no-port"},
    "master": {"DATABASE_MASTER_PASSWORD": "canary-wrong-master"},
}


@pytest.mark.parametrize(
    ("command", "broken"),
    [
        *[("serve", name) for name in BROKEN if name != "master"],
        *[("migrate", name) for name in ("address", "database", "secret", "master")],
        ("health", "port"),
    ],
)
def test_a_start_that_fails_names_no_secret(deployment: Deployment, command: str, broken: str) -> None:
    process = deployment.start(command, **{"MLFLOW_PORT": str(free_port()), **BROKEN[broken]})
    assert process.wait(90) in (1, 2)
    assert_silent(deployment, *(value for value in BROKEN[broken].values() if value.startswith("canary-")))


def test_a_secret_that_is_no_json_is_not_quoted(deployment: Deployment) -> None:
    deployment.secrets_manager.put_secret_value(SecretId=deployment.secret_arn, SecretString="canary-no-json")
    process = deployment.start("serve", MLFLOW_PORT=str(free_port()))
    assert process.wait(90) == 1
    assert_silent(deployment, "canary-no-json")
