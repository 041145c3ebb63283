"""What a person does with MLflow, step by step, with MLflow's own client.

Each request to a server with passwords costs it some tenths of a second, so the story makes few.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import mlflow
import mlflow.sklearn
import numpy as np
import sklearn
from mlflow.models import infer_signature
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge

EXPERIMENT = "kit-smoke"
ALIAS = "champion"
SCORE = "training_r2_score"
ALPHAS = (10.0, 0.5, 0.1)


class Story:
    """The steps in order, each a method that returns one sentence, and what they hand to each other."""

    def __init__(self, smoke_id: str) -> None:
        self.tags = {"kit.smoke": smoke_id}
        self.model_name = f"{EXPERIMENT}-{smoke_id}"
        self.client = mlflow.MlflowClient()
        self.features, self.target = load_diabetes(return_X_y=True, as_frame=True)
        self.run_ids: list[str] = []
        self.registered = False
        self.model_id = ""
        self.files: dict[str, dict[str, str]] = {}

    def steps(self) -> list[tuple[str, Callable[[], str]]]:
        return [
            ("experiment", self.experiment),
            ("autologged training", self.autologged_training),
            ("parameters, metrics, tags", self.parameters_metrics_tags),
            ("artifacts", self.artifacts),
            ("registered model", self.registered_model),
            ("predictions by alias", self.predictions),
            ("search and compare", self.search),
        ]

    def experiment(self) -> str:
        """One experiment serves every smoke test: MLflow keeps the name of a deleted one for good."""
        found = self.client.get_experiment_by_name(EXPERIMENT)
        if found is None:
            self.experiment_id = self.client.create_experiment(EXPERIMENT)
        else:
            self.experiment_id = found.experiment_id
            if found.lifecycle_stage == "deleted":
                self.client.restore_experiment(self.experiment_id)
        return f"experiment {EXPERIMENT!r} has id {self.experiment_id}"

    def autologged_training(self) -> str:
        """The model is logged later, because autologging starts one more Python to list its packages."""
        mlflow.sklearn.autolog(log_models=False, silent=True)
        with mlflow.start_run(experiment_id=self.experiment_id, run_name="autologged", tags=self.tags) as run:
            self.run_ids.append(run.info.run_id)
            Ridge(alpha=1.0).fit(self.features, self.target)
        mlflow.sklearn.autolog(disable=True, silent=True)
        data = self.client.get_run(run.info.run_id).data
        expect(data.params.get("alpha") == "1.0", "autologging did not log the parameter alpha")
        expect(SCORE in data.metrics, f"autologging did not log the metric {SCORE}")
        return f"{len(data.params)} parameters and {len(data.metrics)} metrics of a Ridge model on diabetes data"

    def parameters_metrics_tags(self) -> str:
        tags = {"mlflow.source.name": "kit smoke", "mlflow.source.git.commit": "0" * 40, "version": "1"}
        run = mlflow.start_run(experiment_id=self.experiment_id, run_name="by-hand", tags=self.tags | tags)
        self.run_ids.append(run.info.run_id)
        self.artifact_uri: str = run.info.artifact_uri
        mlflow.log_params({"alpha": ALPHAS[-1], "rows": len(self.features)})
        self.scores: list[float] = []
        for step, alpha in enumerate(ALPHAS):
            self.model = Ridge(alpha=alpha).fit(self.features, self.target)
            self.scores.append(self.model.score(self.features, self.target))
            mlflow.log_metric(SCORE, self.scores[-1], step=step)
        history = sorted((m.step, m.value) for m in self.client.get_metric_history(run.info.run_id, SCORE))
        expect(history == list(enumerate(self.scores)), f"the metric's history came back as {history}")
        data = self.client.get_run(run.info.run_id).data
        expect(data.params == {"alpha": "0.1", "rows": "442"}, f"the parameters came back as {data.params}")
        expect(tags.items() <= data.tags.items(), f"the tags came back as {data.tags}")
        return f"a metric with {len(history)} steps, parameters, tags, source and version came back"

    def artifacts(self) -> str:
        """A text, a picture by matplotlib and a Parquet table by pandas come back with the same bytes."""
        from matplotlib.figure import Figure

        with TemporaryDirectory() as folder:
            figure = Figure(figsize=(3, 2))
            figure.subplots().plot(self.scores)
            figure.savefig(Path(folder, "score.png"))
            self.features.to_parquet(Path(folder, "features.parquet"))
            Path(folder, "notes.txt").write_text("Written by the smoke test: ünïcödé.\n", encoding="utf-8")
            mlflow.log_artifacts(folder, "smoke")
            sent = hashes(Path(folder))
        with TemporaryDirectory() as folder:
            mlflow.artifacts.download_artifacts(mlflow.get_artifact_uri("smoke"), dst_path=folder)
            came_back = hashes(Path(folder, "smoke"))
        expect(
            came_back == sent,
            f"of {sorted(sent)}, {sorted(came_back)} came back, and not with the same bytes",
        )
        self.files[self.artifact_uri] = {f"smoke/{name}": digest for name, digest in sent.items()}
        return "a text, a picture and a Parquet table came back with the same bytes"

    def registered_model(self) -> str:
        self.registered = True
        logged = mlflow.sklearn.log_model(
            self.model,
            name="model",
            signature=infer_signature(self.features, self.target),
            pip_requirements=[f"scikit-learn=={sklearn.__version__}"],
            registered_model_name=self.model_name,
        )
        mlflow.end_run()
        self.model_id = logged.model_id
        self.version = str(logged.registered_model_version)
        self.client.set_registered_model_alias(self.model_name, ALIAS, self.version)
        return f"model {self.model_name!r} version {self.version} has the alias {ALIAS!r}"

    def predictions(self) -> str:
        """The last digits of a sum depend on how memory is laid out, hence a tolerance."""
        with TemporaryDirectory() as folder:
            loaded = mlflow.pyfunc.load_model(f"models:/{self.model_name}@{ALIAS}", dst_path=folder)
            files = hashes(Path(folder))
        files.pop("registered_model_meta", None)  # written by the client beside the download
        expect("MLmodel" in files, f"the model came back without its MLmodel file: {sorted(files)}")
        self.files[self.client.get_logged_model(self.model_id).artifact_location] = files
        same = np.allclose(loaded.predict(self.features), self.model.predict(self.features), rtol=1e-9, atol=0)
        expect(same, "the model that was loaded by its alias predicts other numbers")
        return f"{len(self.features)} predictions of models:/{self.model_name}@{ALIAS} are the same numbers"

    def search(self) -> str:
        where = " and ".join(f"tags.`{key}` = '{value}'" for key, value in self.tags.items())
        order = [f"metrics.{SCORE} DESC"]
        self.runs = self.client.search_runs([self.experiment_id], f"{where} and metrics.{SCORE} > 0", order_by=order)
        found = [run.info.run_id for run in self.runs]
        expect(found == self.run_ids[::-1], f"the search returned {found}, not both runs with the better first")
        one = self.client.search_runs([self.experiment_id], f"{where} and params.alpha = '1.0'")
        expect(
            [run.info.run_id for run in one] == self.run_ids[:1],
            "the search by a parameter found another run",
        )
        better, worse = (run.data.metrics[SCORE] for run in self.runs)
        return f"two runs found and compared by {SCORE}: {better:.4f} before {worse:.4f}"

    def traces(self) -> dict[str, Any]:
        """What the story left on the server, for a comparison with the stores behind it."""
        history = {self.run_ids[1]: [[SCORE, step, score] for step, score in enumerate(self.scores)]}
        return {
            "experiment_id": self.experiment_id,
            "experiment": EXPERIMENT,
            "runs": {
                run.info.run_id: {
                    "artifact_uri": run.info.artifact_uri,
                    "params": run.data.params,
                    "tags": run.data.tags,
                    "metrics": history.get(run.info.run_id)
                    or [[key, 0, value] for key, value in run.data.metrics.items()],
                }
                for run in self.runs
            },
            "model": self.model_name,
            "model_version": self.version,
            "model_alias": ALIAS,
            "model_run_id": self.run_ids[1],
            "model_id": self.model_id,
            "files": self.files,
        }

    def clean_up(self) -> str:
        """The registered model is gone at once; the runs and their artifacts wait for `mlflow gc`."""
        if mlflow.active_run():
            mlflow.end_run("FAILED")
        if self.registered:
            self.client.delete_registered_model(self.model_name)
        if self.model_id:
            self.client.delete_logged_model(self.model_id)
        for run_id in self.run_ids:
            self.client.delete_run(run_id)
        return f"{len(self.run_ids)} runs and the registered model are deleted"


def expect(holds: bool, sentence: str) -> None:
    if not holds:
        raise RuntimeError(sentence)


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of each file, by its path below the folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
