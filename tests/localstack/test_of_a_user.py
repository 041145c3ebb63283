"""A LocalStack that the user runs: with the CDK's own commands, with cdklocal, and with `scripts/up --localstack`."""

import json
import os
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from kit.emulators.choice import Choice
from kit.emulators.localstack.emulator import LocalStack
from kit.environment import ROOT
from tests.localstack.belonging import belonging_to
from tests.running import TEAM, LocalTeam, remains

GUEST = """\
region: eu-west-1
size: dev
network:
  cidr: 10.9.0.0/20
  egress: public-ip
database:
  password_rotation_days: 0
"""


class Commands:
    """The CDK's commands as their user types them, with an endpoint in the environment."""

    def __init__(self, localstack: LocalStack, folder: Path) -> None:
        teams = folder / "teams"
        teams.mkdir()
        (teams / "guest.yaml").write_text(GUEST)
        url = localstack.endpoint.url
        self._teams = teams
        self._environment = {
            "PATH": os.pathsep.join([str(ROOT / ".venv" / "bin"), os.environ["PATH"]]),
            "HOME": str(folder),
            "CDK_HOME": str(folder),
            "AWS_ENDPOINT_URL": url,
            "AWS_ENDPOINT_URL_S3": url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "eu-west-1",
            "CDK_DISABLE_VERSION_CHECK": "1",
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "KIT_WITHOUT_IMAGES": "true",
        }

    def run(self, program: str, *arguments: str) -> str:
        command = [str(ROOT / "node_modules" / ".bin" / program), *arguments]
        answer = subprocess.run(command, cwd=ROOT, env=self._environment, capture_output=True, text=True, check=False)
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return answer.stdout + answer.stderr

    def deploy(self, program: str) -> str:
        context = ["--context", "team=guest", "--context", f"teams={self._teams}"]
        output = str(self._teams.parent / "cdk.out")
        return self.run(program, "deploy", "--all", "--require-approval", "never", "--output", output, *context)


@pytest.fixture(scope="module")
def commands(of_a_user: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Commands:
    typed = Commands(of_a_user, tmp_path_factory.mktemp("typed"))
    typed.run("cdklocal", "bootstrap", f"aws://{of_a_user.account_id}/eu-west-1", "--app", "")
    typed.deploy("cdklocal")
    return typed


@pytest.fixture(scope="module")
def team(of_a_user: LocalStack, commands: Commands, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalTeam]:
    team = LocalTeam(tmp_path_factory.mktemp("team"), choice=Choice.LOCALSTACK)
    team.environment["LOCALSTACK_HOST"] = urlsplit(of_a_user.endpoint.url).netloc
    try:
        team.up()
        yield team
    finally:
        team.kit("down", TEAM, "--localstack", "--delete-data", "--yes")
    assert remains(team) == []


def test_cdklocal_deploys_the_stacks(commands: Commands, of_a_user: LocalStack) -> None:
    stacks = of_a_user.client("cloudformation").describe_stacks()["Stacks"]
    deployed = {stack["StackName"]: stack["StackStatus"] for stack in stacks}
    for kind in ("network", "data", "edge", "service"):
        assert deployed[f"mlflow-guest-{kind}"] == "CREATE_COMPLETE"


def test_plain_cdk_with_an_endpoint_finds_them_unchanged(commands: Commands) -> None:
    assert commands.deploy("cdk").count("(no changes)") == 4


def test_up_takes_the_users_localstack_and_down_leaves_it_with_the_data(team: LocalTeam, of_a_user: LocalStack) -> None:
    team.log_run()
    assert "the data stays in" in team.down().stderr
    assert remains(team) == []
    assert of_a_user.answers()
    assert "unchanged" in team.up().stderr
    team.assert_run_is_there()


def test_what_a_restarted_localstack_has_forgotten_is_said_and_its_database_kept(
    team: LocalTeam, of_a_user: LocalStack
) -> None:
    if team.run_id is None:
        team.log_run()
    owner = team.laptop.state / "database-of"
    as_it_was = owner.read_text()
    owner.write_text("arn:of-a-deployment-before-a-restart")
    try:
        refused = team.start_up().finish()
    finally:
        owner.write_text(as_it_was)
    assert refused.code == 1
    assert "LocalStack has forgotten the deployment that the database of team example belongs to" in refused.error
    assert "`scripts/down example --localstack --delete-data` makes room" in refused.error
    team.up()
    team.assert_run_is_there()


def test_an_endpoint_where_no_localstack_answers_is_named(tmp_path: Path) -> None:
    team = LocalTeam(tmp_path, choice=Choice.LOCALSTACK)
    team.environment["LOCALSTACK_HOST"] = f"127.0.0.1:{team.port}"
    refused = team.start_up().finish()
    assert refused.code == 1
    assert refused.error == (
        f"error: No LocalStack answers at http://127.0.0.1:{team.port}, which LOCALSTACK_HOST names: "
        "start it there or unset that."
    )
    assert remains(team) == []


def test_the_kits_own_keeps_to_loopback_and_its_folder(of_a_user: LocalStack) -> None:
    folder = of_a_user.log.parents[1]
    assert not of_a_user.of_the_user
    assert of_a_user.alive()
    assert of_a_user.answers()
    assert of_a_user.description.startswith("LocalStack 4.14")
    s3 = of_a_user.client("s3")
    bucket = f"b-{uuid.uuid4()}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket=bucket, Key="k", Body=b"object")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"object"
    assert of_a_user.client("sts").get_caller_identity()["Account"] == of_a_user.account_id
    assert (folder / "emulator" / "tmp" / "s3" / bucket).is_dir()
    process = json.loads((folder / "emulator" / "emulator.pid").read_text())
    processes = belonging_to(folder)
    assert process["pid"] in [found.pid for found in processes]
    connections = [c for found in processes for c in found.net_connections("inet")]
    bound = {(c.laddr.ip, c.laddr.port) for c in connections if c.status in (psutil.CONN_LISTEN, psutil.CONN_NONE)}
    assert bound == {("127.0.0.1", int(of_a_user.endpoint.url.rpartition(":")[2]))}
    of_a_user.start_own()
    assert json.loads((folder / "emulator" / "emulator.pid").read_text()) == process
