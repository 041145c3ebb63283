"""What a setting of the server costs or saves: the kit's server with one thing changed, beside itself as it is.

The figures are seconds of CPU and memory, which other programs on the machine change little, and each is also told
as a ratio to the server as it is in the same round. It takes about a minute for each variant and round.

\b
Examples:
  python -m benchmarks.server_settings
  python -m benchmarks.server_settings --rounds 3 --only h11 --only asyncio
"""

import ctypes.util
import json
import os
import resource
import statistics
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import click
import psutil

from benchmarks.figure import show_machine
from benchmarks.server import load, seed, servers
from benchmarks.server.setting import Setting, setting
from benchmarks.server.waiting import wait_until
from kit.environment import ROOT, SERVER, find_python, install_venv
from kit.local.ports import free_port

_PYTHON = str(SERVER / "bin" / "python")
_CHANGED = str(Path(__file__).with_name("changed.py"))
_AS_IT_IS = "as it is"
# The image's.
_OTHER_PYTHON = "3.13"


@dataclass(frozen=True)
class Variant:
    """One thing that is other than in the kit's server.

    Attributes:
        options: what `changed.py` is told.
        environment: of the process.
        python: that runs it.
    """

    options: Mapping[str, object] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    python: str = _PYTHON


def _variants() -> dict[str, Variant]:
    variants = {
        "asyncio": Variant({"uvicorn": {"loop": "asyncio"}}),
        "h11": Variant({"uvicorn": {"http": "h11"}}),
        "uvicorn's access log": Variant({"uvicorn": {"access_log": True}}),
        "gc.freeze": Variant({"freeze": True}),
        "gc threshold 10,000": Variant({"threshold": 10_000}),
        "2 workers": Variant(environment={"MLFLOW_WORKERS": "2"}),
        "2 workers, preloaded": Variant({"forks": 2}),
        "2 workers, preloaded, gc.freeze": Variant({"forks": 2, "freeze": True}),
        "MALLOC_ARENA_MAX=2": Variant(environment={"MALLOC_ARENA_MAX": "2"}),
        "PYTHONMALLOC=malloc": Variant(environment={"PYTHONMALLOC": "malloc"}),
        "pools of 2 and 2": Variant(environment=_pools(2)),
        "pools of 20 and 20": Variant(environment=_pools(20)),
        "auth: basic": Variant(
            environment={
                "TRACKING_AUTH": "basic",
                "MLFLOW_AUTH_ADMIN_USERNAME": load.ADMIN,
                "MLFLOW_AUTH_ADMIN_PASSWORD": load.PASSWORD,
            }
        ),
    }
    if python := find_python(_OTHER_PYTHON):
        variants[f"Python {_OTHER_PYTHON}"] = Variant(python=python)
    else:
        click.echo(f"Python {_OTHER_PYTHON} is not measured: there is none here.", err=True)
    if library := ctypes.util.find_library("jemalloc"):
        variants["jemalloc"] = Variant(environment={"LD_PRELOAD": library})
        variants["jemalloc for all"] = Variant(environment={"LD_PRELOAD": library, "PYTHONMALLOC": "malloc"})
    else:
        click.echo("jemalloc is not measured: there is no libjemalloc here.", err=True)
    return variants


def _pools(size: int) -> dict[str, str]:
    """The server has as many threads for Flask as a pool has connections at most, by two."""
    return {"MLFLOW_SQLALCHEMYSTORE_POOL_SIZE": str(size), "MLFLOW_SQLALCHEMYSTORE_MAX_OVERFLOW": str(size)}


