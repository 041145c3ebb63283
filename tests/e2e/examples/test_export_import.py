"""docs/use/export_import.md: from a folder to the server; tests/server_image/test_export_import.py has all ways."""

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
    told = run_example("export_import/transfer.py", "import", ".")
    assert {"iris: 4 runs, 1 models, 0 traces", "iris: 1 versions"} <= set(told.splitlines())

    for query in WHAT_ARRIVES:
        assert stores.rows(query) == [list(row) for row in started_locally(query)], query

    (parent,) = stores.rows(f"SELECT run_uuid, artifact_uri FROM runs {OF_IRIS} AND runs.name = 'by C'")
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

    run_example("export_import/transfer.py", "import", ".")
    assert [row[0] for row in stores.rows(f"SELECT count(*) FROM runs {OF_IRIS}")] == [4]
