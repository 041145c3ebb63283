"""The server that tests get, and what of a process's environment leads MLflow's client to it."""

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

# Each leads past MLFLOW_TRACKING_URI, shows this server another one's secret, or is an id that another one gave:
# https://mlflow.org/docs/latest/api_reference/python_api/mlflow.environment_variables.html
_OF_ANOTHER_SERVER = (
    "MLFLOW_REGISTRY_URI",
    "MLFLOW_EXPERIMENT_ID",
    "MLFLOW_RUN_ID",
    "MLFLOW_TRACKING_AUTH",
    "MLFLOW_TRACKING_TOKEN",
    "MLFLOW_TRACKING_USERNAME",
    "MLFLOW_TRACKING_PASSWORD",
)
# Every MLflow server has it: the experiment of runs that name none.
DEFAULT_EXPERIMENT_ID = "0"


@dataclass(frozen=True)
class MlflowServer:
    """A team's MLflow tracking server on this machine.

    Attributes:
        tracking_uri: for `mlflow.set_tracking_uri`, or the client of another process.
        username: the administrator's, or None for a team with `auth: none`.
        password: the administrator's, or None for a team with `auth: none`.
    """

    tracking_uri: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    def environment(self) -> Mapping[str, str]:
        """The variables with which MLflow's client finds the server."""
        variables = {
            "MLFLOW_TRACKING_URI": self.tracking_uri,
            "MLFLOW_TRACKING_USERNAME": self.username,
            "MLFLOW_TRACKING_PASSWORD": self.password,
        }
        return {name: value for name, value in variables.items() if value is not None}


def lead_mlflow_to(server: MlflowServer) -> None:
    """Makes `server` the one that this process logs to, whatever it was led to before.

    The variables do it, until some code calls `mlflow.set_tracking_uri`, which MLflow prefers to them from then on.
    """
    # Not imported: nothing here is worth the seconds that it takes, where no test has done so.
    mlflow = sys.modules.get("mlflow")
    before = mlflow.get_tracking_uri() if mlflow else os.environ.get("MLFLOW_TRACKING_URI")
    if before == server.tracking_uri:
        return
    experiment_was_active = "MLFLOW_EXPERIMENT_ID" in os.environ
    for name in _OF_ANOTHER_SERVER:
        os.environ.pop(name, None)
    os.environ.update(server.environment())
    # MLflow's client tries for four minutes again what the server cannot do, as with an artifact that is not there:
    # in a test that looks like a hang, and nothing on one machine needs it.
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    if mlflow:
        if mlflow.get_tracking_uri() != server.tracking_uri:
            mlflow.set_tracking_uri(server.tracking_uri)
        if mlflow.get_registry_uri() != server.tracking_uri:
            mlflow.set_registry_uri(server.tracking_uri)
        if experiment_was_active:
            mlflow.set_experiment(experiment_id=DEFAULT_EXPERIMENT_ID)


@contextlib.contextmanager
def mlflow_variables_restored() -> Iterator[None]:
    """Gives MLflow's variables back as they were, whoever has set them meanwhile: MLflow sets some of them itself."""

    def variables() -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if name.startswith("MLFLOW_")}

    before = variables()
    try:
        yield
    finally:
        for name in variables():
            del os.environ[name]
        os.environ.update(before)
