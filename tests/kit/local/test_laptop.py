import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from kit.environment import ROOT
from kit.local import laptop as laptop_module
from kit.local.agent_files import AgentStatus, Phase
from kit.local.errors import LocalError
from kit.local.laptop import Laptop, overrides
from stacks.config import TeamConfig
from stacks.team_files import load_teams


@pytest.fixture
def team() -> TeamConfig:
    (team,) = load_teams(ROOT / "teams", only="example")
    return team


@pytest.fixture
def laptop(team: TeamConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Laptop:
    monkeypatch.setattr(laptop_module, "STATE", tmp_path)
    return Laptop(team)


def test_the_state_folder_is_the_user_s_alone(laptop: Laptop) -> None:
    assert laptop.state.stat().st_mode & 0o777 == 0o700


def test_each_team_has_an_account_of_its_own_that_stays(laptop: Laptop, team: TeamConfig, tmp_path: Path) -> None:
    other = Laptop(team.model_copy(update={"name": "other"}))
    assert len(laptop.emulator.account_id) == len(other.emulator.account_id) == 12
    assert laptop.emulator.account_id != other.emulator.account_id
    assert Laptop(team).emulator.account_id == laptop.emulator.account_id


def test_a_second_command_is_told_which_process_is_at_work(laptop: Laptop, team: TeamConfig) -> None:
    with (
        laptop.for_one_command(),
        pytest.raises(LocalError, match=rf"^Another command \(process {os.getpid()}\) is at work on team example"),
        Laptop(team).for_one_command(),
    ):
        pytest.fail("it was let in")
    with laptop.for_one_command():
        pass


def test_a_command_that_was_killed_keeps_nobody_out(laptop: Laptop) -> None:
    program = "import os, sys, filelock; filelock.FileLock(sys.argv[1]).acquire(); os._exit(9)"
    subprocess.run([sys.executable, "-c", program, str(laptop.state / "command.lock")], check=False)
    with laptop.for_one_command():
        pass


def test_the_port_of_another_program_is_refused(laptop: Laptop) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(LocalError, match=f"^Port {port} on 127.0.0.1 cannot be used"):
            laptop.refuse_taken_port(port)
    laptop.refuse_taken_port(port)


def test_a_team_of_which_nothing_runs_can_be_stopped(laptop: Laptop) -> None:
    assert not laptop.running()
    laptop.stop()
    assert laptop.state.exists()


def test_deleting_the_data_leaves_nothing_behind(laptop: Laptop) -> None:
    (laptop.state / "emulator" / "state").mkdir()
    laptop.delete_data()
    assert not laptop.state.exists()


def test_the_database_s_place_is_all_that_is_overridden() -> None:
    assert overrides(5432) == {
        "DATABASE_HOST": "127.0.0.1",
        "DATABASE_PORT": "5432",
        "DATABASE_SSLMODE": "disable",
    }


def status(phase: Phase, **fields: object) -> AgentStatus:
    return AgentStatus("arn:task", 5000, phase, **fields)  # type: ignore[arg-type]


def test_a_task_that_does_not_start_says_why_with_its_last_lines(laptop: Laptop) -> None:
    lines = ["one", "two", "three", "four"]
    status(Phase.BACKING_OFF, error="migrate exited with code 1.", last_lines=lines).write(laptop.state)
    with pytest.raises(LocalError, match=r"migrate exited with code 1\. It says: two / three / four$"):
        laptop._wait_for_task(lambda text: None)


def test_an_agent_that_ended_leads_to_its_log(laptop: Laptop) -> None:
    with pytest.raises(LocalError, match=r"The task's agent ended: .*agent\.log says why"):
        laptop._wait_for_task(lambda text: None)


def test_a_task_that_runs_is_told_container_by_container(laptop: Laptop) -> None:
    containers = {
        "migrate": {"lastStatus": "STOPPED", "healthStatus": "UNKNOWN"},
        "server": {"lastStatus": "RUNNING", "healthStatus": "HEALTHY"},
    }
    status(Phase.RUNNING, containers=containers).write(laptop.state)
    told: list[str] = []
    laptop._wait_for_task(told.append)
    assert told == ["migrate stopped, server healthy"]


def test_a_secret_is_read_as_json(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    class SecretsManager:
        def get_secret_value(self, SecretId: str) -> dict[str, str]:  # noqa: N803
            return {"SecretString": json.dumps({"password": f"of {SecretId}"})}

    monkeypatch.setattr(laptop.emulator, "client", lambda service: SecretsManager())
    assert laptop.secret("arn") == {"password": "of arn"}
