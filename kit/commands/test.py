"""`kit test`: every check and test, tier by tier, the same for a person and for CI."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import click

from kit.emulators.localstack.environment import PYTHON_VERSION
from kit.environment import CLIENT, ROOT, SERVER, find_python
from kit.local import base_image
from kit.local.engine import Engine
from kit.local.errors import LocalError

_BIN = ROOT / ".venv" / "bin"
_PYTEST = (
    *(str(_BIN / "python"), "-m", "pytest", "--numprocesses=auto", "--dist=loadfile"),
    # The slowest tests are named: what a tier takes is looked for there.
    *("--durations=8", "--durations-min=5"),
)
_INSTALLATION = threading.Lock()


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
    # One tier installs what is missing, and another that is run beside it waits.
    with _INSTALLATION:
        answer = subprocess.run([str(ROOT / ".ci" / "podman")], stdout=subprocess.PIPE, text=True, check=False)
        if answer.returncode != 0:
            return "it needs Docker or Podman, and there is none here"
        try:
            base_image.provide(Engine.find().program, lambda line: click.echo(line, err=True))
        except LocalError as error:
            return str(error)
    return None


# In the order in which they begin: what is told soon, then the longest first, so that none is left over at the end.
TIERS = (
    Tier(name="format", commands=[[str(_BIN / "ruff"), "format", "--check", "--quiet"]]),
    Tier(
        name="lint",
        commands=[[str(_BIN / "ruff"), "check", "--quiet"], [str(_BIN / "hadolint"), "server_image/Dockerfile"]],
    ),
    Tier(name="docs", commands=[[*_PYTEST, "tests/docs"]]),
    Tier(name="types", commands=[[str(_BIN / "mypy")]]),
    # One process: each would bring up a server of its own.
    Tier(name="laptop", commands=[[*_PYTEST, "--numprocesses=0", "tests/e2e"]]),
    Tier(
        name="containers",
        commands=[
            [*_PYTEST, "--numprocesses=0", "tests/containers"],
            [*_PYTEST, "--numprocesses=0", "--containers", "tests/e2e/examples"],
        ],
        cannot_run=_without_engine,
    ),
    Tier(name="faults", commands=[[*_PYTEST, "tests/faults"]]),
    Tier(name="moto", commands=[[*_PYTEST, "tests/moto"]]),
    Tier(name="server image", commands=[[*_PYTEST, "tests/server_image"]]),
    Tier(name="LocalStack", commands=[[*_PYTEST, "tests/localstack"]], cannot_run=_without_localstack),
    # One process: the containers of each would take the memory of a task.
    Tier(name="image", commands=[[*_PYTEST, "--numprocesses=0", "tests/image"]], cannot_run=_without_engine),
    Tier(name="upgrade", commands=[[*_PYTEST, "tests/upgrade"]]),
    Tier(name="pytest plugin", commands=[[*_PYTEST, "tests/pytest_plugin"]]),
    Tier(name="kit", commands=[[*_PYTEST, "tests/kit"]]),
    Tier(name="templates", commands=[[*_PYTEST, "tests/stacks", "tests/test_app.py"]]),
    Tier(name="emulators", commands=[[*_PYTEST, "tests/emulators"]]),
    Tier(name="smoke", commands=[[*_PYTEST, "tests/smoke"]]),
    Tier(name="scanners", commands=[[*_PYTEST, "tests/scanners"]]),
    Tier(
        name="reference",
        commands=[[str(_BIN / "python"), "-m", f"kit.{page}", "--check"] for page in ("reference", "security_page")],
    ),
    Tier(name="AWS", cannot_run=lambda: "it needs an AWS account, and there is none here"),
)


def run_tiers(names: Sequence[str]) -> bool:
    """Runs the named tiers, or all; prints what each came to and whether all that could run passed.

    As many run beside each other as there are cores; what one says is shown when it ends. One alone has all cores.
    """
    chosen = [tier for tier in TIERS if not names or tier.name in names]
    cores = os.cpu_count() or 1
    lanes = max(1, min(cores, len(chosen)))
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(_BIN), os.environ.get("PATH", os.defpath)]),
        "KIT_SERVER_PYTHON": str(SERVER / "bin" / "python"),
        "KIT_CLIENT_PYTHON": str(CLIENT / "bin" / "python"),
        # https://pytest-xdist.readthedocs.io/en/stable/distribution.html
        "PYTEST_XDIST_AUTO_NUM_WORKERS": str(cores // lanes),
    }
    results = asyncio.run(_run_all(chosen, environment, lanes))
    click.echo()
    for tier, (outcome, seconds) in zip(chosen, results, strict=True):
        click.echo(f"{tier.name:<16}{seconds:7.1f} s  {outcome}")
    return all(outcome != "FAILED" for outcome, _ in results)


async def _run_all(tiers: Sequence[Tier], environment: Mapping[str, str], lanes: int) -> list[tuple[str, float]]:
    free = asyncio.Semaphore(lanes)

    async def run(tier: Tier) -> tuple[str, float]:
        async with free:
            click.echo(f"== {tier.name}" + (" begins" if lanes > 1 else ""), err=True)
            started = time.monotonic()
            outcome = await _run(tier, environment, at_once=lanes == 1)
            return outcome, time.monotonic() - started

    return await asyncio.gather(*map(run, tiers))


async def _run(tier: Tier, environment: Mapping[str, str], *, at_once: bool) -> str:
    """What came of it. What it says is shown at once, or else when it has ended."""
    if reason := await asyncio.to_thread(tier.cannot_run):
        return f"not run: {reason}"
    outcome = "passed"
    with tempfile.TemporaryFile() as said:
        for command in tier.commands:
            output = None if at_once else said
            process = await asyncio.create_subprocess_exec(
                *command, cwd=ROOT, env=environment, stdout=output, stderr=output and asyncio.subprocess.STDOUT
            )
            if await _end_of(process) != 0:
                outcome = "FAILED"
                break
        if not at_once:
            said.seek(0)
            click.echo(f"== {tier.name} {outcome}", err=True)
            sys.stderr.flush()
            click.echo(said.read())
            sys.stdout.flush()
    return outcome


async def _end_of(process: asyncio.subprocess.Process) -> int:
    """Its exit code. Where the wait is cancelled the process is told so, and ends what it has started."""
    try:
        return await process.wait()
    except asyncio.CancelledError:
        process.send_signal(signal.SIGINT)
        await process.wait()
        raise
