"""What `kit client` prints for every kind of team; tests/e2e runs it."""

import ast
import subprocess
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
import yaml
from moto import mock_aws

from kit.clients import LINES, TeamServer, server
from kit.commands.client import FOR, client
from kit.emulators.choice import Choice
from kit.local.errors import LocalError
from stacks.team.config import TeamConfig

MODES = ("proxied", "presigned", "direct")
AUTHS = ("basic", "none", "oidc")
OIDC = {
    "issuer": "https://login.example.com",
    "client_id": "mlflow",
    "client_secret_arn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:client-AbCdEf",
    "allowed_groups": ["data-science"],
}
ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:AdminSecret-a1B2c3"
ROLES = {name: f"arn:aws:iam::123456789012:role/{name}" for name in ("Admin", "Writer", "Reader", "Ci")}
EMULATOR = {"AWS_ENDPOINT_URL": "https://localhost:4566", "AWS_ACCESS_KEY_ID": "123456789012"}


def team(auth: str = "basic", mode: str = "proxied") -> TeamConfig:
    only = {"oidc": OIDC, "access": "public"} if auth == "oidc" else {}
    return TeamConfig.model_validate(
        {"name": "research", "region": "eu-west-1", "auth": auth, "artifacts": {"mode": mode}, **only}
    )


def on_aws(auth: str = "basic", mode: str = "proxied", **changed: Any) -> TeamServer:
    known: dict[str, Any] = {"url": "https://mlflow.example.com", "secret_arn": ARN, "roles": ROLES}
    return TeamServer(**{"team": team(auth, mode)} | known | changed)


def here(auth: str = "basic", mode: str = "proxied") -> TeamServer:
    password = ("/a folder/scripts/kit", "password", "research", "--ministack")
    aws = {"kit_aws_secret": (*password, "--aws"), "aws": EMULATOR} if mode == "direct" else {}
    return TeamServer(team=team(auth, mode), url="http://localhost:5050", kit_password=password, **aws)


def every(kind: str) -> list[Any]:
    places = [on_aws] if kind in ("sagemaker", "github-actions") else [on_aws, here]
    return [
        pytest.param(place(auth, mode), id=f"{place.__name__}-{auth}-{mode}")
        for place in places
        for auth in AUTHS
        for mode in MODES
        if not (place is here and auth == "oidc")
    ]


EVERY = [pytest.param(kind, *row.values, id=f"{kind}-{row.id}") for kind in FOR for row in every(kind)]


@pytest.mark.parametrize(("kind", "server"), EVERY)
def test_lines_name_the_server_and_fetch_a_password_where_there_is_one(kind: str, server: TeamServer) -> None:
    lines = LINES[kind](server)
    assert server.url in lines
    fetched = ARN if server.secret_arn else "scripts/kit"
    assert (fetched in lines) == (server.has_password or (server.here and server.artifacts_by_role and kind != "java"))
    assert ("MLFLOW_TRACKING_USERNAME" in lines or '"admin"' in lines) == server.has_password


@pytest.mark.parametrize(("kind", "server"), EVERY)
def test_a_role_is_named_only_where_artifacts_go_to_s3_directly(kind: str, server: TeamServer) -> None:
    lines = LINES[kind](server)
    by_role = ("Writer", "Ci", "--role writer", "AWS_ENDPOINT_URL", "the process's own AWS credentials")
    assert any(word in lines for word in by_role) == server.artifacts_by_role


@pytest.mark.parametrize(("kind", "server"), EVERY)
def test_a_token_is_asked_for_where_an_openid_provider_gives_them(kind: str, server: TeamServer) -> None:
    lines = LINES[kind](server)
    asked = "MLFLOW_TRACKING_TOKEN" in lines and "oken of https://login.example.com for mlflow" in lines
    assert asked == (server.team.auth == "oidc")


@pytest.mark.parametrize(("kind", "server"), EVERY)
def test_downloads_by_links_come_in_small_parts(kind: str, server: TeamServer) -> None:
    by_links = server.team.artifacts.mode == "presigned" and kind != "java"
    assert ("MLFLOW_MULTIPART_DOWNLOAD_CHUNK_SIZE" in LINES[kind](server)) == by_links


SIGNED = TeamConfig.model_validate(
    {"name": "research", "region": "eu-west-1", "access": "public", "auth": "iam", "artifacts": {"mode": "direct"}}
)


@pytest.mark.parametrize("kind", [kind for kind in FOR if kind not in ("r", "java")])
def test_clients_sign_for_a_server_that_asks_iam(kind: str) -> None:
    lines = LINES[kind](on_aws(team=SIGNED))
    assert "MLFLOW_TRACKING_AWS_SIGV4" in lines
    assert "PASSWORD" not in lines


def test_a_notebook_installs_what_signs() -> None:
    assert "requests-auth-aws-sigv4" in LINES["notebook"](on_aws(team=SIGNED)).splitlines()[0]


@pytest.mark.parametrize("kind", ["r", "java"])
def test_a_client_that_signs_nothing_is_told_so(kind: str) -> None:
    with pytest.raises(LocalError, match="signs no request, and research has auth: iam"):
        LINES[kind](on_aws(team=SIGNED))


