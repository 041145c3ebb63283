"""Moves all that a local store holds to the server: `python move_to_server.py sqlite:///mlflow.db`.

Experiments, runs with the history of their metrics, inputs, artifacts and models arrive, and registered models with
their versions and aliases. Ids are new on the server. What the server has by that name is left out.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Experiment, LoggedModel, LoggedModelInput, LoggedModelOutput, Metric, Param, Run
from mlflow.entities.model_registry import RegisteredModel
from mlflow.models import Model
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

local, server = MlflowClient(sys.argv[1], sys.argv[1]), MlflowClient()
new_ids: dict[str, str] = {}
"""Of runs and logged models."""


def every(search, *arguments, **options):
    """All pages of a search."""
    token = None
    while True:
        page = search(*arguments, page_token=token, **options)
        yield from page
        if not (token := page.token):
            return


def move_experiment(experiment: Experiment) -> None:
    runs = list(every(local.search_runs, [experiment.experiment_id], order_by=["attributes.start_time ASC"]))
    models = list(every(local.search_logged_models, [experiment.experiment_id]))
    there = server.get_experiment_by_name(experiment.name)
    if there and experiment.name != "Default":
        print(f"{experiment.name}: left out, the server has an experiment of this name")
        return
    new = there.experiment_id if there else server.create_experiment(experiment.name, tags=experiment.tags)
    # Parents start before their children.
    for run in runs:
        move_run(run, new)
    for model in models:
        move_model(model, new)
    for run in runs:
        link(run)
    print(f"{experiment.name}: {len(runs)} runs, {len(models)} models")


def move_run(run: Run, experiment_id: str) -> None:
    tags = dict(run.data.tags)
    if parent := tags.get(MLFLOW_PARENT_RUN_ID):
        tags[MLFLOW_PARENT_RUN_ID] = new_ids[parent]
    new = server.create_run(experiment_id, run.info.start_time, tags, run.info.run_name).info.run_id
    new_ids[run.info.run_id] = new
    server.log_batch(new, params=[Param(*item) for item in run.data.params.items()])
    server.log_inputs(new, datasets=run.inputs.dataset_inputs)
    if local.list_artifacts(run.info.run_id):
        with TemporaryDirectory() as folder:
            server.log_artifacts(new, mlflow.artifacts.download_artifacts(run.info.artifact_uri, dst_path=folder))


def move_model(model: LoggedModel, experiment_id: str) -> None:
    source = new_ids.get(model.source_run_id)
    own_tags = {key: value for key, value in model.tags.items() if not key.startswith("mlflow.")}
    new = server.create_logged_model(experiment_id, model.name, source, own_tags, model.params, model.model_type)
    new_ids[model.model_id] = new.model_id
    with TemporaryDirectory() as folder:
        path = mlflow.artifacts.download_artifacts(model.artifact_location, dst_path=folder)
        file = Path(path, "MLmodel")
        described = Model.load(file)
        described.run_id, described.model_id = source, new.model_id
        described.artifact_path = new.artifact_location
        described.save(file)
        server.log_model_artifacts(new.model_id, path)
    server.finalize_logged_model(new.model_id, str(model.status))


def link(run: Run) -> None:
    """What of a run names a model, and its end."""
    new = new_ids[run.info.run_id]
    histories = (local.get_metric_history(run.info.run_id, key) for key in run.data.metrics)
    server.log_batch(new, metrics=[moved(metric, new) for history in histories for metric in history])
    if outputs := run.outputs.model_outputs:
        server.log_outputs(new, [LoggedModelOutput(new_ids[model.model_id], model.step) for model in outputs])
    if inputs := run.inputs.model_inputs:
        server.log_inputs(new, models=[LoggedModelInput(new_ids[model.model_id]) for model in inputs])
    server.set_terminated(new, run.info.status, run.info.end_time)


def moved(metric: Metric, run_id: str) -> Metric:
    dataset = metric.dataset_name, metric.dataset_digest
    model_id = new_ids.get(metric.model_id)
    return Metric(metric.key, metric.value, metric.timestamp, metric.step, model_id, *dataset, run_id)


def move_registered_model(model: RegisteredModel) -> None:
    if server.search_registered_models(f"name = '{model.name}'"):
        print(f"{model.name}: left out, the server has a registered model of this name")
        return
    server.create_registered_model(model.name, model.tags, model.description)
    versions = sorted(every(local.search_model_versions, f"name = '{model.name}'"), key=lambda v: int(v.version))
    for old in versions:
        model_id = new_ids.get(old.source.removeprefix("models:/"))
        if not model_id:
            print(f"{model.name}: version {old.version} left out, its model is none that MLflow 3 has logged")
            continue
        new = server.create_model_version(
            model.name,
            source=f"models:/{model_id}",
            run_id=new_ids.get(old.run_id),
            tags=old.tags,
            description=old.description,
            model_id=model_id,
        )
        for alias in (alias for alias, version in model.aliases.items() if version == old.version):
            server.set_registered_model_alias(model.name, alias, new.version)
    print(f"{model.name}: {len(versions)} versions")


for experiment in every(local.search_experiments):
    move_experiment(experiment)
for model in every(local.search_registered_models):
    move_registered_model(model)
