"""One task, run as the ECS agent runs it: order of start and stop, health, and what its end depends on.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from kit.local import health
from kit.local.container import Container
from kit.local.errors import LocalError
from kit.local.health import Health
from kit.local.task_definition import Condition, ContainerDefinition, TaskDefinition

LAST_LINES = 20


class LastStatus(StrEnum):
    """ECS's lastStatus of a container."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    STOPPED = "STOPPED"


@dataclass
class RunningContainer:
    """A container of a task and how it is; `reason` is a sentence once it was stopped by a failure."""

    definition: ContainerDefinition
    container: Container
    environment: Mapping[str, str]
    last_status: LastStatus = LastStatus.PENDING
    health: Health = Health.UNKNOWN
    exit_code: int | None = None
    reason: str | None = None

    @property
    def ready(self) -> bool:
        """Running, and healthy where it has a health check."""
        unchecked = self.definition.health_check is None
        return self.last_status is LastStatus.RUNNING and (unchecked or self.health is Health.HEALTHY)


class Task:
    """Containers that start, live and end together.

    Args:
        definition: what to run.
        make_container: gives the container of a definition.
        environments: the whole environment of each container, by its name.
        on_change: called after each change of `containers`.
    """

    def __init__(
        self,
        definition: TaskDefinition,
        make_container: Callable[[ContainerDefinition], Container],
        environments: Mapping[str, Mapping[str, str]],
        on_change: Callable[[], None],
    ) -> None:
        self.containers = {
            entry.name: RunningContainer(entry, make_container(entry), environments[entry.name])
            for entry in definition.containers
        }
        self.stopped_reason: str | None = None
        self.last_lines: list[str] = []
        self._on_change = on_change
        self._changed = asyncio.Condition()

    @property
    def ready(self) -> bool:
        """Whether every essential container runs and is healthy."""
        return all(entry.ready for entry in self.containers.values() if entry.definition.essential)

    async def run(self) -> str:
        """Run until all containers have ended; returns the sentence that says why the task stopped."""
        async with asyncio.TaskGroup() as group:
            for entry in self.containers.values():
                group.create_task(self._live(entry))
                group.create_task(self._stop_in_order(entry))
        return self.stopped_reason or "The task has ended."

    async def stop(self, reason: str) -> None:
        """Begin to stop the task; `run` returns when that is done."""
        await self._end(reason)

    async def _live(self, entry: RunningContainer) -> None:
        name = entry.definition.name
        try:
            await self._wait_for_dependencies(entry)
            if self.stopped_reason is None:
                await entry.container.start(entry.environment)
        except LocalError as error:
            entry.reason = str(error)
        if entry.reason is not None or self.stopped_reason is not None:
            await self._set(entry, last_status=LastStatus.STOPPED)
            if entry.definition.essential and entry.reason is not None:
                await self._end(entry.reason)
            return
        await self._set(entry, last_status=LastStatus.RUNNING)
        watcher = asyncio.create_task(self._watch_health(entry))
        try:
            ended = await entry.container.wait()
        finally:
            watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watcher
        entry.reason = entry.reason or ended.reason
        await self._set(entry, last_status=LastStatus.STOPPED, health=Health.UNKNOWN, exit_code=ended.code)
        if entry.definition.essential:
            await self._end(entry.reason or f"Essential container {name} exited with code {ended.code}.", entry)

    async def _watch_health(self, entry: RunningContainer) -> None:
        check = entry.definition.health_check
        if check is None:
            return

        async def report(status: Health) -> None:
            if status is not entry.health:
                await self._set(entry, health=status)
            if status is Health.UNHEALTHY and entry.definition.essential:
                await self._end(
                    f"Container {entry.definition.name} failed {check.retries} health checks in a row.",
                    entry,
                )

        await health.watch(check, lambda: entry.container.execute(check.argv, check.timeout_s), report)

    async def _wait_for_dependencies(self, entry: RunningContainer) -> None:
        for name, condition in entry.definition.depends_on.items():
            needed = self.containers[name]
            limit = needed.definition.start_timeout_s
            try:
                async with asyncio.timeout(limit):
                    await self._until(partial(_settled, needed, condition))
            except TimeoutError:
                raise LocalError(
                    f"Container {entry.definition.name} gave up: {name} was not {condition} within its"
                    f" startTimeout of {limit} seconds."
                ) from None
            if self.stopped_reason is None and not _met(needed, condition):
                self.last_lines = needed.container.last_lines(LAST_LINES)
                ended = needed.reason or f"{name} exited with code {needed.exit_code}."
                waiting = f"Container {entry.definition.name} waits for {name} ({condition})"
                raise LocalError(f"{waiting} and cannot start: {ended}")

    async def _stop_in_order(self, entry: RunningContainer) -> None:
        """Containers stop in the reverse order of their dependencies."""
        name, others = entry.definition.name, self.containers.values()
        dependents = [other for other in others if name in other.definition.depends_on]
        await self._until(lambda: False)
        async with self._changed:
            await self._changed.wait_for(
                lambda: (
                    entry.last_status is not LastStatus.PENDING
                    and all(other.last_status is LastStatus.STOPPED for other in dependents)
                )
            )
        if entry.last_status is LastStatus.RUNNING:
            await entry.container.stop(entry.definition.stop_timeout_s)

    async def _until(self, done: Callable[[], bool]) -> None:
        """Wait until `done`, or until the task is to stop."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.stopped_reason is not None or done())

    async def _set(
        self,
        entry: RunningContainer,
        *,
        last_status: LastStatus | None = None,
        health: Health | None = None,
        exit_code: int | None = None,
    ) -> None:
        entry.last_status = last_status or entry.last_status
        entry.health = health or entry.health
        entry.exit_code = exit_code if exit_code is not None else entry.exit_code
        await self._notify()

    async def _end(self, reason: str, culprit: RunningContainer | None = None) -> None:
        """Stop the task; the first reason stays."""
        if self.stopped_reason is not None:
            return
        self.stopped_reason = reason
        if culprit is not None:
            culprit.reason = reason
            self.last_lines = culprit.container.last_lines(LAST_LINES)
        await self._notify()

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()
        self._on_change()


def _settled(needed: RunningContainer, condition: Condition) -> bool:
    """Whether it is decided if `condition` is met."""
    return needed.last_status is LastStatus.STOPPED or _met(needed, condition)


def _met(needed: RunningContainer, condition: Condition) -> bool:
    match condition:
        case Condition.START:
            return needed.last_status is LastStatus.RUNNING or needed.exit_code is not None
        case Condition.HEALTHY:
            return needed.health is Health.HEALTHY
        case Condition.COMPLETE:
            return needed.exit_code is not None
        case Condition.SUCCESS:
            return needed.exit_code == 0
