"""Runs are made and found as by MLflow's own store."""

from typing import Any

import pytest

from tests.server_image.store.both import Both


@pytest.fixture(scope="module")
def searched(both: Both) -> str:
    """The id of an experiment with runs to search; the same in both."""
    experiment = both.label("experiments/create", {"name": "searched"}, "experiment_id")
    for number in range(12):
        run = both.run(experiment_id=experiment, start_time=number * 7 % 12, run_name=f"run-{number}")
        value = "NaN" if number == 3 else number / 2
        both.post(
            "runs/log-batch",
            {
                "run_id": run,
                "metrics": [{"key": "m", "value": value, "timestamp": 1, "step": 1}] * (number != 5),
                "params": [{"key": "p", "value": f"value {number % 3}"}] * (number % 4 > 0),
                "tags": [{"key": "t", "value": f"100% {number % 2}"}],
            },
        )
        if number == 7:
            both.post("runs/delete", {"run_id": run})
        if number == 8:
            dataset = {"name": "d", "digest": "1", "source_type": "local", "source": "s"}
            context = [{"key": "mlflow.data.context", "value": "training"}]
            both.post("runs/log-inputs", {"run_id": run, "datasets": [{"dataset": dataset, "tags": context}]})
    return experiment


@pytest.mark.parametrize(
    "search",
    [
        {},
        {"filter": "metrics.m > 1.5", "order_by": ["metrics.m DESC"]},
        {"filter": "metrics.m != 1.5", "order_by": ["metrics.m", "params.p DESC", "tags.t"]},
        {"filter": "params.p = 'value 1' and tags.t LIKE '%0% 1'", "order_by": ["attributes.run_name"]},
        {"filter": "params.p ILIKE 'VALUE%' and attributes.start_time < 4"},
        {"filter": "tags.t IS NULL"},
        {"filter": "params.p IS NOT NULL and params.p != 'value 2'"},
        {"filter": "attributes.status IN ('RUNNING', 'FAILED')"},
        {"filter": "run_name = 'run-4'"},
        {"filter": "run_name = 'run-4' and " + " and ".join(["attributes.status = 'RUNNING'"] * 40)},
        {"filter": "attributes.run_name LIKE 'run-1%'"},
        {"filter": "dataset.name = 'd' and dataset.context = 'training'"},
        {"filter": "dataset.digest LIKE '%1'", "order_by": ["metrics.m"]},
        {"run_view_type": "DELETED_ONLY"},
        {"run_view_type": "ALL", "order_by": ["attributes.start_time ASC"]},
        {"order_by": ["attributes.end_time", "metric.absent", "param.p", "tag.`t`"]},
        {"filter": "metrics.m = 'text'"},
        {"filter": "metrics.m ~ 1"},
        {"filter": "nonsense"},
        {"filter": "attributes.nothing = 'x'"},
        {"filter": "tags.t = '\u0000'"},
        {"order_by": ["metrics.m", "metrics.m DESC"]},
        {"order_by": ["nonsense..x"]},
        {"max_results": 0},
        {"max_results": -1},
        {"max_results": 50_001},
        {"page_token": "nonsense"},
        {"page_token": "W10="},
        {"page_token": "eyJvZmZzZXQiOiAtMX0="},
        {"experiment_ids": []},
        {"experiment_ids": ["99999999999"]},
        {"experiment_ids": ["x"]},
    ],
)
def test_a_search_finds_what_mlflow_finds(both: Both, searched: str, search: dict[str, Any]) -> None:
    both.post("runs/search", {"experiment_ids": [searched], **search})


@pytest.mark.parametrize("order_by", [[], ["metrics.m DESC"], ["params.p", "attributes.start_time"]])
def test_all_pages_together_are_the_whole(both: Both, searched: str, order_by: list[str]) -> None:
    search: dict[str, Any] = {"experiment_ids": [searched], "order_by": order_by}
    whole = both.post("runs/search", search).json()["runs"]
    pages, token = [], ""
    while True:
        page = both.post("runs/search", {**search, "max_results": 4, "page_token": token}).json()
        pages += page["runs"]
        if not (token := page.get("next_page_token", "")):
            break
    names = [run["info"]["run_name"] for run in pages]
    assert names == [run["info"]["run_name"] for run in whole]


def test_a_history_comes_in_pages(both: Both) -> None:
    run = both.run()
    metrics = [{"key": "m", "value": n % 3, "timestamp": n % 4, "step": n % 5} for n in range(30)]
    both.post("runs/log-batch", {"run_id": run, "metrics": metrics})
    both.get("metrics/get-history", run_id=run, metric_key="m")
    token = ""
    for _ in range(4):
        page = both.get("metrics/get-history", run_id=run, metric_key="m", max_results="9", page_token=token)
        token = page.json().get("next_page_token", "")
    assert not token
    both.get("metrics/get-history", run_id=run, metric_key="m", max_results="9", page_token="nonsense")
    both.get("metrics/get-history", run_id="0" * 32, metric_key="m")


@pytest.mark.parametrize(
    "location",
    [
        "s3://bucket/prefix",
        "s3://bucket/a/../b",
        "s3://bucket/prefix/",
        "s3://bucket",
        "s3://bucket/prefix?region=x",
        "s3://bucket/prefix;a",
        "mlflow-artifacts:/prefix",
        "dbfs:/a b",
        "s3://bucket/" + "x" * 200,
    ],
)
def test_a_runs_artifacts_are_below_its_experiments(both: Both, location: str) -> None:
    name = f"at {location}"
    experiment = both.label("experiments/create", {"name": name, "artifact_location": location}, "experiment_id")
    made = {"experiment_id": experiment, "user_id": "u", "start_time": 1, "run_name": "r"}
    if "x" * 200 in location:
        # The id is in the message.
        statuses = {
            server.post("/api/2.0/mlflow/runs/create", made).status for server in (both.postgresql, both.mlflow)
        }
        assert len(statuses) == 1
        assert 200 not in statuses
        return
    both.run(experiment_id=experiment)
    both.post("runs/search", {"experiment_ids": [experiment]})


def test_a_run_is_made_with_its_tags_and_one_name(both: Both) -> None:
    named = both.run(run_name="", tags=[{"key": "mlflow.runName", "value": "tagged"}, {"key": "t", "value": ""}])
    both.get("runs/get", run_id=named)
    made = {"experiment_id": "0", "user_id": "u", "start_time": 1}
    both.post("runs/create", {**made, "run_name": "a", "tags": [{"key": "mlflow.runName", "value": "b"}]})
    both.post("runs/create", {**made, "experiment_id": "99999"})
    both.post("runs/create", {**made, "experiment_id": "one"})
    both.same_rows(named)


def test_an_experiment_that_is_deleted_takes_no_run(both: Both) -> None:
    experiment = both.label("experiments/create", {"name": "deleted"}, "experiment_id")
    both.post("experiments/delete", {"experiment_id": experiment})
    refused = both.post("runs/create", {"experiment_id": experiment, "user_id": "u", "start_time": 1})
    assert refused.status == 400
