"""For R: the package mlflow reads the same variables, and hands artifacts to MLflow's Python command."""

import json

from kit.clients import shell
from kit.clients.server import TeamServer


def lines(server: TeamServer) -> str:
    """For a machine with a shell; on AWS with the AWS CLI."""
    server.refuse_signatures("R's package")
    found = [_set(name, json.dumps(value)) for name, value in server.variables.items()]
    if server.has_password:
        found.append(_set("MLFLOW_TRACKING_PASSWORD", _output(shell.password(server))))
    if server.token_of:
        found.append(_set("MLFLOW_TRACKING_TOKEN", f"readline({json.dumps(f'Token of {server.token_of}: ')})"))
    if server.artifacts_by_role:
        found += _artifacts(server)
    return "\n".join(found)


def _artifacts(server: TeamServer) -> list[str]:
    if server.here:
        found = [_set(name, json.dumps(value)) for name, value in server.aws.items()]
        return [*found, _set("AWS_SECRET_ACCESS_KEY", _output(shell.aws_secret(server)))]
    keys = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    return [
        f'keys <- strsplit({_output(shell.writer_credentials(server))}, "\\t")[[1]]',
        *(_set(name, f"keys[{place}]") for place, name in enumerate(keys, 1)),
        _set("AWS_DEFAULT_REGION", json.dumps(server.team.region)),
    ]


def _set(name: str, value: str) -> str:
    return f"Sys.setenv({name} = {value})"


def _output(command: str) -> str:
    return f"system({json.dumps(command)}, intern = TRUE)"