@click.command(help=__doc__)
@click.option("--rounds", default=5, show_default=True, help="How often each is measured.")
@click.option("--seconds", default=3.0, show_default=True, help="How long each operation is called.")
@click.option("--only", multiple=True, help="A variant; again for more. All without it.")
def main(rounds: int, seconds: float, only: tuple[str, ...]) -> None:
    variants = _variants()
    if unknown := set(only) - set(variants):
        raise click.BadParameter(f"{', '.join(sorted(unknown))}; there are {', '.join(variants)}", param_hint="--only")
    chosen = {_AS_IT_IS: Variant(), **{name: v for name, v in variants.items() if not only or name in only}}
    chosen = {name: _with_packages(variant) for name, variant in chosen.items()}
    show_machine()
    measured: dict[str, dict[str, list[float]]] = {name: defaultdict(list) for name in chosen}
    migrate: list[float] = []
    with tempfile.TemporaryDirectory(prefix="kit-settings-") as folder, setting(Path(folder)) as shared:
        environment = _environment(shared)
        _migrate(environment)
        searched = True
        for number in range(rounds):
            click.echo(f"round {number + 1} of {rounds}", err=True)
            migrate.append(_migrate(environment))
            for name, variant in chosen.items():
                with _serving(variant, environment) as (server, port):
                    if "TRACKING_AUTH" in variant.environment:
                        _make_user(port)
                    runs = load.prepare(port)
                    if searched:
                        seed.searched_runs(shared, "kit", runs.searched)
                        searched = False
                    for figure, value in _measure(server, runs, seconds):
                        measured[name][figure].append(value)
    _show(measured)
    print(f"\nmigrate with nothing to do: {statistics.median(migrate):.2f} s of CPU")


def _make_user(port: int) -> None:
    """The user that the clients are, who is no administrator; he outlives the server, in its database."""
    made = {"username": load.USER, "password": load.PASSWORD}
    with suppress(RuntimeError):  # From an earlier round.
        load.Client(port, load.ADMIN).call("POST", "users/create", made)


def _with_packages(variant: Variant) -> Variant:
    """The same with a Python that has the server's packages."""
    if variant.python == _PYTHON:
        return variant
    home = ROOT / f".venv-server-{_OTHER_PYTHON}"
    requirements = ROOT / "server_image" / "requirements.txt"
    install_venv(home, requirements, variant.python, lambda line: click.echo(line, err=True))
    return replace(variant, python=str(home / "bin" / "python"))


def _environment(shared: Setting) -> dict[str, str]:
    image = servers.kit(shared, "", shared.make_database("kit"))
    return {"PATH": os.defpath, "HOME": str(Path.home()), "PYTHONPATH": str(ROOT / "server_image"), **image.environment}


def _migrate(environment: Mapping[str, str]) -> float:
    """The seconds of CPU that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [_PYTHON, "-m", "tracking_server", "migrate"]
    subprocess.run(command, env=dict(environment), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@contextmanager
def _serving(variant: Variant, environment: Mapping[str, str]) -> Iterator[tuple[psutil.Process, int]]:
    port = free_port()
    variables = {**environment, **variant.environment, "MLFLOW_PORT": str(port)}
    command = [variant.python, _CHANGED, json.dumps(dict(variant.options)), "serve"]
    process = subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(f"http://127.0.0.1:{port}/health", lambda: process.poll() is None)
        yield psutil.Process(process.pid), port
    finally:
        process.terminate()
        process.wait()


def _measure(server: psutil.Process, runs: load.Runs, seconds: float) -> Iterator[tuple[str, float]]:
    for name, operation in load.OPERATIONS.items():
        load.drive(runs, operation, min(1.0, seconds))
        before = _cpu_seconds(server)
        result = load.drive(runs, operation, seconds)
        yield f"{name}, ms of CPU", (_cpu_seconds(server) - before) * 1000 / result.count
    yield "memory (PSS), MB", sum(process.memory_full_info().pss for process in _tree(server)) / 1e6


def _tree(server: psutil.Process) -> list[psutil.Process]:
    return [server, *server.children(recursive=True)]


def _cpu_seconds(server: psutil.Process) -> float:
    return sum(times.user + times.system for times in (process.cpu_times() for process in _tree(server)))


def _show(measured: Mapping[str, Mapping[str, list[float]]]) -> None:
    figures = list(measured[_AS_IT_IS])
    print(f"\n| variant | {' | '.join(figures)} |\n|---|{'---|' * len(figures)}")
    for name, values in measured.items():
        cells = []
        for figure in figures:
            ratios = [mine / own for mine, own in zip(values[figure], measured[_AS_IT_IS][figure], strict=True)]
            told = f"{statistics.median(values[figure]):.4g}"
            if name != _AS_IT_IS:
                told = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
            cells.append(told)
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
