"""What is written and what is answered is what MLflow's own store writes and answers."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.server_image.store.both import Both

LARGEST = 1.7976931348623157e308
VALUES = [0.0, -0.0, 1.0, 1.5, -2.25, 0.1, 5e-324, LARGEST, "NaN", "Infinity", "-Infinity"]
KEYS = ["loss", "a/b", "päß 1", "x" * 250]
BAD_KEYS = ["", ".", "../a", "a//b", "/a", 'a"b', "a,b", "{a}", "x" * 251, "line\n", "\x00", "💥"]

metrics = st.fixed_dictionaries(
    {
        "key": st.sampled_from(KEYS),
        "value": st.sampled_from(VALUES) | st.floats(allow_nan=False, allow_infinity=False),
        "timestamp": st.integers(0, 3),
        "step": st.integers(-2, 2),
    }
)
texts = st.sampled_from(["", "value", "'; --", "\\", '{"a": [1]}', "%s %(a)s", "ümlaut 💥", "v" * 5000])
pairs = st.fixed_dictionaries({"key": st.sampled_from(KEYS), "value": texts})
calls = st.one_of(
    st.tuples(st.just("runs/log-metric"), metrics),
    st.tuples(st.just("runs/log-parameter"), pairs),
    st.tuples(st.just("runs/set-tag"), pairs),
    st.tuples(
        st.just("runs/log-batch"),
        st.fixed_dictionaries(
            {
                "metrics": st.lists(metrics, max_size=6),
                "params": st.lists(pairs, max_size=3),
                "tags": st.lists(pairs, max_size=3),
            }
        ),
    ),
    st.tuples(
        st.just("runs/update"),
        st.fixed_dictionaries(
            {},
            optional={
                "status": st.sampled_from(["RUNNING", "FINISHED", "FAILED", "KILLED", "SCHEDULED"]),
                "end_time": st.integers(0, 2**40),
                "run_name": st.sampled_from(["", "other", "n" * 250]),
            },
        ),
    ),
)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(calls, min_size=1, max_size=8))
def test_any_calls_on_a_run_leave_the_same_run(both: Both, made: list[tuple[str, dict[str, Any]]]) -> None:
    run = both.run()
    for path, content in made:
        both.post(path, {"run_id": run, **content})
    both.get("runs/get", run_id=run)
    both.same_rows(run)


def test_the_rows_are_the_same(both: Both) -> None:
    run = both.run(tags=[{"key": "mlflow.user", "value": "somebody"}])
    batch = {
        "metrics": [{"key": f"m{n % 7}", "value": n / 3, "timestamp": n, "step": n % 5} for n in range(40)],
        "params": [{"key": f"p{n}", "value": str(n)} for n in range(5)],
        "tags": [{"key": f"t{n}", "value": str(n)} for n in range(5)],
    }
    for _ in range(2):
        both.post("runs/log-batch", {"run_id": run, **batch})
    both.same_rows(run)


@pytest.mark.parametrize("key", BAD_KEYS)
def test_a_bad_name_is_refused_in_mlflows_words(both: Both, key: str) -> None:
    run = both.run()
    metric, pair = {"key": key, "value": 1.0, "timestamp": 1, "step": 1}, {"key": key, "value": "v"}
    both.post("runs/log-metric", {"run_id": run, **metric})
    both.post("runs/log-parameter", {"run_id": run, **pair})
    both.post("runs/set-tag", {"run_id": run, **pair})
    for batch in ({"metrics": [metric]}, {"params": [pair]}, {"tags": [pair]}):
        both.post("runs/log-batch", {"run_id": run, **batch})
    both.get("runs/get", run_id=run)


@pytest.mark.parametrize("value", ["v" * 6001, "v" * 8001, "\x00", "\ud800", None, 5])
def test_an_odd_value_is_cut_or_refused_as_by_mlflow(both: Both, value: object) -> None:
    run = both.run()
    both.post("runs/log-parameter", {"run_id": run, "key": "p", "value": value})
    both.post("runs/set-tag", {"run_id": run, "key": "t", "value": value})
    both.post("runs/log-batch", {"run_id": run, "params": [{"key": "q", "value": value}]})
    both.post("runs/log-batch", {"run_id": run, "tags": [{"key": "u", "value": value}]})
    both.get("runs/get", run_id=run)


@pytest.mark.parametrize(
    "metric",
    [
        {"value": 1e400},
        {"value": "text"},
        {"value": None},
        {"timestamp": -1},
        {"timestamp": 2**63 - 1},
        {"timestamp": 2**63},
        {"step": 2**63 - 1},
        {"step": -(2**63)},
        {"step": 1.5},
        {"model_id": "m-of-nobody"},
        {"dataset_name": "d", "dataset_digest": "1"},
        {"dataset_name": "d"},
    ],
)
def test_an_odd_metric_is_treated_as_by_mlflow(both: Both, metric: dict[str, object]) -> None:
    run = both.run()
    whole = {"key": "m", "value": 1.0, "timestamp": 1, "step": 1} | metric
    both.post("runs/log-metric", {"run_id": run, **whole})
    both.post("runs/log-batch", {"run_id": run, "metrics": [whole], "params": [{"key": "p", "value": "v"}]})
    both.get("runs/get", run_id=run)
    both.same_rows(run)


@pytest.mark.parametrize(
    "batch",
    [
        {"metrics": [{"key": "m", "value": 1, "timestamp": 1, "step": n} for n in range(1001)]},
        {"params": [{"key": f"p{n}", "value": "v"} for n in range(101)]},
        {"tags": [{"key": f"t{n}", "value": "v"} for n in range(101)]},
        {"params": [{"key": "p", "value": "v"}] * 2},
        {"tags": [{"key": "t", "value": "1"}, {"key": "t", "value": "2"}]},
        {"tags": [{"key": "mlflow.runName", "value": "named by a tag"}, {"key": "t", "value": "v"}]},
        {"metrics": [{"key": "m", "value": "NaN", "timestamp": 1, "step": 1}] * 2},
        {
            "metrics": [
                {"key": "m", "value": 0.0, "timestamp": 1, "step": 1},
                {"key": "m", "value": "NaN", "timestamp": 1, "step": 1},
            ]
        },
        {},
    ],
)  # fmt: skip
def test_an_odd_batch_is_treated_as_by_mlflow(both: Both, batch: dict[str, object]) -> None:
    run = both.run()
    for _ in range(2):
        both.post("runs/log-batch", {"run_id": run, **batch})
        both.get("runs/get", run_id=run)


def test_a_param_does_not_change_and_takes_nothing_else_of_its_batch_with_it(both: Both) -> None:
    run = both.run()
    both.post("runs/log-parameter", {"run_id": run, "key": "p", "value": "1"})
    both.post("runs/log-parameter", {"run_id": run, "key": "p", "value": "1"})
    changed = both.post("runs/log-parameter", {"run_id": run, "key": "p", "value": "2"})
    assert "Changing param values is not allowed" in changed.body.decode()
    batch = {"params": [{"key": "p", "value": "2"}, {"key": "q", "value": "1"}], "tags": [{"key": "t", "value": "v"}]}
    assert both.post("runs/log-batch", {"run_id": run, **batch}).status == 400
    both.get("runs/get", run_id=run)


def test_a_run_that_is_deleted_or_missing_takes_nothing(both: Both) -> None:
    deleted = both.run()
    both.post("runs/delete", {"run_id": deleted})
    metric, pair = {"key": "k", "value": 1.0, "timestamp": 1, "step": 1}, {"key": "k", "value": "v"}
    for run in (deleted, "0" * 32, "", "not a run id", "\x00"):
        both.post("runs/log-metric", {"run_id": run, **metric})
        both.post("runs/log-parameter", {"run_id": run, **pair})
        both.post("runs/set-tag", {"run_id": run, **pair})
        both.post("runs/log-batch", {"run_id": run, "metrics": [metric], "params": [pair], "tags": [pair]})
        both.post("runs/log-batch", {"run_id": run})
        both.post("runs/update", {"run_id": run, "status": "FINISHED", "run_name": "late"})
        both.get("runs/get", run_id=run)
    both.same_rows(deleted)


def test_a_runs_name_and_its_tag_stay_the_same(both: Both) -> None:
    run = both.run(run_name="first")
    both.post("runs/update", {"run_id": run, "run_name": "second"})
    both.post("runs/set-tag", {"run_id": run, "key": "mlflow.runName", "value": "third"})
    both.post("runs/delete-tag", {"run_id": run, "key": "mlflow.runName"})
    both.post("runs/update", {"run_id": run, "status": "FINISHED", "end_time": 5})
    both.post("runs/update", {"run_id": run, "run_name": "n" * 251})
    both.post("runs/update", {"run_id": run, "status": "NOT A STATUS"})
    both.get("runs/get", run_id=run)


def test_a_models_metric_is_written_to_the_model_as_well(both: Both) -> None:
    run = both.run()
    model = both.label(
        "logged-models", {"experiment_id": "0", "name": "m", "source_run_id": run}, "model", "info", "model_id"
    )
    metric = {"key": "k", "value": 1.0, "timestamp": 1, "step": 1, "model_id": model}
    both.post("runs/log-metric", {"run_id": run, **metric})
    both.post("runs/log-batch", {"run_id": run, "metrics": [metric | {"step": 2}]})
    both.post("runs/outputs", {"run_id": run, "models": [{"model_id": model, "step": 3}]})
    dataset = {"name": "d", "digest": "1", "source_type": "local", "source": "s", "schema": "{}", "profile": "é"}
    tags = [{"key": "mlflow.data.context", "value": "training"}, {"key": "other", "value": "v"}]
    second = dataset | {"digest": "2"}
    both.post(
        "runs/log-inputs",
        {
            "run_id": run,
            "datasets": [{"dataset": dataset, "tags": tags}, {"dataset": second, "tags": []}],
            "models": [{"model_id": model}],
        },
    )
    found = both.get("runs/get", run_id=run).json()["run"]
    assert len(found["inputs"]["dataset_inputs"]) == 2
    assert found["outputs"]["model_outputs"]
    both.post("runs/search", {"experiment_ids": ["0"], "filter": f"attributes.run_id = '{run}'"})
    both.same_rows(run)
