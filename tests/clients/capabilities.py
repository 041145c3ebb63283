"""What a client does with a server, run by a Python that has nothing but some release of MLflow.

It prints a JSON object: each capability by name, with "works", "not in this client", or what it failed with. The
server is the one that `MLFLOW_TRACKING_URI`, `MLFLOW_TRACKING_USERNAME` and `MLFLOW_TRACKING_PASSWORD` name. It is for
servers that are there to be tried: of what it logs, it deletes nothing.
"""

import hashlib
import json
import os
import time
import uuid
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

# Parts are for files of hundreds of megabytes unless a client is told otherwise, and S3 takes none below 5 MiB.
LARGE = 6 * 1024 * 1024
os.environ["MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE"] = str(LARGE)
os.environ["MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE"] = str(5 * 1024 * 1024)
# A failure is to be told at once.
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")

import mlflow  # noqa: E402
import requests  # noqa: E402
from mlflow.entities import Metric, Param, RunTag  # noqa: E402

MARK = uuid.uuid4().hex[:8]
NAME = f"client {mlflow.__version__} {MARK}"
SERVER = urlsplit(os.environ["MLFLOW_TRACKING_URI"]).netloc
client = mlflow.MlflowClient()
hosts: set = set()
"""Whom a request was sent to."""
_send = requests.Session.send


def send(session, request, **options):
    hosts.add(urlsplit(request.url).netloc)
    return _send(session, request, **options)


requests.Session.send = send


class MissingError(Exception):
    """The client has no such thing."""


def runs():
    """Parameters, metrics and tags of a run and a nested one."""
    mlflow.set_experiment(NAME)
    with mlflow.start_run(run_name="parent") as run:
        mlflow.log_params({"alpha": 0.1, "solver": "sag"})
        for step in range(3):
            mlflow.log_metric("loss", 1 / (step + 1), step=step)
        mlflow.set_tag("mark", MARK)
        with mlflow.start_run(run_name="child", nested=True):
            mlflow.log_metric("loss", 2.0)
    data = client.get_run(run.info.run_id).data
    assert data.params == {"alpha": "0.1", "solver": "sag"}, data.params
    assert data.tags["mark"] == MARK, data.tags
    history = [(metric.step, metric.value) for metric in client.get_metric_history(run.info.run_id, "loss")]
    assert sorted(history) == [(0, 1.0), (1, 0.5), (2, 1 / 3)], history


def batches():
    run = client.create_run(experiment())
    metrics = [Metric("m", float(step), int(time.time() * 1000), step) for step in range(1000)]
    params = [Param(f"p{number}", str(number)) for number in range(100)]
    client.log_batch(run.info.run_id, metrics=[], params=params, tags=[RunTag("t", "yes")])
    client.log_batch(run.info.run_id, metrics=metrics)
    client.set_terminated(run.info.run_id)
    assert len(client.get_metric_history(run.info.run_id, "m")) == 1000
    assert len(client.get_run(run.info.run_id).data.params) == 100


def search():
    found = client.search_runs([experiment()], f"tags.mark = '{MARK}' and metrics.loss < 1", order_by=["metrics.loss"])
    assert [run.info.run_name for run in found] == ["parent"], found
    named = client.search_experiments(filter_string=f"name = '{NAME}'")
    assert [found.name for found in named] == [NAME], named


def deletion():
    run = client.create_run(experiment())
    client.delete_run(run.info.run_id)
    client.restore_run(run.info.run_id)
    assert client.get_run(run.info.run_id).info.lifecycle_stage == "active"


def small_artifacts():
    _there_and_back({"note.txt": b"ein Gru\xc3\x9f", "data/numbers.csv": b"1,2,3\n"})


def large_artifacts():
    """One above the size from which a client sends parts."""
    _there_and_back({"weights.bin": os.urandom(LARGE + 1)})


def _there_and_back(files):
    with mlflow.start_run(), TemporaryDirectory() as folder:
        for name, content in files.items():
            path = Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        mlflow.log_artifacts(folder, "files")
        with TemporaryDirectory() as back:
            mlflow.artifacts.download_artifacts(mlflow.get_artifact_uri("files"), dst_path=back)
            for name, content in files.items():
                came = Path(back, "files", name).read_bytes()
                assert hashlib.sha256(came).digest() == hashlib.sha256(content).digest(), name


