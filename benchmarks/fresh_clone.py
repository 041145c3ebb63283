"""From a fresh clone of this checkout's last commit to the smoke test passed, and `scripts/up` once more.

The clone and an empty home directory lie in a temporary folder, so that no cache of packages helps: the time
includes what the registries take. Everything is stopped and removed afterwards.
"""

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from benchmarks.figure import show, show_machine
from kit.environment import ROOT
from kit.local.ports import free_port

FRESH_GOAL_S, AGAIN_GOAL_S = 90.0, 20.0
# What would hand this shell's caches, environment or state to the clone.
_LEFT_OUT = re.compile(r"(?i)(uv|pip|npm_config)_cache(_dir)?|xdg_.*|virtual_env|kit_state|python(path|dontwrite.*)")
# As kit.progress prints a step that has ended.
_STEP = re.compile(r"^(?P<name>\S.{23})(?P<detail>.*?) +(?P<seconds>\d+\.\d) s$", re.MULTILINE)


@click.command(help=__doc__)
@click.option("--port", type=int, help="For the server; a free one unless given.")
def main(port: int | None) -> None:
    show_machine()
    folder = Path(tempfile.mkdtemp(prefix="kit-fresh-clone-"))
    clone, home = folder / "kit", folder / "home"
    home.mkdir()
    up = ["scripts/up", "--port", str(port or free_port())]
    environment = {name: value for name, value in os.environ.items() if not _LEFT_OUT.fullmatch(name)}
    environment["HOME"] = str(home)
    try:
        cloned = _run(["git", "clone", "--quiet", str(ROOT), str(clone)], folder, environment)
        _show(f"fresh clone (git {cloned[0]:.1f} s)", _run(up, clone, environment), FRESH_GOAL_S, cloned[0])
        _run(["scripts/down"], clone, environment)
        _show("scripts/up again, after scripts/down", _run(up, clone, environment), AGAIN_GOAL_S)
        _show("scripts/up again, while it runs", _run(up, clone, environment), AGAIN_GOAL_S)
    finally:
        if (clone / ".kit").exists():
            _run(["scripts/down", "--delete-data", "--yes"], clone, environment)
        shutil.rmtree(folder)


def _run(command: Sequence[str], cwd: Path, environment: Mapping[str, str]) -> tuple[float, str]:
    """Seconds and standard error of a command that has to succeed."""
    started = time.perf_counter()
    answer = subprocess.run(
        command, cwd=cwd, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False
    )
    seconds = time.perf_counter() - started
    if answer.returncode != 0:
        raise click.ClickException(f"{' '.join(command)} failed:\n{answer.stderr}")
    return seconds, answer.stderr


def _show(name: str, run: tuple[float, str], goal: float, before: float = 0.0) -> None:
    seconds, output = run
    show(name, [before + seconds], "s", goal)
    steps = [(step["name"].strip(), float(step["seconds"])) for step in _STEP.finditer(output)]
    for step, took in [*steps, ("outside the steps", seconds - sum(took for _, took in steps))]:
        print(f"    {step:<32}{took:8.1f} s")


if __name__ == "__main__":
    main()
