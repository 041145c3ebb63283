"""With users and permissions, too, the team's server answers as an unmodified `mlflow server` does."""

import base64
import json
import subprocess
from collections.abc import Callable, Iterator

import pytest
from tracking_server.without_jobs import REFUSED

from tests.server_image.deployment import SERVER_PYTHON, Deployment
from tests.server_image.stock import Request, differing, stock_server

ADMIN, ANA = "canary-of-the-admin", "canary-of-ana-who-may-little"
# By Flask and by FastAPI. Left out are the assistant, which is closed by design, jobs, which are off, and what makes a
# lot of data.
LIST = """
import json
import mlflow.server
from mlflow.server import fastapi_app

import mlflow.server.auth
found = {(m, r.rule) for r in mlflow.server.app.url_map.iter_rules() for m in r.methods - {"HEAD", "OPTIONS"}}
found |= {(m.upper(), path) for path, methods in fastapi_app.app.openapi()["paths"].items() for m in methods}
print(json.dumps(sorted(found)))
"""
OTHER = ("/ajax-api/3.0/mlflow/assistant", "/ajax-api/3.0/mlflow/demo/", "/ajax-api/3.0/jobs", "/static-files/")
Pair = tuple[int, int]


def basic(user: str, password: str) -> tuple[str, str]:
    return "Authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


WHO = {
    "nobody": (),
    "a user without permissions": (basic("ana", ANA),),
    "the admin": (basic("admin", ADMIN),),
}


@pytest.fixture(scope="module")
def both(
    make_deployment: Callable[..., Deployment], template: str, bucket: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    with (
        stock_server(make_deployment(template), tmp_path_factory.mktemp("stock"), ADMIN) as stock_port,
        make_deployment(template).serving(MLFLOW_AUTH_ADMIN_PASSWORD=ADMIN, TRACKING_ARTIFACTS="presigned") as server,
    ):
        pair = server.port, stock_port
        made = json.dumps({"username": "ana", "password": ANA})
        assert differing(pair, [Request("POST", "/api/2.0/mlflow/users/create", made, WHO["the admin"])]) == []
        yield pair


@pytest.fixture(scope="module")
def routes() -> list[tuple[str, str]]:
    """Method and path of every route, with something unknown for each thing that a path names.

    Where the page has a route that programs have, too, it has the same answers, and is left out.
    """
    done = subprocess.run([SERVER_PYTHON, "-c", LIST], capture_output=True, text=True, check=True)
    found = [(method, path) for method, path in json.loads(done.stdout.splitlines()[-1])]
    kept = [
        (method, path)
        for method, path in found
        if (method, path) not in REFUSED
        and not path.startswith(OTHER)
        and (method, path.replace("/ajax-api/", "/api/")) not in {route for route in found if route != (method, path)}
    ]
    return [(method, "/".join(_unknown(part) for part in path.split("/"))) for method, path in kept]


def _unknown(part: str) -> str:
    return "unknown" + part.rpartition("}")[2] if part.startswith(("<", "{")) else part


@pytest.mark.parametrize("who", WHO)
def test_every_route_lets_in_and_refuses_alike(both: Pair, routes: list[tuple[str, str]], who: str) -> None:
    requests = [Request(method, path, None if method == "GET" else "{}", WHO[who]) for method, path in routes]
    assert differing(both, requests) == []


def test_a_wrong_password_is_refused_alike(both: Pair) -> None:
    wrong = (basic("admin", "wrong"),)
    paths = ("/", "/api/2.0/mlflow/experiments/search", "/api/3.0/mlflow/server-info", "/v1/traces")
    assert differing(both, [Request("POST", path, "{}", wrong) for path in paths]) == []


def test_what_a_user_may_is_given_kept_and_taken_alike(both: Pair) -> None:
    def as_admin(method: str, path: str, **content: object) -> Request:
        return Request(method, f"/api/2.0/mlflow/{path}", json.dumps(content), WHO["the admin"])

    def as_ana(method: str, path: str, **content: object) -> Request:
        return Request(method, f"/api/2.0/mlflow/{path}", json.dumps(content), WHO["a user without permissions"])

    tag = {"experiment_id": "{experiment}", "key": "k", "value": "v"}
    of_ana = {"experiment_id": "{experiment}", "username": "ana"}
    requests = [
        as_admin("POST", "experiments/create", name="of the admin"),
        as_ana("GET", "experiments/get?experiment_id={experiment}"),
        as_ana("POST", "experiments/set-experiment-tag", **tag),
        as_admin("POST", "experiments/permissions/create", **of_ana, permission="EDIT"),
        as_ana("POST", "experiments/set-experiment-tag", **tag),
        as_ana("POST", "experiments/permissions/create", experiment_id="{experiment}", username="x", permission="READ"),
        as_admin("PATCH", "experiments/permissions/update", **of_ana, permission="NO_PERMISSIONS"),
        as_ana("GET", "experiments/get?experiment_id={experiment}"),
        as_ana("POST", "experiments/search", max_results=10),
        as_admin("DELETE", "experiments/permissions/delete", **of_ana),
        as_ana("POST", "runs/create", experiment_id="{experiment}"),
        as_ana("GET", "users/get?username=admin"),
        as_ana("PATCH", "users/update-admin", username="ana", is_admin=True),
        as_ana("PATCH", "users/update-password", username="ana", password="short"),
    ]
    assert differing(both, requests) == []
