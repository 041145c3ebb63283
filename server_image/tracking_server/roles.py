"""The database roles: one owns the tables, those that the server logs in as may only use them."""

from typing import Any

from psycopg2.extensions import encrypt_password

from tracking_server.database import (
    IAM_SERVER_ROLE,
    OWNER_ROLE,
    SERVER_ROLE,
    SERVER_ROLES,
    connect,
    password_refused,
)
from tracking_server.errors import TrackingServerError
from tracking_server.secret import LoginSecret
from tracking_server.settings import DatabaseSettings, Login

_ROLES = {
    OWNER_ROLE: "NOLOGIN",
    SERVER_ROLE: "LOGIN",
    **{role: f"LOGIN IN ROLE {SERVER_ROLE}" for role in SERVER_ROLES if role != SERVER_ROLE},
}
IAM_ROLE = "rds_iam"
_CREATOR = "mlflow_creator"
# From PostgreSQL 16 on whoever creates a role is its member, and RDS takes no password of whoever is, by any number of
# steps, in its role for tokens: the master would lock itself out. So another role creates this one, and takes its
# membership with it. The master may then not alter this role, and need not. Sent at once they are one transaction.
# https://www.postgresql.org/docs/current/role-attributes.html
_CREATE_IAM_SERVER_ROLE = "; ".join(
    (
        f"CREATE ROLE {_CREATOR} NOLOGIN CREATEROLE",
        f"GRANT {_CREATOR} TO CURRENT_USER",
        f"SET ROLE {_CREATOR}",
        f"CREATE ROLE {IAM_SERVER_ROLE} LOGIN",
        "RESET ROLE",
        f"DROP ROLE {_CREATOR}",
        f"GRANT {SERVER_ROLE} TO {IAM_SERVER_ROLE}",
    )
)
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
            if not _exists(cursor, role):
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
    """Let the server log in with tokens of IAM, or with the secret's password, and in no other way."""
    by_token = settings.auth == "iam"
    with connection.cursor() as cursor:
        if by_token and not _exists(cursor, IAM_SERVER_ROLE):
            cursor.execute(_CREATE_IAM_SERVER_ROLE)
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND rolcanlogin = %s", (list(SERVER_ROLES), by_token)
        )
        for (role,) in cursor.fetchall():
            cursor.execute(f"ALTER ROLE {role} {'NOLOGIN' if by_token else 'LOGIN'}")
        if _exists(cursor, IAM_ROLE):
            _take_tokens(cursor, {IAM_SERVER_ROLE} if by_token else set())
    if not by_token:
        ensure_password(connection, settings, LoginSecret(settings.secret_arn))


def _take_tokens(cursor: Any, takers: set[str]) -> None:
    """Let RDS take tokens of these roles of the server alone.

    It takes tokens, and no password any more, of who is in a role of its own, which other PostgreSQLs do not have.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.DBAccounts.html
    """
    cursor.execute(
        "SELECT pg_get_userbyid(member) FROM pg_auth_members WHERE pg_get_userbyid(roleid) = %s"
        " AND pg_get_userbyid(member) = ANY(%s)",
        (IAM_ROLE, [*SERVER_ROLES, IAM_SERVER_ROLE]),
    )
    members = {member for (member,) in cursor.fetchall()}
    for role in sorted(members - takers):
        cursor.execute(f"REVOKE {IAM_ROLE} FROM {role}")
    for role in sorted(takers - members):
        cursor.execute(f"GRANT {IAM_ROLE} TO {role}")


def _exists(cursor: Any, role: str) -> bool:
    cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,))
    return cursor.fetchone() is not None


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
