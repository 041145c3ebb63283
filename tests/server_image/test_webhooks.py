"""A webhook, delivered by the image's server to the receiver that docs/use/registry.md shows."""

import base64
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kit.local.ports import free_port
from tests.server_image.deployment import ROOT, Deployment, Server, wait_until

SECRET = "canary-webhook-secret"
# MLflow sends to public addresses only, and by https.
TO_LOOPBACK = {"MLFLOW_WEBHOOK_ALLOWED_SCHEMES": "http", "MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS": "true"}


@contextmanager
def receiver(log: Path) -> Iterator[str]:
    """The URL of the example's receiver; what it prints goes to `log`."""
    port = free_port()
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, ROOT / "examples" / "registry" / "receive_webhooks.py", str(port)],
            env={"PATH": os.environ["PATH"], "WEBHOOK_SECRET": SECRET},
            stdout=output,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: process.poll() is None and status_of_forgery(url))
        yield url
    finally:
        process.terminate()
        process.wait(30)


def status_of_forgery(url: str) -> int | None:
    """Of an event that somebody without the secret sends; None while nobody answers."""
    headers = {"X-MLflow-Timestamp": "9999999999", "X-MLflow-Signature": "v1,AAAA"}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, b"{}", headers), timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def as_admin(server: Server) -> dict[str, str]:
    login = f"admin:{server.deployment.admin_password}"
    return {"Authorization": "Basic " + base64.b64encode(login.encode()).decode()}


def test_a_webhook_is_signed_with_a_secret_that_is_encrypted_in_the_database_and_believed_by_the_receiver(
    deployment: Deployment, tmp_path: Path
) -> None:
    log = tmp_path / "received"
    with receiver(log) as url, deployment.serving(**TO_LOOPBACK) as server:
        assert status_of_forgery(url) == 401
        webhook = {
            "name": "announce",
            "url": url,
            "events": [{"entity": "REGISTERED_MODEL", "action": "CREATED"}],
            "secret": SECRET,
        }
        made = server.post("/api/2.0/mlflow/webhooks", webhook, **as_admin(server))
        assert made.status == 200, made.body
        assert SECRET.encode() not in made.body
        server.post("/api/2.0/mlflow/registered-models/create", {"name": "announced"}, **as_admin(server))
        wait_until(log.read_text)
        assert log.read_text().startswith('registered_model created {"name": "announced"')
    (stored,) = deployment.query("SELECT secret FROM webhooks")
    assert SECRET not in stored[0]


def test_a_webhook_to_an_address_inside_the_network_is_refused(server: Server) -> None:
    for url in ("http://hooks.example.com", "https://127.0.0.1:8443", "https://169.254.169.254/latest"):
        webhook = {"name": "inside", "url": url, "events": [{"entity": "REGISTERED_MODEL", "action": "CREATED"}]}
        refused = server.post("/api/2.0/mlflow/webhooks", webhook, **as_admin(server))
        assert refused.json()["error_code"] == "INVALID_PARAMETER_VALUE", refused.body
