"""Every route of the running container, so that no package that a route imports can be missing unnoticed."""

import re

import pytest

from tests.image import known
from tests.image.deployment import ContainerDeployment
from tests.image.walk import Route, Visit, Walk, routes
from tests.server_image.deployment import Server

# What MLflow answers so with all its packages, too.
_500 = {
    "GET /graphql": "it reads the body of a POST",
    "POST /api/2.0/mlflow-artifacts/mpu/complete/{artifact_path}": "S3 has not got the parts",
    "POST /ajax-api/2.0/mlflow-artifacts/mpu/complete/{artifact_path}": "S3 has not got the parts",
    "POST /api/2.0/mlflow-artifacts/mpu/abort/{artifact_path}": "the upload was aborted through its other path",
}
MISSING = "No module named|ModuleNotFoundError|ImportError|cannot import name"


@pytest.fixture(scope="module")
def visits(server: Server, tmp_path_factory: pytest.TempPathFactory) -> list[Visit]:
    found = routes(tmp_path_factory.mktemp("routes"))
    return list(Walk(server, known.make(server)).visits(found))


def test_no_route_fails(visits: list[Visit]) -> None:
    failed = {str(visit.route): visit.body for visit in visits if visit.status in (0, 500, 502)}
    assert {route: body for route, body in failed.items() if route not in _500} == {}


def test_no_import_is_missing(visits: list[Visit], deployment: ContainerDeployment) -> None:
    """MLflow takes the lack of the package git for that of the program, which an image without code has not either."""
    said = deployment.said() + "\n".join(visit.body for visit in visits)
    missing = [line for line in said.splitlines() if re.search(MISSING, line)]
    assert [line for line in missing if "Failed to import Git" not in line] == []


def test_a_job_is_refused_by_a_sentence(server: Server) -> None:
    walk = Walk(server, {"job_name": "invoke_scorer", "params": {}, "experiment_id": "0"})
    status, body = walk.ask(Route("POST", "/ajax-api/3.0/jobs/", {}))
    assert (status, "no job runner" in body) == (501, True)


def test_the_routes_are_those_of_the_api_the_page_and_the_users(visits: list[Visit]) -> None:
    taken = {str(visit.route) for visit in visits if visit.status == 200}
    assert taken >= {
        "GET /",
        "GET /health",
        "POST /api/2.0/mlflow/runs/search",
        "POST /ajax-api/2.0/mlflow/logged-models/search",
        "GET /api/2.0/mlflow/registered-models/get",
        "GET /api/2.0/mlflow/users/get",
        "GET /api/2.0/mlflow-artifacts/artifacts/{artifact_path}",
        "POST /graphql",
        "POST /ajax-api/3.0/mlflow/demo/generate",
    }
