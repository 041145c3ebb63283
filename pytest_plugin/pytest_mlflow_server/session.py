"""The one server of a pytest run: asked for by any of its processes, ended with the one that owns the run."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from pytest_mlflow_server import keeper
from pytest_mlflow_server.keeper import Folder, Kit
from pytest_mlflow_server.server import MlflowServer

_POLL_S = 0.1
Show = Callable[[str], None]


class StartError(Exception):
    """There is no server; the message is one sentence that says why."""


def find_checkout(configured: str, project: Path) -> Path:
    """The kit's checkout: the configured one, relative to `project`, or else the one that this file is part of.

    Raises StartError when there is none.
    """
    checkout = project / Path(configured).expanduser() if configured else Path(__file__).resolve().parents[2]
    if (checkout / "scripts" / "kit").exists():
        return checkout
    if configured:
        raise StartError(f"mlflow_kit has to name a checkout of the kit, and {checkout} has no scripts/kit.")
    raise StartError(
        "pytest-mlflow-server does not know where the kit is: install it with `pip install -e CHECKOUT/pytest_plugin`,"
        " or set mlflow_kit = CHECKOUT in pytest's configuration."
    )


class Owner:
    """Held by pytest's only process, or by pytest-xdist's controller: the server ends when it does."""

    def __init__(self) -> None:
        # In the system's folder for temporary files, for the path of PostgreSQL's socket has to be short.
        self.folder = Folder(Path(tempfile.mkdtemp(prefix="mlflow-")))
        self._lock = keeper.lock(self.folder.owner, wait=True)

    def close(self, find_kit: Callable[[Folder], Kit], show: Show) -> None:
        """Waits until the server is stopped and its data deleted; `show` is told."""
        if self._lock is None:
            return
        if not self.folder.keeper.exists():
            self._release()
            shutil.rmtree(self.folder.path)
            return
        started = time.monotonic()
        show(f"\n{'MLflow server':<24}")
        # Opened before the keeper deletes the folder, which it does before it ends.
        with self.folder.keeper.open() as lock:
            self._release()
            fcntl.flock(lock, fcntl.LOCK_EX)
        # The keeper has done it, unless it was killed, or could not.
        kit = find_kit(self.folder)
        failure = kit.delete() if self.folder.path.exists() else None
        seconds = f"{time.monotonic() - started:6.1f} s\n"
        if failure is None:
            show(f"{'stopped, its data deleted':<46} {seconds}")
        else:
            show(f"{'not stopped':<46} {seconds}")
            command = f"KIT_STATE={self.folder.state} {kit.checkout}/scripts/kit down {kit.team} --delete-data"
            show(f"The MLflow server could not be stopped: {failure} Run: {command}\n")

    def _release(self) -> None:
        if self._lock is not None:
            # Not only closed: a process that a test has forked, and that is still there, has the descriptor as well.
            fcntl.flock(self._lock, fcntl.LOCK_UN)
            os.close(self._lock)
            self._lock = None


def get_server(kit: Kit, show: Show) -> MlflowServer:
    """The server of the pytest run, started if nobody has asked before; `show` gets what `kit up` prints meanwhile.

    Raises StartError.
    """
    mine = _start_keeper(kit)
    if mine:
        show(f"\nMLflow server of team {kit.team}, from {kit.checkout}\n")
    shown = 0
    while True:
        runs, done = keeper.is_held(kit.folder.keeper), kit.folder.outcome.exists()
        if mine and kit.folder.progress.exists():
            progress = kit.folder.progress.read_text()
            show(progress[shown:])
            shown = len(progress)
        if done:
            return _server(kit)
        if not runs:
            said = keeper.last_sentence(kit.folder.log.read_text())
            raise StartError(f"The MLflow server of team {kit.team} did not start: its keeper ended, {said}")
        time.sleep(_POLL_S)


def _start_keeper(kit: Kit) -> bool:
    """Whether it had to be started. Two processes that ask at once get one keeper: it is born with the lock."""
    descriptor = keeper.lock(kit.folder.keeper)
    if descriptor is None:
        return False
    try:
        if kit.folder.outcome.exists():
            return False
        with kit.folder.log.open("w") as log:
            arguments = [str(kit.folder.path), str(kit.checkout), kit.team]
            subprocess.run(
                [sys.executable, "-I", "-S", keeper.__file__, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[descriptor],
                start_new_session=True,
                check=True,
            )
        return True
    finally:
        os.close(descriptor)


def _server(kit: Kit) -> MlflowServer:
    outcome = json.loads(kit.folder.outcome.read_text())
    failure = outcome.get("failure")
    if failure is None:
        return MlflowServer(**outcome)
    # The kit names logs, which are deleted with all else of these tests.
    hint = f" `{kit.checkout}/scripts/up {kit.team}` keeps its logs." if str(kit.folder.path) in failure else ""
    raise StartError(f"The MLflow server of team {kit.team} did not start: {failure}{hint}")
