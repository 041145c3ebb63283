"""The same server for a user with few permissions: what is not granted is refused, and says so."""

import mlflow
from mlflow import MlflowClient

client = MlflowClient()


def tried(what: str, call, *arguments) -> None:
    try:
        call(*arguments)
    except mlflow.MlflowException as error:
        print(what, error.error_code)
    else:
        print(what, "done")


tried("read the model", client.get_registered_model, "shared")
tried("describe the model", client.update_registered_model, "shared", None, "mine")
tried("delete the model", client.delete_registered_model, "shared")
mlflow.set_experiment("of the analyst")
tried("log to the own experiment", mlflow.log_metric, "rows", 1)
closed = "not for the analyst"
tried("find the closed experiment", client.get_experiment_by_name, closed)
