"""A server whose database may pause: Aurora does so when it has no session, and wakes when one is asked for.

https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-auto-pause.html
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.server_image.deployment import Deployment, Server, wait_until
from tests.server_image.test_serve import SEARCH, basic
from tests.server_image.way_to_database import Way, way_to

ROLES = "('mlflow_server', 'mlflow_server_clone')"


@pytest.fixture(scope="module")
def way(make_deployment: Callable[..., Deployment], template: str) -> Iterator[tuple[Way, Server]]:
    deployment = make_deployment(template)
    with (
        way_to(deployment.postgres.port) as way,
        deployment.serving(
            DATABASE_PORT=str(way.port), DATABASE_IDLE_SECONDS="1", DATABASE_CONNECT_TIMEOUT_SECONDS="60"
        ) as server,
    ):
        yield way, server


def sessions(server: Server) -> list[tuple[Any, ...]]:
    """The server's own, as PostgreSQL counts them. Asked in another database, where none of them is."""
    return server.deployment.postgres.execute(
        f"SELECT pid FROM pg_stat_activity WHERE datname = %s AND usename IN {ROLES}", server.deployment.database
    )


def sessions_ever(server: Server) -> int:
    ((number,),) = server.deployment.postgres.execute(
        "SELECT sessions FROM pg_stat_database WHERE datname = %s", server.deployment.database
    )
    return int(number)


def experiments(server: Server) -> list[str]:
    return [found["name"] for found in server.get(SEARCH, Authorization=basic(server)).json()["experiments"]]


def test_requests_leave_no_session_behind_and_health_checks_make_none(way: tuple[Way, Server]) -> None:
    _, server = way
    assert "Default" in experiments(server)
    wait_until(lambda: not sessions(server))
    before = sessions_ever(server)
    assert before > 0
    for _ in range(3):
        assert server.get("/health").status == 200
    assert (sessions(server), sessions_ever(server)) == ([], before)


def test_what_a_request_writes_after_a_pause_is_written_once(way: tuple[Way, Server]) -> None:
    _, server = way
    authorization = basic(server)
    created = server.post(
        "/api/2.0/mlflow/runs/create", {"experiment_id": "0", "user_id": "u"}, Authorization=authorization
    )
    run_id = created.json()["run"]["info"]["run_id"]
    wait_until(lambda: not sessions(server))
    metric = {"run_id": run_id, "key": "m", "value": 1.5, "timestamp": 1, "step": 0}
    assert server.post("/api/2.0/mlflow/runs/log-metric", metric, Authorization=authorization).status == 200
    assert server.deployment.query("SELECT value FROM metrics") == [(1.5,)]


def test_the_first_request_after_a_pause_waits_for_the_database(way: tuple[Way, Server]) -> None:
    to_database, server = way
    wait_until(lambda: not sessions(server))
    to_database.close()
    with ThreadPoolExecutor(1) as aside:
        asked = aside.submit(experiments, server)
        try:
            assert to_database.waiting.wait(60)
            assert not asked.done()
        finally:
            to_database.open()
        assert "Default" in asked.result()
