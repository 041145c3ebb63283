"""Connections of one statement: no transaction to open and close, and no ping before it."""

import logging
from typing import Any

import psycopg2
import sqlalchemy
from mlflow.environment_variables import (
    MLFLOW_SQLALCHEMYSTORE_ECHO,
    MLFLOW_SQLALCHEMYSTORE_MAX_OVERFLOW,
    MLFLOW_SQLALCHEMYSTORE_POOL_RECYCLE,
    MLFLOW_SQLALCHEMYSTORE_POOL_SIZE,
)
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import BAD_REQUEST, TEMPORARILY_UNAVAILABLE
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import SQLAlchemyError

from tracking_server.errors import TrackingServerError

Row = tuple[Any, ...]

_logger = logging.getLogger(__name__)


def create_engine(url: str) -> Engine:
    """An engine with MLflow's pool, where MLflow's sessions ping a connection first and `fetch` does not.

    MLflow's own engine pings for everybody (mlflow/store/db/utils.py), one round trip each time.
    """
    options = {
        "pool_size": MLFLOW_SQLALCHEMYSTORE_POOL_SIZE.get(),
        "max_overflow": MLFLOW_SQLALCHEMYSTORE_MAX_OVERFLOW.get(),
        "pool_recycle": MLFLOW_SQLALCHEMYSTORE_POOL_RECYCLE.get(),
        "echo": MLFLOW_SQLALCHEMYSTORE_ECHO.get(),
    }
    engine = sqlalchemy.create_engine(url, **{name: value for name, value in options.items() if value})
    event.listen(engine, "engine_connect", _replace_dead)
    return engine


def _replace_dead(connection: Connection) -> None:
    """Throw away connections that PostgreSQL has closed, until one answers or a new one cannot be made.

    https://docs.sqlalchemy.org/en/21/core/pooling.html#disconnect-handling-pessimistic
    """
    while not _answers(connection):
        connection.invalidate()


def _answers(connection: Connection) -> bool:
    dbapi_connection: Any = connection.connection.dbapi_connection
    try:
        return connection.dialect.do_ping(dbapi_connection)
    except psycopg2.Error:
        if dbapi_connection.closed:
            return False
        raise


def fetch(engine: Engine, statement: str, parameters: dict[str, Any]) -> list[Row] | None:
    """The rows of a statement that is a transaction of its own, or None where PostgreSQL did not say that it was done.

    None says nothing of the reason: whoever asks has MLflow's code do the same, on a connection that was tried, and
    with MLflow's errors. So a connection that broke is no error either.

    Raises:
        MlflowException: PostgreSQL takes no new connection, or all of the pool are in use, for as long as one waits.
    """
    try:
        connection = engine.raw_connection()
    except TrackingServerError:
        return None
    # Both as MLflow puts them; its code would wait once more.
    except psycopg2.OperationalError as error:
        _logger.error("PostgreSQL takes no connection: %s", error)
        raise MlflowException(message=error, error_code=TEMPORARILY_UNAVAILABLE) from error
    except SQLAlchemyError as error:
        raise MlflowException(message=error, error_code=BAD_REQUEST) from error
    try:
        return _fetch(connection.dbapi_connection, statement, parameters)
    # ValueError: a character that PostgreSQL's text cannot hold.
    except (psycopg2.Error, ValueError) as error:
        _logger.debug("MLflow's code takes over: %s", error)
        if connection.dbapi_connection.closed:  # type: ignore[union-attr]
            connection.invalidate(error)
        return None
    finally:
        connection.close()


def _fetch(connection: Any, statement: str, parameters: dict[str, Any]) -> list[Row]:
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            rows: list[Row] = cursor.fetchall()
            return rows
    finally:
        if not connection.closed:
            connection.autocommit = False
