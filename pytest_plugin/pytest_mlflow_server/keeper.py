"""The process that starts a team server, and ends it as soon as the tests that it is for are over.

It is a script in a session of its own, because every process of pytest may end without a word: a worker of
pytest-xdist that crashes, or pytest itself by SIGTERM, SIGKILL or os._exit. The kernel lets go of a process's locks
(flock(2)), whatever ended it; so the tests are over when nobody holds `owner.lock`.

Of the standard library alone, for it runs without the project's packages: nothing installed there can be in its way.
"""

import contextlib
import fcntl
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_POLL_S = 0.1
# Not for the kit, which has an environment and a cloud of its own.
_NOT_FOR_THE_KIT = re.compile(r"(AWS|MLFLOW|COV|COVERAGE|PYTEST)_|PYTHON.")


@dataclass(frozen=True)
class Folder:
    """What the processes of one pytest run and the keeper tell each other, closed to other users."""

    path: Path

    @property
    def owner(self) -> Path:
        """Locked by pytest itself (the controller, with pytest-xdist) until the tests are over."""
        return self.path / "owner.lock"

    @property
    def keeper(self) -> Path:
        """Locked by the keeper for as long as it runs."""
        return self.path / "keeper.lock"

    @property
    def progress(self) -> Path:
        """What `kit up` shows to a person."""
        return self.path / "progress"

    @property
    def log(self) -> Path:
        """What the keeper itself prints: nothing, unless it fails."""
        return self.path / "keeper.log"

    @property
    def outcome(self) -> Path:
        """A JSON object: the fields of MlflowServer, or `failure`, a sentence."""
        return self.path / "outcome.json"

    @property
    def state(self) -> Path:
        """The kit's own state folder."""
        return self.path / "state"


@dataclass(frozen=True)
class Kit:
    """A checkout's command line, with its state in the folder, for one team."""

    checkout: Path
    team: str
    folder: Folder

    def start(self, verb: str, *arguments: str, stdout: Any, stderr: Any) -> "subprocess.Popen[str]":
        """`scripts/kit VERB TEAM`, under way."""
        return subprocess.Popen(
            [str(self.checkout / "scripts" / "kit"), verb, self.team, *arguments],
            cwd=self.checkout,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            text=True,
        )

    def run(self, verb: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """`scripts/kit VERB TEAM`, from start to end."""
        with self.start(verb, *arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            stdout, stderr = process.communicate()
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    def delete(self) -> str | None:
        """Stops the server and deletes its data and the folder; the reason when that cannot be done."""
        if self.folder.state.exists():
            down = self.run("down", "--delete-data", "--yes")
            if down.returncode != 0:
                return last_sentence(down.stderr)
        shutil.rmtree(self.folder.path, ignore_errors=True)
        return None

    def _environment(self) -> dict[str, str]:
        mine = {name: value for name, value in os.environ.items() if not _NOT_FOR_THE_KIT.match(name)}
        mine["KIT_STATE"] = str(self.folder.state)
        # Another Python than the one that the checkout was installed with would install it again: `python3` is the
        # project's own in its activated environment.
        installed_with = self.checkout / ".venv" / "bin" / "python"
        if installed_with.exists():
            mine.setdefault("PYTHON", str(installed_with.resolve()))
        return mine


def lock(path: Path, *, wait: bool = False) -> int | None:
    """The descriptor that holds the lock, or None when another process holds it and this one is not to wait."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException as error:
        os.close(descriptor)
        if isinstance(error, BlockingIOError):
            return None
        raise
    return descriptor


def wait_for(path: Path) -> None:
    """Returns when nobody holds the lock."""
    descriptor = lock(path, wait=True)
    if descriptor is not None:
        os.close(descriptor)


def is_held(path: Path) -> bool:
    """Whether a process holds the lock."""
    descriptor = lock(path)
    if descriptor is not None:
        os.close(descriptor)
    return descriptor is None


def last_sentence(printed: str) -> str:
    """The last line, where a command of the kit that fails says why."""
    return printed.rstrip().rpartition("\n")[2].removeprefix("error: ") or "it says nothing"


def _up(kit: Kit) -> dict[str, str]:
    """The outcome of `kit up`, and of nothing when the tests are over before it is."""
    with kit.folder.progress.open("w") as progress, (kit.folder.path / "up").open("w+") as printed:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        with kit.start("up", "--port", str(port), stdout=printed, stderr=progress) as up:
            while up.poll() is None:
                if not is_held(kit.folder.owner):
                    up.terminate()
                    up.wait()
                    return {"failure": "the tests were over before it was up"}
                time.sleep(_POLL_S)
        if up.returncode != 0:
            return {"failure": last_sentence(kit.folder.progress.read_text())}
        printed.seek(0)
        return _server(kit, printed.read())


def _server(kit: Kit, printed: str) -> dict[str, str]:
    """From the line that `kit up` prints for a person to paste."""
    variables = dict(re.findall(r"\b(MLFLOW_TRACKING_\w+)=(\S+)", printed))
    server = {"tracking_uri": variables["MLFLOW_TRACKING_URI"]}
    if "MLFLOW_TRACKING_USERNAME" in variables:
        password = kit.run("password")
        if password.returncode != 0:
            return {"failure": last_sentence(password.stderr)}
        server |= {"username": variables["MLFLOW_TRACKING_USERNAME"], "password": password.stdout.strip()}
    return server


def main(kit: Kit) -> None:
    """Starts the server, keeps it until the tests are over, and deletes it."""
    try:
        outcome = _up(kit)
    except OSError as error:
        outcome = {"failure": str(error)}
    unfinished = kit.folder.outcome.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(outcome))
    unfinished.rename(kit.folder.outcome)
    wait_for(kit.folder.owner)
    kit.delete()


if __name__ == "__main__":
    # Two processes: whoever starts the keeper has no child to wait for, and gets no warning of one left behind.
    if os.fork():
        os._exit(0)
    os.umask(0o077)
    path, checkout, team = sys.argv[1:]
    with contextlib.suppress(KeyboardInterrupt):
        main(Kit(Path(checkout), team, Folder(Path(path))))
