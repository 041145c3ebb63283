"""ASGI middleware in front of MLflow's application."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


async def refuse(send: Send, status: int, error_code: str, message: str, *headers: tuple[bytes, bytes]) -> None:
    """Answers with an error as MLflow's are."""
    body = json.dumps({"error_code": error_code, "message": message}).encode()
    own = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*own, *headers]})
    await send({"type": "http.response.body", "body": body})


class BehindLoadBalancer:
    """Knows the scheme of the public name, and lowers the Host header.

    Behind CloudFront the load balancer's X-Forwarded-Proto is that of the last hop, plain http, so no header is asked.
    MLflow compares host names as text, but they have no case (RFC 9110, 4.2.3). X-Forwarded-For is not believed.
    """

    def __init__(self, application: Application, scheme: str) -> None:
        self._application = application
        self._scheme = scheme

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = [(name, value.lower() if name == b"host" else value) for name, value in scope["headers"]]
            scope = {**scope, "headers": headers, "scheme": self._scheme}
        await self._application(scope, receive, send)


class WithoutAssistant:
    """Refuses MLflow's assistant, which runs commands on the server's host.

    MLflow lets loopback addresses alone use it (mlflow/server/assistant/api.py), which is no guard for a server that
    others share.
    """

    PATH = "/ajax-api/3.0/mlflow/assistant"

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(self.PATH):
            await send({"type": "http.response.start", "status": 403, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
            return
        await self._application(scope, receive, send)


class WithoutPresignedTransfers:
    """Answers server-info as a server that offers no presigned transfers.

    MLflow 3.15 to 3.17 offer them whenever the bucket could (build_server_info_payload in
    mlflow/server/handlers.py). A client then downloads from S3 by itself, which fails where it has no route
    to S3.
    """

    PATHS = ("/api/3.0/mlflow/server-info", "/ajax-api/3.0/mlflow/server-info")
    FLAGS = ("multipart_uploads_enabled", "multipart_downloads_enabled")

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in self.PATHS:
            await self._application(scope, receive, send)
            return
        start: Message = {}
        body = b""

        async def rewrite(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if message.get("more_body", False):
                return
            if start["status"] == 200:
                body = json.dumps({**json.loads(body), **dict.fromkeys(self.FLAGS, False)}).encode()
            headers = [header for header in start["headers"] if header[0].lower() != b"content-length"]
            headers.append((b"content-length", str(len(body)).encode()))
            await send({**start, "headers": headers})
            await send({"type": "http.response.body", "body": body})

        await self._application(scope, receive, rewrite)
