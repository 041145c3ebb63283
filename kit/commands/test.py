"""`kit test`: every check and test, tier by tier, the same for a person and for CI."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import click

from kit.emulators.localstack.environment import PYTHON_VERSION
from kit.environment import CLIENT, ROOT, SERVER, find_python
from kit.local import base_image
from kit.local.engine import Engine
from kit.local.errors import LocalError

_BIN = ROOT / ".venv" / "bin"
# The slowest tests are named: what a tier takes is looked for there.
_PYTEST = (
    str(_BIN / "python"),
    "-m",
    "pytest",
    "--numprocesses=2",
    "--dist=loadfile",
    "--durations=8",
    "--durations-min=5",
)


@dataclass(frozen=True, kw_only=True)
class Tier:
    """One kind of check.

    Attributes:
        commands: run one after the other; all have to end with 0.
        cannot_run: says why this machine cannot run the tier, or None.
    """

    name: str
    commands: Sequence[Sequence[str]] = ()
    cannot_run: Callable[[], str | None] = lambda: None


def _without_localstack() -> str | None:
    here = find_python(PYTHON_VERSION)
    return None if here else f"LocalStack 4.14 needs Python {PYTHON_VERSION}, and there is none here"


def _without_engine() -> str | None:
    answer = subprocess.run([str(ROOT / ".ci" / "podman")], stdout=subprocess.PIPE, text=True, check=False)
    if answer.returncode != 0:
        return "it needs Docker or Podman, and there is none here"
    try:
        base_image.provide(Engine.find().program, lambda line: click.echo(line, err=True))
    except LocalError as error:
        return str(error)
    return None


TIERS = (
    Tier(name="format", commands=[[str(_BIN / "ruff"), "format", "--check", "--quiet"]]),
    Tier(
        name="lint",
        commands=[[str(_BIN / "ruff"), "check", "--quiet"], [str(_BIN / "hadolint"), "server_image/Dockerfile"]],
    ),
    Tier(name="types", commands=[[str(_BIN / "mypy")]]),
    Tier(
        name="reference",
        commands=[[str(_BIN / "python"), "-m", f"kit.{page}", "--check"] for page in ("reference", "security_page")],
    ),
    Tier(name="templates", commands=[[*_PYTEST, "tests/stacks", "tests/test_app.py"]]),
    Tier(name="scanners", commands=[[*_PYTEST, "tests/scanners"]]),
    Tier(name="kit", commands=[[*_PYTEST, "tests/kit"]]),
    Tier(name="server image", commands=[[*_PYTEST, "tests/server_image"]]),
    Tier(name="upgrade", commands=[[*_PYTEST, "tests/upgrade"]]),
    # One process: the containers of each would take the memory of a task.
    Tier(name="image", commands=[[*_PYTEST, "--numprocesses=0", "tests/image"]], cannot_run=_without_engine),
    Tier(name="smoke", commands=[[*_PYTEST, "tests/smoke"]]),
    # One process: each would bring up a server of its own.
    Tier(name="laptop", commands=[[*_PYTEST, "--numprocesses=0", "tests/e2e"]]),
    Tier(name="containers", commands=[[*_PYTEST, "--numprocesses=0", "tests/containers"]], cannot_run=_without_engine),
    Tier(name="moto", commands=[[*_PYTEST, "tests/moto"]]),
    Tier(name="LocalStack", commands=[[*_PYTEST, "tests/localstack"]], cannot_run=_without_localstack),
    Tier(name="emulators", commands=[[*_PYTEST, "tests/emulators"]]),
    Tier(name="faults", commands=[[*_PYTEST, "tests/faults"]]),
    Tier(name="pytest plugin", commands=[[*_PYTEST, "tests/pytest_plugin"]]),
    Tier(name="docs", commands=[[*_PYTEST, "tests/docs"]]),
    Tier(name="AWS", cannot_run=lambda: "it needs an AWS account, and there is none here"),
)


def run_tiers(names: Sequence[str]) -> bool:
    """Runs the named tiers, or all; prints what each came to and whether all that could run passed."""
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(_BIN), os.environ.get("PATH", os.defpath)]),
        "KIT_SERVER_PYTHON": str(SERVER / "bin" / "python"),
        "KIT_CLIENT_PYTHON": str(CLIENT / "bin" / "python"),
    }
    results = []
    for tier in TIERS:
        if names and tier.name not in names:
            continue
        click.echo(f"== {tier.name}", err=True)
        started = time.monotonic()
        if reason := tier.cannot_run():
            outcome = f"not run: {reason}"
        else:
            passed = all(
                subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0
                for command in tier.commands
            )
            outcome = "passed" if passed else "FAILED"
        results.append((tier.name, outcome, time.monotonic() - started))
        sys.stdout.flush()
    click.echo()
    for name, outcome, seconds in results:
        click.echo(f"{name:<16}{seconds:7.1f} s  {outcome}")
    return all(outcome != "FAILED" for _, outcome, _ in results)
