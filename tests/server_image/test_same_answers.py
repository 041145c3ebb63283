"""The team's server answers as an unmodified `mlflow server` of the same version does."""

import itertools
import json
import subprocess
from collections.abc import Callable, Iterator

import pytest
from tracking_server.without_jobs import REFUSED

from tests.server_image import bad_requests
from tests.server_image.deployment import HOST, SERVER_PYTHON, Deployment
from tests.server_image.stock import ORIGIN, Request, differing, stock_server

API = "/api/2.0/mlflow"
SHORT, LONG = f"{API}/experiments/search", "/api/3.0/mlflow/server-info"
# The first is closed by design; the second makes a lot of data, for which the stock server takes minutes.
OTHER = ("/ajax-api/3.0/mlflow/assistant", "/ajax-api/3.0/mlflow/demo/")


@pytest.fixture(scope="module")
def both(
    make_deployment: Callable[..., Deployment], template: str, bucket: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[int, int]]:
    ours = make_deployment(template)
    with (
        stock_server(make_deployment(template), tmp_path_factory.mktemp("stock")) as stock_port,
        ours.serving(TRACKING_AUTH="none", TRACKING_ARTIFACTS="presigned") as server,
    ):
        yield server.port, stock_port


def routes() -> list[tuple[str, str]]:
    """Method and path of every route of MLflow's REST API."""
    program = (
        "import json; from mlflow.server.handlers import get_endpoints\n"
        "print(json.dumps(sorted({(m, p) for p, _, ms in get_endpoints() for m in ms})))"
    )
    done = subprocess.run([SERVER_PYTHON, "-c", program], capture_output=True, text=True, check=True)
    found = [(method, path) for method, path in json.loads(done.stdout.splitlines()[-1])]
    return [route for route in found if route not in REFUSED and not route[1].startswith(OTHER)]


def test_every_route_refuses_what_is_missing_or_malformed_alike(both: tuple[int, int]) -> None:
    requests = []
    for method, pattern in routes():
        path = pattern.replace("<path:artifact_path>", "a/b")
        path = "/".join("unknown" if part.startswith("<") else part for part in path.split("/"))
        if method == "GET":
            requests += [Request("GET", path), Request("GET", f"{path}?max_results=x&run_id=unknown&name=unknown")]
        else:
            requests += [Request(method, path, body) for body in ("{}", "{", '{"run_id": "unknown", "name": 7}')]
    assert len(requests) > 150
    assert differing(both, requests) == []


def test_a_run_is_logged_read_and_searched_alike(both: tuple[int, int]) -> None:
    def post(path: str, **content: object) -> Request:
        return Request("POST", f"{API}/{path}", json.dumps(content))

    run = {"run_id": "{0}"}
    metric = {"timestamp": 1, "step": 3}
    requests = [
        post("experiments/create", name="same ä 😀"),
        post("experiments/create", name="same ä 😀"),
        post(
            "runs/create",
            experiment_id="{experiment}",
            start_time=1,
            run_name="first",
            tags=[{"key": "k", "value": "v"}],
        ),
        post("runs/log-metric", **run, key="loss", value=0.5, **metric),
        post("runs/log-metric", **run, key="loss", value="NaN", **metric),
        post("runs/log-metric", **run, key="loss", value="Infinity", **metric),
        post("runs/log-metric", **run, key="loss", value="none", **metric),
        post("runs/log-parameter", **run, key="p", value="1"),
        post("runs/log-parameter", **run, key="p", value="2"),
        post("runs/set-tag", **run, key="mlflow.runName", value="renamed"),
        post("runs/set-tag", **run, key="t", value="x" * 9000),
        post("runs/log-batch", **run, metrics=[{"key": "m", "value": n, "timestamp": n, "step": n} for n in range(5)]),
        post("runs/log-batch", **run, metrics=[{"key": "m", "value": 0}] * 1001),
        post("runs/log-batch", **run, params=[{"key": "p", "value": "3"}]),
        post("runs/log-batch", **run, params=[{"key": "q", "value": "3"}] * 2, tags=[{"key": "q", "value": "3"}]),
        Request("GET", f"{API}/runs/get?run_id={{0}}"),
        Request("GET", f"{API}/metrics/get-history?run_id={{0}}&metric_key=m&max_results=2"),
        post("runs/search", experiment_ids=["{experiment}"], filter="metrics.m > 3 and tags.k = 'v'", max_results=1),
        post("runs/search", experiment_ids=["{experiment}"], filter="metrics.m >", max_results=1),
        post("runs/search", experiment_ids=["{experiment}"], order_by=["metrics.m DESC"], max_results=50001),
        post("runs/update", **run, status="FINISHED", end_time=9),
        post("runs/delete", **run),
        post("runs/log-metric", **run, key="late", value=1, **metric),
        post("runs/restore", **run),
        post("registered-models/create", name="model"),
        post("registered-models/create", name="model"),
        post("model-versions/create", name="model", source="mlflow-artifacts:/7/a", **run),
        post("registered-models/alias", name="model", alias="champion", version="1"),
        Request("GET", f"{API}/registered-models/alias?name=model&alias=champion"),
        Request("GET", f"{API}/artifacts/list?run_id={{0}}&path=../.."),
        Request("PUT", "/api/2.0/mlflow-artifacts/artifacts/7/a/file.txt", "content"),
        Request("GET", "/api/2.0/mlflow-artifacts/artifacts/7/a/file.txt"),
        Request("GET", "/api/2.0/mlflow-artifacts/artifacts?path=7/a"),
        Request("PUT", "/api/2.0/mlflow-artifacts/artifacts/../up", "content"),
        Request("HEAD", f"{API}/runs/get?run_id={{0}}"),
        Request("DELETE", f"{API}/runs/get?run_id={{0}}"),
    ]
    assert differing(both, requests) == []


def test_bad_input_is_refused_alike(both: tuple[int, int]) -> None:
    bad = [refused.request for refused in bad_requests.BAD.values()]
    assert differing(both, [*bad_requests.PREPARATION, *bad, *bad_requests.FAILING.values()]) == []


def test_hosts_and_origins_are_let_in_and_refused_alike(both: tuple[int, int]) -> None:
    hosts = [HOST.lower(), f"{HOST.lower()}:443", "other.example.com", "127.0.0.1"]
    origins = [None, ORIGIN, "https://other.example.com", "http://localhost:3000", "null"]
    requests = []
    for host, origin, path in itertools.product(hosts, origins, (SHORT, LONG, "/", "/health", "/version")):
        headers = (("Host", host), *((("Origin", origin),) if origin else ()))
        body = '{"max_results": 1}' if path == SHORT else None
        requests.append(Request("POST" if body else "GET", path, body, headers))
        requests.append(Request("OPTIONS", path, None, (*headers, ("Access-Control-Request-Method", "POST"))))
    assert differing(both, requests) == []
