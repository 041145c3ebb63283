import json
import logging
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from tracking_server.logs import log_as_json
from tracking_server.request_log import RequestLog

from tests.server_image.asking import answering, ask

TRACE = b"Self=1-67891234-12456789abcdef012345678;Root=1-67891233-abcdef012345678912345678"


class Routes:
    """Of a Flask application, what tells a path's pattern."""

    class Rule:
        rule = "/api/3.0/mlflow/traces/<trace_id>"

    def bind(self, _host: str) -> "Routes":
        return self

    def match(self, path: str, method: str, return_rule: bool) -> tuple[Any, dict[str, str]]:
        from werkzeug.exceptions import NotFound

        if not path.startswith("/api/"):
            raise NotFound
        return self.Rule, {}


class Flask:
    url_map = Routes()


@pytest.fixture(autouse=True)
def logging_as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in (None, "tracking_server", "mlflow", "alembic", "uvicorn")]
    handlers, levels = loggers[0].handlers[:], [logger.level for logger in loggers]
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    yield
    logging.captureWarnings(False)
    loggers[0].handlers[:] = handlers
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


def said(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_request_is_one_line_with_its_route_and_without_its_path_and_query(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log_as_json()
    path = "/api/3.0/mlflow/traces/canary"
    start, _ = ask(RequestLog(answering(404, b""), Flask()), path, method="PATCH", query=b"canary=1")
    (line,) = said(capsys)
    assert {name: line[name] for name in ("message", "method", "route", "status")} == {
        "message": "request",
        "method": "PATCH",
        "route": "/api/3.0/mlflow/traces/<trace_id>",
        "status": 404,
    }
    assert line["duration_ms"] >= 0
    assert dict(start["headers"])[b"x-request-id"].decode() == line["request_id"]
    assert "canary" not in json.dumps(line)


def test_an_unknown_path_has_no_route(capsys: pytest.CaptureFixture[str]) -> None:
    log_as_json()
    ask(RequestLog(answering(404, b""), Flask()), "/canary")
    (line,) = said(capsys)
    assert line["route"] is None
    assert "canary" not in json.dumps(line)


def test_the_load_balancers_id_is_taken_and_no_other_text(capsys: pytest.CaptureFixture[str]) -> None:
    log_as_json()
    for value in (TRACE, b'Root="forged"'):
        ask(RequestLog(answering(200, b""), Flask()), "/api/", [(b"x-amzn-trace-id", value)])
    first, second = said(capsys)
    assert first["request_id"] == "1-67891233-abcdef012345678912345678"
    assert "forged" not in json.dumps(second)


def test_what_is_logged_on_the_way_has_the_requests_id(capsys: pytest.CaptureFixture[str]) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        logging.getLogger("mlflow").warning("on the way")
        await answering(200, b"")(scope, receive, send)

    log_as_json()
    ask(RequestLog(application, Flask()), "/api/")
    on_the_way, request = said(capsys)
    assert on_the_way["message"] == "on the way"
    assert on_the_way["request_id"] == request["request_id"]


def test_an_application_that_raises_is_logged_as_500(capsys: pytest.CaptureFixture[str]) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("broken")

    log_as_json()
    with pytest.raises(RuntimeError, match="broken"):
        ask(RequestLog(application, Flask()), "/api/")
    (line,) = said(capsys)
    assert line["status"] == 500


@pytest.mark.parametrize(
    ("path", "status", "lines"), [("/health", 200, 0), ("/health", 503, 1), ("/health/ready", 200, 0)]
)
def test_a_health_check_that_passes_is_not_logged(
    path: str, status: int, lines: int, capsys: pytest.CaptureFixture[str]
) -> None:
    log_as_json()
    ask(RequestLog(answering(status, b""), Flask()), path)
    assert len(said(capsys)) == lines


def test_a_client_that_goes_away_while_it_asks_is_not_a_request(capsys: pytest.CaptureFixture[str]) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        pass

    log_as_json()
    assert ask(RequestLog(application, Flask()), "/api/") == []
    assert said(capsys) == []
