"""Which server the client talks to, and which experiment it logs to.

MLFLOW_TRACKING_URI names the server; `mlflow.set_tracking_uri` does the same in code.
"""

import os

import mlflow

server = os.environ["MLFLOW_TRACKING_URI"]
assert mlflow.get_tracking_uri() == server

# The same for who has no variable set. The user and the password never go into the URL.
del os.environ["MLFLOW_TRACKING_URI"]
mlflow.set_tracking_uri(server)
print("tracking URI", mlflow.get_tracking_uri())

# Makes an experiment, and fails when there is one of that name.
experiment_id = mlflow.create_experiment("churn", tags={"team": "marketing"})
print("created", experiment_id)
try:
    mlflow.create_experiment("churn")
except mlflow.MlflowException as error:
    print("again", error.error_code)

# Makes it when it is missing, and from here on it is the active one.
experiment = mlflow.set_experiment("churn weekly")
print("set", experiment.experiment_id)
assert mlflow.set_experiment("churn weekly").experiment_id == experiment.experiment_id

# Without a run that is started, the first log call starts one, in the active experiment.
mlflow.log_metric("rows", 7032)
automatic = mlflow.active_run()
assert automatic is not None
print("automatic", automatic.info.run_id)
mlflow.end_run()
