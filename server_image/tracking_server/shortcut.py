"""A shorter way to MLflow's Flask routes, past the layers that FastAPI puts in front of them.

MLflow's application is FastAPI with Flask below it (create_fastapi_app in mlflow/server/fastapi_app.py). For a small
request those layers cost more than the route itself, and Flask checks host and credentials again.
docs/decisions/2026-11-25-shortcut-to-flask.md has the figures.
"""

import asyncio
import contextvars
import io
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any

from tracking_server.middleware import Application, Receive, Scope, Send

# The tracking and registry API, for programs and for the page. None of MLflow's guards in FastAPI is for these:
# _find_fastapi_validator in mlflow/server/auth/__init__.py.
PREFIXES = ("/api/2.0/mlflow/", "/api/3.0/mlflow/", "/ajax-api/2.0/mlflow/", "/ajax-api/3.0/mlflow/")
# What is gathered of an answer before it is sent: nearly all answers go in one piece.
_PIECE_BYTES = 2**20

_KEYS = {b"content-type": "CONTENT_TYPE", b"content-length": "CONTENT_LENGTH"}

_Start = tuple[int, list[tuple[bytes, bytes]]]


def fixed_paths(flask: Any, is_native: Callable[[str], bool]) -> frozenset[str]:
    """The paths below `PREFIXES` that Flask alone answers from the database, and that hold no parameter.

    Those that speak of artifacts wait for S3, and would keep the few threads from everybody else.

    Args:
        flask: MLflow's Flask application.
        is_native: whether FastAPI itself answers a path, by any method.
    """
    rules = [rule for rule in flask.url_map.iter_rules() if rule.rule.startswith(PREFIXES) and not rule.arguments]
    return frozenset(rule.rule for rule in rules if "artifact" not in rule.rule and not is_native(rule.rule))


class Shortcut:
    """Sends requests of `paths` straight to Flask, and everything else through FastAPI.

    Requests with an Origin, or of a host that is refused, stay with FastAPI, which answers them otherwise than Flask.

    Args:
        application: MLflow's whole application.
        flask: the Flask part of it.
        paths: what `fixed_paths` found.
        is_allowed_host: MLflow's check of the Host header.
        threads: requests that Flask works on at once; each may need database connections.
    """

    def __init__(
        self,
        application: Application,
        flask: Any,
        paths: frozenset[str],
        is_allowed_host: Callable[[str], bool],
        threads: int,
    ) -> None:
        self._application, self._flask, self._paths = application, flask, paths
        self._is_allowed_host = lru_cache(maxsize=64)(is_allowed_host)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="flask")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in self._paths or not self._is_plain(scope["headers"]):
            await self._application(scope, receive, send)
            return
        body = await _body(receive)
        if body is None:
            return
        answer = _Answer(self._flask, _environ(scope, body))
        # MLflow keeps the request's workspace in a context variable.
        in_context = contextvars.copy_context().run
        run = asyncio.get_running_loop().run_in_executor
        status, headers = await run(self._threads, in_context, answer.start)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.piece, "more_body": answer.more})
        while answer.more:
            await run(self._threads, in_context, answer.go_on)
            await send({"type": "http.response.body", "body": answer.piece, "more_body": answer.more})

    def _is_plain(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        host = ""
        for name, value in headers:
            if name == b"origin":
                return False
            if name == b"host":
                host = value.decode("latin-1")
        return self._is_allowed_host(host)


class _Answer:
    """Flask's answer to one request, piece by piece; what it does blocks, so it belongs into a thread."""

    def __init__(self, flask: Any, environ: dict[str, Any]) -> None:
        self._flask, self._environ = flask, environ
        self._chunks: Iterator[bytes] = iter(())
        self.piece, self.more = b"", True

    def start(self) -> _Start:
        started: list[_Start] = []

        def start_response(status: str, headers: list[tuple[str, str]], _error: object = None) -> None:
            pairs = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
            started[:] = [(int(status[:3]), pairs)]

        self._chunks = _closing(self._flask(self._environ, start_response))
        self.go_on()
        return started[0]

    def go_on(self) -> None:
        gathered: list[bytes] = []
        size = 0
        for chunk in self._chunks:
            gathered.append(chunk)
            size += len(chunk)
            if size >= _PIECE_BYTES:
                break
        else:
            self.more = False
        self.piece = b"".join(gathered)


def _closing(chunks: Any) -> Iterator[bytes]:
    """PEP 3333: what a WSGI application returns is to be closed, whatever happens."""
    try:
        yield from chunks
    finally:
        if hasattr(chunks, "close"):
            chunks.close()


async def _body(receive: Receive) -> bytes | None:
    """The request's whole body; None when the client has gone before its end."""
    chunks = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(chunks)


def _environ(scope: Scope, body: bytes) -> dict[str, Any]:
    """The request as WSGI has it (PEP 3333), with the path undecoded to Latin-1."""
    host, port = scope.get("server") or ("localhost", 80)
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if scope.get("client"):
        environ["REMOTE_ADDR"] = scope["client"][0]
    for name, value in scope["headers"]:
        key = _KEYS.get(name) or f"HTTP_{name.decode('latin-1').upper().replace('-', '_')}"
        text = value.decode("latin-1")
        environ[key] = f"{environ[key]},{text}" if key in environ else text
    if body:
        # Of a chunked body nobody has told the length yet.
        environ["CONTENT_LENGTH"] = str(len(body))
    return environ
