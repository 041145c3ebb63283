"""The background process `python -m kit.local.agent STATE_FOLDER`: keeps one deployed task running.

It reads `agent.json`, takes AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY from its environment, writes
`agent-status.json` and the containers' logs under `logs/`, and stops the task in order on SIGTERM or SIGINT.
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import uuid
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout

from kit.local import secret_values
from kit.local.agent_files import AgentConfiguration, AgentStatus, Phase
from kit.local.aws_endpoint import Credentials, ignore_user_configuration
from kit.local.container import Container, ProcessContainer
from kit.local.credentials import CredentialsEndpoint, RoleCredentials
from kit.local.engine_container import EngineContainer
from kit.local.errors import LocalError
from kit.local.task_containers import TRUST, TaskContainers
from kit.local.task_definition import ContainerDefinition, TaskDefinition
from kit.local.task_runner import Task

# As few as ECS's deployment circuit breaker lets pass before it calls a deployment failed.
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentCircuitBreaker.html
_FAILURES_BEFORE_GIVING_UP = 3
# ECS's service throttle waits longer and longer up to 27 minutes; nobody waits that long at a laptop.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html
_LONGEST_PAUSE_S = 60.0

_log = logging.getLogger("agent")


class Agent:
    """The service of one task: starts it again when it ends, and gives up on one that never got ready."""

    def __init__(self, state: Path, configuration: AgentConfiguration, root: Credentials) -> None:
        self._state, self._configuration, self._root = state, configuration, root
        self._status = AgentStatus(configuration.port)
        self._containers = TaskContainers(state, configuration.image) if configuration.image else None
        self._stopping = asyncio.Event()
        self._task: Task | None = None
        self._was_ready = False

    async def run(self) -> bool:
        """Run until stopped; False when the task failed for good."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        stopper = asyncio.create_task(self._stop_task_when_asked())
        try:
            while not self._stopping.is_set():
                await self._run_once()
                if self._stopping.is_set():
                    break
                if not self._was_ready and self._status.failures >= _FAILURES_BEFORE_GIVING_UP:
                    self._show(Phase.FAILED)
                    return False
                await self._pause()
            self._show(Phase.STOPPED)
            return True
        finally:
            stopper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await stopper

    async def _run_once(self) -> None:
        self._show(Phase.STARTING)
        try:
            reason = await self._run_task()
        except LocalError as error:
            reason = str(error)
        if not self._stopping.is_set():
            self._status.failures += 1
            self._status.error = reason
            self._status.last_lines = self._task.last_lines if self._task else []
            _log.error(reason)

    async def _run_task(self) -> str:
        self._task = None
        session_name = f"task-{uuid.uuid4().hex}"
        definition = TaskDefinition.from_properties(self._configuration.task_definition)
        endpoint = self._configuration.endpoint
        values = await asyncio.to_thread(secret_values.read, definition, endpoint, self._root, session_name)
        with contextlib.ExitStack() as stack:
            credentials: Mapping[str, str] = {}
            if definition.task_role_arn:
                role = RoleCredentials(endpoint, self._root, definition.task_role_arn, session_name)
                credentials = stack.enter_context(CredentialsEndpoint(role)).environment
            environments = {
                container.name: self._environment(container, values[container.name], credentials)
                for container in definition.containers
            }
            if self._containers:
                stack.callback(self._containers.remove)
            self._task = Task(definition, partial(self._container, definition), environments, self._follow)
            if self._stopping.is_set():
                return "The agent was stopped."
            return await self._task.run()

    def _environment(
        self, container: ContainerDefinition, secrets: Mapping[str, str], credentials: Mapping[str, str]
    ) -> dict[str, str]:
        endpoint = self._configuration.endpoint
        overrides = self._configuration.overrides
        aws = {
            "AWS_REGION": endpoint.region,
            "AWS_DEFAULT_REGION": endpoint.region,
            "AWS_ENDPOINT_URL": endpoint.url,
            **({"AWS_CA_BUNDLE": TRUST if self._containers else endpoint.ca_bundle} if endpoint.ca_bundle else {}),
        }
        declared = {name: overrides.get(name, value) for name, value in container.environment.items()}
        return {**self._configuration.platform, **aws, **declared, **secrets, **credentials}

    def _container(self, task: TaskDefinition, definition: ContainerDefinition) -> Container:
        log = self._state / "logs" / f"{definition.name}.log"
        if self._containers:
            return EngineContainer(definition, task, self._containers, log, self._configuration.endpoint.ca_bundle)
        return ProcessContainer(definition, self._state / "containers" / definition.name, log)

    def _follow(self) -> None:
        """Write how the task's containers are."""
        if self._task is None:
            return
        self._status.containers = {
            name: {
                "lastStatus": entry.last_status,
                "healthStatus": entry.health,
                "exitCode": entry.exit_code,
                "reason": entry.reason,
            }
            for name, entry in self._task.containers.items()
        }
        if self._task.stopped_reason is not None:
            self._show(Phase.STOPPING)
        elif self._task.ready:
            self._was_ready, self._status.failures = True, 0
            self._status.error, self._status.last_lines = None, []
            self._show(Phase.RUNNING)
        else:
            self._show(Phase.STARTING)

    def _show(self, phase: Phase) -> None:
        self._status.phase = phase
        self._status.write(self._state)

    async def _pause(self) -> None:
        self._show(Phase.BACKING_OFF)
        pause = min(2.0 ** (self._status.failures - 1), _LONGEST_PAUSE_S)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._stopping.wait()

    async def _stop_task_when_asked(self) -> None:
        await self._stopping.wait()
        if self._task is not None:
            await self._task.stop("The agent was stopped.")


def main() -> int:
    """Run the agent of the state folder that is the only argument."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("botocore").setLevel(logging.WARNING)
    state = Path(sys.argv[1]).resolve()
    ignore_user_configuration(os.environ)
    try:
        root = Credentials.take_from(os.environ)
        with FileLock(state / "agent.lock", timeout=0):
            return 0 if asyncio.run(Agent(state, AgentConfiguration.read(state), root).run()) else 1
    except Timeout:
        _log.error("An agent already runs for %s: stop it with kit down first.", state)
    except LocalError as error:
        _log.error("%s", error)
    return 1


if __name__ == "__main__":
    sys.exit(main())
