"""`scripts/up --containers` of the example team, as its user runs it, looked at through the engine."""

import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from kit.local.agent_files import AgentStatus, Phase
from kit.local.deployment import Deployment
from kit.local.engine import LocalImage
from kit.local.engine_container import limits
from kit.local.task_containers import TaskContainers
from kit.local.task_definition import TaskDefinition
from tests.kit.local.waiting import wait_for
from tests.running import TEAM, Finished, LocalTeam, remains

START_S = 300


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, image: LocalImage) -> Iterator[tuple[LocalTeam, Finished]]:
    """From nothing, but for the image."""
    team = LocalTeam(tmp_path_factory.mktemp("containers"))
    containers = TaskContainers(team.folder, image)
    try:
        yield team, team.start_up("--containers").finish()
    finally:
        deleted = team.kit("down", TEAM, "--delete-data", "--yes")
    assert deleted.code == 0, deleted.stderr
    assert_nothing_is_left(team, containers)
    assert not team.folder.exists()


@pytest.fixture
def team(first: tuple[LocalTeam, Finished]) -> LocalTeam:
    """The server in containers, with a run."""
    team, finished = first
    assert finished.code == 0, finished.stderr
    if not team.answers() or not in_engine(team).told():
        team.up("--containers")
    if team.run_id is None:
        team.log_run()
    return team


def in_engine(team: LocalTeam) -> TaskContainers:
    """The team's containers, as its last `up` had them."""
    containers = team.laptop.containers()
    assert containers is not None
    return containers


def deployment_of(team: LocalTeam) -> Deployment:
    return Deployment.read(team.laptop.team, team.laptop.emulator.client)


def inspect(team: LocalTeam, container: str) -> dict[str, Any]:
    containers = in_engine(team)
    (found,) = json.loads(containers.engine.call("container", "inspect", containers.name(container)))
    return dict(found)


def inside(team: LocalTeam, script: str) -> str:
    containers = in_engine(team)
    return containers.engine.call("exec", containers.name("server"), "sh", "-c", script).strip()


def assert_nothing_is_left(team: LocalTeam, containers: TaskContainers) -> None:
    assert remains(team) == []
    assert containers.told() == []
    prefix = containers.name("")
    assert prefix not in containers.engine.call("volume", "ls", "--quiet")
    assert prefix not in Path("/proc/self/mountinfo").read_text()
    assert [line for line in command_lines() if prefix in line] == []


def command_lines() -> list[str]:
    lines = []
    for process in psutil.process_iter():
        try:
            lines.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return lines


def test_up_shows_the_image_and_the_limits_and_claims_no_processes(
    first: tuple[LocalTeam, Finished], team: LocalTeam
) -> None:
    _, finished = first
    task = TaskDefinition.from_properties(deployment_of(team).task_definition)
    assert re.search(r"^Image {19}\w+ [\d.]+: mlflow-server-image:\w+ +\d+\.\d s$", finished.stderr, re.MULTILINE)
    assert f"\nLimits in force: {', '.join(limits(task, task.container('server')))}\n" in finished.stderr
    assert "containers are processes" not in finished.stderr
    assert "of this machine" in finished.stderr


def test_the_limits_are_those_of_the_deployed_task(team: LocalTeam) -> None:
    sizing = team.laptop.team.sizing
    for name in ("migrate", "server"):
        host = inspect(team, name)["HostConfig"]
        assert host["Memory"] == host["MemorySwap"] == sizing.memory_mib * 1024**2
        assert host["NanoCpus"] == sizing.vcpu * 10**9
        assert host["ReadonlyRootfs"] is True
        assert host["NetworkMode"] == "host"
        assert inspect(team, name)["Config"]["User"] == "10001:10001"


