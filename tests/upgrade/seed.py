"""Fills a database through an old MLflow's own store and client; run by that MLflow's Python, URLs on stdin.

What a release does not have yet is left out: logged models, assessments and sessions before 3.0. Prints what
`inventory.py` finds afterwards.
"""

import json
import sys

import inventory
import mlflow
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag
from mlflow.tracking import MlflowClient
from shared import EXPERIMENT, IS_3, MODEL, PASSWORDS, auth_store


def main() -> None:
    urls = json.load(sys.stdin)
    mlflow.set_tracking_uri(urls["tracking"])
    client = MlflowClient()
    experiment_id = client.create_experiment(EXPERIMENT, urls["artifacts"], tags={"team": "research"})
    client.delete_experiment(client.create_experiment("given up", urls["artifacts"]))
    run_ids = _runs(client, experiment_id)
    _models(client, run_ids)
    if IS_3:
        _logged_models(client, experiment_id, run_ids[0])
    _traces(client, experiment_id)
    _auth(urls["auth"], experiment_id)
    inventory.write(urls)


def _runs(client: MlflowClient, experiment_id: str) -> list[str]:
    run_ids: list[str] = []
    for number in range(4):
        parent = {"mlflow.parentRunId": run_ids[0]} if run_ids else {}
        tags = {"mlflow.user": "ana", "note": "é ∑ 🎉 'quoted' %s", **parent}
        run = client.create_run(
            experiment_id, start_time=1_700_000_000_000 + number, tags=tags, run_name=f"run {number}"
        )
        run_ids.append(run.info.run_id)
        history = [Metric("loss", 1 / (step + 1), 1_700_000_000_000 + step, step) for step in range(500)]
        odd = [Metric("odd", value, 1, step) for step, value in enumerate([float("inf"), float("-inf"), -0.0, 1e-300])]
        params = [Param("alpha", str(number)), Param("long", "x" * 500)]
        client.log_batch(run.info.run_id, history + odd, params, [RunTag("batch", "yes")])
        dataset = Dataset("iris", f"digest{number}", "local", '{"uri": "x"}', '{"columns": []}', '{"rows": 150}')
        client.log_inputs(run.info.run_id, [DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])])
        status = "FINISHED" if number % 2 else "FAILED"
        client.set_terminated(run.info.run_id, status, end_time=1_700_000_100_000)
    client.delete_run(run_ids[-1])
    return run_ids


def _models(client: MlflowClient, run_ids: list[str]) -> None:
    client.create_registered_model(MODEL, tags={"owner": "ana"}, description="Finds cats")
    for run_id in run_ids[:3]:
        client.create_model_version(MODEL, f"file:///models/{run_id}", run_id, tags={"from": run_id}, description="one")
    client.set_registered_model_alias(MODEL, "champion", "2")
    client.transition_model_version_stage(MODEL, "1", "Production")
    client.create_registered_model("without versions")


def _logged_models(client: MlflowClient, experiment_id: str, run_id: str) -> None:
    model = client.create_logged_model(
        experiment_id, name="cat-finder", source_run_id=run_id, tags={"kind": "tree"}, params={"depth": "3"}
    )
    client.finalize_logged_model(model.model_id, "READY")
    client.log_metric(run_id, "accuracy", 0.9, timestamp=1, step=1, model_id=model.model_id)


def _traces(client: MlflowClient, experiment_id: str) -> None:
    for number in range(3):
        root = client.start_trace(
            f"ask {number}", inputs={"question": "why?"}, tags={"asked": str(number)}, experiment_id=experiment_id
        )
        trace_id = root.trace_id if IS_3 else root.request_id
        child = client.start_span("llm", trace_id, parent_id=root.span_id, span_type="CHAT_MODEL", inputs={"n": number})
        tokens = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}
        cost = {"input_cost": 0.5, "output_cost": 0.25, "total_cost": 0.75}
        attributes = {"mlflow.chat.tokenUsage": tokens, "mlflow.llm.cost": cost, "mlflow.llm.model": "m-1"}
        client.end_span(trace_id, child.span_id, outputs=["because"], attributes=attributes)
        client.end_trace(trace_id, outputs={"answer": "because"}, status="ERROR" if number else "OK")
        if IS_3:
            mlflow.log_feedback(trace_id=trace_id, name="helpful", value=number == 1, rationale="it was")
    if IS_3:
        mlflow.set_experiment(experiment_id=experiment_id)
        with mlflow.start_span("in a session"):
            mlflow.update_current_trace(metadata={"mlflow.trace.session": "session-1", "mlflow.trace.user": "ana"})


def _auth(url: str, experiment_id: str) -> None:
    store = auth_store(url)
    for username, password in PASSWORDS.items():
        store.create_user(username, password, is_admin=username == "root")
    store.create_experiment_permission(experiment_id, "ana", "MANAGE")
    store.create_experiment_permission(experiment_id, "ben", "READ")
    store.create_registered_model_permission(MODEL, "ben", "EDIT")


if __name__ == "__main__":
    main()
