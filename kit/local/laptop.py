"""All that runs on this machine for one team: the emulator, PostgreSQL, the task and the load balancer."""

import contextlib
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from filelock import FileLock, Timeout

from kit.emulators.choice import Choice
from kit.environment import ROOT, SERVER
from kit.local import load_balancer, processes, whole_file
from kit.local.agent_files import AgentConfiguration, AgentStatus, Phase
from kit.local.assembly import TEAMS
from kit.local.cdk import Cdk
from kit.local.deployment import Deployment
from kit.local.engine import LocalImage
from kit.local.errors import LocalError
from kit.local.load_balancer import LoadBalancer
from kit.local.ports import free_port
from kit.local.postgres import DatabaseInstance, PostgresServer
from kit.local.task_containers import TaskContainers
from kit.local.task_definition import TaskDefinition
from kit.progress import Report
from stacks.team.config import TeamConfig
from stacks.team.files import load_teams

STATE = Path(os.environ.get("KIT_STATE") or ROOT / ".kit")
"""Where all teams' servers on this machine keep their data. KIT_STATE moves it, for tests beside a person's own."""
_TASK_START_S = 300
_TASK_STOP_S = 150


class Laptop:
    """The processes of one team on one emulator, and their state folder below `.kit`. Stopping them keeps the data."""

    def __init__(self, team: TeamConfig, choice: Choice = Choice.MINISTACK) -> None:
        self.team, self.choice = team, choice
        self.state = state_folder(team.name, choice)
        self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.emulator = choice.emulator(self.state, team.name, team.region)
        self.postgres = PostgresServer(self.state / "postgres", self.state / "logs" / "postgres.log")
        self.assembly = self.state / "cdk.out"
        self._agent_pid = self.state / "agent.pid"

    @classmethod
    def find(cls, team_name: str, choice: Choice | None, *, to_delete: bool = False) -> Self:
        """The laptop of a team file, on the chosen emulator: without a choice where the team is up.

        Raises TeamFileError when there is no such team, and LocalError when something is to be deleted and could be
        meant on several emulators.
        """
        (team,) = load_teams(TEAMS, only=team_name)
        if choice:
            return cls(team, choice)
        known = [cls(team, choice) for choice in Choice if state_folder(team_name, choice).exists()]
        if to_delete and len(known) > 1:
            options = " or ".join(f"--{laptop.choice}" for laptop in known)
            raise LocalError(f"Team {team_name} is on several emulators here: say {options}.")
        return next((laptop for laptop in known if laptop.running()), None) or cls(team)

    def command(self, verb: str) -> str:
        """What a person types to use the verb for this team, on this emulator."""
        script = f"scripts/{verb}" if verb in ("up", "down") else f"scripts/kit {verb}"
        on = "" if self.choice == Choice.MINISTACK else f" --{self.choice}"
        return f"{script} {self.team.name}{on}"

    @contextlib.contextmanager
    def for_one_command(self) -> Iterator[None]:
        """Keeps a second command away from the team while one is at work."""
        holder = self.state / "command.pid"
        try:
            with FileLock(self.state / "command.lock", timeout=0):
                whole_file.write(holder, str(os.getpid()))
                yield
        except Timeout:
            raise LocalError(
                f"Another command (process {holder.read_text()}) is at work on team {self.team.name}: "
                "wait for it, or end it with Ctrl-C."
            ) from None

    def cdk(self) -> Cdk:
        """The CDK's command line, as root in the emulator."""
        own = {"KIT_CLI_CREDENTIALS": "true", "KIT_WITHOUT_IMAGES": "true", "CDK_S3_FORCE_PATH_STYLE": "1"}
        return Cdk(ROOT, self.state / "home", {**self.emulator.client_environment(), **own})

    def refuse_taken_port(self, port: int) -> None:
        """Raises LocalError, before anything is started in vain, when another program has the port."""
        if not load_balancer.running(self.state):
            load_balancer.refuse_taken_port(port)

    def start_database(self, deployment: Deployment) -> int:
        """Starts PostgreSQL for the deployed instance, as large as its class or capacity; returns its port.

        Data of another deployment, which the emulator has forgotten, is deleted where the emulator always forgets;
        elsewhere it raises LocalError.
        """
        owner = self.state / "database-of"
        if owner.exists() and owner.read_text() != deployment.master_secret_arn:
            if not self.forgets:
                raise LocalError(
                    f"{self.emulator.name} has forgotten the deployment that the database of team {self.team.name}"
                    f" belongs to, with its secrets and artifacts: `{self.command('down')} --delete-data` makes room."
                )
            self.delete_database()
        whole_file.write(owner, deployment.master_secret_arn)
        master = self.secret(deployment.master_secret_arn)
        instance = DatabaseInstance.from_properties(deployment.database, master["username"])
        return self.postgres.start(instance, master["password"], self.team.max_connections)

    def start_task(
        self, deployment: Deployment, database_port: int, report: Report, image: LocalImage | None = None
    ) -> int:
        """Runs the deployed task and waits until it is healthy; returns the port of its server.

        Its containers are made of the image; without one they are processes.
        """
        self.stop_task()
        port = free_port()
        AgentStatus.forget(self.state)
        AgentConfiguration(
            endpoint=self.emulator.endpoint,
            task_definition=deployment.task_definition,
            overrides=overrides(database_port, free_port()),
            platform=_listening_environment(port) if image else _image_environment(port),
            port=port,
            image=image,
        ).write(self.state)
        root = self.emulator.root
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONPATH": str(ROOT),
            "AWS_ACCESS_KEY_ID": root.access_key_id,
            "AWS_SECRET_ACCESS_KEY": root.secret_access_key,
        }
        agent = [sys.executable, "-P", "-m", "kit.local.agent", str(self.state)]
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
            listener_scheme=deployment.listener_scheme,
            unavailable=deployment.unavailable,
            idle_timeout_s=deployment.idle_timeout_s,
        )
        balancer.start()
        return balancer.url

    def secret(self, arn: str) -> Any:
        """The value of a JSON secret."""
        return json.loads(self.emulator.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])

    def stop_task(self) -> None:
        """Stops the agent and its task, and removes the containers that a killed agent left behind."""
        processes.stop(self._agent_pid, _TASK_STOP_S)
        if containers := self.containers():
            containers.remove()

    def containers(self) -> TaskContainers | None:
        """Of the task that was started last; None when it was run as processes, or there was none."""
        try:
            image = AgentConfiguration.read(self.state).image
        except LocalError:
            return None
        return TaskContainers(self.state, image) if image else None

    def server_folder(self, deployment: Deployment) -> Path | None:
        """Where the running server may write on this machine's disk; None where that is not to be seen."""
        containers = self.containers()
        if containers is None:
            return self.state / "containers" / "server"
        task = TaskDefinition.from_properties(deployment.task_definition)
        (volume,) = {point.volume for point in task.container("server").mount_points if not point.read_only}
        return containers.volume_folder(volume)

    def task_status(self) -> AgentStatus | None:
        """How the task is; None when nobody runs it."""
        return AgentStatus.read(self.state) if processes.alive(self._agent_pid) else None

    def stop(self) -> None:
        """Stops whatever runs for the team, in the order in which they need each other.

        All data is kept, unless the emulator forgets at its end: without artifacts and secrets the database is of
        no use.
        """
        self.stop_server()
        self.emulator.stop()
        if self.forgets:
            self.delete_database()

    def stop_server(self) -> None:
        """Stops all but the emulator."""
        load_balancer.stop(self.state)
        self.stop_task()
        self.postgres.stop()

    def delete_data(self) -> None:
        """Stops whatever runs and removes the team's database, artifacts and secrets on this machine for good."""
        self.stop()
        self.delete_database()
        shutil.rmtree(self.state)

    def running(self) -> bool:
        """Whether anything of the kit's runs for the team."""
        return (
            load_balancer.running(self.state)
            or processes.alive(self._agent_pid)
            or self.postgres.running
            or (not self.emulator.of_the_user and self.emulator.alive())
        )

    @property
    def forgets(self) -> bool:
        """Whether a stop ends the deployment, too."""
        return not (self.emulator.keeps_state or self.emulator.of_the_user)

    def delete_database(self) -> None:
        """Stops PostgreSQL and removes its data for good."""
        self.postgres.delete()
        (self.state / "database-of").unlink(missing_ok=True)

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


