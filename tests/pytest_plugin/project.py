"""A project of somebody who trains models: a folder, an environment of its own with the plugin, and its tests."""

import os
import re
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

from kit.environment import CLIENT, KIT, ROOT
from tests.running import Command, Finished

PLUGIN = ROOT / "pytest_plugin"
GUIDE = ROOT / "docs" / "use" / "test-against-a-team-server.md"
_NOT_THEIRS = ("AWS_", "MLFLOW_", "PYTEST_", "PYTHON", "KIT_")


class Project:
    """The project in `folder`, which is empty; its processes keep what is temporary in `temporary`."""

    def __init__(self, folder: Path, python: Path) -> None:
        self.folder, self.temporary = folder / "project", folder / "temporary"
        self._python = python
        self.folder.mkdir()
        self.temporary.mkdir()
        self.write("pytest.ini", "[pytest]\n")

    def write(self, name: str, content: str) -> None:
        """A file of the project."""
        (self.folder / name).write_text(content)

    def start(self, *arguments: str, **environment: str) -> Command:
        """Its pytest, under way."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_THEIRS)}
        path = os.pathsep.join([str(self._python.parent), inherited["PATH"]])
        mine = {**inherited, "PATH": path, "TMPDIR": str(self.temporary), **environment}
        argv = [str(self._python), "-m", "pytest", *arguments]
        return Command(argv, mine, self.folder, self.folder.parent / f"run-{time.monotonic_ns()}", typed="")

    def pytest(self, *arguments: str, **environment: str) -> Finished:
        """Its pytest, from start to end."""
        return self.start(*arguments, **environment).finish()

    def left(self, *marks: str) -> list[str]:
        """What the plugin has left: its folders, and after a moment processes that are about them or `marks`."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and (self._processes(*marks) or self._folders()):
            time.sleep(0.1)
        return self._processes(*marks) + self._folders()

    def _folders(self) -> list[str]:
        return [str(folder) for folder in self.temporary.glob("mlflow-*")]

    def _processes(self, *marks: str) -> list[str]:
        mine = [str(self.temporary / "mlflow-"), *marks]
        return [line for line in map(_description, psutil.process_iter()) if any(mark in line for mark in mine)]


def make_environment(folder: Path) -> Path:
    """A virtual environment as its user would have it, with MLflow; returns its Python."""
    uv, python = str(KIT / "bin" / "uv"), folder / "bin" / "python"
    commands = [
        [uv, "venv", "--quiet", "--python", str(CLIENT / "bin" / "python"), str(folder)],
        [uv, "pip", "install", "--quiet", "--python", str(python), "--editable", str(PLUGIN), "psutil", "pytest-xdist"],
    ]
    for command in commands:
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        assert answer.returncode == 0, answer.stderr
    (there,) = (CLIENT / "lib").glob("python*/site-packages")
    (here,) = (folder / "lib").glob("python*/site-packages")
    (here / "mlflow_from_there.pth").write_text(f"{there}\n")
    return python


def example() -> Mapping[str, str]:
    """The files that the guide shows, by their names: each is named just before its block."""
    return dict(re.findall(r"`(\w+\.py)`[^`]*```python\n(.*?)```", GUIDE.read_text(), re.DOTALL))


def _description(process: psutil.Process) -> str:
    """Command line and environment; empty for one that has ended."""
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return ""
        return " ".join([*process.cmdline(), *process.environ().values()])
    except (psutil.Error, OSError):
        return ""
