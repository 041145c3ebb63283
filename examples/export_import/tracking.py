"""Experiments, with their runs and models."""

import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from files import download, names
from journal import Journal
from mlflow import MlflowClient
from mlflow.entities import Experiment, LoggedModel, LoggedModelInput, LoggedModelOutput, Metric, Param, Run, ViewType
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID
from pages import every, parts
from traces import Traces

_DEFAULT = "0"


class Tracking:
    """Moves all experiments of one server to another."""

    def __init__(self, source: MlflowClient, target: MlflowClient, journal: Journal) -> None:
        self.source, self.target, self.journal = source, target, journal
        self.runs, self.models = journal.ids["run"], journal.ids["model"]

    def move(self) -> None:
        experiments = list(every(self.source.search_experiments, view_type=ViewType.ALL))
        moving = [experiment for experiment in reversed(experiments) if self._there_is_place_for(experiment)]
        runs = {experiment.experiment_id: self._runs_of(experiment) for experiment in moving}
        # A run may refer to any other, so all have their new ids before the first one is filled.
        for experiment in moving:
            self._begin(experiment, runs[experiment.experiment_id])
        for experiment in moving:
            self._fill(experiment, runs[experiment.experiment_id])

    def _there_is_place_for(self, experiment: Experiment) -> bool:
        ids = self.journal.ids["experiment"]
        if experiment.experiment_id == _DEFAULT:
            ids[_DEFAULT] = _DEFAULT
        if experiment.experiment_id in ids:
            return True
        if self.target.get_experiment_by_name(experiment.name):
            print(f"{experiment.name}: left out, an experiment of this name is there")
            return False
        new = self.target.create_experiment(experiment.name)
        self.journal.add("experiment", experiment.experiment_id, new)
        return True

    def _runs_of(self, experiment: Experiment) -> list[Run]:
        by_start = {"order_by": ["attributes.start_time ASC"], "run_view_type": ViewType.ALL}
        return list(every(self.source.search_runs, [experiment.experiment_id], **by_start))

    def _begin(self, experiment: Experiment, runs: list[Run]) -> None:
        new = self.journal.ids["experiment"][experiment.experiment_id]
        for run in runs:
            if run.info.run_id not in self.runs:
                # Its source and user are taken from tags.
                tags = {key: value for key, value in run.data.tags.items() if key != MLFLOW_PARENT_RUN_ID}
                made = self.target.create_run(new, run.info.start_time, tags, run.info.run_name)
                self.journal.add("run", run.info.run_id, made.info.run_id)
        for model in every(self.source.search_logged_models, [experiment.experiment_id]):
            if model.model_id not in self.models:
                own_tags = {key: value for key, value in model.tags.items() if not key.startswith("mlflow.")}
                of_run = self.runs.get(model.source_run_id)
                made = self.target.create_logged_model(
                    new, model.name, of_run, own_tags, model.params, model.model_type
                )
                self.journal.add("model", model.model_id, made.model_id)

    def _fill(self, experiment: Experiment, runs: list[Run]) -> None:
        old, new = experiment.experiment_id, self.journal.ids["experiment"][experiment.experiment_id]
        if self.target.get_experiment(new).lifecycle_stage == "deleted":
            return  # the last that is done to one
        for key, value in experiment.tags.items():
            self.target.set_experiment_tag(new, key, value)
        models = list(every(self.source.search_logged_models, [old]))
        for model in models:
            self._once("model", model.model_id, self._fill_model, model)
        for number, run in enumerate(runs, 1):
            self._once("run", run.info.run_id, self._fill_run, run)
            print(f"\r{experiment.name}: {number} of {len(runs)} runs", end="", file=sys.stderr)
        mover = Traces(self.source, self.target, self.journal)
        traces = [trace.info for trace in every(self.source.search_traces, locations=[old], include_spans=False)]
        for number, info in enumerate(traces, 1):
            self._once("trace", info.trace_id, mover.move, info, new)
            print(f"\r{experiment.name}: {number} of {len(traces)} traces", end="", file=sys.stderr)
        print(file=sys.stderr)
        if experiment.lifecycle_stage == "deleted":
            self.target.delete_experiment(new)
        print(f"{experiment.name}: {len(runs)} runs, {len(models)} models, {len(traces)} traces")

    def _once(self, kind: str, old: str, move, *arguments) -> None:
        if not self.journal.is_whole(kind, old):
            move(*arguments)
            self.journal.whole(kind, old)

    def _fill_run(self, run: Run) -> None:
        """All of it is safe to be done twice."""
        old, new = run.info.run_id, self.runs[run.info.run_id]
        there = self.target.get_run(new)
        if there.info.lifecycle_stage == "deleted":
            return  # the last that is done to one
        for params in parts(run.data.params.items(), 100):
            self.target.log_batch(new, params=[Param(*item) for item in params])
        for key in (MLFLOW_PARENT_RUN_ID, "mlflow.log-model.history"):
            if key in run.data.tags:
                self.target.set_tag(new, key, self.journal.renamed(run.data.tags[key]))
        if run.inputs.dataset_inputs:
            self.target.log_inputs(new, datasets=run.inputs.dataset_inputs)
        for key in run.data.metrics:
            history = (self._moved(metric, new) for metric in self.source.get_metric_history(old, key))
            for metrics in parts(history, 1000):
                self.target.log_batch(new, metrics=metrics)
        inputs = [
            LoggedModelInput(self.models.get(model.model_id, model.model_id)) for model in run.inputs.model_inputs
        ]
        outputs = [
            LoggedModelOutput(self.models.get(model.model_id, model.model_id), model.step)
            for model in run.outputs.model_outputs
        ]
        if inputs and not there.inputs.model_inputs:
            self.target.log_inputs(new, models=inputs)
        if outputs and not there.outputs.model_outputs:
            self.target.log_outputs(new, outputs)
        if names(run.info.artifact_uri, self.source):
            with TemporaryDirectory() as folder:
                download(run.info.artifact_uri, self.source, folder)
                self._describe_models(folder)
                self.target.log_artifacts(new, folder)
        if run.info.status in ("FINISHED", "FAILED", "KILLED"):
            self.target.set_terminated(new, run.info.status, run.info.end_time)
        else:
            self.target.update_run(new, run.info.status)
        if run.info.lifecycle_stage == "deleted":
            self.target.delete_run(new)

    def _moved(self, metric: Metric, run_id: str, model_id: str | None = None) -> Metric:
        dataset = metric.dataset_name, metric.dataset_digest
        return Metric(metric.key, metric.value, metric.timestamp, metric.step, model_id, *dataset, run_id)

    def _fill_model(self, model: LoggedModel) -> None:
        new = self.models[model.model_id]
        # A model need not have any files.
        if names(model.artifact_location, self.source):
            with TemporaryDirectory() as folder:
                download(model.artifact_location, self.source, folder)
                self._describe_models(folder, self.target.get_logged_model(new).artifact_location)
                self.target.log_model_artifacts(new, folder)
        # A server's history of a run does not say which metrics are a model's.
        for metric in model.metrics or []:
            if run := self.runs.get(metric.run_id):
                self.target.log_batch(run, metrics=[self._moved(metric, run, new)])
        if str(model.status) in ("READY", "FAILED"):
            self.target.finalize_logged_model(new, str(model.status))

    def _describe_models(self, folder: str, location: str | None = None) -> None:
        """In the descriptions of models, the new ids of the model and its run, and the place of the model."""
        for file in Path(folder).rglob("MLmodel"):
            text = self.journal.renamed(file.read_text())
            if location:
                text = re.sub(r"^artifact_path: .*$", lambda _: f"artifact_path: {location}", text, flags=re.MULTILINE)
            file.write_text(text)
