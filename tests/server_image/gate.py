"""Secrets Manager behind a gate: stops a command at a call of it, before or after the call is made."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Gate:
    """Lets every request through to `endpoint` but the one it is told to hold.

    Attributes:
        held: the operation and the stage whose request is held, such as ("PutSecretValue", "AWSPENDING").
        after: whether the request is made, and its answer held.
        reached: set once the request is here, and made where `after` says so.
    """

    endpoint: str
    held: tuple[str, str] | None = None
    after: bool = False
    reached: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def hold(self, held: tuple[str, str], *, after: bool) -> None:
        self.held, self.after = held, after
        self.reached.clear()
        self.opened.clear()

    def open(self) -> None:
        self.held = None
        self.opened.set()


@contextmanager
def gate(endpoint: str) -> Iterator[Gate]:
    found = Gate(endpoint)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            request = json.loads(body)
            stage = request.get("VersionStage") or request.get("VersionStages", ["AWSCURRENT"])[0]
            is_held = found.held == (self.headers["X-Amz-Target"].split(".")[1], stage)
            if is_held and not found.after:
                self._wait()
            status, answer = _ask(found.endpoint, body, dict(self.headers))
            if is_held and found.after:
                self._wait()
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def _wait(self) -> None:
            found.reached.set()
            found.opened.wait()

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield found
    finally:
        found.open()
        server.shutdown()
        server.server_close()
        thread.join()


def _ask(endpoint: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(urllib.request.Request(endpoint, data=body, headers=headers)) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
