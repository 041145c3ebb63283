"""Connections to PostgreSQL through its driver alone; starts fast because SQLAlchemy stays out."""

from pathlib import Path
from typing import Any

import psycopg2

from tracking_server.errors import TrackingServerError
from tracking_server.settings import DatabaseSettings, Login

OWNER_ROLE = "mlflow_owner"
SERVER_ROLE = "mlflow_server"
SERVER_ROLES = (SERVER_ROLE, "mlflow_server_clone")
"""Who may log in with a password; the second has all rights of the first, as its member. `rotate` alternates."""
IAM_SERVER_ROLE = "mlflow_server_iam"
"""Who logs in with tokens of IAM; it has all rights of `SERVER_ROLE` too, as its member."""
CERTIFICATES = Path(__file__).parent.parent / "rds-global-bundle.pem"


class LentConnection(psycopg2.extensions.connection):
    """A connection that whoever is lent it cannot commit, roll back or close: only `keep` and `end` do.

    MLflow's migrations open connections and commit as they like; lent this one, they all run in one transaction.
    """

    def commit(self) -> None:
        """Nothing; see `keep`."""

    def rollback(self) -> None:
        """Nothing; see `end`."""

    def close(self) -> None:
        """Nothing; see `end`."""

    def keep(self) -> None:
        """Commit the transaction."""
        super().commit()

    def end(self) -> None:
        """Close the connection; what was not kept is rolled back, and its advisory locks are free."""
        super().close()


def connection_options(settings: DatabaseSettings) -> dict[str, Any]:
    """libpq's options beyond the address and the user.

    https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
    """
    options = {"sslmode": settings.sslmode, "connect_timeout": str(settings.connect_timeout_seconds)}
    if settings.sslmode.startswith("verify"):
        options["sslrootcert"] = str(CERTIFICATES)
    return options


def connect(settings: DatabaseSettings, login: Login, **options: Any) -> Any:
    """An open psycopg2 connection in autocommit mode; `options` are psycopg2's.

    Raises:
        TrackingServerError: PostgreSQL cannot be reached, or refuses the user.
    """
    try:
        connection = psycopg2.connect(
            host=settings.host,
            port=settings.port,
            dbname=settings.name,
            user=login.user,
            password=login.password,
            **connection_options(settings),
            **options,
        )
    except psycopg2.OperationalError as error:
        raise TrackingServerError(
            f"PostgreSQL at {settings.host}:{settings.port} did not accept {login.user} on database"
            f" {settings.name}; check that it runs, its security group and the secret"
            f" ({' '.join(str(error).split())})."
        ) from error
    connection.autocommit = True
    return connection


def password_refused(error: BaseException | None) -> bool:
    """Whether a failed connection, or the error of `connect` about it, means a wrong password.

    psycopg2 gives no SQLSTATE for a failed connection, so the server's text decides.
    """
    if isinstance(error, TrackingServerError):
        error = error.__cause__
    return isinstance(error, psycopg2.OperationalError) and "authentication failed" in str(error)
