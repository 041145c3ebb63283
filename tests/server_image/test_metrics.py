"""What Prometheus reads of a real server of two workers."""

import urllib.error
import urllib.request

import psutil
import pytest

from kit.local.ports import free_port
from tests.server_image.deployment import Deployment, Server, wait_until

SEARCH = "/api/2.0/mlflow/experiments/search"
COUNT = "mlflow_request_duration_seconds_count"


def counts(port: int) -> dict[str, float]:
    """Requests by their labels, as Prometheus writes them."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60) as answer:
        lines = answer.read().decode().splitlines()
    counted = (line.removeprefix(COUNT).rsplit(" ", 1) for line in lines if line.startswith(COUNT))
    return {labels: float(count) for labels, count in counted}


def ask(server: Server, path: str, method: str) -> None:
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", method=method)
    request.add_header("Host", "myteam-123.elb.example.com")
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(request, timeout=60)


def test_each_request_of_every_worker_is_counted_once_by_its_route_and_status(deployment: Deployment) -> None:
    port = free_port()
    with deployment.serving(MLFLOW_WORKERS="2", TRACKING_AUTH="none", TRACKING_METRICS_PORT=str(port)) as server:
        assert counts(port) == {}, "health checks that pass are not counted"
        for _ in range(20):
            assert server.get(f"{SEARCH}?max_results=1").status == 200
        # FastAPI's route, which MLflow's own exporter does not see, and a path that is nobody's.
        assert server.get("/api/3.0/mlflow/server-info").status == 200
        ask(server, "/canary-of-a-path", "CANARY")
        ask(server, "/canary-of-a-path", "POST")
        # A request is counted when its answer is out, which is after the client has it.
        wait_until(lambda: sum(counts(port).values()) >= 22)
        counted = counts(port)
        assert counted[f'{{method="GET",route="{SEARCH}",status="200"}}'] == 20
        assert counted['{method="GET",route="/api/3.0/mlflow/server-info",status="200"}'] == 1
        assert "canary" not in "".join(counted).lower()
        assert sum(counted.values()) == 22
        assert server.get("/metrics").status == 404, "the metrics have a port of their own"


def test_a_server_that_is_not_asked_for_metrics_has_one_port(server: Server) -> None:
    listening = [c.laddr.port for c in psutil.Process(server.process.pid).net_connections() if c.status == "LISTEN"]
    assert listening == [server.port]


def test_a_port_that_is_taken_is_one_sentence(deployment: Deployment, server: Server) -> None:
    done = deployment.run("serve", MLFLOW_PORT=str(free_port()), TRACKING_METRICS_PORT=str(server.port))
    assert done.returncode == 1
    assert f"TRACKING_METRICS_PORT {server.port}" in done.stderr
    assert len(done.stderr.splitlines()) == 1
