"""`seed` logs one of everything to the server that MLflow's variables name, `inventory` prints all as JSON.

Run by a Python with MLflow whole. Ids and the times at which a server makes experiments, models and versions are a
server's own, so the inventory has names in their place.
"""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import mlflow
from mlflow.entities import Dataset, DatasetInput, InputTag, LoggedModelOutput, Metric, Param, RunTag, ViewType

client = mlflow.MlflowClient()
ALL = {"run_view_type": ViewType.ALL}
PROMPTS = "tags.`mlflow.prompt.is_prompt` = 'true'"


class Doubles(mlflow.pyfunc.PythonModel):
    def predict(self, model_input: list[float]) -> list[float]:
        return [2 * number for number in model_input]


def seed() -> None:
    client.delete_experiment(client.create_experiment("given up", tags={"owner": "nobody"}))
    experiment = client.create_experiment("Größen, 大小", tags={"owner": "botany"})
    mlflow.set_experiment(experiment_id=experiment)
    parent = client.create_run(experiment, 1_700_000_000_000, {"mlflow.user": "ana"}, "parent").info.run_id
    history = [Metric("loss", 1 / (step + 1), 1_700_000_000_000 + step, step) for step in range(1500)]
    odd = [Metric("odd", value, 1, step) for step, value in enumerate([float("inf"), float("nan"), -0.0, 1e-300])]
    params = [Param(f"p{number}", "x" * (number * 40)) for number in range(150)]
    client.log_batch(parent, metrics=[*history[:900], *odd])
    client.log_batch(parent, metrics=history[900:])
    client.log_batch(parent, params=params[:90])
    client.log_batch(parent, params=params[90:], tags=[RunTag("long", "é" * 8000)])
    data = Dataset("iris", "d1", "local", '{"uri": "x"}', '{"columns": []}', '{"rows": 150}')
    client.log_inputs(parent, [DatasetInput(data, [InputTag("mlflow.data.context", "training")])])
    with TemporaryDirectory() as folder:
        Path(folder, "deep", "er").mkdir(parents=True)
        Path(folder, "deep", "er", "ein Gruß.bin").write_bytes(bytes(range(256)))
        client.log_artifacts(parent, folder)
    client.set_terminated(parent, "FAILED", 1_700_000_100_000)
    deleted = client.create_run(experiment, 1_700_000_000_002, {"mlflow.parentRunId": parent}, "deleted").info.run_id
    client.delete_run(deleted)
    client.create_run(experiment, 1_700_000_000_003, run_name="still running")
    with mlflow.start_run(run_name="child", parent_run_id=parent) as run:
        logged = mlflow.pyfunc.log_model(name="doubles", python_model=Doubles(), pip_requirements=["mlflow"])
        mlflow.log_metric("r2", 0.5, step=3, model_id=logged.model_id)
    by_hand = client.create_logged_model(experiment, "without files", tags={"kind": "tree"}, params={"depth": "3"})
    client.finalize_logged_model(by_hand.model_id, "FAILED")
    client.log_outputs(run.info.run_id, [LoggedModelOutput(by_hand.model_id, 7)])
    _registry(logged.model_id, run.info.run_id)
    with mlflow.start_span("question", span_type="CHAIN", attributes={"of": "Ada"}) as span:
        span.set_inputs({"q": "6 * 7"})
        with mlflow.start_span("think") as inner:
            inner.set_outputs([42])
        span.set_outputs(42)
    mlflow.flush_trace_async_logging()
    mlflow.log_feedback(trace_id=span.trace_id, name="right", value=True, rationale="It is")
    mlflow.set_trace_tag(span.trace_id, "reviewed", "yes")


def _registry(model_id: str, run_id: str) -> None:
    client.create_registered_model("doubles", {"team": "botany"}, "Twice as much")
    for number in range(3):
        client.create_model_version(
            "doubles", f"models:/{model_id}", run_id, {"n": str(number)}, description="a", model_id=model_id
        )
    client.delete_model_version("doubles", "2")
    client.copy_model_version("models:/doubles/3", "live")
    of_run = client.get_run(run_id).info.artifact_uri
    client.create_registered_model("of a run's folder")
    client.create_model_version("of a run's folder", f"{of_run}/model", run_id)
    client.set_registered_model_alias("doubles", "champion", "3")
    client.create_registered_model("without versions")
    mlflow.genai.register_prompt("greeting", "Good day, {{name}}", tags={"tone": "kind"})
    mlflow.genai.register_prompt("greeting", "Hello, {{name}}", commit_message="shorter")
    mlflow.genai.set_prompt_alias("greeting", "live", 2)


def inventory() -> dict[str, object]:
    experiments = client.search_experiments(view_type=ViewType.ALL)
    return {each.name: _experiment(each) for each in experiments} | {
        "models": [_registered(model) for model in client.search_registered_models()],
        "prompts": [_registered(model, PROMPTS) for model in client.search_registered_models(PROMPTS)],
    }


