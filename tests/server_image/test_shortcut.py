import json
import subprocess
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from tracking_server.shortcut import Shortcut

from tests.server_image.asking import Headers, answering, ask
from tests.server_image.deployment import SERVER_IMAGE, SERVER_PYTHON

PATH = "/api/2.0/mlflow/runs/log-metric"
THE_LONG_WAY = (200, b"by FastAPI")


class Wsgi:
    """Answers with the given chunks; keeps what it was asked, and whether its answer was closed."""

    def __init__(self, *chunks: bytes) -> None:
        self._chunks = iter(chunks)
        self.environ: dict[str, Any] = {}
        self.body = b""
        self.thread = ""
        self.closed = False

    def __call__(self, environ: dict[str, Any], start_response: Any) -> "Wsgi":
        self.environ, self.body, self.thread = environ, environ["wsgi.input"].read(), threading.current_thread().name
        start_response("201 CREATED", [("Content-Type", "text/plain"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
        return self

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks

    def close(self) -> None:
        self.closed = True


def shortcut(flask: Any) -> Shortcut:
    return Shortcut(
        answering(*THE_LONG_WAY), flask, frozenset({PATH}), lambda host: host != "other.example.com", threads=1
    )


def test_flask_answers_a_known_path_in_a_thread() -> None:
    flask = Wsgi(b"one ", b"two")
    start, body = ask(shortcut(flask), PATH)
    assert (start["status"], body["body"], body["more_body"]) == (201, b"one two", False)
    cookies = [value for name, value in start["headers"] if name == b"set-cookie"]
    assert cookies == [b"a=1", b"b=2"]
    assert flask.thread.startswith("flask")
    assert flask.closed


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (f"{PATH}/", []),
        ("/health", []),
        ("/api/2.0/mlflow-artifacts/artifacts/a", []),
        (PATH, [(b"origin", b"https://team.example.com")]),
        (PATH, [(b"host", b"other.example.com")]),
    ],
)
def test_other_paths_browsers_requests_and_refused_hosts_take_the_long_way(path: str, headers: Headers) -> None:
    flask = Wsgi()
    start, body = ask(shortcut(flask), path, headers)
    assert (start["status"], body["body"]) == THE_LONG_WAY
    assert not flask.environ


def test_flask_is_given_the_request_as_it_came() -> None:
    flask = Wsgi()
    headers = [(b"host", b"team.example.com"), (b"content-type", b"a/b"), (b"x-a", b"1"), (b"x-a", b"2")]
    pieces = [
        {"type": "http.request", "body": b"one ", "more_body": True},
        {"type": "http.request", "body": b"two", "more_body": False},
    ]
    ask(shortcut(flask), PATH, headers, method="POST", query=b"a=%C3%A4&b", received=pieces)
    assert flask.body == b"one two"
    expected = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": PATH,
        "QUERY_STRING": "a=%C3%A4&b",
        "CONTENT_TYPE": "a/b",
        "HTTP_HOST": "team.example.com",
        "HTTP_X_A": "1,2",
    }
    assert {name: flask.environ[name] for name in expected} == expected


def test_a_header_that_only_looks_like_the_length_is_not_the_length() -> None:
    flask = Wsgi()
    pieces = [{"type": "http.request", "body": b"whole"}]
    ask(shortcut(flask), PATH, [(b"content_length", b"1")], method="POST", received=pieces)
    assert flask.environ["CONTENT_LENGTH"] == "5"


def test_a_large_answer_is_sent_piece_by_piece() -> None:
    flask = Wsgi(*[b"x" * 2**19] * 5)
    start, *pieces = ask(shortcut(flask), PATH)
    assert start["status"] == 201
    assert [len(piece["body"]) for piece in pieces] == [2**20, 2**20, 2**19]
    assert [piece["more_body"] for piece in pieces] == [True, True, False]
    assert flask.closed


def test_an_answer_that_breaks_is_closed_and_its_error_seen() -> None:
    class Breaking(Wsgi):
        def __iter__(self) -> Iterator[bytes]:
            raise RuntimeError("broken")

    flask = Breaking()
    with pytest.raises(RuntimeError, match="broken"):
        ask(shortcut(flask), PATH)
    assert flask.closed


def test_a_request_that_ends_too_early_is_not_answered() -> None:
    flask = Wsgi()
    pieces = [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]
    assert ask(shortcut(flask), PATH, method="POST", received=pieces) == []
    assert not flask.environ


def test_no_path_of_the_short_way_is_guarded_or_answered_by_fastapi() -> None:
    """MLflow's basic auth has guards in both: whoever passes FastAPI by must be for Flask's to let in."""
    program = """
import json
from mlflow.server import app, auth, fastapi_app
from tracking_server.app import _native_routes
from tracking_server.shortcut import fixed_paths

paths = fixed_paths(app, _native_routes(fastapi_app.app))
methods = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
guarded = [path for path in paths for method in methods if auth._find_fastapi_validator(path, method)]
print(json.dumps({"paths": sorted(paths), "guarded": guarded}))
"""
    done = subprocess.run(
        [SERVER_PYTHON, "-c", program],
        env={"PYTHONPATH": str(SERVER_IMAGE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["guarded"] == []
    hot = {f"/api/2.0/mlflow/runs/{name}" for name in ("log-metric", "log-batch", "get", "create", "search")}
    assert hot <= set(found["paths"])
    assert "/api/3.0/mlflow/server-info" not in found["paths"]
