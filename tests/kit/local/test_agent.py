import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kit.local import processes
from kit.local.agent_files import AgentConfiguration, AgentStatus, Phase
from kit.local.engine import LocalImage
from tests.kit.local.fake_aws import (
    EXECUTION_ROLE,
    ROOT,
    TASK_ROLE,
    FakeAws,
    secret_arn,
)
from tests.kit.local.fake_engine import FakeEngine
from tests.kit.local.waiting import wait_for

SHOW = "import json, os; print(json.dumps(dict(os.environ)), flush=True)"
SERVE = f"{SHOW}\nimport time\nwhile True: time.sleep(1)"


class Deployment:
    """A state folder, AWS with a deployed task definition, and the agent over both."""

    def __init__(self, state: Path, aws: FakeAws) -> None:
        self.state, self.aws = state, aws
        self._pid_file = state / "agent.pid"

    def deploy(self, *containers: dict[str, Any], image: LocalImage | None = None) -> None:
        task_definition = {
            "Family": "tracking",
            "TaskRoleArn": TASK_ROLE,
            "ExecutionRoleArn": EXECUTION_ROLE,
            "ContainerDefinitions": list(containers),
        }
        AgentConfiguration(
            endpoint=self.aws.endpoint,
            task_definition=task_definition,
            overrides={"DATABASE_HOST": "127.0.0.1", "DATABASE_PORT": "55432"},
            platform={"PATH": str(Path(sys.executable).parent), "MLFLOW_PORT": "5001", "LEVEL": "image"},
            port=5001,
            image=image,
        ).write(self.state)

    def start(self) -> None:
        environment = {
            "PATH": os.defpath,
            "PYTHONPATH": str(Path(__file__).parents[3]),
            "AWS_ACCESS_KEY_ID": ROOT.access_key_id,
            "AWS_SECRET_ACCESS_KEY": ROOT.secret_access_key,
            "AWS_PROFILE": "of-the-user",
        }
        argv = [sys.executable, "-m", "kit.local.agent", str(self.state)]
        processes.start(argv, environment, self.state / "logs" / "agent.log", self._pid_file)

    def stop(self) -> None:
        processes.stop(self._pid_file)

    @property
    def alive(self) -> bool:
        return processes.alive(self._pid_file)

    @property
    def status(self) -> AgentStatus | None:
        return AgentStatus.read(self.state)

    def wait_for(self, phase: Phase) -> AgentStatus:
        wait_for(lambda: self.status is not None and self.status.phase is phase, f"the phase is {phase}")
        status = self.status
        assert status is not None
        return status

    def log(self, container: str) -> str:
        path = self.state / "logs" / f"{container}.log"
        return path.read_text() if path.exists() else ""


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    with FakeAws() as aws:
        deployed = Deployment(tmp_path, aws)
        yield deployed
        deployed.stop()


def server(script: str = SERVE, **more: Any) -> dict[str, Any]:
    return {"Name": "server", "Command": ["python", "-c", script], "StopTimeout": 10, **more}


