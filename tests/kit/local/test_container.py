import asyncio
import os
import signal
from pathlib import Path

import psutil
import pytest

from kit.local.container import Exit, ProcessContainer
from kit.local.errors import LocalError
from kit.local.task_definition import ContainerDefinition, TaskDefinition
from tests.kit.local.waiting import wait_for

ENVIRONMENT = {"PATH": os.defpath}


def definition(*argv: str) -> ContainerDefinition:
    described = {
        "Family": "f",
        "ContainerDefinitions": [{"Name": "c", "Command": argv}],
    }
    return TaskDefinition.from_properties(described).containers[0]


def container(tmp_path: Path, script: str) -> ProcessContainer:
    return ProcessContainer(definition("/bin/sh", "-c", script), tmp_path / "c", tmp_path / "logs" / "c.log")


async def started(tmp_path: Path, script: str, awaited: str) -> ProcessContainer:
    """The container, once it has written a line."""
    process = container(tmp_path, script)
    await process.start(ENVIRONMENT)
    await asyncio.to_thread(wait_for, lambda: awaited in process.last_lines(10), f"{awaited} is in the log")
    return process


def run(tmp_path: Path, script: str, environment: dict[str, str] = ENVIRONMENT) -> tuple[int, list[str]]:
    async def to_end() -> tuple[int, list[str]]:
        process = container(tmp_path, script)
        await process.start(environment)
        return (await process.wait()).code, process.last_lines(100)

    return asyncio.run(to_end())


def test_only_the_given_environment_reaches_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OF_THE_SHELL", "1")
    code, lines = run(tmp_path, "env", {**ENVIRONMENT, "DECLARED": "2"})
    assert code == 0
    names = {line.split("=")[0] for line in lines}
    assert {"DECLARED", "PATH", "HOME", "TMPDIR"} <= names
    assert "OF_THE_SHELL" not in names


def test_the_folders_of_a_container_are_its_own_and_new_at_each_start(tmp_path: Path) -> None:
    script = 'ls -A . "$TMPDIR" "$HOME" | grep file; touch file "$TMPDIR/file" "$HOME/file"; true'
    assert run(tmp_path, script) == (0, [])
    assert run(tmp_path, script) == (0, [])
    assert not (Path.cwd() / "file").exists()


def test_a_signal_is_an_exit_code_as_in_a_container(tmp_path: Path) -> None:
    assert run(tmp_path, "kill -KILL $$")[0] == 137


def test_the_last_lines_are_those_of_this_start(tmp_path: Path) -> None:
    assert run(tmp_path, "echo first; exit 3") == (3, ["first"])
    assert run(tmp_path, "echo second >&2") == (0, ["second"])
    assert (tmp_path / "logs" / "c.log").read_text() == "first\nsecond\n"


def test_the_end_of_the_first_process_ends_the_others(tmp_path: Path) -> None:
    _, lines = run(tmp_path, "sleep 300 & echo $!")
    wait_for(lambda: _gone(int(lines[0])), "the child has ended")


def test_stop_lets_a_process_end_by_itself(tmp_path: Path) -> None:
    async def stopped() -> tuple[int, list[str]]:
        script = "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done"
        process = await started(tmp_path, script, "ready")
        await process.stop(30)
        return (await process.wait()).code, process.last_lines(1)

    assert asyncio.run(stopped()) == (0, ["bye"])


def test_stop_kills_what_does_not_end_in_time(tmp_path: Path) -> None:
    async def stopped() -> Exit:
        script = "trap '' TERM; echo ready; while :; do sleep 0.05; done"
        process = await started(tmp_path, script, "ready")
        await process.stop(0.2)
        return await process.wait()

    assert asyncio.run(stopped()) == Exit(128 + signal.SIGKILL)


def test_a_command_inside_has_the_containers_environment_and_a_time_limit(tmp_path: Path) -> None:
    async def results() -> list[bool]:
        process = await started(tmp_path, "echo ready; exec sleep 300", "ready")
        commands = ['test -n "$TMPDIR"', "exit 1", "sleep 300"]
        answers = [await process.execute(["/bin/sh", "-c", command], 2) for command in commands]
        answers.append(await process.execute(["no-such-program"], 2))
        await process.stop(30)
        return answers

    assert asyncio.run(results()) == [True, False, False, False]


def test_a_command_that_does_not_exist_is_named(tmp_path: Path) -> None:
    process = ProcessContainer(definition("no-such-program"), tmp_path / "c", tmp_path / "c.log")
    with pytest.raises(LocalError, match="Container c cannot start 'no-such-program'"):
        asyncio.run(process.start(ENVIRONMENT))


def _gone(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
