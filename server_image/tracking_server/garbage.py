"""`collect-garbage`: MLflow's own `mlflow gc`, with this image's way to the database and to the artifacts."""

import io
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from tracking_server.database import connect
from tracking_server.engines import connect_as_server, database_url
from tracking_server.errors import TrackingServerError
from tracking_server.login import ServerLogin, server_login
from tracking_server.settings import GarbageSettings

# Any number will do as long as it never changes and is not that of `migrate`.
LOCK = 7_326_530_462
COMMAND = "collect-garbage"
"""What a run logs as `done` when it is. An alarm counts these lines: stacks/alarms/of_nights.py."""

_log = logging.getLogger("tracking_server")


def collect_garbage(settings: GarbageSettings, *, older_than_days: int) -> None:
    """Delete for good what users have deleted longer ago: runs, experiments, logged models, and their artifacts.

    Does nothing while another run does it. https://mlflow.org/docs/latest/cli.html#mlflow-gc

    Raises:
        TrackingServerError: PostgreSQL, the secret or the bucket cannot be reached, or refuses.
    """
    server = server_login(settings.database)
    with _alone(settings, server) as alone:
        if not alone:
            _log.info("Another run is collecting garbage already.")
            return
        connect_as_server(server)
        os.environ["MLFLOW_CONFIGURE_LOGGING"] = "false"
        _gc(database_url(settings.database, server.get().user), settings.artifact_location, older_than_days)
    _log.info(f"Nothing is left that was deleted more than {older_than_days} days ago.", extra={"done": COMMAND})


def _gc(url: str, artifact_location: str, older_than_days: int) -> None:
    # Costs seconds, so only the run that has the lock imports MLflow.
    from mlflow.cli import gc
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    _resolve_proxied_artifacts(artifact_location)
    # The tracking URI is where MLflow would ask a server for proxied artifacts; nothing is asked there.
    options = {"--older-than": f"{older_than_days}d", "--backend-store-uri": url, "--tracking-uri": url}
    said = io.StringIO()
    try:
        with redirect_stdout(said):
            gc.main([word for option in options.items() for word in option], standalone_mode=False)
    except (MlflowException, BotoCoreError, ClientError, SQLAlchemyError) as error:
        raise TrackingServerError(f"Collecting garbage stopped: {' '.join(str(error).split())}") from error
    finally:
        for line in said.getvalue().splitlines():
            _log.info(line)


def _resolve_proxied_artifacts(location: str) -> None:
    """Let `mlflow-artifacts:/1/…` be what the server keeps under `location`, without asking the server."""
    from mlflow.store.artifact import artifact_repository_registry as registry

    def stored(uri: str, *_: Any, **__: Any) -> Any:
        return registry.get_artifact_repository(location.rstrip("/") + urlsplit(uri).path)

    registry._artifact_repository_registry.register("mlflow-artifacts", stored)


@contextmanager
def _alone(settings: GarbageSettings, server: ServerLogin) -> Iterator[bool]:
    """Whether no other run has the lock. It is the session's, so PostgreSQL frees it when the process dies."""
    connection = server.connect(lambda login: connect(settings.database, login))
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,))
            yield cursor.fetchone() == (True,)
    finally:
        connection.close()
