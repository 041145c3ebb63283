"""Who may do what, as the administrator says: a new user reads a registered model, and may write to an experiment.

The new user's password comes from NEW_PASSWORD.
"""

import os

import mlflow
from mlflow.server import get_app_client

users = get_app_client("basic-auth", tracking_uri=mlflow.get_tracking_uri())
users.create_user("analyst", os.environ["NEW_PASSWORD"])
mlflow.MlflowClient().create_registered_model("shared")
theirs = mlflow.create_experiment("of the analyst")
closed = mlflow.create_experiment("not for the analyst")
users.grant_user_permission("analyst", "registered_model", "shared", "READ")
users.grant_user_permission("analyst", "experiment", theirs, "EDIT")
users.grant_user_permission("analyst", "experiment", closed, "DENY")
