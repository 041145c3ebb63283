"""What MLflow's SQLAlchemy engines need: a URL without a password, and the login at connect."""

from collections.abc import Callable
from typing import Any

import psycopg2
from sqlalchemy import URL, Engine, event

from tracking_server.database import connection_options
from tracking_server.login import ServerLogin
from tracking_server.settings import DatabaseSettings, Login


def database_url(settings: DatabaseSettings, user: str) -> str:
    """The URL for MLflow, percent-encoded and without a password."""
    url = URL.create(
        # SQLAlchemy 2.1 takes psycopg 3 where no driver is named.
        "postgresql+psycopg2",
        username=user,
        host=settings.host,
        port=settings.port,
        database=settings.name,
        query=connection_options(settings) | _session_options(settings),
    )
    return url.render_as_string(hide_password=False)


def _session_options(settings: DatabaseSettings) -> dict[str, str]:
    """What ends a session of a pool that asks nothing: a database pauses only when it has none.

    PostgreSQL does it, so that no clock runs here; the pools try a connection before they lend it, and make another.
    Sessions of `connect` have no such limit: those of `migrate` hold a lock while they ask nothing.
    https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-IDLE-SESSION-TIMEOUT
    """
    if not settings.idle_seconds:
        return {}
    return {"options": f"-c idle_session_timeout={settings.idle_seconds}s"}


def connect_with(connect: Callable[..., Any]) -> None:
    """Let `connect` open every connection of every engine in this process, also those made later.

    `connect` is called with psycopg2's keyword arguments.
    https://docs.sqlalchemy.org/en/21/core/events.html#sqlalchemy.events.DialectEvents.do_connect
    """

    @event.listens_for(Engine, "do_connect")
    def _do_connect(_dialect: Any, _record: Any, _arguments: Any, parameters: dict[str, Any]) -> Any:
        return connect(**parameters)


def connect_as_server(server: ServerLogin) -> None:
    """Let every engine use the server's current login, whatever user its URL names."""

    def connect(**parameters: Any) -> Any:
        def as_user(login: Login) -> Any:
            return psycopg2.connect(**parameters | {"user": login.user, "password": login.password})

        return server.connect(as_user)

    connect_with(connect)
