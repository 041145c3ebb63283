"""The two database roles: one owns the tables, the other may only use them."""

from typing import Any

from psycopg2.extensions import encrypt_password

from tracking_server.database import OWNER_ROLE, SERVER_ROLE, connect, password_refused
from tracking_server.errors import TrackingServerError
from tracking_server.password import SecretPassword
from tracking_server.settings import DatabaseSettings

_ROWS = "SELECT, INSERT, UPDATE, DELETE"
_SEQUENCES = "USAGE, SELECT"
# Every statement may run again, so a run that was killed half-way is completed by the next one. The master
# of RDS is no superuser: from PostgreSQL 16 on it may act as a role that it made only once it has granted
# the role to itself.
# https://www.postgresql.org/docs/current/role-attributes.html
STATEMENTS = (
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    f"GRANT USAGE, CREATE ON SCHEMA public TO {OWNER_ROLE}",
    f"GRANT USAGE ON SCHEMA public TO {SERVER_ROLE}",
    f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER_ROLE} IN SCHEMA public GRANT {_ROWS} ON TABLES TO {SERVER_ROLE}",
    f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER_ROLE} IN SCHEMA public GRANT {_SEQUENCES} ON SEQUENCES TO {SERVER_ROLE}",
)


def ensure_roles(connection: Any) -> None:
    """Create the roles and grant them their privileges, through the master's connection."""
    with connection.cursor() as cursor:
        for role, login in ((OWNER_ROLE, "NOLOGIN"), (SERVER_ROLE, "LOGIN")):
            cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,))
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE ROLE {role} {login}")
        # Roles are of all databases, and a grant holds its lock until the transaction ends.
        cursor.execute("SELECT pg_has_role(%s, 'USAGE')", (OWNER_ROLE,))
        if not cursor.fetchone()[0]:
            cursor.execute(f"GRANT {OWNER_ROLE} TO CURRENT_USER")
        for statement in STATEMENTS:
            cursor.execute(statement)


def adopt_tables(connection: Any) -> None:
    """Make every table of MLflow the owner role's, and let the server use it.

    A dump that the master has restored has left the tables the master's own, and without the grants that the owner
    role gives to what it makes.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' AND tableowner <> %s",
            (OWNER_ROLE,),
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE public.{table} OWNER TO {OWNER_ROLE}")
        cursor.execute(f"GRANT {_ROWS} ON ALL TABLES IN SCHEMA public TO {SERVER_ROLE}")
        cursor.execute(f"GRANT {_SEQUENCES} ON ALL SEQUENCES IN SCHEMA public TO {SERVER_ROLE}")


def ensure_password(connection: Any, settings: DatabaseSettings, password: SecretPassword) -> None:
    """Set the server user's password to the secret's, unless the user can already log in.

    A password that a rotation under way has set is left alone: the rotation ends by making it the secret's.
    """
    if _logs_in(settings, password.get()):
        return
    pending = password.pending()
    if pending is not None and _logs_in(settings, pending):
        return
    # PostgreSQL is given the SCRAM verifier, so that the password cannot reach its log.
    verifier = encrypt_password(password.get(), SERVER_ROLE, scope=connection, algorithm="scram-sha-256")
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER ROLE {SERVER_ROLE} PASSWORD %s", (verifier,))


def _logs_in(settings: DatabaseSettings, password: str) -> bool:
    try:
        connect(settings, SERVER_ROLE, password).close()
    except TrackingServerError as error:
        if password_refused(error.__cause__):
            return False
        raise
    return True
