"""A version of one team's registry copied to another team's server: `copy_to_team.py models:/dev.iris@champion iris`.

The MLFLOW_TRACKING_… variables lead to the team that has the model, and TO_TRACKING_URI, TO_TRACKING_USERNAME and
TO_TRACKING_PASSWORD to the one that gets it.
"""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import mlflow
from mlflow.models import Model

source, name = sys.argv[1:]
origin = mlflow.get_tracking_uri()
with TemporaryDirectory() as folder:
    path = mlflow.artifacts.download_artifacts(source, dst_path=folder)

    # MLflow's client has one user at a time.
    for variable in ("URI", "USERNAME", "PASSWORD"):
        os.environ[f"MLFLOW_TRACKING_{variable}"] = os.environ[f"TO_TRACKING_{variable}"]
    mlflow.set_tracking_uri(os.environ["TO_TRACKING_URI"])
    client = mlflow.MlflowClient()
    experiment = mlflow.set_experiment("models of other teams")

    tags = {"copied.from": f"{origin} {source}"}
    model = client.create_logged_model(experiment.experiment_id, name, tags=tags)
    described = Model.load(Path(path, "MLmodel"))
    described.run_id, described.model_id, described.artifact_path = None, model.model_id, model.artifact_location
    described.save(Path(path, "MLmodel"))
    client.log_model_artifacts(model.model_id, path)
    client.finalize_logged_model(model.model_id, "READY")
version = mlflow.register_model(f"models:/{model.model_id}", name, tags=tags)
loaded = mlflow.pyfunc.load_model(f"models:/{name}/{version.version}")
print("version", version.version, "inputs", len(loaded.metadata.signature.inputs))
