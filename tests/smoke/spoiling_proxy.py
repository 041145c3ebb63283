"""A reverse proxy that passes requests on and spoils those that a test names."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


class SpoilingProxy:
    """Listens on loopback.

    status_for: (method, path) to a status to answer with, 0 to hang up, or None to pass the request on.
    authorization: sent with every request that has none, as if the server asked for no password.
    """

    def __init__(self, upstream: str) -> None:
        self.status_for: Callable[[str, str], int | None] = lambda method, path: None
        self.authorization: str | None = None
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:
                pass

            def pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status = proxy.status_for(self.command, self.path)
                if status == 0:
                    self.close_connection = True
                elif status is not None:
                    self.answer(status, "text/plain", b"spoiled")
                else:
                    self.fetch(body)

            def fetch(self, body: bytes) -> None:
                headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
                if proxy.authorization:
                    headers.setdefault("Authorization", proxy.authorization)
                request = urllib.request.Request(upstream + self.path, body or None, headers, method=self.command)
                try:
                    with urllib.request.urlopen(request, timeout=120) as response:
                        self.answer(response.status, response.headers["Content-Type"], response.read())
                except urllib.error.HTTPError as error:
                    with error:
                        self.answer(error.code, error.headers["Content-Type"], error.read())

            def answer(self, status: int, content_type: str | None, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", content_type or "text/plain")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = pass_on  # noqa: N815

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
