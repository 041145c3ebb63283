"""Processes that outlive the command that started them, each known by a file that holds its pid.

A pid alone is no identity, because the system hands it out again: the file also holds when the process
started, and a process with the same pid and another start time is left alone.
"""

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from kit.interruption import held_back

# psutil derives the start time from the clock, which a laptop corrects while it runs.
_CLOCK_TOLERANCE_S = 2.0
_POLL_S = 0.02

# A Popen that is collected while its child runs warns about it, so those of this process stay referenced.
_started: list[subprocess.Popen[bytes]] = []


def start(argv: Sequence[str], env: Mapping[str, str], log: Path, pid_file: Path, cwd: Path | None = None) -> int:
    """Start `argv` in a session of its own with exactly `env`, append its output to `log`, return its pid.

    Its files are readable by the user alone. Raises OSError when the program cannot be executed.
    """
    for folder in (log.parent, pid_file.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file in (log, pid_file):
        file.touch(mode=0o600)
    with held_back(), log.open("ab") as output:
        process = subprocess.Popen(
            list(argv),
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        _started.append(process)
        identity = {"pid": process.pid, "started": psutil.Process(process.pid).create_time()}
        pid_file.write_text(json.dumps(identity))
    return process.pid


def alive(pid_file: Path) -> bool:
    """Whether the process that wrote `pid_file` still runs."""
    return _leader(pid_file) is not None


def stop(pid_file: Path, timeout_s: float = 30.0) -> None:
    """Ask the process to end, wait up to `timeout_s` seconds, then kill it and all that it left behind.

    Nothing happens when it does not run any more; the pid file is gone afterwards.
    """
    members = _session(pid_file)
    leader = _leader(pid_file)
    if leader is not None:
        with contextlib.suppress(psutil.NoSuchProcess):
            leader.terminate()
        gone([leader], timeout_s)
    for process in members:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    gone(members, timeout_s=5)
    pid_file.unlink(missing_ok=True)


def gone(processes: Sequence[psutil.Process], timeout_s: float) -> bool:
    """Waits up to `timeout_s` seconds until none of them runs; whether that came.

    A zombie does not run: whoever inherits the orphans of a finished command may take seconds to collect them.
    """
    deadline = time.monotonic() + timeout_s
    while any(_runs(process) for process in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    for child in _started:
        child.poll()
    return True


def _runs(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _leader(pid_file: Path) -> psutil.Process | None:
    identity = _identity(pid_file)
    if identity is None:
        return None
    pid, started = identity
    try:
        process = psutil.Process(pid)
        ours = abs(process.create_time() - started) < _CLOCK_TOLERANCE_S
        return process if ours and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def _session(pid_file: Path) -> list[psutil.Process]:
    """The process and its descendants, which outlive it when it was killed: its pid is their session's id."""
    identity = _identity(pid_file)
    if identity is None:
        return []
    pid, started = identity
    if psutil.pid_exists(pid) and _leader(pid_file) is None and not _is_zombie(pid):
        return []  # the pid belongs to a stranger by now, and so does the session
    members = []
    for process in psutil.process_iter():
        with contextlib.suppress(OSError, psutil.Error):
            if os.getsid(process.pid) == pid and process.create_time() > started - _CLOCK_TOLERANCE_S:
                members.append(process)
    return members


def _is_zombie(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def _identity(pid_file: Path) -> tuple[int, float] | None:
    """None when there is no file, or when a crash left it half written."""
    try:
        identity = json.loads(pid_file.read_text())
        return int(identity["pid"]), float(identity["started"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