def inputs():
    from mlflow.entities import Dataset, DatasetInput, InputTag

    run = client.create_run(experiment())
    data = Dataset("petals", "d1", "local", json.dumps({"uri": "petals.csv"}))
    client.log_inputs(run.info.run_id, datasets=[DatasetInput(data, [InputTag("mlflow.data.context", "training")])])
    logged = client.get_run(run.info.run_id).inputs.dataset_inputs
    assert [entry.dataset.name for entry in logged] == ["petals"], logged


def registry():
    name = f"by hand {NAME}"
    client.create_registered_model(name, tags={"team": "botany"}, description="Nothing")
    with mlflow.start_run() as run:
        mlflow.log_text("weights", "model/weights.txt")
    version = client.create_model_version(name, f"{run.info.artifact_uri}/model", run.info.run_id, tags={"a": "b"})
    client.set_registered_model_alias(name, "champion", version.version)
    assert client.get_model_version_by_alias(name, "champion").run_id == run.info.run_id
    assert len(client.search_model_versions(f"name = '{name}'")) == 1
    assert client.get_registered_model(name).tags == {"team": "botany"}
    client.rename_registered_model(name, f"renamed {name}")


def models():
    """A model of Python is logged, registered, found by its alias and loaded as pyfunc."""
    try:
        import numpy
        import pandas
        from mlflow import pyfunc
    except ImportError:
        raise MissingError from None

    class Doubles(pyfunc.PythonModel):
        def predict(self, context, model_input, params=None):
            return model_input * 2

    name = f"doubles {NAME}"
    with mlflow.start_run():
        pyfunc.log_model(
            artifact_path="model",
            python_model=Doubles(),
            registered_model_name=name,
            pip_requirements=["mlflow-skinny"],
            # Releases differ in what they take out of type hints.
            signature=mlflow.models.infer_signature(pandas.DataFrame({"x": [1.0]}), numpy.array([2.0])),
        )
    client.set_registered_model_alias(name, "champion", "1")
    loaded = pyfunc.load_model(f"models:/{name}@champion")
    assert list(loaded.predict(pandas.DataFrame({"x": [1.0, 2.0]}))["x"]) == [2.0, 4.0]


def logged_models():
    if not hasattr(client, "search_logged_models"):
        raise MissingError
    model = client.create_logged_model(experiment(), name="by-hand", tags={"mark": MARK})
    client.finalize_logged_model(model.model_id, "READY")
    found = client.search_logged_models([experiment()], filter_string=f"tags.mark = '{MARK}'")
    assert [entry.model_id for entry in found] == [model.model_id], found


def traces():
    if not hasattr(mlflow, "trace"):
        raise MissingError
    with mlflow.start_span(name="answer") as span:
        span.set_inputs({"question": "6 * 7"})
        span.set_outputs(42)
    if hasattr(mlflow, "flush_trace_async_logging"):
        mlflow.flush_trace_async_logging(terminate=True)
    found = client.search_traces([experiment()])
    assert found, "the trace was not found again"
    assert [span.name for span in client.get_trace(found[0].info.request_id).data.spans] == ["answer"]


def prompts():
    register = getattr(getattr(mlflow, "genai", mlflow), "register_prompt", None)
    load = getattr(getattr(mlflow, "genai", mlflow), "load_prompt", None)
    if not (register and load):
        raise MissingError
    name = f"greeting-{mlflow.__version__}-{MARK}".replace(".", "-")
    register(name=name, template="Good day, {{name}}", tags={"mark": MARK})
    assert load(f"prompts:/{name}/1").format(name="Ada") == "Good day, Ada"


def experiment():
    return client.get_experiment_by_name(NAME).experiment_id


CAPABILITIES = {
    "runs": runs,
    "batches": batches,
    "search": search,
    "deletion": deletion,
    "small artifacts": small_artifacts,
    "large artifacts": large_artifacts,
    "inputs": inputs,
    "registry": registry,
    "models": models,
    "logged models": logged_models,
    "traces": traces,
    "prompts": prompts,
}


def outcome(capability):
    try:
        capability()
    except MissingError:
        return "not in this client"
    # Whatever a release raises is what is to be told.
    except Exception as error:
        mlflow.end_run()
        return f"{type(error).__name__}: {error}".split("\n")[0][:300]
    return "works"


def main():
    outcomes = {}
    for name, capability in CAPABILITIES.items():
        hosts.clear()
        outcomes[name] = outcome(capability)
        if outcomes[name] == "works" and hosts - {SERVER}:
            outcomes[name] = "works by link"
    print(json.dumps(outcomes))


if __name__ == "__main__":
    main()
