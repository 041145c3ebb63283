"""`migrate`: initialises an empty database, checks any other, and upgrades only when it is told to."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tracking_server.database import LentConnection, connect
from tracking_server.found import find
from tracking_server.revisions import known_revisions
from tracking_server.roles import ensure_login, ensure_roles
from tracking_server.settings import MigrateSettings

# Any number will do as long as it never changes: tasks of two images must meet at the same lock.
LOCK = 7_326_530_461

_log = logging.getLogger("tracking_server")


def migrate(settings: MigrateSettings, *, upgrade: bool) -> None:
    """Make the database fit the image, or say why it does not.

    The auth tables are made also where `TRACKING_AUTH` is none, so that authentication can be turned on later
    without a change of the schema.

    Raises:
        SchemaOlderError: The schema is older than the image and `upgrade` is false.
        SchemaNewerError: The schema has a revision that the image does not know.
        TrackingServerError: PostgreSQL or the secret cannot be reached, or a migration fails.
    """
    known = known_revisions()
    with locked(settings) as connection:
        ensure_roles(connection)
        ensure_login(connection, settings.database)
        found = find(connection)
        if found.fits(known):
            say(f"The schema is that of MLflow {known.mlflow}.")
            return
        if not (found.is_empty or upgrade):
            raise found.older(known)
        say(f"Bringing the schema to MLflow {known.mlflow}.")
        # Costs seconds, so only a run that changes tables imports MLflow.
        from tracking_server.schema import say_revisions, upgrade_schema

        say_revisions(say)
        connection.autocommit = False
        upgrade_schema(connection)
        connection.keep()
        say(f"The schema is now that of MLflow {known.mlflow}.")


@contextmanager
def locked(settings: MigrateSettings) -> Iterator[LentConnection]:
    """The master's connection, in autocommit mode, with the advisory lock that lets one task at a time go on.

    The lock is the session's, so PostgreSQL frees it when the process dies. It is polled, because a process that
    waits inside libpq does not react to SIGTERM.
    """
    connection: LentConnection = connect(settings.database, settings.master, connection_factory=LentConnection)
    try:
        with connection.cursor() as cursor:
            waiting = False
            while True:
                cursor.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,))
                if cursor.fetchone() == (True,):
                    break
                if not waiting:
                    say("Waiting for the migrate or rotate of another task.")
                waiting = True
                time.sleep(0.5)
        yield connection
    finally:
        connection.end()


def say(sentence: str, **fields: str) -> None:
    """Tell the user of progress, with `fields` of the line; what a command was asked for goes to standard output."""
    _log.info(sentence, extra=fields)
