"""`migrate --upgrade --dry-run`: runs the upgrade in a transaction that is rolled back, and tells what it did."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2

from tracking_server.catalog import changes, read_catalog, read_work
from tracking_server.database import connect
from tracking_server.errors import TrackingServerError
from tracking_server.found import find
from tracking_server.migrate import locked, say
from tracking_server.report import report
from tracking_server.revisions import known_revisions
from tracking_server.roles import ensure_roles
from tracking_server.settings import MigrateSettings


def rehearse(settings: MigrateSettings, *, lock_seconds: int) -> None:
    """Print what `migrate --upgrade` would do; the database stays as it is.

    Args:
        settings: those of `migrate`; the server user's secret is not read.
        lock_seconds: how long tables may be locked. After that PostgreSQL ends the rehearsal.

    Raises:
        SchemaNewerError: The schema has a revision that the image does not know.
        TrackingServerError: PostgreSQL cannot be reached, a migration fails, or the time is up.
    """
    known = known_revisions()
    with locked(settings) as connection:
        connection.autocommit = False
        # An upgrade makes them too, and needs them.
        ensure_roles(connection)
        if find(connection).fits(known):
            print(f"Nothing would change: the schema is that of MLflow {known.mlflow}.")
            return
        from tracking_server.schema import pending_revisions, upgrade_schema

        revisions = pending_revisions(connection)
        before = read_catalog(connection)
        started = time.monotonic()
        limit = _Limit(settings, connection.info.backend_pid, lock_seconds)
        try:
            upgrade_schema(connection)
            after, work = read_catalog(connection), read_work(connection)
        except (TrackingServerError, psycopg2.Error) as error:
            if not limit.is_over:
                raise
            raise TrackingServerError(
                f"The rehearsal had tables locked for {lock_seconds} seconds, so it was ended, and the database is as"
                " it was: rehearse on a database that was restored from a snapshot, or while the server is stopped,"
                " with a longer `--lock-seconds`."
            ) from error
        finally:
            limit.end()
    took = time.monotonic() - started
    # Afterwards, because counting a large table takes long.
    found = changes(before, after, work)
    rows = _count(settings, [change.before.name for change in found if change.before])
    print("\n".join(report(known.mlflow, revisions, found, rows)), flush=True)
    say(f"Nothing was changed: after {took:.1f} s of work all was rolled back.")


class _Limit:
    """Ends a session of PostgreSQL after some seconds, whatever it is at; its locks are free then."""

    def __init__(self, settings: MigrateSettings, session: int, seconds: int) -> None:
        self.is_over = False
        self._settings, self._session = settings, session
        self._timer = threading.Timer(seconds, self._reach)
        self._timer.start()

    def end(self) -> None:
        self._timer.cancel()
        self._timer.join()

    def _reach(self) -> None:
        self.is_over = True
        with _cursor(self._settings) as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", (self._session,))


def _count(settings: MigrateSettings, tables: list[str]) -> dict[str, int]:
    rows = {}
    with _cursor(settings) as cursor:
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM public."{table}"')  # noqa: S608
            rows[table] = cursor.fetchone()[0]
    return rows


@contextmanager
def _cursor(settings: MigrateSettings) -> Iterator[Any]:
    """A cursor of a session of its own."""
    connection = connect(settings.database, settings.master)
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()
