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


@pytest.mark.parametrize("sslmode", ["disable", "require"])
def test_certificates_are_named_only_where_they_are_verified(sslmode: str) -> None:
    assert "sslrootcert" not in database_url(settings(sslmode=sslmode), "mlflow_server")


def test_odd_characters_survive_the_url() -> None:
    url = make_url(database_url(settings(name=ODD), ODD))
    assert (url.database, url.username) == (ODD, ODD)
