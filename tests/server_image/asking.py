"""Asks an ASGI application in process."""

import asyncio
from collections.abc import Sequence
from typing import Any

from tracking_server.middleware import Application, Message

Headers = Sequence[tuple[bytes, bytes]]


def answering(status: int, *chunks: bytes) -> Application:
    """An application that answers everything alike, its body in pieces."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        length = str(sum(map(len, chunks))).encode()
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", length)]})
        for number, chunk in enumerate(chunks, 1):
            await send({"type": "http.response.body", "body": chunk, "more_body": number < len(chunks)})

    return application


def ask(
    application: Application,
    path: str,
    headers: Headers = (),
    *,
    method: str = "GET",
    query: bytes = b"",
    received: Sequence[Message] = ({"type": "http.request"},),
) -> list[Message]:
    """What the application sends in answer to `received`."""
    sent: list[Message] = []
    waiting = iter(received)
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query,
        "http_version": "1.1",
        "headers": list(headers),
    }

    async def receive() -> Message:
        return next(waiting)

    async def send(message: Message) -> None:
        sent.append(message)

    async def request() -> None:
        await application(scope, receive, send)

    asyncio.run(request())
    return sent
