"""The database roles: one owns the tables, those that the server logs in as may only use them."""

from typing import Any

from psycopg2.extensions import encrypt_password

from tracking_server.database import OWNER_ROLE, SERVER_ROLE, SERVER_ROLES, connect, password_refused
from tracking_server.errors import TrackingServerError
from tracking_server.secret import LoginSecret
from tracking_server.settings import DatabaseSettings, Login

_ROLES = {
    OWNER_ROLE: "NOLOGIN",
    SERVER_ROLE: "LOGIN",
    **{role: f"LOGIN IN ROLE {SERVER_ROLE}" for role in SERVER_ROLES if role != SERVER_ROLE},
}
IAM_ROLE = "rds_iam"
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
        for role, options in _ROLES.items():
            cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,))
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE ROLE {role} {options}")
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


def ensure_login(connection: Any, settings: DatabaseSettings) -> None:
    """Let the server log in with tokens of IAM, or with the secret's password.

    RDS takes tokens, and no password any more, of who is in a role of its own, which other PostgreSQLs do not have.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.DBAccounts.html
    """
    by_token = settings.auth == "iam"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(%s, oid, 'MEMBER') FROM pg_roles WHERE rolname = %s", (SERVER_ROLE, IAM_ROLE)
        )
        # (None,): there is no such role.
        (is_member,) = cursor.fetchone() or (None,)
        if is_member is not None and is_member != by_token:
            change = "GRANT {} TO {}" if by_token else "REVOKE {} FROM {}"
            cursor.execute(change.format(IAM_ROLE, SERVER_ROLE))
    if not by_token:
        ensure_password(connection, settings, LoginSecret(settings.secret_arn))


def ensure_password(connection: Any, settings: DatabaseSettings, secret: LoginSecret) -> None:
    """Set the password of the secret's user to the secret's, unless the user can already log in.

    A password that a rotation of this one user has set is left alone: the rotation ends by making it the secret's.
    """
    current = secret.current().login
    if _logs_in(settings, current):
        return
    pending = secret.pending()
    if pending is not None and pending.login.user == current.user and _logs_in(settings, pending.login):
        return
    set_password(connection, current)


def set_password(connection: Any, login: Login) -> None:
    """Give a role its password. PostgreSQL gets the SCRAM verifier, so that the password cannot reach its log."""
    if login.user not in SERVER_ROLES:
        raise TrackingServerError(
            f"The secret names the user {login.user}; allowed: {' and '.join(SERVER_ROLES)}. Correct its value."
        )
    verifier = encrypt_password(login.password, login.user, scope=connection, algorithm="scram-sha-256")
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER ROLE {login.user} PASSWORD %s", (verifier,))


def _logs_in(settings: DatabaseSettings, login: Login) -> bool:
    try:
        connect(settings, login).close()
    except TrackingServerError as error:
        if password_refused(error):
            return False
        raise
    return True
