"""`migrate`: initialises an empty database, checks any other, and upgrades only when it is told to."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tracking_server.database import OWNER_ROLE, connect
from tracking_server.errors import SchemaNewerError, SchemaOlderError
from tracking_server.password import SecretPassword
from tracking_server.revisions import Revisions, known_revisions
from tracking_server.roles import ensure_password, ensure_roles
from tracking_server.settings import MigrateSettings

# Any number will do as long as it never changes: tasks of two images must meet at the same lock.
LOCK = 7_326_530_461
VERSION_TABLES = {"tracking": "alembic_version", "auth": "alembic_version_auth"}


def migrate(settings: MigrateSettings, *, upgrade: bool) -> None:
    """Make the database fit the image, or say why it does not.

    The auth tables are made also where `TRACKING_AUTH` is none, so that authentication can be turned on later
    without a change of the schema.

    Raises:
        SchemaOlderError: The schema is older than the image and `upgrade` is false.
        SchemaNewerError: The schema has a revision that the image does not know.
        TrackingServerError: PostgreSQL or the secret cannot be reached.
    """
    known = known_revisions()
    connection = connect(settings.database, settings.master_username, settings.master_password)
    with _lock(connection):
        ensure_roles(connection)
        ensure_password(connection, settings.database, SecretPassword(settings.database.secret_arn))
        found = _found_revisions(connection)
        if _fits(found, known):
            _say(f"The schema is that of MLflow {known.mlflow}.")
            return
        # A run that was killed leaves an empty database, or finished tracking tables and none of auth's.
        unfinished = found["auth"] is None and found["tracking"] in (None, known.tracking[-1])
        if not (unfinished or upgrade):
            raise SchemaOlderError(_older(found, known))
        _say(f"Bringing the schema to MLflow {known.mlflow}.")
        # Costs seconds, so only a run that changes tables imports MLflow.
        from tracking_server.schema import upgrade_schema

        upgrade_schema(settings)
        _say(f"The schema is now that of MLflow {known.mlflow}.")


@contextmanager
def _lock(connection: Any) -> Iterator[None]:
    """Hold the advisory lock that lets one task at a time look at and change the schema.

    It is the session's, so PostgreSQL frees it when the process dies. It is polled, because a process that
    waits inside libpq does not react to SIGTERM.
    """
    with connection.cursor() as cursor:
        waiting = False
        while True:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,))
            if cursor.fetchone()[0]:
                break
            if not waiting:
                _say("Waiting for the migrate of another task.")
            waiting = True
            time.sleep(0.5)
    try:
        yield
    finally:
        connection.close()


def _found_revisions(connection: Any) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {OWNER_ROLE}")
        for kind, table in VERSION_TABLES.items():
            cursor.execute("SELECT to_regclass(%s)", (f"public.{table}",))
            row = None
            if cursor.fetchone()[0] is not None:
                cursor.execute(f"SELECT version_num FROM public.{table}")  # noqa: S608
                row = cursor.fetchone()
            found[kind] = row[0] if row else None
        cursor.execute("RESET ROLE")
    return found


def _fits(found: dict[str, str | None], known: Revisions) -> bool:
    for kind, revisions in (("tracking", known.tracking), ("auth", known.auth)):
        if found[kind] is not None and found[kind] not in revisions:
            raise SchemaNewerError(
                f"The database's {kind} schema has revision {found[kind]}, which this image"
                f" (MLflow {known.mlflow}, revision {revisions[-1]}) does not know: deploy an image with a"
                " newer MLflow, or restore the snapshot that was taken before the upgrade."
            )
    return found == {"tracking": known.tracking[-1], "auth": known.auth[-1]}


def _older(found: dict[str, str | None], known: Revisions) -> str:
    return (
        f"The database's schema (tracking {found['tracking']}, auth {found['auth']}) is older than this"
        f" image's (tracking {known.tracking[-1]}, auth {known.auth[-1]}, MLflow {known.mlflow}): take a"
        " snapshot of the database, then run `migrate --upgrade`."
    )


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
