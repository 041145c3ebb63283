"""A container of a task as a process: a folder, a log and a process group of its own."""

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kit.local.container_log import ContainerLog
from kit.local.errors import LocalError
from kit.local.task_definition import ContainerDefinition


@dataclass(frozen=True)
class Exit:
    """How a container ended.

    Attributes:
        code: 128 + n for one that signal n ended.
        reason: a sentence of what ended it, where more is known than the code.
    """

    code: int
    reason: str | None = None


class Container(Protocol):
    """What a task needs of a container, whatever runs it."""

    async def start(self, environment: Mapping[str, str]) -> None:
        """Start the command with exactly `environment` and what the container itself adds.

        Raises LocalError when the command cannot be started.
        """

    async def wait(self) -> Exit:
        """Wait until the started container has ended."""

    async def execute(self, argv: Sequence[str], timeout_s: float) -> bool:
        """Whether `argv`, run inside the started container, ends with 0 within `timeout_s` seconds."""

    async def stop(self, timeout_s: float) -> None:
        """SIGTERM, and SIGKILL to what is left after `timeout_s` seconds."""

    def last_lines(self, count: int) -> list[str]:
        """The last lines that this start wrote, at most `count`."""


class ProcessContainer:
    """Runs one container as a process group in the session of the caller, so that none outlives that session.

    Args:
        definition: the container.
        folder: for the working directory, TMPDIR and HOME of the process, all emptied at each start.
        log: the file that its output is appended to.
    """

    def __init__(self, definition: ContainerDefinition, folder: Path, log: Path) -> None:
        self._definition, self._folder, self._log = definition, folder, ContainerLog(log)
        self._environment: dict[str, str] = {}
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, environment: Mapping[str, str]) -> None:
        # As in a new container: whatever the last run left is gone.
        shutil.rmtree(self._folder, ignore_errors=True)
        for name in ("work", "tmp", "home"):
            (self._folder / name).mkdir(mode=0o700, parents=True)
        self._environment = {
            **environment,
            "HOME": str(self._folder / "home"),
            "TMPDIR": str(self._folder / "tmp"),
        }
        with self._log.open() as output:
            self._process = await self._spawn(self._definition.argv, output.fileno())

    async def wait(self) -> Exit:
        process = self._started()
        code = await process.wait()
        # The end of a container's first process is the end of all its processes.
        _signal_group(process, signal.SIGKILL)
        return Exit(code if code >= 0 else 128 - code)

    async def execute(self, argv: Sequence[str], timeout_s: float) -> bool:
        try:
            process = await self._spawn(argv, asyncio.subprocess.DEVNULL)
        except LocalError:
            return False
        try:
            async with asyncio.timeout(timeout_s):
                return await process.wait() == 0
        except TimeoutError:
            return False
        finally:
            _signal_group(process, signal.SIGKILL)

    async def stop(self, timeout_s: float) -> None:
        process = self._started()
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(timeout_s):
                await process.wait()
        except TimeoutError:
            _signal_group(process, signal.SIGKILL)
            await process.wait()

    def last_lines(self, count: int) -> list[str]:
        return self._log.last_lines(count)

    async def _spawn(self, argv: Sequence[str], output: int) -> asyncio.subprocess.Process:
        try:
            return await asyncio.create_subprocess_exec(
                *argv,
                env=self._environment,
                cwd=self._folder / "work",
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                process_group=0,
            )
        except OSError as error:
            raise LocalError(
                f"Container {self._definition.name} cannot start {argv[0]!r} ({error.strerror}): look at its"
                " command and at the PATH that it is given."
            ) from error

    def _started(self) -> asyncio.subprocess.Process:
        if self._process is None:
            raise RuntimeError(f"container {self._definition.name} has not been started")
        return self._process


def _signal_group(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    # macOS says PermissionError of a group of which only a zombie is left.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
