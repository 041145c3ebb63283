"""docs/use/tracking.md: what a run holds, autologging, and what can be asked of runs."""

import subprocess
from pathlib import Path
from typing import Any

from kit.environment import ROOT
from tests.e2e.examples.conftest import RunExample
from tests.e2e.examples.stores import Stores


def tags(run: dict[str, Any]) -> dict[str, str]:
    return {tag["key"]: tag["value"] for tag in run["data"]["tags"]}


def test_a_run_holds_its_source_its_numbers_and_artifacts_of_any_format(
    run_example: RunExample, stores: Stores
) -> None:
    run_id = run_example("tracking/train.py").splitlines()[-1]
    run = stores.get(f"runs/get?run_id={run_id}")["run"]
    assert run["info"]["status"] == "FINISHED"
    assert run["info"]["start_time"] < run["info"]["end_time"]
    assert tags(run)["stage"] == "trained"
    assert tags(run)["mlflow.source.name"] == str(ROOT / "examples" / "tracking" / "train.py")
    assert tags(run).get("mlflow.source.git.commit", "") == commit()

    params = "SELECT key, value FROM params WHERE run_uuid = %(id)s ORDER BY key"
    assert stores.rows(params, id=run_id) == [["alpha", "0.001"], ["epochs", "30"], ["loss", "log_loss"]]
    history = "SELECT step, value FROM metrics WHERE run_uuid = %(id)s AND key = 'accuracy' ORDER BY step"
    steps = stores.rows(history, id=run_id)
    assert [step for step, _ in steps] == list(range(30))
    assert steps[-1][1] > 0.9
    told = stores.get(f"metrics/get-history?run_id={run_id}&metric_key=accuracy")["metrics"]
    assert [[metric["step"], metric["value"]] for metric in told] == steps
    system = "SELECT DISTINCT key FROM metrics WHERE run_uuid = %(id)s AND key LIKE 'system/%%'"
    assert {"system/cpu_utilization_percentage", "system/system_memory_usage_megabytes"} <= {
        key for (key,) in stores.rows(system, id=run_id)
    }
    data = "SELECT d.name FROM inputs i JOIN datasets d ON i.source_id = d.dataset_uuid WHERE i.destination_id = %(id)s"
    assert stores.rows(data, id=run_id) == [["breast cancer"]]

    where = run["info"]["artifact_uri"]
    beginnings = {
        "plots/confusion.png": b"\x89PNG",
        "plots/weights.png": b"\x89PNG",
        "results/predicted.parquet": b"PAR1",
        "results/model.pkl": b"\x80",
        "weights.json": b'{"columns"',
        "classes.yaml": b"classes:",
        "notes/how.txt": b"Scaled before training.",
    }
    assert sorted(stores.objects(where)) == sorted(beginnings)
    for path, beginning in beginnings.items():
        assert stores.read(where, path).startswith(beginning), path


def commit() -> str:
    """Of this checkout; empty where it is none."""
    command = ["git", "-C", str(ROOT), "rev-parse", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def test_autologging_logs_a_search_with_scikit_learn_and_a_training_with_xgboost(
    run_example: RunExample, stores: Stores
) -> None:
    run_example("tracking/autolog.py")
    experiment = stores.get("experiments/get-by-name?experiment_name=diabetes")["experiment"]["experiment_id"]
    runs = stores.post("runs/search", experiment_ids=[experiment])["runs"]
    by_name = {run["info"]["run_name"]: run for run in runs if "mlflow.parentRunId" not in tags(run)}
    forest = by_name.pop("forest")
    (boosted,) = by_name.values()
    nested = [run for run in runs if tags(run).get("mlflow.parentRunId") == forest["info"]["run_id"]]
    assert sorted(param(run, "max_depth") for run in nested) == ["2", "4"]
    assert param(forest, "best_max_depth") in ("2", "4")
    assert "best_cv_score" in metrics(forest)
    assert param(boosted, "eta") == "0.3"
    history = "SELECT count(*) FROM metrics WHERE run_uuid = %(id)s AND key = 'test-rmse'"
    assert stores.rows(history, id=boosted["info"]["run_id"]) == [[10]]
    assert boosted["inputs"]["dataset_inputs"]
    assert "feature_importance_weight.png" in stores.objects(boosted["info"]["artifact_uri"])


def param(run: dict[str, Any], key: str) -> str:
    (value,) = (param["value"] for param in run["data"]["params"] if param["key"] == key)
    return str(value)


def metrics(run: dict[str, Any]) -> dict[str, float]:
    return {metric["key"]: metric["value"] for metric in run["data"]["metrics"]}


def test_runs_are_found_compared_deleted_and_restored(run_example: RunExample, stores: Stores, tmp_path: Path) -> None:
    assert run_example("tracking/analyse.py").splitlines() == [
        "found ['6', '4', '8']",
        "pages [2, 2, 1]",
        "best 6 worst 10",
        "deleted 1 left 4",
        "restored 5",
        "again 5",
    ]
    header, *rows = (tmp_path / "work" / "runs.csv").read_text().splitlines()
    assert header == "params.depth,metrics.rmse,metrics.seconds"
    assert rows[2] == "6,2.0,3.0"
    stages = """SELECT runs.lifecycle_stage, experiments.lifecycle_stage, count(*)
        FROM runs JOIN experiments USING (experiment_id) WHERE experiments.name = 'ages of abalones' GROUP BY 1, 2"""
    assert stores.rows(stages) == [["active", "active", 5]]
    verdict = "SELECT r.name FROM tags t JOIN runs r USING (run_uuid) WHERE t.key = 'verdict'"
    assert stores.rows(verdict) == [["depth 6"]]
