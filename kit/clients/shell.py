"""For bash and zsh, with the AWS CLI."""

import shlex

from kit.clients.server import TeamServer
from kit.local.errors import LocalError

_READ_JSON = "python3 -c 'import json, sys; print(json.load(sys.stdin)[\"password\"])'"


def lines(server: TeamServer) -> str:
    """Exports; the credentials of the writer's role last an hour."""
    found = [f"export {name}={shlex.quote(value)}" for name, value in server.variables.items()]
    if server.has_password:
        found.append(f'export MLFLOW_TRACKING_PASSWORD="$({password(server)})"')
    if server.token_of:
        found.append(
            f'export MLFLOW_TRACKING_TOKEN="${{MLFLOW_TRACKING_TOKEN:?set it to a token of {server.token_of}}}"'
        )
    if server.artifacts_by_role:
        found += _artifacts(server)
    return "\n".join(found)


def password(server: TeamServer) -> str:
    """The command that prints the admin's password."""
    if server.secret_arn is None:
        return shlex.join(server.kit_password)
    arguments = ["--region", server.team.region, "--secret-id", server.secret_arn]
    read = ["aws", "secretsmanager", "get-secret-value", *arguments, "--query", "SecretString", "--output", "text"]
    return f"{shlex.join(read)} | {_READ_JSON}"


def aws_secret(server: TeamServer) -> str:
    """The command that prints the emulator's secret access key."""
    return shlex.join(server.kit_aws_secret)


def writer_credentials(server: TeamServer) -> str:
    """The command that prints access key, secret key and session token of the writer's role, between tabs."""
    role = writer_role(server)
    query = "Credentials.[AccessKeyId,SecretAccessKey,SessionToken]"
    assume = ["aws", "sts", "assume-role", "--role-arn", role, "--role-session-name", "mlflow"]
    return shlex.join([*assume, "--region", server.team.region, "--query", query, "--output", "text"])


def writer_role(server: TeamServer) -> str:
    """The ARN of the writer's role. Raises LocalError when the deployed stacks are older than the team file."""
    if "Writer" not in server.roles:
        raise LocalError(
            f"What is deployed of {server.team.name} has no role for writers: deploy it as its team file says now."
        )
    return server.roles["Writer"]


def _artifacts(server: TeamServer) -> list[str]:
    if server.here:
        secret = f'export AWS_SECRET_ACCESS_KEY="$({aws_secret(server)})"'
        return [*(f"export {name}={shlex.quote(value)}" for name, value in server.aws.items()), secret]
    names = "AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN"
    return [
        f'read -r {names} <<< "$({writer_credentials(server)})"',
        f"export {names} AWS_DEFAULT_REGION={server.team.region}",
    ]
