"""`migrate` against a real PostgreSQL."""

import subprocess

import psycopg2
import pytest
from tracking_server.revisions import known_revisions

from tests.server_image.deployment import SERVER_PYTHON, Deployment

KNOWN = known_revisions()
OLDER_TRACKING, OLDER_AUTH = KNOWN.tracking[-4], KNOWN.auth[-2]


def revisions(deployment: Deployment) -> tuple[str, str]:
    [(tracking,)] = deployment.query("SELECT version_num FROM alembic_version")
    [(auth,)] = deployment.query("SELECT version_num FROM alembic_version_auth")
    return tracking, auth


def test_an_empty_database_gets_all_tables_and_they_belong_to_the_owner_role(deployment: Deployment) -> None:
    assert revisions(deployment) == (KNOWN.tracking[-1], KNOWN.auth[-1])
    owners = deployment.query("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
    assert owners == [("mlflow_owner",)]


def test_a_second_run_only_checks_and_imports_neither_mlflow_nor_sqlalchemy(deployment: Deployment) -> None:
    done = subprocess.run(
        [SERVER_PYTHON, "-X", "importtime", "-m", "tracking_server", "migrate"],
        env=deployment.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines() if line.startswith("import")}
    assert "psycopg2" in imported
    assert not imported & {"mlflow", "sqlalchemy", "alembic"}
    assert f"The schema is that of MLflow {KNOWN.mlflow}." in done.stderr


def test_of_five_at_once_one_initialises_and_the_others_wait(empty: Deployment) -> None:
    processes = [empty.start("migrate") for _ in range(5)]
    assert [process.wait(120) for process in processes] == [0] * 5, empty.said()
    assert empty.said().count("Bringing the schema to") == 1
    assert empty.said().count("Waiting for the migrate or rotate of another task.") >= 1
    assert revisions(empty) == (KNOWN.tracking[-1], KNOWN.auth[-1])


@pytest.mark.parametrize("table", ["experiments", "alembic_version", "alembic_version_auth", "roles"])
def test_a_killed_run_leaves_an_empty_database_and_the_next_one_completes(empty: Deployment, table: str) -> None:
    empty.kill_where_it_waits(f"CREATE TABLE {table} ()", "migrate")
    assert empty.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == []
    done = empty.run("migrate")
    assert done.returncode == 0, done.stderr
    assert revisions(empty) == (KNOWN.tracking[-1], KNOWN.auth[-1])


def test_a_database_with_other_tables_is_not_initialised(empty: Deployment) -> None:
    empty.query("CREATE TABLE theirs ()")
    empty.query("ALTER TABLE theirs OWNER TO master")
    refused = empty.run("migrate")
    assert refused.returncode == 3
    assert "has tables of master" in refused.stderr
    assert empty.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == [("theirs",)]


def test_tables_of_the_master_become_the_owner_roles_and_the_servers_to_use(deployment: Deployment) -> None:
    deployment.query("ALTER TABLE experiments OWNER TO master")
    deployment.query("REVOKE ALL ON experiments FROM mlflow_server")
    assert deployment.run("migrate").returncode == 3
    upgraded = deployment.run("migrate", "--upgrade")
    assert upgraded.returncode == 0, upgraded.stderr
    owners = deployment.query("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
    assert owners == [("mlflow_owner",)]
    [(may,)] = deployment.query("SELECT has_table_privilege('mlflow_server', 'experiments', 'INSERT')")
    assert may


def test_a_dry_run_of_a_schema_that_fits_says_that_nothing_would_change(deployment: Deployment) -> None:
    told = deployment.run("migrate", "--upgrade", "--dry-run")
    assert told.returncode == 0, told.stderr
    assert told.stdout == f"Nothing would change: the schema is that of MLflow {KNOWN.mlflow}.\n"


def test_a_dry_run_without_upgrade_is_refused(deployment: Deployment) -> None:
    refused = deployment.run("migrate", "--dry-run")
    assert refused.returncode == 2
    assert "--dry-run goes with --upgrade" in refused.stderr


@pytest.mark.parametrize(
    ("table", "revision"), [("alembic_version", OLDER_TRACKING), ("alembic_version_auth", OLDER_AUTH)]
)
def test_an_older_schema_is_refused_and_left_alone(deployment: Deployment, table: str, revision: str) -> None:
    deployment.query(f"UPDATE {table} SET version_num = '{revision}'")
    done = deployment.run("migrate")
    assert done.returncode == 3
    assert revision in done.stderr
    assert KNOWN.tracking[-1] in done.stderr
    assert "take a snapshot of the database, then run `migrate --upgrade`" in done.stderr
    assert deployment.query(f"SELECT version_num FROM {table}") == [(revision,)]


@pytest.mark.parametrize("arguments", [("migrate",), ("migrate", "--upgrade"), ("migrate", "--upgrade", "--dry-run")])
@pytest.mark.parametrize("table", ["alembic_version", "alembic_version_auth"])
def test_a_newer_schema_is_refused_also_by_upgrade(
    deployment: Deployment, table: str, arguments: tuple[str, ...]
) -> None:
    deployment.query(f"UPDATE {table} SET version_num = 'f00df00df00d'")
    done = deployment.run(*arguments)
    assert done.returncode == 4
    assert "f00df00df00d" in done.stderr
    assert "deploy an image with a newer MLflow, or restore the snapshot" in done.stderr


OLDER_SCHEMA = """
import sys
from alembic import command
from sqlalchemy import create_engine
from mlflow.server.auth.db import utils as auth
from mlflow.store.db import utils as tracking
from mlflow.store.tracking.dbmodels.initial_models import Base

url, tracking_revision, auth_revision = sys.stdin.read().split()
engine = create_engine(url)
Base.metadata.create_all(engine)
config = tracking._get_alembic_config(url)
with engine.begin() as config.attributes["connection"]:
    command.upgrade(config, tracking_revision)
auth.migrate(engine, auth_revision)
"""


def test_upgrade_brings_an_older_schema_to_the_image(empty: Deployment, template: str) -> None:
    # The roles exist already, because the template's migrate made them for the whole PostgreSQL.
    empty.query("GRANT CREATE ON SCHEMA public TO mlflow_owner")
    url = (
        f"postgresql+psycopg2://postgres:{empty.postgres.superuser_password}@127.0.0.1:{empty.postgres.port}"
        f"/{empty.database}?options=-crole%3Dmlflow_owner"
    )
    subprocess.run(
        [SERVER_PYTHON, "-c", OLDER_SCHEMA],
        input=f"{url} {OLDER_TRACKING} {OLDER_AUTH}",
        env=empty.environment(),
        text=True,
        check=True,
        capture_output=True,
    )
    assert revisions(empty) == (OLDER_TRACKING, OLDER_AUTH)
    assert empty.run("migrate").returncode == 3
    upgraded = empty.run("migrate", "--upgrade")
    assert upgraded.returncode == 0, upgraded.stderr
    assert revisions(empty) == (KNOWN.tracking[-1], KNOWN.auth[-1])
    assert empty.run("migrate").returncode == 0


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE intruder (id int)",
        "ALTER TABLE experiments ADD COLUMN intruder int",
        "DROP TABLE experiments",
        "SET ROLE mlflow_owner",
    ],
)
def test_the_server_user_cannot_change_the_schema(deployment: Deployment, statement: str) -> None:
    connection = deployment.postgres.connect(deployment.database, "mlflow_server", deployment.postgres.server_password)
    try:
        with connection.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute(statement)
    finally:
        connection.close()


