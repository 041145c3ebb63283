"""What a careless user does with MLflow's client, in the environment that names the server. Prints what came of it."""

import json
import subprocess
import sys
from pathlib import Path

import mlflow
from mlflow.entities import Metric
from mlflow.exceptions import MlflowException

NAME = "größe 😀 日本"


def refused(call, *arguments, **named):
    """The error code of MLflow's own error."""
    try:
        call(*arguments, **named)
    except MlflowException as error:
        return error.error_code
    return None


def names():
    """An emoji in every name that takes one."""
    client = mlflow.MlflowClient()
    mlflow.set_experiment(NAME)
    with mlflow.start_run(run_name=NAME, tags={"größe": NAME}, description=NAME) as run:
        mlflow.log_param("größe", NAME)
        mlflow.log_metric("größe", 1)
        mlflow.log_text(NAME, f"{NAME}/{NAME}.txt")
        key = refused(mlflow.log_metric, NAME, 1)
    client.create_registered_model(NAME, tags={"größe": NAME}, description=NAME)
    client.create_model_version(NAME, f"{run.info.artifact_uri}/{NAME}", run.info.run_id)
    client.set_registered_model_alias(NAME, "größe", "1")
    read = client.get_run(run.info.run_id)
    by_alias = client.get_model_version_by_alias(NAME, "größe")
    found = mlflow.search_runs(experiment_names=[NAME], filter_string=f"tags.`größe` = '{NAME}'")
    return {
        "found": run.info.run_id in set(found.run_id),
        "names": [read.info.run_name, read.data.params["größe"], read.data.tags["größe"], by_alias.name],
        "artifact": mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/{NAME}/{NAME}.txt"),
        "listed": [file.path for file in client.list_artifacts(run.info.run_id, NAME)],
        "key with an emoji": key,
    }


def sizes():
    """Values around MLflow's limits, and 50,000 metrics in one call of the client."""
    client = mlflow.MlflowClient()
    with mlflow.start_run(experiment_id="0") as run:
        mlflow.set_tags({"5000": "x" * 5000, "9000": "x" * 9000})
        mlflow.log_param("7000", "x" * 7000)
        client.log_batch(run.info.run_id, metrics=[Metric("loss", step, 1, step) for step in range(50_000)])
    data = client.get_run(run.info.run_id).data
    history = client.get_metric_history(run.info.run_id, "loss")
    return {
        "tags": [len(data.tags["5000"]), len(data.tags["9000"])],
        "param": len(data.params["7000"]),
        "metrics": [len(history), sum(point.value for point in history)],
    }


def vanished(folder):
    """A file that is gone when its turn comes; the kind of the error."""
    Path(folder, "gone.txt").symlink_to("nowhere")
    with mlflow.start_run(experiment_id="0") as run:
        try:
            mlflow.log_artifacts(folder)
        except (OSError, MlflowException) as error:
            kind = type(error).__name__
    return [kind, mlflow.MlflowClient().list_artifacts(run.info.run_id)]


def two_writers():
    """Two processes log to one run: what MLflow says to each, and how many points each metric has in the end."""
    client = mlflow.MlflowClient()
    run_id = client.create_run("0").info.run_id
    writers = [
        subprocess.Popen([sys.executable, __file__, "write", run_id, own], stdout=subprocess.PIPE)
        for own in ("left", "right")
    ]
    refusals = [json.loads(writer.communicate()[0].splitlines()[-1]) for writer in writers]
    metrics = client.get_run(run_id).data.metrics
    points = {key: len(client.get_metric_history(run_id, key)) for key in metrics}
    return {"refusals": sorted(map(str, refusals)), "points": points}


def write(run_id, own):
    """One of the writers; the error code for a parameter that each gives another value."""
    client = mlflow.MlflowClient()
    sign = {"left": 1, "right": -1}[own]  # to MLflow, two points of one key, millisecond, step and value are one
    for step in range(1, 26):
        client.log_metric(run_id, own, step, step=step)
        client.log_metric(run_id, "shared", sign * step, step=step)
    client.set_tag(run_id, "last", own)
    return refused(client.log_param, run_id, "shared", own)


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])))
