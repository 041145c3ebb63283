"""Bodies that are too large to be held in memory, refused before they are read."""

from tracking_server.middleware import Application, Message, Receive, Scope, Send, refuse

MOST_BYTES = 64 * 2**20
"""MLflow's clients send at most 1 MB of metrics, and 16 MB of a data set's profile."""
# MLflow passes these on while they arrive: mlflow/server/artifact_router.py.
STREAMED = ("/api/2.0/mlflow-artifacts/artifacts/", "/ajax-api/2.0/mlflow-artifacts/artifacts/")

_SENTENCE = f"A request's body may have {MOST_BYTES // 2**20} MiB; files go up as artifacts."


class BodyLimit:
    """Answers 413 to bodies above `MOST_BYTES`, but for artifacts.

    MLflow reads all others whole before it asks who sends them, so without a limit a stranger's request could take all
    memory of the task.
    """

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(STREAMED):
            await self._application(scope, receive, send)
            return
        length = next((value for name, value in scope["headers"] if name == b"content-length"), None)
        if length is None and any(name == b"transfer-encoding" for name, _ in scope["headers"]):
            body = await _read(receive)
            if body is None:
                await _refuse(send)
                return
            receive = _again(body, receive)
        elif int(length or 0) > MOST_BYTES:
            await _refuse(send)
            return
        await self._application(scope, receive, send)


async def _read(receive: Receive) -> list[Message] | None:
    """All of a body whose length nobody has told, or None when it is too large."""
    messages: list[Message] = []
    size = 0
    while not messages or messages[-1].get("more_body", False):
        messages.append(await receive())
        size += len(messages[-1].get("body", b""))
        if size > MOST_BYTES:
            return None
    return messages


def _again(messages: list[Message], receive: Receive) -> Receive:
    """Gives what was read, and then whatever comes."""
    waiting = iter(messages)

    async def give() -> Message:
        found = next(waiting, None)
        return await receive() if found is None else found

    return give


async def _refuse(send: Send) -> None:
    await refuse(send, 413, "INVALID_PARAMETER_VALUE", _SENTENCE, (b"connection", b"close"))
