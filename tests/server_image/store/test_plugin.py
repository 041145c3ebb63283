"""Which store MLflow's server gets, in the server's own Python."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.server_image.deployment import SERVER_IMAGE, SERVER_PYTHON, Deployment

ASK = """
import sys
from mlflow.server.handlers import TrackingStoreRegistryWrapper
store = TrackingStoreRegistryWrapper().get_store(sys.argv[1], "s3://bucket/artifacts")
print(type(store).__module__.partition(".")[0], type(store).__name__)
"""


@pytest.fixture(scope="module")
def database_url(make_deployment: Callable[..., Deployment], template: str) -> str:
    deployment = make_deployment(template)
    superuser = f"postgres:{deployment.postgres.superuser_password}"
    return f"postgresql+psycopg2://{superuser}@127.0.0.1:{deployment.postgres.port}/{deployment.database}"


@pytest.mark.parametrize(
    ("variables", "store"),
    [
        ({}, "tracking_server PostgresqlStore"),
        ({"TRACKING_STORE": "mlflow"}, "mlflow SqlAlchemyStore"),
        ({"_MLFLOW_SERVER_READ_REPLICA_BACKEND_STORE": "URL"}, "mlflow SqlAlchemyStore"),
        ({"MLFLOW_ENABLE_WORKSPACES": "true"}, "mlflow WorkspaceAwareSqlAlchemyStore"),
        ({"MLFLOW_SQLALCHEMYSTORE_POOLCLASS": "NullPool"}, "tracking_server PostgresqlStore"),
    ],
)
def test_mlflows_store_is_taken_where_asked_for_or_needed(
    database_url: str, variables: dict[str, str], store: str
) -> None:
    assert _store(database_url, variables) == store


def test_another_database_has_mlflows_store(tmp_path: Path) -> None:
    assert _store(f"sqlite:///{tmp_path}/mlflow.db", {}) == "mlflow SqlAlchemyStore"


def test_a_client_inside_the_server_keeps_artifacts_where_the_server_does(database_url: str) -> None:
    ask = (
        "import sys; from tracking_server.store.plugin import tracking_store\n"
        "print(tracking_store(sys.argv[1], None).artifact_root_uri)"
    )
    environment = {"_MLFLOW_SERVER_ARTIFACT_ROOT": "mlflow-artifacts:/"}
    assert _ask(ask, database_url, environment) == "mlflow-artifacts:/"


def _store(url: str, variables: dict[str, str]) -> str:
    environment = {name: url if value == "URL" else value for name, value in variables.items()}
    return _ask(ASK, url, environment)


def _ask(program: str, url: str, environment: dict[str, str]) -> str:
    asked = subprocess.run(
        [SERVER_PYTHON, "-c", program, url],
        env={"PYTHONPATH": str(SERVER_IMAGE), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return asked.stdout.strip()
