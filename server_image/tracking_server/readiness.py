"""`/health/ready`: whether a request would find its database and its bucket."""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

import boto3
from botocore.config import Config

from tracking_server.database import connect
from tracking_server.login import ServerLogin
from tracking_server.middleware import Application, Receive, Scope, Send
from tracking_server.settings import ServeSettings

PATH = "/health/ready"
# Anybody may ask, so the database and the bucket are asked once in this time, however many do.
_KEPT_SECONDS = 2.0
# Beyond the time in which PostgreSQL is connected to.
_MORE_SECONDS = 5

_log = logging.getLogger("tracking_server.readiness")


class Readiness:
    """Answers `/health/ready`: 200 when every check passes, 503 when one does not; the log says why.

    The load balancer asks `/health` instead, which is MLflow's and touches neither: a database that is away for a
    minute is no reason to end the tasks.

    Args:
        application: answers every other path.
        checks: by name; each raises when what it looks at does not answer.
        longest_seconds: how long a check may take.
    """

    def __init__(
        self, application: Application, checks: Mapping[str, Callable[[], None]], longest_seconds: int = 15
    ) -> None:
        self._application, self._checks, self._longest_seconds = application, checks, longest_seconds
        self._lock = asyncio.Lock()
        self._result: dict[str, str] = {}
        self._checked = float("-inf")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH:
            await self._application(scope, receive, send)
            return
        async with self._lock:
            if time.monotonic() - self._checked > _KEPT_SECONDS:
                names = list(self._checks)
                results = await asyncio.gather(*map(self._check, names))
                self._result, self._checked = dict(zip(names, results, strict=True)), time.monotonic()
        ready = all(result == "ok" for result in self._result.values())
        body = json.dumps(self._result).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200 if ready else 503, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _check(self, name: str) -> str:
        try:
            async with asyncio.timeout(self._longest_seconds):
                await asyncio.to_thread(self._checks[name])
        except Exception as error:
            _log.warning("%s is not ready: %s", name, error or "no answer in time")
            return "failed"
        return "ok"


def longest_seconds(settings: ServeSettings) -> int:
    """How long the checks may take."""
    return settings.database.connect_timeout_seconds + _MORE_SECONDS


def checks(settings: ServeSettings, server: ServerLogin) -> dict[str, Callable[[], None]]:
    """What the server cannot do without: PostgreSQL, and the bucket where its artifacts pass through the server."""
    found: dict[str, Callable[[], None]] = {"database": lambda: _ask_database(settings, server)}
    if settings.artifacts != "direct":
        found["artifacts"] = _bucket_check(settings.artifact_location, settings.bucket_owner)
    return found


def _ask_database(settings: ServeSettings, server: ServerLogin) -> None:
    connection = server.connect(lambda login: connect(settings.database, login))
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT FROM alembic_version")
    finally:
        connection.close()


def _bucket_check(location: str, owner: str) -> Callable[[], None]:
    bucket, _, prefix = location.removeprefix("s3://").partition("/")
    expected = {"ExpectedBucketOwner": owner} if owner else {}
    config = Config(connect_timeout=5, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2})
    client: Any = boto3.session.Session().client("s3", config=config)

    def ask() -> None:
        client.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=1, **expected)

    return ask
