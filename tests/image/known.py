"""Things that exist on a server, by the names of the fields that ask for them."""

import json
from typing import Any

from tests.image.walk import Route, Walk
from tests.server_image.deployment import Server

PASSWORD = "a-password-of-a-walker"
GRAPHQL = 'query { mlflowGetRun(input: {runId: "%s"}) { run { info { runId } } } }'


def make(server: Server) -> dict[str, Any]:
    """Makes an experiment, a run, a registered model and its version, and a user."""
    known: dict[str, Any] = {"experiment_id": "0"}

    def post(path: str, **content: Any) -> Any:
        status, body = Walk(server, {**known, **content}).ask(Route("POST", f"/api/2.0/mlflow/{path}", {}))
        assert status == 200, f"{path}: {body}"
        return json.loads(body)

    experiment = post("experiments/create", name="walked")["experiment_id"]
    run = post("runs/create", experiment_id=experiment)["run"]["info"]
    source = f"{run['artifact_uri']}/model"
    post("registered-models/create", name="walked")
    post("model-versions/create", name="walked", source=source, run_id=run["run_id"])
    post("users/create", username="walker", password=PASSWORD)
    walk = Walk(server, {**known, "artifact_path": f"{experiment}/walked.txt", "path": f"{experiment}/walked.txt"})
    status, body = walk.ask(Route("PUT", "/api/2.0/mlflow-artifacts/artifacts/{artifact_path}", {}))
    assert status == 200, body
    _, body = walk.ask(Route("POST", "/api/2.0/mlflow-artifacts/mpu/create/{artifact_path}", {"path": "string"}))
    return {
        "artifact_path": f"{experiment}/walked.txt",
        "upload_id": json.loads(body)["upload_id"],
        "experiment_id": experiment,
        "experiment_name": "walked",
        "run_id": run["run_id"],
        "run_uuid": run["run_id"],
        "name": "walked",
        "version": "1",
        "source": source,
        "username": "walker",
        "password": PASSWORD,
        "max_results": 10,
        "page_token": "",
        "filter": "",
        "filter_string": "",
        "order_by": [],
        "datasets": [],
        "query": GRAPHQL % run["run_id"],
        # Strings that MLflow reads as one of its own words, or as JSON.
        "aggregation_type": "PERCENTILE",
        "records": "[]",
        "percentile_value": 50,
        "resource_type": "scorer",
        "severity": "high",
        "status": "pending",
        "tags": "{}",
        "trace_location": {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment}},
    }
