"""Prints as JSON all that a database holds, through the stores and the client of the MLflow that runs it.

The same reading by the old MLflow before an upgrade and by the image's afterwards has to give the same.
"""

import json
import sys
from typing import Any

import mlflow
from mlflow.entities import ViewType
from mlflow.tracking import MlflowClient
from shared import IS_3, PASSWORDS, auth_store


def write(urls: dict[str, str]) -> None:
    """Print it; `urls` are those of the tracking and of the auth schema."""
    mlflow.set_tracking_uri(urls["tracking"])
    client = MlflowClient()
    experiments = client.search_experiments(view_type=ViewType.ALL)
    ids = [experiment.experiment_id for experiment in experiments]
    content = {
        "experiments": {each.experiment_id: _experiment(each) for each in experiments},
        "runs": {run.info.run_id: _run(client, run) for run in client.search_runs(ids, run_view_type=ViewType.ALL)},
        "models": {model.name: _model(client, model) for model in client.search_registered_models()},
        "traces": {
            trace.info.request_id: _trace(client.get_trace(trace.info.request_id)) for trace in _traces(client, ids)
        },
        "logged models": {m.model_id: _logged_model(m) for m in client.search_logged_models(ids)} if IS_3 else {},
        "auth": _auth(urls["auth"]),
    }
    json.dump(content, sys.stdout, indent=1, sort_keys=True)


def _experiment(experiment: Any) -> Any:
    return {
        "name": experiment.name,
        "artifacts": experiment.artifact_location,
        "stage": experiment.lifecycle_stage,
        "tags": experiment.tags,
        "created": experiment.creation_time,
    }


def _run(client: MlflowClient, run: Any) -> Any:
    info = run.info
    return {
        "info": [info.run_name, info.status, info.start_time, info.end_time, info.lifecycle_stage, info.artifact_uri],
        "params": run.data.params,
        "tags": run.data.tags,
        "latest": {key: repr(value) for key, value in run.data.metrics.items()},
        "histories": {
            key: [[repr(m.value), m.timestamp, m.step] for m in client.get_metric_history(info.run_id, key)]
            for key in run.data.metrics
        },
        "datasets": [
            [entry.dataset.to_dictionary(), [[tag.key, tag.value] for tag in entry.tags]]
            for entry in run.inputs.dataset_inputs
        ],
    }


def _model(client: MlflowClient, model: Any) -> Any:
    versions = client.search_model_versions(f"name = '{model.name}'")
    return {
        "description": model.description,
        "tags": model.tags,
        "aliases": model.aliases,
        "versions": {
            str(v.version): [v.run_id, v.source, v.current_stage, v.status, v.description, v.tags, v.aliases]
            for v in (client.get_model_version(model.name, each.version) for each in versions)
        },
    }


def _logged_model(model: Any) -> Any:
    return {
        "name": model.name,
        "run": model.source_run_id,
        "status": str(model.status),
        "tags": model.tags,
        "params": model.params,
        "artifacts": model.artifact_location,
        "metrics": [[metric.key, metric.value, metric.step] for metric in model.metrics or []],
    }


def _traces(client: MlflowClient, experiment_ids: list[str]) -> list[Any]:
    return client.search_traces(experiment_ids)


def _trace(trace: Any) -> Any:
    info = trace.info
    return {
        "experiment": info.experiment_id,
        "time": info.timestamp_ms,
        "took": info.execution_time_ms,
        "status": str(info.status),
        "tags": dict(info.tags),
        "metadata": dict(info.request_metadata),
        "assessments": [[each.name, each.value, each.rationale] for each in (info.assessments if IS_3 else [])],
        "spans": [
            [
                s.name,
                s.span_id,
                s.parent_id,
                s.span_type,
                s.inputs,
                s.outputs,
                str(s.status),
                s.start_time_ns,
                s.end_time_ns,
                s.attributes,
            ]
            for s in trace.data.spans
        ],
    }


def _auth(url: str) -> Any:
    store = auth_store(url)
    return {
        user.username: {
            "admin": user.is_admin,
            "may log in": store.authenticate_user(user.username, PASSWORDS[user.username]),
            "experiments": [[p.experiment_id, p.permission] for p in store.list_experiment_permissions(user.username)],
            "models": [[p.name, p.permission] for p in store.list_registered_model_permissions(user.username)],
        }
        for user in store.list_users()
    }


if __name__ == "__main__":
    write(json.load(sys.stdin))
