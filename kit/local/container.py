"""A container of a task as a process: a folder, a log and a process group of its own."""

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from kit.local.errors import LocalError
from kit.local.task_definition import ContainerDefinition

_LOG_BYTES = 20_000_000


class Container(Protocol):
    """What a task needs of a container, whatever runs it."""

    async def start(self, environment: Mapping[str, str]) -> None:
        """Start the command with exactly `environment` and what the container itself adds.

        Raises LocalError when the command cannot be started.
        """

    async def wait(self) -> int:
        """Wait until the started container has ended; 128 + n is the exit code of one ended by signal n."""

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
        self._definition, self._folder, self._log = definition, folder, log
        self._environment: dict[str, str] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._log_start = 0

    async def start(self, environment: Mapping[str, str]) -> None:
        # As in a new container: whatever the last run left is gone.
        shutil.rmtree(self._folder, ignore_errors=True)
        for name in ("work", "tmp", "home"):
            (self._folder / name).mkdir(mode=0o700, parents=True)
        self._log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._log.exists() and self._log.stat().st_size > _LOG_BYTES:
            self._log.replace(self._log.with_suffix(".log.1"))
        self._environment = {
            **environment,
            "HOME": str(self._folder / "home"),
            "TMPDIR": str(self._folder / "tmp"),
        }
        with os.fdopen(os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as output:
            self._log_start = output.tell()
            self._process = await self._spawn(self._definition.argv, output.fileno())

    async def wait(self) -> int:
        process = self._started()
        code = await process.wait()
        # The end of a container's first process is the end of all its processes.
        _signal_group(process, signal.SIGKILL)
        return code if code >= 0 else 128 - code

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
        if not self._log.exists():
            return []
        with self._log.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(self._log_start, end - 64_000))
            return file.read().decode(errors="replace").splitlines()[-count:]

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
