"""Registers the model of a parent's best run, and makes it the champion: `register_best.py RUN`."""

import sys

import mlflow

client = mlflow.MlflowClient()
parent = client.get_run(sys.argv[1])
below = f"tags.mlflow.parentRunId = '{parent.info.run_id}' and attributes.status = 'FINISHED'"
best = client.search_runs([parent.info.experiment_id], below, order_by=["metrics.accuracy DESC"], max_results=1)[0]
model = best.outputs.model_outputs[0].model_id
version = mlflow.register_model(f"models:/{model}", "iris on SageMaker")
client.set_registered_model_alias(version.name, "champion", version.version)
client.log_metric(parent.info.run_id, "best", best.data.metrics["accuracy"])
print("champion", version.version, "with C", best.data.params["C"])