def test_the_server_has_no_privilege_and_writes_to_tmp_alone(team: LocalTeam) -> None:
    status = dict(line.split(":\t", 1) for line in inside(team, "cat /proc/1/status").splitlines())
    assert status["Uid"].split() == ["10001"] * 4
    assert {int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
    assert status["NoNewPrivs"] == "1"
    places = "/ /app /run /var/tmp /etc /tmp"
    written = inside(team, f"for place in {places}; do touch $place/file 2>/dev/null && echo $place; done; true")
    assert written == "/tmp"  # noqa: S108
    assert inside(team, "stat --file-system --format %T /tmp") != "tmpfs"


def secrets_of(team: LocalTeam) -> set[str]:
    deployment = deployment_of(team)
    client = team.laptop.emulator.client("secretsmanager")
    arns = {
        reference.arn
        for container in TaskDefinition.from_properties(deployment.task_definition).containers
        for reference in container.secrets.values()
    } | {deployment.environment("server")["DATABASE_SECRET_ARN"]}
    texts = [client.get_secret_value(SecretId=arn)["SecretString"] for arn in arns]
    passwords = [json.loads(text)["password"] for text in texts if text.startswith("{")]
    return {*passwords, *(text for text in texts if not text.startswith("{"))}


def test_no_secret_is_in_an_argument_list_or_a_file(team: LocalTeam) -> None:
    secrets = secrets_of(team)
    assert len(secrets) >= 4
    described = [inspect(team, name) for name in ("migrate", "server")]
    listed = [json.dumps([found.get("Args"), found["Config"].get("CreateCommand")]) for found in described]
    folders = (team.folder / "logs", team.folder / "containers")
    files = [*team.folder.glob("*.json"), *(found for folder in folders for found in folder.rglob("*"))]
    read = [file.read_text(errors="replace") for file in files if file.is_file()]
    for text in (*command_lines(), *listed, *read):
        assert not [secret for secret in secrets if secret in text]


def test_status_tells_the_containers_in_the_engine_s_words(team: LocalTeam) -> None:
    told = team.kit("status", TEAM)
    assert told.code == 0, told.stdout
    containers = in_engine(team)
    assert f"  container      {containers.name('migrate')}  Exited (0)" in told.stdout
    assert f"  container      {containers.name('server')}  Up" in told.stdout


def test_a_server_that_is_killed_is_started_again(team: LocalTeam) -> None:
    containers = in_engine(team)
    before = inspect(team, "server")["Id"]
    containers.engine.call("kill", containers.name("server"))

    def is_another() -> bool:
        named = f"name=^{containers.name('server')}$"
        running = containers.engine.call("ps", "--no-trunc", "--quiet", "--filter", named).strip()
        status = AgentStatus.read(team.folder)
        assert status is not None
        return running not in ("", before) and status.phase is Phase.RUNNING and status.error is None

    wait_for(is_another, "another server runs", START_S)
    wait_for(team.answers, "it answers", START_S)
    team.assert_run_is_there()


def test_down_stops_the_server_in_order_and_leaves_nothing(team: LocalTeam) -> None:
    containers = in_engine(team)
    team.down()
    assert_nothing_is_left(team, containers)
    assert "Application shutdown complete" in (team.folder / "logs" / "server.log").read_text()
    team.up("--containers")
    team.assert_run_is_there()


def test_what_a_killed_agent_leaves_behind_is_removed_by_down(team: LocalTeam) -> None:
    containers = in_engine(team)
    agent = json.loads((team.folder / "agent.pid").read_text())["pid"]
    os.kill(agent, signal.SIGKILL)
    assert containers.told() != []
    team.down()
    assert_nothing_is_left(team, containers)


def test_an_up_without_the_flag_replaces_the_containers_by_processes(team: LocalTeam) -> None:
    containers = in_engine(team)
    up = team.up()
    assert "containers are processes" in up.stderr
    assert "Limits in force" not in up.stderr
    assert containers.told() == []
    assert team.server_process().is_running()
    team.assert_run_is_there()
    team.up("--containers")
    assert [line for line in team.processes() if "tracking_server serve" in line] == []
    assert len(containers.told()) == 2


def test_an_engine_that_does_not_answer_is_said_before_anything_starts(tmp_path: Path) -> None:
    nobody = LocalTeam(tmp_path)
    refused = nobody.start("up", TEAM, "--containers", DOCKER_HOST=f"unix://{tmp_path}/nobody.sock").finish()
    assert refused.code == 1
    assert refused.error.startswith("error: No container engine answers at DOCKER_HOST=")
    assert "AWS emulator" not in refused.stderr
    assert remains(nobody) == []
