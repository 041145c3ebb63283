"""What a training job of SageMaker runs: `train.py --c 0.1 --parent RUN`, a run below the one that started it.

MLFLOW_TRACKING_URI and MLFLOW_TRACKING_USERNAME are in the job's environment. The password is not, where everybody
could read it who may describe the job: the job's role reads it from the secret that PASSWORD_SECRET names.
"""

import argparse
import json
import os

import boto3
import mlflow
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score

parser = argparse.ArgumentParser()
parser.add_argument("--c", type=float)
parser.add_argument("--parent")
arguments = parser.parse_args()

if secret := os.environ.get("PASSWORD_SECRET"):
    value = boto3.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
    os.environ["MLFLOW_TRACKING_PASSWORD"] = json.loads(value)["password"]

parent = mlflow.get_run(arguments.parent)
mlflow.set_experiment(experiment_id=parent.info.experiment_id)
features, labels = load_iris(return_X_y=True, as_frame=True)
model = LogisticRegression(C=arguments.c, max_iter=500)
with mlflow.start_run(run_name=f"C={arguments.c}", parent_run_id=arguments.parent):
    mlflow.log_param("C", arguments.c)
    # SageMaker names the job in its container.
    mlflow.set_tag("sagemaker.job", os.environ.get("TRAINING_JOB_NAME", ""))
    mlflow.log_metric("accuracy", cross_val_score(model, features, labels, cv=5).mean())
    mlflow.sklearn.log_model(
        model.fit(features, labels),
        name="classifier",
        signature=mlflow.models.infer_signature(features, labels),
        pip_requirements=["scikit-learn"],
    )
