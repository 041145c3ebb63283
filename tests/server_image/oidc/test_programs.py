"""Programs that come with a token of a real provider, and those who come without."""

import base64
import hashlib
import hmac
import json
import os
import subprocess

import pytest
from joserfc.jwk import RSAKey

from tests.server_image.deployment import SERVER_PYTHON, Server
from tests.server_image.oidc.provider import Provider

API = "/api/2.0/mlflow"
SEARCH = f"{API}/experiments/search?max_results=5"
# What a data scientist's program does, in a process of its own.
PROGRAM = """
import mlflow
mlflow.set_experiment("by token")
with mlflow.start_run() as run:
    mlflow.log_metric("loss", 0.5)
    mlflow.log_text("hello", "note.txt")
found = mlflow.MlflowClient().get_run(run.info.run_id)
print(found.data.metrics["loss"], mlflow.artifacts.load_text(f"{run.info.artifact_uri}/note.txt"))
"""


def status(server: Server, token: str, path: str = SEARCH) -> int:
    return server.get(path, "localhost", Authorization=f"Bearer {token}").status


def me(server: Server, **headers: str) -> tuple[str, bool]:
    user = server.get(f"{API}/users/current", "localhost", **headers).json()["user"]
    return user["username"], user["is_admin"]


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def test_mlflows_client_writes_and_reads_with_a_token(server: Server, provider: Provider) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "MLFLOW_TRACKING_URI": f"http://localhost:{server.port}",
        "MLFLOW_TRACKING_TOKEN": provider.token("bob"),
    }
    done = subprocess.run(
        [SERVER_PYTHON, "-c", PROGRAM], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "0.5 hello"
    owners = server.deployment.query("SELECT username, is_admin FROM users WHERE username = 'bob'")
    assert owners == [("bob", False)]


def test_traces_of_opentelemetry_come_in_with_a_token(server: Server, provider: Provider) -> None:
    span = {"traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "b7ad6b7169203331", "name": "by OpenTelemetry"}
    times = {"startTimeUnixNano": "1000000", "endTimeUnixNano": "2000000"}
    content = {"resourceSpans": [{"scopeSpans": [{"spans": [span | times]}]}]}
    headers = {"Host": "localhost", "X-Mlflow-Experiment-Id": "0"}
    assert server.post("/v1/traces", content, **headers).status == 401
    headers["Authorization"] = f"Bearer {provider.token('ada')}"
    assert server.post("/v1/traces", content, **headers).status == 200
    assert server.deployment.query("SELECT name FROM spans") == [("by OpenTelemetry",)]


def test_groups_say_who_is_an_administrator(server: Server, provider: Provider) -> None:
    assert me(server, Authorization=f"Bearer {provider.token('ada')}") == ("ada", True)
    assert me(server, Authorization=f"Bearer {provider.token('bob')}") == ("bob", False)
    # The flag that MLflow keeps follows the provider.
    server.deployment.query("UPDATE users SET is_admin = true WHERE username = 'bob'")
    assert me(server, Authorization=f"Bearer {provider.token('bob')}") == ("bob", False)


def test_permissions_are_mlflows(server: Server, provider: Provider) -> None:
    ada, bob = ({"Authorization": f"Bearer {provider.token(user)}", "Host": "localhost"} for user in ("ada", "bob"))
    made = server.post(f"{API}/experiments/create", {"name": "of ada"}, **ada).json()["experiment_id"]
    assert (
        server.get(
            f"{API}/experiments/get?experiment_id={made}", "localhost", Authorization=bob["Authorization"]
        ).status
        == 200
    )
    assert server.post(f"{API}/experiments/delete", {"experiment_id": made}, **bob).status == 403
    assert server.post(f"{API}/experiments/delete", {"experiment_id": made}, **ada).status == 200


def test_whoever_is_in_none_of_the_groups_is_refused(server: Server, provider: Provider) -> None:
    assert status(server, provider.token("eve")) == 403
    assert server.deployment.query("SELECT 1 FROM users WHERE username = 'eve'") == []


@pytest.mark.parametrize("path", [SEARCH, "/", "/api/2.0/mlflow-artifacts/artifacts?path=x", "/graphql", "/version"])
def test_a_program_without_a_token_is_told_to_authenticate(server: Server, path: str) -> None:
    answer = server.get(path, "localhost")
    assert answer.status == 401


def test_health_and_server_info_stay_open(server: Server) -> None:
    for path in ("/health", "/health/ready", "/api/3.0/mlflow/server-info"):
        assert server.get(path, "localhost").status == 200


def test_tokens_of_another_issuer_or_for_another_client_are_refused(server: Server, provider: Provider) -> None:
    assert status(server, provider.token("ada")) == 200
    assert status(server, provider.token("ada", host="localhost")) == 401
    assert status(server, provider.token("ada", client="other")) == 401


def test_forged_tokens_are_refused(server: Server, provider: Provider) -> None:
    header, claims, signature = provider.token("ada").split(".")
    public = provider.public_key()
    unsigned = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).rstrip(b"=").decode()
    symmetric = json.dumps({"alg": "HS256", "kid": public.get("kid", "")}).encode()
    first = base64.urlsafe_b64encode(symmetric).rstrip(b"=").decode() + "." + claims
    pem = RSAKey.import_key(public).as_pem(private=False)
    shared = base64.urlsafe_b64encode(hmac.digest(pem, first.encode(), hashlib.sha256)).rstrip(b"=").decode()
    for token in (
        f"{unsigned}.{claims}.",
        f"{header}.{claims}.",
        f"{first}.{shared}",
        f"{header}.{claims}.{signature[::-1]}",
    ):
        assert status(server, token) == 401
        assert status(server, token, "/api/2.0/mlflow-artifacts/artifacts?path=x") == 401


def test_the_administrators_password_is_the_only_one(server: Server, provider: Provider) -> None:
    password = server.deployment.admin_password
    assert me(server, Authorization=basic("admin", password)) == ("admin", True)
    assert server.get(SEARCH, "localhost", Authorization=basic("admin", "wrong-password")).status == 401
    user = {"username": "carol", "password": "canary-of-carol-long-enough"}
    administrator = {"Authorization": basic("admin", password), "Host": "localhost"}
    assert server.post(f"{API}/users/create", user, **administrator).status == 200
    assert server.get(SEARCH, "localhost", Authorization=basic(*user.values())).status == 401


def test_no_secret_and_no_token_is_in_the_log(server: Server, provider: Provider) -> None:
    token = provider.token("bob")
    status(server, token)
    status(server, token[:-4])
    said = server.deployment.said()
    assert "canary" not in said
    assert token.split(".")[1] not in said
