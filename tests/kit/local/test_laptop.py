import dataclasses
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from kit.emulators.choice import Choice
from kit.emulators.moto.emulator import Moto
from kit.environment import ROOT
from kit.local import laptop as laptop_module
from kit.local.agent_files import AgentConfiguration, AgentStatus, Phase
from kit.local.aws_endpoint import AwsEndpoint
from kit.local.deployment import Deployment
from kit.local.engine import LocalImage
from kit.local.errors import LocalError
from kit.local.laptop import Laptop, overrides
from kit.local.load_balancer import FixedResponse
from kit.local.postgres import PostgresServer
from stacks.team.config import TeamConfig
from stacks.team.files import TeamFileError, load_teams
from tests.kit.local.fake_engine import FakeEngine


@pytest.fixture
def team() -> TeamConfig:
    (team,) = load_teams(ROOT / "teams", only="example")
    return team


@pytest.fixture
def laptop(team: TeamConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Laptop:
    monkeypatch.setattr(laptop_module, "STATE", tmp_path)
    return Laptop(team)


@pytest.fixture
def deployment() -> Deployment:
    return Deployment(
        url="http://name",
        public_host="name",
        task_definition={},
        admin_secret_arn="arn:admin",
        artifact_bucket="bucket",
        database={"Engine": "postgres", "DBName": "mlflow"},
        master_secret_arn="arn:master",
        unavailable=FixedResponse(503, "text/plain", "later"),
        listener_scheme="http",
        idle_timeout_s=60,
    )


def test_the_state_folder_is_the_user_s_alone(laptop: Laptop) -> None:
    assert laptop.state.stat().st_mode & 0o777 == 0o700


def test_each_team_has_an_account_of_its_own_that_stays(laptop: Laptop, team: TeamConfig, tmp_path: Path) -> None:
    other = Laptop(team.model_copy(update={"name": "other"}))
    assert len(laptop.emulator.account_id) == len(other.emulator.account_id) == 12
    assert laptop.emulator.account_id != other.emulator.account_id
    assert Laptop(team).emulator.account_id == laptop.emulator.account_id


def test_an_unknown_team_is_refused_before_anything_is_touched(laptop: Laptop, tmp_path: Path) -> None:
    with pytest.raises(TeamFileError, match="there is no team 'nobody'"):
        Laptop.find("nobody", Choice.MINISTACK)
    assert {path.name for path in tmp_path.iterdir()} == {"example"}


def test_each_emulator_has_a_state_folder_of_its_own(team: TeamConfig, laptop: Laptop, tmp_path: Path) -> None:
    for choice in Choice:
        Laptop.find("example", choice)
    assert {path.name for path in tmp_path.iterdir()} == {"example", "example.localstack", "example.moto"}


def test_without_a_choice_it_is_where_the_team_is_up(
    laptop: Laptop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Laptop.find("example", None).state == laptop.state
    Laptop.find("example", Choice.MOTO)
    monkeypatch.setattr(Moto, "alive", lambda emulator: True)
    assert Laptop.find("example", None).state == tmp_path / "example.moto"


def test_what_is_to_be_deleted_has_to_be_named_where_it_could_be_meant_on_several_emulators(laptop: Laptop) -> None:
    Laptop.find("example", Choice.MOTO)
    with pytest.raises(LocalError, match=r"^Team example is on several emulators here: say --ministack or --moto\.$"):
        Laptop.find("example", None, to_delete=True)
    assert Laptop.find("example", Choice.MINISTACK, to_delete=True).state == laptop.state


@pytest.mark.parametrize(
    ("choice", "verb", "typed"),
    [
        (Choice.MINISTACK, "up", "scripts/up example"),
        (Choice.LOCALSTACK, "down", "scripts/down example --localstack"),
        (Choice.MOTO, "password", "scripts/kit password example --moto"),
    ],
)
def test_a_command_to_type_names_the_emulator(laptop: Laptop, choice: Choice, verb: str, typed: str) -> None:
    assert Laptop(laptop.team, choice).command(verb) == typed


def test_the_database_outlives_a_localstack_of_the_user_that_does_not_answer(
    team: TeamConfig, laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ENDPOINT_URL", "LOCALSTACK_HOST"):
        monkeypatch.delenv(name, raising=False)
    on_localstack = Laptop(team, Choice.LOCALSTACK)
    (on_localstack.state / "emulator" / "url-of-the-user-s").write_text("http://127.0.0.1:1")
    (on_localstack.state / "database-of").write_text("arn")
    with pytest.raises(LocalError, match=r"^The LocalStack at http://127.0.0.1:1, to which the team is deployed, does"):
        on_localstack.emulator.start()
    on_localstack.stop()
    assert (on_localstack.state / "database-of").read_text() == "arn"


def test_another_localstack_than_the_one_that_has_the_team_is_refused(
    team: TeamConfig, laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_localstack = Laptop(team, Choice.LOCALSTACK)
    (on_localstack.state / "emulator" / "url-of-the-user-s").write_text("http://127.0.0.1:1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("LOCALSTACK_HOST", "127.0.0.1:2")
    with pytest.raises(LocalError, match=r"at http://127.0.0.1:1, and your environment names http://127.0.0.1:2\.$"):
        on_localstack.emulator.start()


def test_a_stop_deletes_the_database_of_an_emulator_that_forgets_and_of_no_other(
    team: TeamConfig, laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    deleted: list[Path] = []
    monkeypatch.setattr(PostgresServer, "delete", lambda server: deleted.append(server._folder))
    moto = Laptop(team, Choice.MOTO)
    (moto.state / "database-of").write_text("arn")
    moto.stop()
    laptop.stop()
    assert deleted == [moto.state / "postgres"]
    assert not (moto.state / "database-of").exists()


def test_a_database_of_a_deployment_that_is_forgotten_is_kept_and_refused(
    laptop: Laptop, deployment: Deployment
) -> None:
    (laptop.state / "database-of").write_text("arn:of-another")
    with pytest.raises(LocalError, match=r"forgotten the deployment .*`scripts/down example --delete-data` makes room"):
        laptop.start_database(deployment)
    assert (laptop.state / "database-of").read_text() == "arn:of-another"


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


@pytest.fixture
def engine(tmp_path: Path) -> FakeEngine:
    return FakeEngine(tmp_path / "engine")


def run_before(laptop: Laptop, image: LocalImage | None) -> None:
    """Leaves the configuration that an agent was started with."""
    AgentConfiguration(
        endpoint=AwsEndpoint("http://localhost:1", "eu-west-1"),
        task_definition={},
        overrides={},
        platform={},
        port=1,
        image=image,
    ).write(laptop.state)


def test_containers_that_a_killed_agent_left_behind_are_removed(laptop: Laptop, engine: FakeEngine) -> None:
    run_before(laptop, engine.image())
    engine.answer("ps", stdout="id-1\n")
    laptop.stop()
    assert [argv for argv, _ in engine.calls("rm")] == [["rm", "--force", "--volumes", "id-1"]]


def test_a_task_of_processes_asks_no_engine(laptop: Laptop, engine: FakeEngine) -> None:
    assert laptop.containers() is None
    run_before(laptop, None)
    laptop.stop_task()
    assert laptop.containers() is None
    assert engine.calls() == []


def test_a_configuration_from_before_there_were_containers_is_one_of_processes(laptop: Laptop) -> None:
    run_before(laptop, None)
    file = laptop.state / "agent.json"
    file.write_text(json.dumps({k: v for k, v in json.loads(file.read_text()).items() if k != "image"}))
    assert AgentConfiguration.read(laptop.state).image is None


def test_where_the_server_may_write_is_looked_up_in_the_engine(
    laptop: Laptop, engine: FakeEngine, deployment: Deployment, tmp_path: Path
) -> None:
    assert laptop.server_folder(deployment) == laptop.state / "containers" / "server"
    point = {"SourceVolume": "scratch", "ContainerPath": "/scratch"}
    server = {"Name": "server", "Command": ["serve"], "MountPoints": [point]}
    deployed = dataclasses.replace(deployment, task_definition={"Family": "f", "ContainerDefinitions": [server]})
    engine.answer("volume", "inspect", stdout=f"{tmp_path}\n")
    run_before(laptop, engine.image())
    assert laptop.server_folder(deployed) == tmp_path
    ((argv, _),) = engine.calls("volume", "inspect")
    assert argv[-1].endswith("-scratch")


def test_deleting_the_data_leaves_nothing_behind(laptop: Laptop) -> None:
    (laptop.state / "emulator" / "state").mkdir()
    laptop.delete_data()
    assert not laptop.state.exists()


def test_the_database_s_place_and_the_port_of_metrics_are_all_that_is_overridden() -> None:
    assert overrides(5432, 9000) == {
        "DATABASE_HOST": "127.0.0.1",
        "DATABASE_PORT": "5432",
        "DATABASE_SSLMODE": "disable",
        "TRACKING_METRICS_PORT": "9000",
    }


def status(phase: Phase, **fields: object) -> AgentStatus:
    return AgentStatus(5000, phase, **fields)  # type: ignore[arg-type]


def test_a_task_that_does_not_start_says_why_with_its_last_lines(laptop: Laptop) -> None:
    lines = ["one", "two", "three", "four"]
    status(Phase.BACKING_OFF, error="migrate exited with code 1.", last_lines=lines).write(laptop.state)
    with pytest.raises(LocalError, match=r"migrate exited with code 1\. It says: two / three / four$"):
        laptop._wait_for_task(lambda text: None)


def test_an_agent_that_ended_leads_to_its_log(laptop: Laptop) -> None:
    with pytest.raises(LocalError, match=r"The task's agent ended: .*agent\.log says why"):
        laptop._wait_for_task(lambda text: None)


def test_the_status_that_a_killed_agent_left_behind_is_nobody_s(laptop: Laptop) -> None:
    status(Phase.RUNNING).write(laptop.state)
    assert laptop.task_status() is None


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