def _experiment(experiment) -> object:
    ids = [experiment.experiment_id]
    runs = client.search_runs(ids, order_by=["attributes.run_name"], **ALL)
    return {
        "tags": experiment.tags,
        "stage": experiment.lifecycle_stage,
        "runs": [_run(run) for run in runs],
        "models": sorted((_logged_model(model) for model in client.search_logged_models(ids)), key=str),
        "traces": [_trace(trace) for trace in client.search_traces(locations=ids)],
    }


def _run(run) -> object:
    info, data = run.info, run.data
    return {
        "info": [info.run_name, info.status, info.start_time, info.end_time, info.lifecycle_stage, info.user_id],
        "params": data.params,
        "tags": {
            key: _name_of_run(value) if key == "mlflow.parentRunId" else value for key, value in data.tags.items()
        },
        "metrics": [
            [repr(m.value), m.timestamp, m.step, m.key, _name_of_model(m.model_id)]
            for key in data.metrics
            for m in sorted(client.get_metric_history(info.run_id, key), key=lambda m: m.step)
        ],
        "latest": {key: repr(value) for key, value in data.metrics.items()},
        "datasets": [
            [entry.dataset.to_dictionary(), [[tag.key, tag.value] for tag in entry.tags]]
            for entry in run.inputs.dataset_inputs
        ],
        "outputs": sorted([_name_of_model(model.model_id), model.step] for model in run.outputs.model_outputs),
        "files": _files(info.artifact_uri),
    }


def _files(uri: str) -> dict[str, str]:
    if not mlflow.artifacts.list_artifacts(artifact_uri=uri):
        return {}
    with TemporaryDirectory() as folder:
        mlflow.artifacts.download_artifacts(uri, dst_path=folder)
        paths = [path for path in Path(folder).rglob("*") if path.is_file() and path.name != "MLmodel"]
        return {path.relative_to(folder).as_posix(): path.read_bytes().hex()[:2000] for path in paths}


def _logged_model(model) -> object:
    metrics = [[metric.key, metric.value, metric.step] for metric in model.metrics or []]
    own = {key: value for key, value in model.tags.items() if not key.startswith("mlflow.")}
    source = _name_of_run(model.source_run_id)
    return [model.name, source, str(model.status), own, model.params, metrics, _files(model.artifact_location)]


def _registered(model, kind: str = "") -> object:
    versions = client.search_model_versions(f'name = "{model.name}"' + (f" AND {kind}" if kind else ""))
    return {
        "model": [model.name, model.description, model.aliases, _without_experiments(model.tags)],
        "versions": [
            [v.version, _name_of_run(v.run_id), v.description, _without_experiments(v.tags), _source(v), v.aliases]
            for v in sorted(versions, key=lambda v: int(v.version))
        ],
    }


def _without_experiments(tags: dict[str, str]) -> dict[str, str]:
    """A prompt's experiments have ids of the server's, and so have they names here."""
    names = {each.experiment_id: each.name for each in client.search_experiments(view_type=ViewType.ALL)}
    return {
        key: ",".join(names.get(part, part) for part in value.split(",")) if key == "_mlflow_experiment_ids" else value
        for key, value in tags.items()
    }


def _source(version) -> str:
    """Where its files are, by names; of one that is loaded, what it predicts."""
    if version.source.startswith("models:/m-"):
        loaded = mlflow.pyfunc.load_model(f"models:/{version.name}/{version.version}")
        described = loaded.metadata
        names = [_name_of_run(described.run_id), _name_of_model(described.model_id)]
        return f"{loaded.predict([1.0, 2.0])} {names}"
    if version.run_id and version.source.startswith(run := client.get_run(version.run_id).info.artifact_uri):
        return version.source.removeprefix(run)
    return version.source


def _trace(trace) -> object:
    info, known = trace.info, ("mlflow.artifactLocation",)
    return {
        "id": info.trace_id,
        "times": [info.request_time, info.execution_duration, str(info.state)],
        "tags": {key: value for key, value in info.tags.items() if key not in known},
        "metadata": info.trace_metadata,
        "previews": [info.request_preview, info.response_preview],
        "assessments": [[each.name, each.value, each.rationale] for each in info.assessments],
        "spans": [span.to_dict() for span in trace.data.spans],
    }


def _name_of_run(run_id: str | None) -> str | None:
    return client.get_run(run_id).info.run_name if run_id else None


def _name_of_model(model_id: str | None) -> str | None:
    return client.get_logged_model(model_id).name if model_id else None


if __name__ == "__main__":
    if sys.argv[1] == "seed":
        seed()
    else:
        print(json.dumps(inventory(), sort_keys=True, default=str))
