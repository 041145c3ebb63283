"""A container of a task as a container of Docker or Podman, within the limits of the deployed task."""

import asyncio
import json
import math
import resource
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from kit.local.container import Exit
from kit.local.container_log import ContainerLog
from kit.local.engine import Kind
from kit.local.errors import LocalError
from kit.local.task_containers import TRUST, TaskContainers
from kit.local.task_definition import ContainerDefinition, TaskDefinition

# What Fargate gives a container.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-resource-limits
_OPEN_FILES = 65_535
# Podman asks for more than a sandbox may give; and a container that starts more is broken.
_PROCESSES = 4_096
# The engine's own log is read while it is written, and kept no longer than the container.
_LOG = ("--log-driver", "json-file", "--log-opt", "max-size=10m")
_READ_TO_THE_END_S = 10
_KILLED = 128 + signal.SIGKILL
_LOST = 125
"""The exit code of engines for a failure of their own."""


class EngineContainer:
    """Runs one container on the network of this machine, where the emulator and the database listen on loopback.

    Each container may use all that the task may: `migrate` has ended before `server` starts.

    Args:
        definition: the container, one of `task`.
        containers: those of the team, of which it becomes one.
        log: the file that its output is appended to.
        ca_bundle: a file of certificates, mounted at TRUST.
    """

    def __init__(
        self,
        definition: ContainerDefinition,
        task: TaskDefinition,
        containers: TaskContainers,
        log: Path,
        ca_bundle: str | None = None,
    ) -> None:
        self._definition, self._task, self._containers = definition, task, containers
        self._engine, self._name = containers.engine, containers.name(definition.name)
        self._log, self._ca_bundle = ContainerLog(log), ca_bundle
        self._reader: asyncio.subprocess.Process | None = None
        self._asked_to_stop = False

    async def start(self, environment: Mapping[str, str]) -> None:
        with self._log.open() as output:
            try:
                # Some releases of Podman leave files where they were called, such as a note of a lack of memory.
                folder, arguments = self._containers.folder, self._run_arguments(environment)
                await asyncio.to_thread(self._engine.call, *arguments, environment=environment, folder=folder)
            except LocalError as error:
                raise LocalError(f"Container {self._definition.name} cannot start: {error}") from error
            self._reader = await self._spawn("logs", "--follow", self._name, output=output.fileno())

    async def wait(self) -> Exit:
        while True:
            try:
                process = await self._spawn("wait", self._name)
                await process.wait()
                state = await asyncio.to_thread(self._state)
            except LocalError as error:
                return Exit(_LOST, f"Container {self._definition.name} is lost: {error}")
            if not state["Running"]:
                break
            await asyncio.sleep(1)  # the engine was started again meanwhile
        await self._read_to_the_end()
        return self._exit(state)

    async def execute(self, argv: Sequence[str], timeout_s: float) -> bool:
        try:
            process = await self._spawn("exec", self._name, *argv)
        except LocalError:
            return False
        try:
            async with asyncio.timeout(timeout_s):
                return await process.wait() == 0
        except TimeoutError:
            process.kill()
            return False

    async def stop(self, timeout_s: float) -> None:
        self._asked_to_stop = True
        # What cannot be stopped so is removed by force when the task has ended.
        with suppress(LocalError):
            await asyncio.to_thread(
                self._engine.call, "stop", "-t", str(math.ceil(timeout_s)), self._name, timeout_s=timeout_s + 30
            )

    def last_lines(self, count: int) -> list[str]:
        return self._log.last_lines(count)

    def _run_arguments(self, environment: Mapping[str, str]) -> list[str]:
        return [
            *("run", "--detach", "--pull", "never", "--network", "host"),
            *("--name", self._name, "--label", self._containers.label),
            *self._limits(),
            *self._mounts(),
            *_LOG,
            *self._environment_arguments(environment),
            self._containers.image,
            *self._definition.argv,
        ]

    def _limits(self) -> Iterator[str]:
        yield from ("--cap-drop", "ALL", "--security-opt", "no-new-privileges")
        if self._definition.user:
            yield from ("--user", self._definition.user)
        if self._definition.read_only_root:
            yield "--read-only"
            if self._engine.kind is Kind.PODMAN:
                yield "--read-only-tmpfs=false"  # else /run and /var/tmp could be written to
        if self._task.memory_mib:
            # Fargate has no swap.
            yield from (word for name in ("--memory", "--memory-swap") for word in (name, f"{self._task.memory_mib}m"))
        if self._task.cpu_units:
            yield from ("--cpus", f"{self._task.cpu_units / 1024:g}")
        yield from ulimits()

    def _mounts(self) -> Iterator[str]:
        for point in self._definition.mount_points:
            # The engine gives a new volume the owner and mode that the image has there, as Fargate does.
            options = [f"source={self._containers.name(point.volume)}", f"target={point.path}"]
            yield from ("--mount", ",".join(["type=volume", *options, *(["readonly"] if point.read_only else [])]))
        if self._ca_bundle:
            yield from ("--volume", f"{self._containers.trusted(self._ca_bundle)}:{TRUST}:ro,z")

    def _environment_arguments(self, environment: Mapping[str, str]) -> Iterator[str]:
        """By name, which keeps values out of argument lists; but for what the engine's own command is configured by."""
        for name, value in environment.items():
            taken = name in self._engine.environment
            if taken and name in self._definition.secrets:
                raise LocalError(f"a secret cannot be called {name}, as a variable of {self._engine.kind} is.")
            yield from ("--env", f"{name}={value}" if taken else name)

    def _state(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads(
            self._engine.call("container", "inspect", "--format", "{{json .State}}", self._name)
        )
        return state

    def _exit(self, state: Mapping[str, Any]) -> Exit:
        code, memory = state["ExitCode"], f"needed more memory than the {self._task.memory_mib} MiB of its task"
        ended = f"Container {self._definition.name} ended with code {code}: "
        if state.get("OOMKilled") and code:
            return Exit(code, f"{ended}it {memory}, so give the team a larger size.")
        if code == _KILLED and not self._asked_to_stop:
            # Not every engine notices on every kernel.
            return Exit(code, f"{ended}somebody killed it, or the kernel did, because it {memory}.")
        return Exit(code)

    async def _read_to_the_end(self) -> None:
        if self._reader is None:
            return
        try:
            async with asyncio.timeout(_READ_TO_THE_END_S):
                await self._reader.wait()
        except TimeoutError:
            self._reader.kill()

    async def _spawn(self, *arguments: str, output: int = asyncio.subprocess.DEVNULL) -> asyncio.subprocess.Process:
        try:
            return await asyncio.create_subprocess_exec(
                self._engine.program,
                *arguments,
                env=dict(self._engine.environment),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        except OSError as error:
            raise LocalError(f"{self._engine.program} cannot be run: {error.strerror}.") from error


def ulimits() -> Iterator[str]:
    """The engine's arguments for Fargate's limits of open files, and for a limit of processes."""
    yield from ("--ulimit", _ulimit("nofile", resource.RLIMIT_NOFILE, _OPEN_FILES))
    yield from ("--ulimit", _ulimit("nproc", resource.RLIMIT_NPROC, _PROCESSES))


def limits(task: TaskDefinition, container: ContainerDefinition) -> Iterator[str]:
    """What holds for a container here, in words."""
    if task.cpu_units:
        yield f"{task.cpu_units / 1024:g} vCPU"
    if task.memory_mib:
        yield f"{task.memory_mib} MiB of memory"
    if container.user:
        yield f"user {container.user}"
    if container.read_only_root:
        yield "read-only root file system"
    yield "no capabilities"


def _ulimit(name: str, limit: int, wanted: int) -> str:
    """As much as this machine allows, which nobody but a privileged process may exceed."""
    allowed = resource.getrlimit(limit)[1]
    number = wanted if allowed == resource.RLIM_INFINITY else min(wanted, allowed)
    return f"{name}={number}:{number}"
