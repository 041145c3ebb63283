"""docs/use/logging_functions.md: which server and experiment, runs, and from a local store to the server."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.examples.conftest import RunExample
from tests.e2e.examples.stores import Stores

OF_IRIS = "JOIN experiments USING (experiment_id) WHERE experiments.name = 'iris'"
WHAT_ARRIVES = [
    f"SELECT runs.name, status, start_time, end_time FROM runs {OF_IRIS} ORDER BY 1",
    f"SELECT runs.name, key, value, step, timestamp FROM metrics JOIN runs USING (run_uuid) {OF_IRIS} ORDER BY 1, 2, 4",
    f"SELECT runs.name, key, value FROM params JOIN runs USING (run_uuid) {OF_IRIS} ORDER BY 1, 2",
    f"SELECT key, value FROM experiment_tags {OF_IRIS} AND key = 'owner'",
    "SELECT name, digest FROM datasets WHERE name = 'iris'",
]
"""The same rows in both databases."""


def said(printed: str) -> dict[str, str]:
    """The last word of each line, by those before it."""
    return dict(line.rsplit(" ", 1) for line in printed.splitlines() if " " in line)


def test_the_client_logs_to_the_server_and_the_experiment_that_it_is_told(
    run_example: RunExample, stores: Stores
) -> None:
    told = said(run_example("logging_functions/experiments.py"))
    assert told["tracking URI"] == stores.team.url
    assert told["again"] == "RESOURCE_ALREADY_EXISTS"
    experiments = stores.rows(
        "SELECT experiment_id::text, name FROM experiments WHERE name LIKE 'churn%%' ORDER BY experiment_id"
    )
    assert experiments == [[told["created"], "churn"], [told["set"], "churn weekly"]]
    run = stores.get(f"runs/get?run_id={told['automatic']}")["run"]
    assert (run["info"]["experiment_id"], run["info"]["status"]) == (told["set"], "FINISHED")
    assert stores.rows("SELECT key, value FROM metrics WHERE run_uuid = %(id)s", id=told["automatic"]) == [
        ["rows", 7032]
    ]


def test_runs_are_nested_and_end_as_their_block_does_and_go_on_by_their_id(
    run_example: RunExample, stores: Stores
) -> None:
    told = said(run_example("logging_functions/runs.py"))
    parent = stores.get(f"runs/get?run_id={told['parent']}")["run"]
    assert parent["info"]["status"] == "FINISHED"
    assert {metric["key"]: metric["value"] for metric in parent["data"]["metrics"]} == {"best": 0.0005}
    assert {"reviewed": "yes", "mlflow.note.content": "Three learning rates"}.items() <= tags(parent).items()
    children = stores.rows(
        """SELECT name, status FROM runs JOIN tags USING (run_uuid)
        WHERE key = 'mlflow.parentRunId' AND value = %(id)s ORDER BY start_time""",
        id=told["parent"],
    )
    assert children == [[f"rate {rate}", "FINISHED"] for rate in (0.1, 0.01, 0.001)]
    assert stores.rows("SELECT status FROM runs WHERE run_uuid = %(id)s", id=told["crashed"]) == [["FAILED"]]


def tags(run: dict) -> dict[str, str]:
    return {tag["key"]: tag["value"] for tag in run["data"]["tags"]}


@pytest.fixture
def started_locally(run_example: RunExample, tmp_path: Path) -> Callable[[str], list[tuple]]:
    """Asks the database that a client without a server has made in its folder."""
    without = dict.fromkeys(("MLFLOW_TRACKING_URI", "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"))
    told = run_example("logging_functions/start_locally.py", **without)
    database = tmp_path / "work" / "mlflow.db"
    assert f"sqlite:///{database}" in told
    assert "predicts [0, 1, 2]" in told
    return lambda query: sqlite3.connect(database).execute(query).fetchall()


def test_what_was_started_locally_arrives_whole_on_the_server(
    run_example: RunExample, started_locally: Callable[[str], list[tuple]], stores: Stores, tmp_path: Path
) -> None:
    told = run_example("logging_functions/move_to_server.py", "sqlite:///mlflow.db")
    assert {"iris: 4 runs, 1 models", "iris: 1 versions"} <= set(told.splitlines())

    for query in WHAT_ARRIVES:
        assert stores.rows(query) == [list(row) for row in started_locally(query)], query

    (parent,) = stores.rows("SELECT run_uuid, artifact_uri FROM runs WHERE name = 'by C'")
    nested = "SELECT count(*) FROM tags WHERE key = 'mlflow.parentRunId' AND value = %(id)s"
    assert stores.rows(nested, id=parent[0]) == [[3]]
    assert b'"classes"' in stores.read(parent[1], "data/classes.json")

    version = stores.get("registered-models/alias?name=iris&alias=champion")["model_version"]
    assert (version["version"], version["description"]) == ("1", "All three species")
    model_id = version["source"].removeprefix("models:/")
    (model,) = stores.rows("SELECT artifact_location FROM logged_models WHERE model_id = %(id)s", id=model_id)
    (local,) = (path.parent for path in (tmp_path / "work").rglob("MLmodel"))
    assert sorted(stores.objects(model[0])) == sorted(
        path.relative_to(local).as_posix() for path in local.rglob("*") if path.is_file()
    )
    assert model_id.encode() in stores.read(model[0], "MLmodel")

    again = run_example("logging_functions/move_to_server.py", "sqlite:///mlflow.db")
    assert "iris: left out, the server has an experiment of this name" in again
    assert "iris: left out, the server has a registered model of this name" in again
