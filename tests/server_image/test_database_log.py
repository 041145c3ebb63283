"""With the parameters that the stack sets, PostgreSQL's log has errors and nothing of what users store."""

import psycopg2
import pytest

from stacks.data.database_parameters import PARAMETERS
from tests.server_image.deployment import Deployment

OF_POSTGRESQL = {name: value for name, value in PARAMETERS.items() if not name.startswith("rds.")}


def test_every_parameter_can_change_without_a_restart(deployment: Deployment) -> None:
    rows = deployment.postgres.execute("SELECT name, context FROM pg_settings WHERE name = ANY(%s)", [*OF_POSTGRESQL])
    assert {name for name, _ in rows} == set(OF_POSTGRESQL)
    assert {context for _, context in rows} <= {"user", "superuser", "sighup"}


def test_a_statement_that_fails_is_logged_without_its_values(deployment: Deployment) -> None:
    connection = deployment.postgres.connect(deployment.database)
    try:
        with connection.cursor() as cursor:
            for name, value in OF_POSTGRESQL.items():
                cursor.execute(f"SET {name} = '{value}'")
            with pytest.raises(psycopg2.errors.UniqueViolation):
                cursor.execute(
                    "INSERT INTO users (username, password_hash) VALUES (%s, %s), (%s, %s)",
                    ("canary-user", "canary-hash") * 2,
                )
    finally:
        connection.close()
    of_this_database = [
        line
        for line in deployment.postgres.log.read_text(errors="replace").splitlines()
        if line.startswith(deployment.database)
    ]
    assert any("duplicate key value violates unique constraint" in line for line in of_this_database)
    assert "canary-user" not in "\n".join(of_this_database)
    assert "canary-hash" not in "\n".join(of_this_database)
