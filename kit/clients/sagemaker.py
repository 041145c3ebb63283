"""For a SageMaker training or processing job, in Python."""

import json

from kit.clients import python
from kit.clients.server import TeamServer
from kit.local.errors import LocalError


def lines(server: TeamServer) -> str:
    """The job's environment, which everybody who may describe the job can read, and what its script does first."""
    if server.here:
        raise LocalError("A job of SageMaker does not reach this machine: give the lines of a team on AWS.")
    environment = server.variables | ({"AWS_DEFAULT_REGION": server.team.region} if server.artifacts_by_role else {})
    found = [
        "# Where the job is started: create_training_job(Environment=environment, ...), or the SDK's environment=.",
        *_needs(server),
        f"environment = {json.dumps(environment, indent=4)}",
    ]
    if server.token_of:
        found.append(f"# The job's script puts a token of {server.token_of} into MLFLOW_TRACKING_TOKEN.")
    if server.has_password:
        statements = "\n".join([python.session(server), *python.password(server)])
        found += ["", "# What the job's script does first:", "import json", "import os", "", "import boto3"]
        found += ["", statements]
    return "\n".join(found)


def _needs(server: TeamServer) -> list[str]:
    roles = ["admin"] if server.has_password else []
    roles += ["writer"] if server.artifacts_by_role else []
    found = [
        f"# The job's role needs what `scripts/kit policy {server.team.name} --role {role}` prints." for role in roles
    ]
    if server.team.access == "internal":
        found.append("# The server is internal: the job's VpcConfig is of its VPC, or of one with a way to it.")
    return found
