"""Who the server logs in as, with a password or with tokens of IAM, on a PostgreSQL that has what RDS has for them."""

import psycopg2
import pytest
from tracking_server.roles import ensure_login, ensure_roles
from tracking_server.settings import DatabaseSettings

from tests.server_image.deployment import REGION, Deployment
from tests.server_image.rds import Rds
from tests.server_image.test_serve import SEARCH, basic

IAM = {"DATABASE_AUTH": "iam", "DATABASE_REGION": REGION, "DATABASE_SECRET_ARN": ""}
PASSWORD: dict[str, str] = {}
LET_IN = "SELECT rolname FROM pg_roles WHERE rolname LIKE 'mlflow%' AND rolcanlogin"


def log_in(deployment: Deployment, user: str, password: str) -> None:
    deployment.postgres.connect(deployment.database, user, password).close()


def test_the_master_s_password_goes_on_being_taken_when_the_server_has_tokens(rds: Rds) -> None:
    for _ in range(3):
        rds.migrate(**IAM)
    assert rds.takes_tokens_of("mlflow_server_iam")
    assert not rds.takes_tokens_of("master")
    assert rds.deployment.query("SELECT rolname FROM pg_roles WHERE rolname = 'mlflow_creator'") == []


def test_a_master_that_is_in_a_role_that_takes_tokens_is_locked_out(rds: Rds) -> None:
    """As on RDS: what the other tests of this file would not see otherwise."""
    deployment = rds.deployment
    master = deployment.postgres.connect(deployment.database, "master", deployment.postgres.master_password)
    try:
        with master.cursor() as cursor:
            cursor.execute("CREATE ROLE made_by_the_master LOGIN")
            cursor.execute("GRANT rds_iam TO made_by_the_master")
    finally:
        master.close()
    rds.end_of_session()
    try:
        done = deployment.run("migrate", **IAM)
        assert done.returncode == 1
        assert "pg_hba.conf rejects connection" in done.stderr
    finally:
        deployment.postgres.execute("DROP ROLE made_by_the_master")


def test_from_a_password_to_tokens_and_back_only_one_of_them_lets_in(rds: Rds) -> None:
    deployment = rds.deployment
    password = deployment.postgres.server_password
    for _ in range(2):
        for _ in range(2):
            rds.migrate(**IAM)
            assert rds.takes_tokens_of("mlflow_server_iam")
            with pytest.raises(psycopg2.OperationalError, match="is not permitted to log in"):
                log_in(deployment, "mlflow_server", password)
            assert deployment.query(LET_IN) == [("mlflow_server_iam",)]
        for _ in range(2):
            rds.migrate(**PASSWORD)
            assert not any(map(rds.takes_tokens_of, ("mlflow_server_iam", "mlflow_server", "mlflow_server_clone")))
            log_in(deployment, "mlflow_server", password)
    # Without tokens a password is asked for.
    assert deployment.query("SELECT rolpassword FROM pg_authid WHERE rolname = 'mlflow_server_iam'") == [(None,)]
    rotated = deployment.run("rotate")
    assert rotated.returncode == 0, rotated.stderr
    assert deployment.login()[0] == "mlflow_server_clone"
    log_in(deployment, *deployment.login())


def test_with_tokens_the_server_writes_rows_and_cannot_change_the_schema(rds: Rds) -> None:
    rds.migrate(**IAM)
    deployment = rds.deployment
    with deployment.serving(**IAM) as server:
        created = server.post(
            "/api/2.0/mlflow/experiments/create", {"name": "with a token"}, Authorization=basic(server)
        )
        assert created.status == 200, created.body
        found = server.get(SEARCH, Authorization=basic(server)).json()["experiments"]
        assert "with a token" in {experiment["name"] for experiment in found}
        users = deployment.query(
            "SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = current_database() AND usename <> 'postgres'"
        )
        assert users == [("mlflow_server_iam",)]
    connection = deployment.postgres.connect(deployment.database, "mlflow_server_iam", "a token")
    try:
        for statement in ("CREATE TABLE intruder (id int)", "DROP TABLE experiments", "SET ROLE mlflow_owner"):
            with connection.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(statement)
    finally:
        connection.close()


def test_the_password_s_user_takes_no_tokens_any_more_if_it_did(rds: Rds) -> None:
    """A master that is locked out by it logs in with a token of its own."""
    deployment = rds.deployment
    database = deployment.postgres.connect(deployment.database)
    try:
        with database.cursor() as cursor:
            cursor.execute("GRANT rds_iam TO master WITH ADMIN TRUE, INHERIT FALSE, SET FALSE")
            cursor.execute("SET SESSION AUTHORIZATION master")
            cursor.execute("GRANT rds_iam TO mlflow_server")
        assert rds.takes_tokens_of("mlflow_server")
        settings = DatabaseSettings(
            "127.0.0.1", deployment.postgres.port, deployment.database, "disable", "iam", "", "r"
        )
        ensure_roles(database)
        ensure_login(database, settings)
    finally:
        database.close()
    rds.end_of_session()
    assert rds.takes_tokens_of("mlflow_server_iam")
    assert not rds.takes_tokens_of("mlflow_server")
    rds.migrate(**IAM)


@pytest.mark.usefixtures("kept_logins")
def test_where_there_is_no_role_for_tokens_none_is_made(deployment: Deployment) -> None:
    done = deployment.run("migrate", **IAM)
    assert done.returncode == 0, done.stderr
    assert deployment.query("SELECT FROM pg_roles WHERE rolname = 'rds_iam'") == []


def test_a_password_that_nobody_logs_in_with_is_not_rotated(deployment: Deployment) -> None:
    done = deployment.run("rotate", **IAM)
    assert done.returncode == 1
    assert "there is no password to rotate" in done.stderr
