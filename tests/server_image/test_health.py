import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tracking_server.errors import TrackingServerError
from tracking_server.health import health

from kit.local.ports import free_port
from tests.server_image.deployment import run


@contextmanager
def answering(status: int) -> Iterator[int]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/health" else 404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def test_an_answer_is_healthy() -> None:
    with answering(200) as port:
        health(port)


def test_an_error_is_not_healthy() -> None:
    with answering(503) as port, pytest.raises(TrackingServerError, match="503"):
        health(port)


def test_the_command_asks_the_port_of_the_environment() -> None:
    with answering(200) as port:
        assert run("health", environment={"MLFLOW_PORT": str(port)}).returncode == 0
    done = run("health", environment={"MLFLOW_PORT": str(free_port())})
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    with answering(200) as port:
        health(port)
