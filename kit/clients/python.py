"""For Python, with boto3, and for notebooks."""

import json
import re

from kit.clients.server import TeamServer
from kit.clients.shell import writer_role
from kit.environment import ROOT


def lines(server: TeamServer) -> str:
    """A program's first lines; the credentials of the writer's role last an hour."""
    body = [_assign(name, value) for name, value in server.variables.items()]
    if _asks_aws(server):
        body.append(session(server))
    if server.has_password:
        body += password(server)
    if server.token_of:
        body.append(
            f'os.environ["MLFLOW_TRACKING_TOKEN"] = getpass.getpass({_quoted(f"Token of {server.token_of}: ")})'
        )
    if server.artifacts_by_role:
        body += _artifacts(server)
    return "\n".join([*_imports(server), "", *body])


def notebook(server: TeamServer) -> str:
    """A notebook's first cell."""
    uses_boto3 = server.artifacts_by_role or _asks_aws(server)
    packages = [f"mlflow=={_server_version()}", *(["boto3"] if uses_boto3 else [])]
    if server.takes_signatures:
        packages.append("requests-auth-aws-sigv4")
    return f"%pip install --quiet {' '.join(packages)}\n\n{lines(server)}"


def session(server: TeamServer) -> str:
    """A session apart: the one that MLflow uses later must not have kept the caller's own credentials."""
    return f"aws = boto3.Session(region_name={_quoted(server.team.region)})"


def password(server: TeamServer) -> list[str]:
    """The statements that put the admin's password into the environment; on AWS they need `session` and json."""
    if server.here:
        return _assign_output("MLFLOW_TRACKING_PASSWORD", server.kit_password)
    return [
        f'secret = aws.client("secretsmanager").get_secret_value(SecretId={_quoted(server.secret_arn)})',
        'os.environ["MLFLOW_TRACKING_PASSWORD"] = json.loads(secret["SecretString"])["password"]',
    ]


def _artifacts(server: TeamServer) -> list[str]:
    if server.here:
        found = [_assign(name, value) for name, value in server.aws.items()]
        return [*found, *_assign_output("AWS_SECRET_ACCESS_KEY", server.kit_aws_secret)]
    return [
        f'assumed = aws.client("sts").assume_role(RoleArn={_quoted(writer_role(server))}, RoleSessionName="mlflow")',
        'role = assumed["Credentials"]',
        'os.environ["AWS_ACCESS_KEY_ID"] = role["AccessKeyId"]',
        'os.environ["AWS_SECRET_ACCESS_KEY"] = role["SecretAccessKey"]',
        'os.environ["AWS_SESSION_TOKEN"] = role["SessionToken"]',
        _assign("AWS_DEFAULT_REGION", server.team.region),
    ]


def _asks_aws(server: TeamServer) -> bool:
    return not server.here and (server.has_password or server.artifacts_by_role)


def _imports(server: TeamServer) -> list[str]:
    """Python's own, then boto3."""
    runs_kit = server.here and (server.has_password or server.artifacts_by_role)
    asks_for_json = server.has_password and not server.here
    own = {"getpass": bool(server.token_of), "json": asks_for_json, "os": True, "subprocess": runs_kit}
    found = [f"import {name}" for name, used in own.items() if used]
    return [*found, "", "import boto3"] if _asks_aws(server) else found


def _server_version() -> str:
    """MLflow's in the image."""
    locked = (ROOT / "server_image" / "requirements.txt").read_text()
    return next(match[1] for match in re.finditer(r"^mlflow==(\S+)", locked, re.MULTILINE))


def _assign(name: str, value: str) -> str:
    return f"os.environ[{_quoted(name)}] = {_quoted(value)}"


def _assign_output(name: str, command: tuple[str, ...]) -> list[str]:
    words = ", ".join(map(_quoted, command))
    output = "subprocess.check_output(command, text=True).strip()"
    return [f"command = [{words}]", f"os.environ[{_quoted(name)}] = {output}"]


def _quoted(value: object) -> str:
    return json.dumps(value)
