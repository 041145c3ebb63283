"""ASGI middleware in front of MLflow's application."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class LowerCaseHost:
    """Lowers the Host header: MLflow compares it as text, but host names have no case (RFC 9110, 4.2.3)."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = [(name, value.lower() if name == b"host" else value) for name, value in scope["headers"]]
            scope = {**scope, "headers": headers}
        await self._application(scope, receive, send)


class BehindLoadBalancer:
    """Takes the scheme from the load balancer, and refuses MLflow's assistant, which runs commands on its host.

    MLflow lets loopback addresses alone use the assistant (mlflow/server/assistant/api.py), which is no guard for a
    server that others share.
    """

    ASSISTANT = "/ajax-api/3.0/mlflow/assistant"

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            if scope["path"].startswith(self.ASSISTANT):
                await send({"type": "http.response.start", "status": 403, "headers": [(b"content-length", b"0")]})
                await send({"type": "http.response.body", "body": b""})
                return
            scheme = dict(scope["headers"]).get(b"x-forwarded-proto", b"").decode("latin-1")
            if scheme in ("http", "https"):
                scope = {**scope, "scheme": scheme}
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
