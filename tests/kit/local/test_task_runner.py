import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from kit.local.container import ProcessContainer
from kit.local.health import Health
from kit.local.task_definition import ContainerDefinition, TaskDefinition
from kit.local.task_runner import LastStatus, RunningContainer, Task

# Runs until SIGTERM, and says in which order that came.
SERVE = 'trap "echo $NAME >> $ORDER; exit 0" TERM; echo serving; while :; do sleep 0.02; done'
HEALTHY_COMMAND = ["CMD-SHELL", "test -e $ORDER.healthy"]
QUICK_CHECK = {"Command": HEALTHY_COMMAND, "Interval": 1, "Timeout": 5, "Retries": 2}


def entry(name: str, script: str = SERVE, *, needs: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    conditions = (needs or {}).items()
    depends_on = [{"ContainerName": other, "Condition": condition} for other, condition in conditions]
    command = ["/bin/sh", "-c", script]
    return {"Name": name, "Command": command, "DependsOn": depends_on, **more}


class Trial:
    """A task in a folder, which can be stopped as soon as something is true of it."""

    def __init__(self, folder: Path, *containers: dict[str, Any]) -> None:
        described = {"Family": "f", "ContainerDefinitions": containers}
        definition = TaskDefinition.from_properties(described)
        self.order = folder / "order"
        self._folder = folder
        environments = {
            container.name: {"PATH": os.defpath, "NAME": container.name, "ORDER": str(self.order)}
            for container in definition.containers
        }
        self.task = Task(definition, self._container, environments, lambda: None)

    def __getitem__(self, name: str) -> RunningContainer:
        return self.task.containers[name]

    def run(self, *, until_ready: bool = False, until_lines: str = "") -> str:
        """Run to the end; stop the task once it is ready, or the container `until_lines` has written one."""

        async def wait() -> None:
            while not (
                (until_ready and self.task.ready) or (until_lines and self[until_lines].container.last_lines(1))
            ):
                await asyncio.sleep(0.02)
            await self.task.stop("The test stopped it.")

        async def both() -> str:
            async with asyncio.timeout(40):
                stopper = asyncio.create_task(wait())
                reason = await self.task.run()
                stopper.cancel()
                return reason

        return asyncio.run(both())

    def _container(self, definition: ContainerDefinition) -> ProcessContainer:
        return ProcessContainer(
            definition, self._folder / definition.name, self._folder / "logs" / f"{definition.name}.log"
        )


def test_a_container_starts_after_the_success_of_another(tmp_path: Path) -> None:
    trial = Trial(
        tmp_path,
        entry("server", "cat $ORDER", needs={"migrate": "SUCCESS"}),
        entry("migrate", "sleep 0.2; echo migrated > $ORDER", Essential=False),
    )
    assert trial.run() == "Essential container server exited with code 0."
    assert trial.task.last_lines == ["migrated"]


def test_a_success_that_does_not_come_fails_the_task_with_the_last_lines(tmp_path: Path) -> None:
    trial = Trial(
        tmp_path,
        entry("server", needs={"migrate": "SUCCESS"}),
        entry("migrate", "echo the schema is newer; exit 3", Essential=False),
    )
    reason = trial.run()
    assert "server waits for migrate (SUCCESS)" in reason
    assert "migrate exited with code 3" in reason
    assert trial.task.last_lines == ["the schema is newer"]
    assert trial["server"].exit_code is None


def test_complete_takes_any_exit_code(tmp_path: Path) -> None:
    trial = Trial(tmp_path, entry("server", needs={"tidy": "COMPLETE"}), entry("tidy", "exit 3", Essential=False))
    assert trial.run(until_ready=True) == "The test stopped it."
    assert trial["tidy"].exit_code == 3


def test_start_does_not_wait_for_the_end(tmp_path: Path) -> None:
    trial = Trial(tmp_path, entry("server", needs={"side": "START"}), entry("side"))
    trial.run(until_ready=True)
    assert trial["side"].exit_code is not None


def test_healthy_waits_for_the_health_check(tmp_path: Path) -> None:
    check = QUICK_CHECK | {"StartPeriod": 60}
    trial = Trial(
        tmp_path,
        entry("server", "test -e $ORDER.healthy", needs={"cache": "HEALTHY"}),
        entry("cache", f"sleep 0.3; touch $ORDER.healthy; {SERVE}", HealthCheck=check),
    )
    assert trial.run() == "Essential container server exited with code 0."


def test_a_dependency_that_ends_before_it_is_healthy_fails_the_task(tmp_path: Path) -> None:
    trial = Trial(
        tmp_path,
        entry("server", needs={"cache": "HEALTHY"}),
        entry("cache", "exit 0", Essential=False, HealthCheck=QUICK_CHECK),
    )
    assert "waits for cache (HEALTHY) and cannot start" in trial.run()


def test_a_dependency_has_its_start_timeout(tmp_path: Path) -> None:
    trial = Trial(
        tmp_path,
        entry("server", needs={"slow": "COMPLETE"}),
        entry("slow", StartTimeout=1, Essential=False),
    )
    assert "slow was not COMPLETE within its startTimeout of 1 seconds" in trial.run()


def test_the_task_is_ready_when_its_essential_containers_are_healthy(tmp_path: Path) -> None:
    check = QUICK_CHECK | {"StartPeriod": 60}
    trial = Trial(tmp_path, entry("server", f"touch $ORDER.healthy; {SERVE}", HealthCheck=check))
    assert trial.run(until_ready=True) == "The test stopped it."


def test_failures_count_after_the_start_period_and_end_the_task(tmp_path: Path) -> None:
    trial = Trial(tmp_path, entry("server", HealthCheck=QUICK_CHECK))
    assert trial.run() == "Container server failed 2 health checks in a row."
    assert trial["server"].reason == "Container server failed 2 health checks in a row."
    assert trial.task.last_lines == ["serving"]


def test_an_unhealthy_container_that_is_not_essential_ends_nothing(tmp_path: Path) -> None:
    trial = Trial(
        tmp_path,
        entry("server", "while ! test -e $ORDER.unhealthy; do sleep 0.05; done"),
        entry("side", Essential=False, HealthCheck=QUICK_CHECK | {"Retries": 1}),
    )
    trial.task._on_change = lambda: (
        trial.order.with_suffix(".unhealthy").touch() if trial["side"].health is Health.UNHEALTHY else None
    )
    assert trial.run() == "Essential container server exited with code 0."


def test_a_container_that_is_not_essential_may_end(tmp_path: Path) -> None:
    trial = Trial(tmp_path, entry("server", "sleep 0.5; exit 4"), entry("side", "exit 1", Essential=False))
    assert trial.run() == "Essential container server exited with code 4."
    assert trial["side"].exit_code == 1


def test_the_end_of_an_essential_container_ends_the_others(tmp_path: Path) -> None:
    trial = Trial(tmp_path, entry("server", "sleep 0.3; exit 1"), entry("side", Essential=False))
    trial.run()
    assert trial["side"].last_status is LastStatus.STOPPED


def test_containers_stop_in_the_reverse_order_of_their_start(tmp_path: Path) -> None:
    trial = Trial(tmp_path, entry("c", needs={"b": "START"}), entry("b", needs={"a": "START"}), entry("a"))
    assert trial.run(until_lines="c") == "The test stopped it."
    assert trial.order.read_text().split() == ["c", "b", "a"]


def test_a_container_that_waits_does_not_start_any_more_once_the_task_stops(tmp_path: Path) -> None:
    trial = Trial(
        tmp_path,
        entry("server", needs={"migrate": "SUCCESS"}),
        entry("migrate", Essential=False),
    )
    assert trial.run(until_lines="migrate") == "The test stopped it."
    assert trial["server"].exit_code is None
    assert trial["server"].last_status is LastStatus.STOPPED


def test_sigkill_comes_after_the_stop_timeout(tmp_path: Path) -> None:
    deaf = "trap '' TERM; echo ready; while :; do sleep 0.02; done"
    trial = Trial(tmp_path, entry("server", deaf, StopTimeout=1))
    trial.run(until_lines="server")
    assert trial["server"].exit_code == 137


@pytest.mark.parametrize("essential", [True, False])
def test_a_command_that_cannot_start_ends_the_task_if_essential(tmp_path: Path, essential: bool) -> None:
    broken = {"Name": "broken", "Command": ["no-such-program"], "Essential": essential}
    trial = Trial(tmp_path, broken, entry("server", "sleep 0.5"))
    reason = trial.run()
    assert ("cannot start 'no-such-program'" in reason) is essential
    assert "no-such-program" in str(trial["broken"].reason)
