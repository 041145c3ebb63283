"""For Java: `org.mlflow:mlflow-client`, which hands artifacts to MLflow's Python command."""

import json

from kit.clients import shell
from kit.clients.server import TeamServer

_IMPORTS = ("org.mlflow.tracking.MlflowClient", "org.mlflow.tracking.creds.BasicMlflowHostCreds")


def lines(server: TeamServer) -> str:
    """For a machine with a shell; on AWS with the AWS CLI."""
    server.refuse_signatures("MLflow's client for Java")
    found = [f"import {name};" for name in _IMPORTS] + [""]
    creds = json.dumps(server.url)
    if server.has_password:
        command = json.dumps(shell.password(server))
        user = json.dumps(server.variables["MLFLOW_TRACKING_USERNAME"])
        found += [
            f'Process asked = new ProcessBuilder("sh", "-c", {command}).start();',
            "String password = new String(asked.getInputStream().readAllBytes()).strip();",
        ]
        creds += f", {user}, password"
    if server.token_of:
        found.append(f"// A token of {server.token_of}.")
        creds += ', System.getenv("MLFLOW_TRACKING_TOKEN")'
    found.append(f"MlflowClient client = new MlflowClient(new BasicMlflowHostCreds({creds}));")
    if server.artifacts_by_role:
        found.append("// Its artifacts take the process's own AWS credentials: start it with the lines for the shell.")
    return "\n".join(found)