def test_nothing_is_signed_on_this_machine() -> None:
    server = TeamServer(team=SIGNED, url="http://localhost:5050")
    assert server.variables == {"MLFLOW_TRACKING_URI": "http://localhost:5050"}


@pytest.mark.parametrize("server", every("shell"))
def test_the_shell_takes_them(server: TeamServer) -> None:
    assert subprocess.run(["bash", "-n", "-c", LINES["shell"](server)], check=False).returncode == 0


@pytest.mark.parametrize("server", every("python"))
def test_python_imports_what_it_uses_and_nothing_else(server: TeamServer) -> None:
    tree = ast.parse(LINES["python"](server))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    used = {node.value.id for node in ast.walk(tree) if isinstance(node, ast.Attribute) and _is_name(node.value)}
    assigned = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    assert imported == used - assigned


def _is_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Name)


@pytest.mark.parametrize("server", every("notebook"))
def test_a_notebook_installs_the_servers_own_mlflow_first(server: TeamServer) -> None:
    first, _, program = LINES["notebook"](server).partition("\n")
    assert first.startswith("%pip install --quiet mlflow==3.")
    assert ("boto3" in first) == ("import boto3" in program or "AWS_ENDPOINT_URL" in program)


@pytest.mark.parametrize("server", every("sagemaker"))
def test_a_job_of_sagemaker_is_told_no_secret_in_its_environment(server: TeamServer) -> None:
    program = LINES["sagemaker"](server)
    (environment,) = (node.value for node in ast.parse(program).body if isinstance(node, ast.Assign) and _sets(node))
    assert "MLFLOW_TRACKING_PASSWORD" not in ast.literal_eval(environment)
    assert ("get_secret_value" in program) == ("--role admin" in program) == server.has_password


def _sets(node: ast.Assign) -> bool:
    return isinstance(node.targets[0], ast.Name) and node.targets[0].id == "environment"


@pytest.mark.parametrize("server", every("github-actions"))
def test_a_workflow_has_its_password_from_the_secrets_of_the_repository(server: TeamServer) -> None:
    workflow = yaml.safe_load(LINES["github-actions"](server))
    expected = "${{ secrets.MLFLOW_TRACKING_PASSWORD }}" if server.has_password else None
    assert workflow["env"].get("MLFLOW_TRACKING_PASSWORD") == expected
    assert ("steps" in workflow) == server.artifacts_by_role
    if server.artifacts_by_role:
        assert workflow["permissions"]["id-token"] == "write"
        assert workflow["steps"][0]["with"]["role-to-assume"] == ROLES["Ci"]


@pytest.mark.parametrize("kind", ["sagemaker", "github-actions"])
def test_what_does_not_reach_this_machine_is_told_so(kind: str) -> None:
    with pytest.raises(LocalError, match="does not reach this machine"):
        LINES[kind](here())


def test_a_workflow_without_a_role_for_artifacts_is_told_how_to_get_one() -> None:
    with pytest.raises(LocalError, match=r"write `clients.ci` into its team file"):
        LINES["github-actions"](on_aws(mode="direct", roles={"Writer": ROLES["Writer"]}))


def test_a_deployment_older_than_the_team_file_is_told_so() -> None:
    with pytest.raises(LocalError, match="has no role for writers"):
        LINES["shell"](on_aws(mode="direct", roles={}))


@pytest.fixture
def deploy(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes a stack with outputs in moto's CloudFormation."""
    with mock_aws():
        session = boto3.Session("testing", "testing", region_name="eu-west-1")
        monkeypatch.setattr(server, "deployed_team", lambda _name, _choice: (team(), session.client))

        def make(kind: str, **outputs: str) -> None:
            named = {key: {"Value": value} for key, value in outputs.items()}
            body = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}, "Outputs": named}
            session.client("cloudformation").create_stack(
                StackName=f"mlflow-research-{kind}", TemplateBody=yaml.safe_dump(body)
            )

        yield make


def test_a_team_on_aws_is_found_by_its_stacks(deploy: Callable[..., None]) -> None:
    deploy("data", AdminSecretArn=ARN)
    deploy("edge", Url="https://mlflow.example.com")
    deploy("service", AdminRoleArn=ROLES["Admin"])
    assert client("research", "shell", None) == LINES["shell"](on_aws(roles={"Admin": ROLES["Admin"]}))


def test_a_team_that_is_not_deployed_is_told_in_a_sentence(deploy: Callable[..., None]) -> None:
    deploy("data", AdminSecretArn=ARN)
    with pytest.raises(LocalError, match="mlflow-research-edge is not deployed"):
        client("research", "shell", None)


def test_a_team_that_is_not_up_on_this_machine_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    laptop = SimpleNamespace(team=team(), state=None, command=lambda verb: f"scripts/{verb} research")
    monkeypatch.setattr(server, "Laptop", SimpleNamespace(find=lambda _team, _choice: laptop))
    monkeypatch.setattr(server.load_balancer, "url", lambda _state: None)
    with pytest.raises(LocalError, match="Team research is not up on this machine: run `scripts/up research` first"):
        client("research", "shell", Choice.MINISTACK)