def test_a_container_gets_what_is_declared_and_what_the_platform_supplies(deployment: Deployment) -> None:
    deployment.aws.secrets[secret_arn("admin")] = json.dumps({"password": "a-secret-value"})
    deployment.deploy(
        server(
            Environment=[
                {"Name": "DATABASE_HOST", "Value": "database.amazonaws.com"},
                {"Name": "LEVEL", "Value": "declared"},
            ],
            Secrets=[{"Name": "ADMIN_PASSWORD", "ValueFrom": secret_arn("admin") + ":password::"}],
        )
    )
    deployment.start()
    assert deployment.wait_for(Phase.RUNNING).port == 5001
    wait_for(lambda: "\n" in deployment.log("server"), "the container has shown its environment")
    environment = json.loads(deployment.log("server"))
    assert environment["DATABASE_HOST"] == "127.0.0.1"
    assert "DATABASE_PORT" not in environment  # overrides only what is declared
    assert environment["LEVEL"] == "declared"
    assert environment["MLFLOW_PORT"] == "5001"
    assert environment["ADMIN_PASSWORD"] == "a-secret-value"
    assert environment["AWS_ENDPOINT_URL"] == deployment.aws.endpoint.url
    assert environment["AWS_REGION"] == environment["AWS_DEFAULT_REGION"] == "eu-central-1"
    assert environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"].startswith("http://127.0.0.1:")
    assert not {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"} & environment.keys()
    for path in (*deployment.state.glob("*.json"), deployment.state / "logs" / "agent.log"):
        assert "a-secret-value" not in path.read_text()
        assert ROOT.secret_access_key not in path.read_text()


def test_sigterm_stops_the_task_and_leaves_a_status(deployment: Deployment) -> None:
    stopping = "import signal, sys\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(print('bye') or 0))\n"
    deployment.deploy(server(stopping + SERVE))
    deployment.start()
    deployment.wait_for(Phase.RUNNING)
    wait_for(lambda: "\n" in deployment.log("server"), "the container runs")
    deployment.stop()
    status = deployment.status
    assert status is not None
    assert (status.phase, status.error) == (Phase.STOPPED, None)
    assert status.containers["server"]["exitCode"] == 0
    assert deployment.log("server").endswith("bye\n")


def test_a_task_whose_essential_container_ends_is_started_again(deployment: Deployment) -> None:
    deployment.deploy(server(f"{SHOW}\nimport time; time.sleep(0.3)"))
    deployment.start()
    wait_for(lambda: deployment.log("server").count("\n") >= 3, "the container has been started three times")


def test_a_task_that_never_gets_healthy_fails_with_its_last_lines(deployment: Deployment) -> None:
    check = {"Command": ["CMD-SHELL", "exit 1"], "Interval": 1, "Retries": 1}
    script = "import time; print('no route to the database', flush=True); time.sleep(300)"
    deployment.deploy(server(script, HealthCheck=check))
    deployment.start()
    status = deployment.wait_for(Phase.FAILED)
    assert status.failures == 3
    assert status.error == "Container server failed 1 health checks in a row."
    assert status.last_lines == ["no route to the database"]
    wait_for(lambda: not deployment.alive, "the agent has ended")


def test_a_secret_that_may_not_be_read_keeps_the_task_from_starting(deployment: Deployment) -> None:
    deployment.aws.may_read.clear()
    deployment.deploy(server(Secrets=[{"Name": "KEY", "ValueFrom": secret_arn("key")}]))
    deployment.start()
    status = deployment.wait_for(Phase.BACKING_OFF)
    assert EXECUTION_ROLE in str(status.error)
    assert status.containers == {}


def test_a_container_of_an_engine_gets_the_same_and_is_removed_at_its_end(
    deployment: Deployment, tmp_path: Path
) -> None:
    engine = FakeEngine(tmp_path / "engine")
    engine.answer("ps", stdout="id-1\n")
    deployment.aws.secrets[secret_arn("key")] = "a-secret-value"
    deployment.deploy(
        server(Secrets=[{"Name": "KEY", "ValueFrom": secret_arn("key")}]), image=engine.image(PATH=os.defpath)
    )
    deployment.start()
    wait_for(lambda: engine.calls("rm") != [], "the container is removed")
    argv, environment = engine.calls("run")[0]
    assert environment["KEY"] == "a-secret-value"
    assert environment["MLFLOW_PORT"] == "5001"
    assert environment["AWS_ENDPOINT_URL"] == deployment.aws.endpoint.url
    assert not {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"} & environment.keys()
    assert not [word for word in argv if "a-secret-value" in word]
    removed, _ = engine.calls("rm")[0]
    assert removed == ["rm", "--force", "--volumes", "id-1"]
    assert not (deployment.state / "containers" / "server").exists()


def test_no_container_outlives_an_agent_that_is_killed(deployment: Deployment) -> None:
    deployment.deploy(server("import os; print(os.getpid(), flush=True)\n" + SERVE))
    deployment.start()
    wait_for(lambda: deployment.log("server").count("\n") >= 2, "the container runs")
    container = int(deployment.log("server").split("\n")[0])
    os.kill(json.loads((deployment.state / "agent.pid").read_text())["pid"], 9)
    deployment.stop()
    wait_for(lambda: not Path(f"/proc/{container}").exists(), "the container has ended")


def test_a_second_agent_is_refused(deployment: Deployment) -> None:
    deployment.deploy(server())
    deployment.start()
    deployment.wait_for(Phase.RUNNING)
    second = subprocess.run(
        [sys.executable, "-m", "kit.local.agent", str(deployment.state)],
        env=dict(os.environ) | {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
    )
    assert second.returncode == 1
    assert "An agent already runs" in second.stderr
