"""A team's MLflow server for a project's own tests: the fixtures `mlflow_server` and `mlflow_experiment`."""

from pytest_mlflow_server.server import MlflowServer

__all__ = ["MlflowServer"]
