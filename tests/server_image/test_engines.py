import dataclasses

import pytest
from sqlalchemy import make_url
from tracking_server.database import CERTIFICATES
from tracking_server.engines import database_url
from tracking_server.settings import DatabaseSettings

from tests.server_image.deployment import ODD


def settings(name: str = "mlflow", sslmode: str = "verify-full") -> DatabaseSettings:
    return DatabaseSettings("database.example.com", 5432, name, sslmode, "password", "arn", "")


def test_the_url_names_the_driver_and_verifies_the_server() -> None:
    url = make_url(database_url(settings(), "mlflow_server"))
    assert url.drivername == "postgresql+psycopg2"
    assert url.password is None
    assert url.query["sslmode"] == "verify-full"
    assert url.query["sslrootcert"] == str(CERTIFICATES)


def test_sessions_that_ask_nothing_end_where_the_database_may_pause() -> None:
    pausing = dataclasses.replace(settings(), connect_timeout_seconds=60, idle_seconds=30)
    query = make_url(database_url(pausing, "mlflow_server")).query
    assert (query["options"], query["connect_timeout"]) == ("-c idle_session_timeout=30s", "60")
    assert "options" not in make_url(database_url(settings(), "mlflow_server")).query


@pytest.mark.parametrize("sslmode", ["disable", "require"])
def test_certificates_are_named_only_where_they_are_verified(sslmode: str) -> None:
    assert "sslrootcert" not in database_url(settings(sslmode=sslmode), "mlflow_server")


def test_odd_characters_survive_the_url() -> None:
    url = make_url(database_url(settings(name=ODD), ODD))
    assert (url.database, url.username) == (ODD, ODD)