def state_folder(team: str, choice: Choice) -> Path:
    """Where a team's server on an emulator keeps its data: a team's name has no dot."""
    return STATE / (team if choice == Choice.MINISTACK else f"{team}.{choice}")


def overrides(database_port: int, metrics_port: int) -> dict[str, str]:
    """All that this machine changes of the declared environment: where the database is, its plain TCP, and a port that
    another team's server has not."""
    return {
        "DATABASE_HOST": "127.0.0.1",
        "DATABASE_PORT": str(database_port),
        "DATABASE_SSLMODE": "disable",
        "TRACKING_METRICS_PORT": str(metrics_port),
    }


def _image_environment(port: int) -> dict[str, str]:
    """What the image's ENV lines supply, with loopback in place of all addresses."""
    return {
        "PATH": os.pathsep.join([str(SERVER / "bin"), os.defpath]),
        "PYTHONPATH": str(ROOT / "server_image"),
        "LANG": "C.UTF-8",
        **_listening_environment(port),
    }


def _listening_environment(port: int) -> dict[str, str]:
    return {"MLFLOW_HOST": "127.0.0.1", "MLFLOW_PORT": str(port)}


def _summary(status: AgentStatus) -> str:
    def state(container: dict[str, Any]) -> str:
        health = container["healthStatus"]
        return str(health if health in ("HEALTHY", "UNHEALTHY") else container["lastStatus"]).lower()

    return ", ".join(f"{name} {state(container)}" for name, container in status.containers.items())
