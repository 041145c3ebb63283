"""The lines of `kit client`, pasted into a shell and into a program, reach the server."""

import json
import os
import subprocess
import sys

import pytest

from kit.environment import CLIENT, ROOT, install_venv
from kit.local.deployment import Deployment
from tests.running import TEAM, LocalTeam

AWS_CLI = ROOT / ".kit" / "aws-cli"
PYTHON = CLIENT / "bin" / "python"
LOGS_A_RUN = """
import mlflow
with mlflow.start_run() as run:
    mlflow.log_metric("pasted", 1)
    mlflow.log_text("with these lines", "note.txt")
print(run.info.run_id)
"""


@pytest.fixture(scope="session")
def aws_cli() -> str:
    """The folder of the AWS CLI."""
    AWS_CLI.parent.mkdir(parents=True, exist_ok=True)
    lock = ROOT / "tests" / "e2e" / "aws-cli.txt"
    install_venv(AWS_CLI, lock, sys.executable, lambda _text: None)
    return str(AWS_CLI / "bin")


@pytest.fixture(params=["on AWS", "on this machine"])
def place(request: pytest.FixtureRequest, running: LocalTeam) -> tuple[list[str], dict[str, str]]:
    """Options and environment with which `kit client` finds the team: AWS is the emulator, by the user's settings."""
    if request.param == "on this machine":
        return ["--ministack"], {}
    return [], running.laptop.emulator.client_environment()


def lines(team: LocalTeam, kind: str, place: tuple[list[str], dict[str, str]], password: str) -> str:
    """What `kit client` prints, for the port of this machine, since no DNS leads the public name here."""
    options, environment = place
    answer = team.kit("client", TEAM, "--for", kind, *options, **environment)
    assert answer.code == 0, answer.stderr
    assert password not in answer.stdout
    public = Deployment.read(team.laptop.team, team.laptop.emulator.client).url
    return answer.stdout.replace(public, team.url)


def check_run(team: LocalTeam, done: "subprocess.CompletedProcess[str]", password: str) -> None:
    assert done.returncode == 0, done.stderr
    run_id = done.stdout.strip().splitlines()[-1]
    status, answer = team.request("GET", f"/api/2.0/mlflow/runs/get?run_id={run_id}", password)
    assert status == 200
    run = json.loads(answer)["run"]
    assert (run["info"]["status"], run["data"]["metrics"][0]["key"]) == ("FINISHED", "pasted")


def test_lines_for_the_shell_log_a_run(
    running: LocalTeam, place: tuple[list[str], dict[str, str]], aws_cli: str
) -> None:
    password = running.password()
    path = os.pathsep.join([aws_cli, os.environ["PATH"]])
    environment = {**running.environment, **place[1], "PATH": path}
    script = f"set -e\n{lines(running, 'shell', place, password)}exec {PYTHON} -c '{LOGS_A_RUN}'"
    done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=False)
    check_run(running, done, password)


def test_lines_for_python_log_a_run(running: LocalTeam, place: tuple[list[str], dict[str, str]]) -> None:
    password = running.password()
    program = lines(running, "python", place, password) + LOGS_A_RUN
    environment = {**running.environment, **place[1]}
    done = subprocess.run([PYTHON, "-c", program], env=environment, capture_output=True, text=True, check=False)
    check_run(running, done, password)