def test_the_password_of_a_new_secret_is_set(deployment: Deployment, kept_password: None) -> None:
    deployment.put_password("canary-new-password")
    assert deployment.run("migrate").returncode == 0
    deployment.postgres.connect(deployment.database, "mlflow_server", "canary-new-password").close()


def test_a_password_that_a_rotation_has_set_is_left_alone(deployment: Deployment, kept_password: None) -> None:
    deployment.secrets_manager.put_secret_value(
        SecretId=deployment.secret_arn,
        SecretString='{"password": "canary-pending-password"}',
        VersionStages=["AWSPENDING"],
    )
    deployment.postgres.execute("ALTER ROLE mlflow_server PASSWORD 'canary-pending-password'")
    assert deployment.run("migrate").returncode == 0
    deployment.postgres.connect(deployment.database, "mlflow_server", "canary-pending-password").close()


def test_a_wrong_master_password_is_one_sentence_without_the_password(deployment: Deployment) -> None:
    done = deployment.run("migrate", DATABASE_MASTER_PASSWORD="canary-wrong-password")
    assert done.returncode == 1
    assert "did not accept master" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "canary" not in done.stderr


def test_a_server_without_tls_is_refused_unless_told_otherwise(deployment: Deployment) -> None:
    done = deployment.run("migrate", DATABASE_SSLMODE="")
    assert done.returncode == 1
    assert "server does not support SSL" in done.stderr


def test_a_secret_that_cannot_be_read_is_one_sentence(deployment: Deployment) -> None:
    missing = deployment.secret_arn + "x"
    done = deployment.run("migrate", DATABASE_SECRET_ARN=missing)
    assert done.returncode == 1
    assert missing in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_postgresqls_log_gets_the_password_as_a_verifier_only(deployment: Deployment, kept_password: None) -> None:
    deployment.put_password("canary-logged-password")
    assert deployment.run("migrate").returncode == 0
    log = deployment.postgres.log.read_text(errors="replace")
    assert "ALTER ROLE mlflow_server PASSWORD 'SCRAM-SHA-256$" in log
    assert "canary-logged-password" not in log
