"""Ctrl-C, SIGTERM and a closed terminal: one KeyboardInterrupt for all three, and what it must not cut or leave.

Of the standard library alone, for the installation of everything else can be interrupted, too.
"""

import contextlib
import functools
import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

EXIT_CODE = 130
"""Of an interrupted command, as shells have it: 128 and the number of SIGINT."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def listen() -> None:
    """Makes each of the signals a KeyboardInterrupt, but for those that the caller ignores, as nohup does."""
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """Lets an interruption wait for the end of what this encloses, and raises it then."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals do not reach it
        return
    came: list[int] = []
    handlers = {number: signal.getsignal(number) for number in _SIGNALS}
    held = {number: handler for number, handler in handlers.items() if callable(handler)}
    for number in held:
        signal.signal(number, lambda number, _: came.append(number))
    try:
        yield
    finally:
        for number, handler in held.items():
            signal.signal(number, handler)
    if came:
        raise KeyboardInterrupt


@contextlib.contextmanager
def child(
    command: Sequence[str],
    cwd: Path,
    env: Mapping[str, str],
    stdout: int = subprocess.PIPE,
    stderr: int = subprocess.STDOUT,
) -> Iterator[subprocess.Popen[str]]:
    """Runs `command` beside what this encloses and waits for its end; an exception ends it and its descendants."""
    with contextlib.ExitStack() as stack:
        with held_back():
            # A session of its own is a process group of its own: what the command starts can be killed with it.
            process = subprocess.Popen(
                list(command),
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                text=True,
                start_new_session=True,
            )
            stack.enter_context(process)
            stack.push(functools.partial(_kill_group_after_error, process.pid))
        yield process


def _kill_group_after_error(group: int, error: type[BaseException] | None, *_: Any) -> None:
    if error is not None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt
