"""Which schema a database has, read without MLflow."""

from dataclasses import dataclass
from typing import Any

from tracking_server.database import OWNER_ROLE
from tracking_server.errors import SchemaNewerError, SchemaOlderError, TrackingServerError
from tracking_server.revisions import Revisions

VERSION_TABLES = {"tracking": "alembic_version", "auth": "alembic_version_auth"}
_OWNERS = """
    SELECT owner.rolname, pg_has_role(owner.oid, 'MEMBER')
    FROM pg_class relation JOIN pg_roles owner ON owner.oid = relation.relowner
    WHERE relation.relnamespace = 'public'::regnamespace AND relation.relkind IN ('r', 'p')
"""


@dataclass(frozen=True)
class Found:
    """What a database has.

    Attributes:
        tracking: the Alembic revision of the tracking schema, or None.
        auth: the Alembic revision of the auth schema, or None. MLflow before 3.6 wrote none.
        owners: the owners of the tables; none where there is no table.
    """

    tracking: str | None
    auth: str | None
    owners: frozenset[str]

    @property
    def is_empty(self) -> bool:
        return not self.owners

    def fits(self, known: Revisions) -> bool:
        """Whether nothing is to be done.

        Raises:
            SchemaNewerError: The schema has a revision that the image does not know.
        """
        for kind, found, revisions in (("tracking", self.tracking, known.tracking), ("auth", self.auth, known.auth)):
            if found is not None and found not in revisions:
                raise SchemaNewerError(
                    f"The database's {kind} schema has revision {found}, which this image (MLflow {known.mlflow},"
                    f" revision {revisions[-1]}) does not know: deploy an image with a newer MLflow, or restore the"
                    " snapshot that was taken before the upgrade."
                )
        has_all = (self.tracking, self.auth) == (known.tracking[-1], known.auth[-1])
        return has_all and self.owners == {OWNER_ROLE}

    def older(self, known: Revisions) -> SchemaOlderError:
        """Why the database needs `migrate --upgrade`."""
        owners = self.owners - {OWNER_ROLE}
        owned = f", and has tables of {' and '.join(sorted(owners))}" if owners else ""
        return SchemaOlderError(
            f"The database's schema (tracking {self.tracking}, auth {self.auth}) is older than this image's (tracking"
            f" {known.tracking[-1]}, auth {known.auth[-1]}, MLflow {known.mlflow}){owned}: take a snapshot of the"
            " database, then run `migrate --upgrade`."
        )


def find(connection: Any) -> Found:
    """
    Raises:
        TrackingServerError: Tables belong to a role that the connection's user is no member of.
    """
    with connection.cursor() as cursor:
        cursor.execute(_OWNERS)
        owners = dict(cursor.fetchall())
        for owner, may_act in owners.items():
            if not may_act:
                raise TrackingServerError(
                    f"Tables in schema public belong to {owner}, so this user cannot take them over: restore the dump"
                    f" with `pg_restore --no-owner`, or as a member of both run `REASSIGN OWNED BY {owner}`."
                )
        revisions = {kind: _revision(cursor, table) for kind, table in VERSION_TABLES.items()}
    return Found(revisions["tracking"], revisions["auth"], frozenset(owners))


def _revision(cursor: Any, table: str) -> str | None:
    cursor.execute("SELECT to_regclass(%s)", (f"public.{table}",))
    if cursor.fetchone()[0] is None:
        return None
    cursor.execute(f"SELECT version_num FROM public.{table}")  # noqa: S608
    row = cursor.fetchone()
    return row[0] if row else None
