"""MLflow's client signs for API Gateway: each signature is made again by AWS's own signer, botocore's."""

import hmac
import json
import re
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

REGION = "eu-west-1"
KEY = Credentials("AKIAIOSFODNN7EXAMPLE", "a-secret-key", "a-session-token")
SIGNED = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>\w+)/\d{8}/(?P<region>[\w-]+)/(?P<service>[\w-]+)/aws4_request, "
    r"SignedHeaders=(?P<headers>[\w;-]+), Signature=(?P<signature>[0-9a-f]{64})"
)
CALLS = """
import mlflow
client = mlflow.MlflowClient()
client.get_experiment("7")
client.search_experiments(filter_string="name = 'a & b'")
client.log_metric("0123456789abcdef0123456789abcdef", "loss", 0.5)
"""


class Gateway(ThreadingHTTPServer):
    """API Gateway as clients see it: it answers to requests that are signed with KEY for it, and 403 to others."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.let_in: list[str] = []
        self.refused: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Gateway

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0]
        signed = self._is_signed(body)
        (self.server.let_in if signed else self.server.refused).append(f"{self.command} {path}")
        answer = {"experiment": {"experiment_id": "7", "name": "a"}} if signed else {"message": "Forbidden"}
        said = json.dumps(answer).encode()
        self.send_response(200 if signed else 403)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_POST = do_GET  # noqa: N815 - the base class calls it so

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""

    def _is_signed(self, body: bytes) -> bool:
        said = SIGNED.fullmatch(self.headers.get("Authorization", ""))
        if not said or (said["region"], said["service"]) != (REGION, "execute-api"):
            return False
        names = said["headers"].split(";")
        if not {"host", "x-amz-date", "x-amz-security-token"} <= set(names):
            return False
        headers = {name: self.headers[name] for name in names}
        request = AWSRequest(self.command, f"{self.server.url}{self.path}", headers=headers, data=body)
        request.context["timestamp"] = self.headers["X-Amz-Date"]
        signer = SigV4Auth(KEY, "execute-api", REGION)
        expected = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
        return hmac.compare_digest(expected, said["signature"])


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    server = Gateway()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def run(python: Path, gateway: Gateway, secret_key: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "MLFLOW_TRACKING_URI": gateway.url,
        "MLFLOW_TRACKING_AWS_SIGV4": "true",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": KEY.access_key,
        "AWS_SECRET_ACCESS_KEY": secret_key,
        "AWS_SESSION_TOKEN": KEY.token,
    }
    command = [str(python), "-P", "-c", CALLS]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_what_the_client_asks_is_signed_queries_and_bodies_included(client_python: Path, gateway: Gateway) -> None:
    answer = run(client_python, gateway, KEY.secret_key)
    assert answer.returncode == 0, answer.stderr[-2000:]
    assert gateway.refused == []
    assert gateway.let_in == [
        "GET /api/2.0/mlflow/experiments/get",
        "POST /api/2.0/mlflow/experiments/search",
        "POST /api/2.0/mlflow/runs/log-metric",
    ]


def test_another_key_is_refused_and_the_client_says_so(client_python: Path, gateway: Gateway) -> None:
    answer = run(client_python, gateway, "another-key")
    assert answer.returncode != 0
    assert "Forbidden" in answer.stderr
    assert gateway.let_in == []
    assert gateway.refused
