"""Creates and upgrades MLflow's tables with MLflow's own functions; importing this imports MLflow."""

import logging
from typing import Any

from alembic.script import ScriptDirectory
from mlflow.server.auth.db import utils as auth
from mlflow.store.db import utils as tracking
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from tracking_server.database import OWNER_ROLE, LentConnection
from tracking_server.engines import connect_with
from tracking_server.errors import TrackingServerError
from tracking_server.found import find
from tracking_server.revisions import known_revisions
from tracking_server.roles import adopt_tables

# A lock that is waited for makes all later requests wait. After 30 seconds MLflow answers those that wait for a
# connection with 400, which clients do not try again.
LOCK_TIMEOUT_SECONDS = 20


def upgrade_schema(connection: LentConnection) -> None:
    """Bring the tracking and the auth tables to the installed MLflow's revision, from nothing or an older one.

    All of it is in the connection's transaction, which the caller keeps or does not: after a failure or a kill at
    any moment nothing has changed. May be called once in a process.

    Raises:
        TrackingServerError: A migration failed, or could not have a lock in time.
    """
    before = find(connection)
    connect_with(lambda **_parameters: connection)
    # The connection is there already, so the URL needs to name the driver only.
    engine = create_engine("postgresql+psycopg2://", poolclass=NullPool)
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_SECONDS}s'")
            adopt_tables(connection)
            cursor.execute(f"SET LOCAL ROLE {OWNER_ROLE}")
        if before.tracking is None:
            tracking._initialize_tables(engine)
        else:
            tracking._upgrade_db(engine)
        auth.migrate(engine, "head")
        # A statement that failed without an exception fails here, before COMMIT would roll back in silence.
        after = find(connection)
    except Exception as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        raise TrackingServerError(
            "The upgrade failed and nothing of it was kept, so the schema is as it was (tracking"
            f" {before.tracking}, auth {before.auth}): {' '.join(str(reason).split())[:1000]}"
        ) from error
    if not after.fits(known_revisions()):
        raise TrackingServerError(f"MLflow's migrations ended at {after}, so nothing of them was kept.")


def pending_revisions(connection: LentConnection) -> dict[str, list[str]]:
    """The revisions that `upgrade_schema` would apply to tracking and to auth, oldest first, with their titles."""
    found = find(connection)
    auth_from = found.auth
    if auth_from is None and _has_table(connection, "users"):
        # MLflow takes auth tables without a version for those of its first revision.
        auth_from = auth.INITIAL_REVISION
    return {
        "tracking": _between(tracking._get_alembic_config(""), found.tracking),
        "auth": _between(auth._get_alembic_config(""), auth_from),
    }


def say_revisions(say: Any) -> None:
    """Let Alembic tell each revision that it applies."""

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.getMessage().startswith("Running "):
                say(f"{record.getMessage()}.")

    logger = logging.getLogger("alembic.runtime.migration")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(Handler())


def _between(config: Any, start: str | None) -> list[str]:
    script = ScriptDirectory.from_config(config)
    revisions = list(script.iterate_revisions("heads", start or "base"))
    return [f"{revision.revision} {revision.doc}" for revision in reversed(revisions)]


def _has_table(connection: LentConnection, table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", (f"public.{table}",))
        return cursor.fetchone() != (None,)
