"""A real OpenID provider on loopback, and a server that is told to believe it."""

import json
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError

import pytest
from joserfc.jwk import RSAKey

from kit.local.ports import free_port
from tests import chromium
from tests.server_image.deployment import Deployment, Server, wait_until
from tests.server_image.oidc.issuer import Issuer, issuing, new_key
from tests.server_image.oidc.provider import CLIENT, Provider

USERS = {"ada": ["admins"], "bob": ["readers"], "eve": ["others"]}


@pytest.fixture(scope="module")
def key() -> RSAKey:
    return new_key("first")


@pytest.fixture
def issuer(key: RSAKey) -> Iterator[Issuer]:
    with issuing(key) as issuer:
        yield issuer


@pytest.fixture(scope="session")
def oidc_python() -> Path:
    """The Python that has a provider and a driver for the browser."""
    return chromium.python()


@pytest.fixture(scope="session")
def provider(oidc_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    found = Provider(free_port())
    users = [("--user-claims", json.dumps({"sub": name, "groups": groups})) for name, groups in USERS.items()]
    arguments = ["--port", str(found.port), *(part for user in users for part in user)]
    with (tmp_path_factory.mktemp("provider") / "log").open("wb") as log:
        process = subprocess.Popen(
            [oidc_python, "-W", "ignore", "-m", "oidc_provider_mock", *arguments], stdout=log, stderr=log
        )
    try:
        wait_until(lambda: process.poll() is not None or _answers(found))
        assert process.poll() is None, Path(log.name).read_text()
        yield found
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def server(
    make_deployment: Callable[..., Deployment], template: str, bucket: str, provider: Provider
) -> Iterator[Server]:
    port = free_port()
    with make_deployment(template).serving(
        port,
        TRACKING_AUTH="oidc",
        MLFLOW_SERVER_ALLOWED_HOSTS="localhost",
        MLFLOW_SERVER_CORS_ALLOWED_ORIGINS=f"http://localhost:{port}",
        OIDC_ISSUER=provider.issuer,
        OIDC_CLIENT_ID=CLIENT,
        OIDC_CLIENT_SECRET="canary-client-secret",
        OIDC_ALLOWED_GROUPS='["readers"]',
        OIDC_ADMIN_GROUPS='["admins"]',
    ) as server:
        yield server


def _answers(provider: Provider) -> bool:
    try:
        with urllib.request.urlopen(provider.issuer, timeout=5):
            return True
    except URLError:
        return False
