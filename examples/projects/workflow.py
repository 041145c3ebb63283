"""The whole: each step is a run below this one, and hands on what it made by way of the server."""

import sys

import mlflow

alpha = float(sys.argv[1])
with mlflow.start_run():
    prepared = mlflow.projects.run(".", "prepare", run_name="prepare", env_manager="local")
    parameters = {"data": f"runs:/{prepared.run_id}/table.parquet", "alpha": alpha}
    trained = mlflow.projects.run(".", "train", parameters=parameters, run_name="train", env_manager="local")
    mlflow.log_metric("r2", mlflow.get_run(trained.run_id).data.metrics["r2"])
