"""What the store is for, and what happens when things go wrong below it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.server_image.deployment import Deployment, Server
from tests.server_image.store.both import API, Both, round_trips, statements
from tests.server_image.way_to_database import Way, way_to

METRIC = {"key": "m", "value": 1.0, "timestamp": 1, "step": 1}
PAIR = {"key": "k", "value": "v"}
GET = f"{API}/runs/get?run_id=00000000000000000000000000000000"
CLOSE_ALL = """SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("runs/log-metric", METRIC),
    ("runs/log-parameter", PAIR),
    ("runs/set-tag", PAIR),
    ("runs/log-batch", {"metrics": [METRIC, METRIC | {"step": 2}], "params": [PAIR], "tags": [PAIR]}),
    ("runs/update", {"status": "FINISHED", "end_time": 5, "run_name": "done"}),
    ("runs/create", {"experiment_id": "0", "user_id": "u", "start_time": 1, "tags": [PAIR]}),
    ("runs/search", {"experiment_ids": ["0"], "filter": "metrics.m > 0", "order_by": ["metrics.m"]}),
]


@pytest.mark.parametrize(("path", "content"), CALLS)
def test_a_call_is_one_round_trip(both: Both, path: str, content: dict[str, Any]) -> None:
    server, run = both.postgresql, dict(zip(("postgresql", "mlflow"), both.ids[int(both.run()[1:-1])], strict=True))
    with round_trips(server, 1):
        assert server.post(f"{API}/{path}", {"run_id": run["postgresql"], **content}).status == 200
    before = statements(both.mlflow)
    assert both.mlflow.post(f"{API}/{path}", {"run_id": run["mlflow"], **content}).status == 200
    assert statements(both.mlflow) - before > 2


def test_reading_a_run_and_a_history_is_one_round_trip_each(both: Both) -> None:
    run, _ = both.ids[int(both.run()[1:-1])]
    with round_trips(both.postgresql, 1):
        assert both.postgresql.get(f"{API}/runs/get?run_id={run}").status == 200
    with round_trips(both.postgresql, 1):
        assert both.postgresql.get(f"{API}/metrics/get-history?run_id={run}&metric_key=m").status == 200


def test_writers_of_one_run_neither_lose_the_latest_metric_nor_wait_for_each_other(both: Both) -> None:
    run, _ = both.ids[int(both.run()[1:-1])]
    keys = [f"m{number}" for number in range(20)]

    def write(step: int) -> int:
        ordered = keys if step % 2 else keys[::-1]
        batch = {
            "metrics": [{"key": key, "value": step, "timestamp": 1, "step": step % 50} for key in ordered],
            "params": [{"key": "p", "value": "same"}],
            "tags": [{"key": key, "value": str(step)} for key in ordered],
        }
        return both.postgresql.post(f"{API}/runs/log-batch", {"run_id": run, **batch}).status

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(write, range(100))) == {200}
    found = both.postgresql.get(f"{API}/runs/get?run_id={run}").json()["run"]["data"]
    assert {metric["key"]: (metric["step"], metric["value"]) for metric in found["metrics"]} == dict.fromkeys(
        keys, (49, 99.0)
    )
    written = both.postgresql.deployment.query(f"SELECT count(*) FROM metrics WHERE run_uuid = '{run}'")
    assert written == [(100 * len(keys),)]


@pytest.mark.parametrize("call", [*CALLS, ("experiments/get-by-name?experiment_name=Default", None)])
def test_a_connection_that_postgresql_closed_is_no_error(both: Both, call: tuple[str, dict[str, Any] | None]) -> None:
    path, content = call
    server = both.postgresql
    run, _ = both.ids[int(both.run()[1:-1])]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: server.get(f"{API}/runs/get?run_id={run}"), range(16)))
    assert server.deployment.query(CLOSE_ALL) > [(0,)]
    answers = [
        server.get(f"{API}/{path}") if content is None else server.post(f"{API}/{path}", {"run_id": run, **content})
        for _ in range(3)
    ]
    assert {answer.status for answer in answers} == {200}


@pytest.fixture(scope="module")
def on_a_way(make_deployment: Callable[..., Deployment], template: str) -> Iterator[tuple[Way, Server]]:
    deployment = make_deployment(template)
    with (
        way_to(deployment.postgres.port) as way,
        deployment.serving(
            TRACKING_AUTH="none", DATABASE_PORT=str(way.port), DATABASE_CONNECT_TIMEOUT_SECONDS="2"
        ) as server,
    ):
        yield way, server


def test_a_database_that_does_not_answer_is_waited_for_once(on_a_way: tuple[Way, Server]) -> None:
    way, server = on_a_way
    assert server.get(GET).status == 404
    way.close()
    server.deployment.query(CLOSE_ALL)
    for _ in "the pool's last connection", "a new one":
        before = way.connections
        answer = server.get(GET)
        assert (answer.status, answer.json()["error_code"]) == (503, "TEMPORARILY_UNAVAILABLE")
        assert way.connections - before == 1
    way.open()


def test_a_run_that_was_made_when_the_connection_broke_is_not_made_again(on_a_way: tuple[Way, Server]) -> None:
    way, server = on_a_way
    assert server.get(GET).status == 404
    way.break_at_next_answer()
    made = server.post(f"{API}/runs/create", {"experiment_id": "0", "run_name": "once"})
    found = server.deployment.query("SELECT run_uuid FROM runs WHERE name = 'once'")
    assert (made.status, [(made.json()["run"]["info"]["run_id"],)]) == (200, found)
