"""All that runs on this machine for one team: the emulator, PostgreSQL, the task and the load balancer."""

import contextlib
import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from kit.environment import ROOT, SERVER
from kit.local import load_balancer, processes
from kit.local.agent_files import AgentConfiguration, AgentStatus, Phase
from kit.local.aws_endpoint import AwsEndpoint
from kit.local.deployment import Deployment
from kit.local.emulator import Emulator
from kit.local.errors import LocalError
from kit.local.load_balancer import LoadBalancer
from kit.local.ports import free_port
from kit.local.postgres import DatabaseInstance, PostgresServer
from kit.progress import Report
from stacks.config import TeamConfig
from stacks.sizes import max_connections

STATE = Path(os.environ.get("KIT_STATE", ROOT / ".kit"))
"""Where all teams' servers on this machine keep their data. KIT_STATE moves it, for tests beside a person's own."""
_TASK_START_S = 300
_TASK_STOP_S = 150


class Laptop:
    """The processes of one team and their state folder, `.kit/<team>`. Stopping them keeps the data."""

    def __init__(self, team: TeamConfig) -> None:
        self.team = team
        self.state = STATE / team.name
        self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.emulator = Emulator(self.state, _account_id(team.name), team.region)
        self.postgres = PostgresServer(self.state / "postgres", self.state / "logs" / "postgres.log")
        self._agent_pid = self.state / "agent.pid"

    @contextlib.contextmanager
    def for_one_command(self) -> Iterator[None]:
        """Keeps a second command away from the team while one is at work."""
        holder = self.state / "command.pid"
        try:
            with FileLock(self.state / "command.lock", timeout=0):
                holder.write_text(str(os.getpid()))
                yield
        except Timeout:
            raise LocalError(
                f"Another command (process {holder.read_text()}) is at work on team {self.team.name}: "
                "wait for it, or end it with Ctrl-C."
            ) from None

    def refuse_taken_port(self, port: int) -> None:
        """Raises LocalError, before anything is started in vain, when another program has the port."""
        if not load_balancer.running(self.state):
            load_balancer.refuse_taken_port(port)

    def start_database(self, deployment: Deployment) -> int:
        """Starts PostgreSQL for the deployed instance, as large as its class; returns its port."""
        instance = DatabaseInstance.from_description(deployment.database)
        password = self.secret(deployment.master_secret_arn)["password"]
        return self.postgres.start(instance, password, max_connections(self.team.sizing.instance_class))

    def start_task(self, deployment: Deployment, database_port: int, report: Report) -> int:
        """Runs the deployed task and waits until it is healthy; returns the port of its server."""
        self.stop_task()
        port = free_port()
        AgentStatus.forget(self.state)
        AgentConfiguration(
            endpoint=AwsEndpoint(self.emulator.endpoint_url, self.team.region, str(self.emulator.certificate)),
            task_definition_arn=deployment.task_definition_arn,
            overrides=overrides(database_port),
            platform=_image_environment(port),
            port=port,
        ).write(self.state)
        root = self.emulator.client_environment()
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONPATH": str(ROOT),
            "AWS_ACCESS_KEY_ID": root["AWS_ACCESS_KEY_ID"],
            "AWS_SECRET_ACCESS_KEY": root["AWS_SECRET_ACCESS_KEY"],
        }
        agent = [sys.executable, "-m", "kit.local.agent", str(self.state)]
        processes.start(agent, environment, self.state / "logs" / "agent.log", self._agent_pid)
        self._wait_for_task(report)
        return port

    def start_load_balancer(self, deployment: Deployment, port: int, target_port: int) -> str:
        """Puts the public name on `port` of this machine; returns the local URL."""
        balancer = LoadBalancer(
            state=self.state,
            port=port,
            target_port=target_port,
            public_host=deployment.public_host,
            public_scheme=deployment.scheme,
            unavailable=deployment.unavailable,
            idle_timeout_s=deployment.idle_timeout_s,
        )
        balancer.start()
        return balancer.url

    def secret(self, arn: str) -> Any:
        """The value of a JSON secret."""
        return json.loads(self.emulator.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])

    def stop_task(self) -> None:
        processes.stop(self._agent_pid, _TASK_STOP_S)

    def stop(self) -> None:
        """Stops whatever runs for the team, in the order in which they need each other. All data is kept."""
        load_balancer.stop(self.state)
        self.stop_task()
        self.postgres.stop()
        self.emulator.stop()

    def delete_data(self) -> None:
        """Stops whatever runs and removes the team's database, artifacts and secrets on this machine for good."""
        self.stop()
        self.postgres.delete()
        shutil.rmtree(self.state)

    def running(self) -> bool:
        """Whether anything runs for the team."""
        return (
            load_balancer.running(self.state)
            or processes.alive(self._agent_pid)
            or self.postgres.running
            or self.emulator.alive()
        )

    def _wait_for_task(self, report: Report) -> None:
        deadline = time.monotonic() + _TASK_START_S
        while time.monotonic() < deadline:
            status = AgentStatus.read(self.state)
            if status and status.phase == Phase.RUNNING:
                report(_summary(status))
                return
            if status and (status.phase == Phase.FAILED or status.error):
                said = " / ".join(status.last_lines[-3:])
                raise LocalError(f"The task does not start: {status.error}{f' It says: {said}' if said else ''}")
            if not processes.alive(self._agent_pid):
                raise LocalError(f"The task's agent ended: {self.state / 'logs' / 'agent.log'} says why.")
            if status:
                report(_summary(status))
            time.sleep(0.1)
        raise LocalError(f"The task is not healthy after {_TASK_START_S} s: see {self.state / 'logs'}.")


def overrides(database_port: int) -> dict[str, str]:
    """All that this machine changes of the declared environment: where the database is, and its plain TCP."""
    return {"DATABASE_HOST": "127.0.0.1", "DATABASE_PORT": str(database_port), "DATABASE_SSLMODE": "disable"}


def _image_environment(port: int) -> dict[str, str]:
    """What the image's ENV lines supply, with loopback in place of all addresses."""
    return {
        "PATH": os.pathsep.join([str(SERVER / "bin"), os.defpath]),
        "PYTHONPATH": str(ROOT / "server_image"),
        "MLFLOW_HOST": "127.0.0.1",
        "MLFLOW_PORT": str(port),
        "LANG": "C.UTF-8",
    }


def _summary(status: AgentStatus) -> str:
    def state(container: dict[str, Any]) -> str:
        health = container["healthStatus"]
        return str(health if health in ("HEALTHY", "UNHEALTHY") else container["lastStatus"]).lower()

    return ", ".join(f"{name} {state(container)}" for name, container in status.containers.items())


def _account_id(team: str) -> str:
    """Twelve digits of its own for each team: whoever mixes two up is refused, as with two accounts on AWS."""
    digest = int(hashlib.sha256(team.encode()).hexdigest(), 16)
    return str(10**11 + digest % (9 * 10**11))
