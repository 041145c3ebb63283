"""The kit's server beside a stock `mlflow server`: the same MLflow, PostgreSQL, vCPU and requests, in turn.

Both run as containers, so it needs Docker or Podman. Each figure is a ratio of the two in the same round; the table
shows the median and the spread over all rounds. It takes about an hour; each part can be measured alone.

\b
Examples:
  python -m benchmarks.server
  python -m benchmarks.server --part rates --rounds 3 --seconds 2
  python -m benchmarks.server --part memory --minutes 10
"""

import json
import os
import statistics
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path

import click

from benchmarks.figure import show_machine
from benchmarks.server import load, seed, servers
from benchmarks.server.setting import BUCKET, KEYS, Setting, setting
from kit.commands.image import image_bytes
from kit.environment import CLIENT, ROOT
from kit.local.engine import Engine
from kit.local.image import build_image

_HERE = Path(__file__).parent
_GIB = 2**30
_PARTS = ("rates", "memory", "transfers")


@click.command(help=__doc__)
@click.option("--rounds", default=5, show_default=True, help="How often each is measured.")
@click.option("--seconds", default=5.0, show_default=True, help="How long each operation is called in each round.")
@click.option("--minutes", default=10.0, show_default=True, help="How long the load before the last look at memory is.")
@click.option("--part", "parts", multiple=True, type=click.Choice(_PARTS), default=_PARTS, help="All without it.")
def main(rounds: int, seconds: float, minutes: float, parts: tuple[str, ...]) -> None:
    show_machine()
    if hasattr(os, "sched_setaffinity"):
        # The servers have core 0; PostgreSQL and the clients, children of this process, have the others.
        os.sched_setaffinity(0, os.sched_getaffinity(0) - {0} or {0})
    engine = Engine.find()
    references = {
        "kit": build_image(engine.program, lambda _line: None),
        "stock": build_image(engine.program, lambda _line: None, _HERE / "stock"),
    }
    table = Table()
    for name, reference in references.items():
        table.add("image size", "MB", name, image_bytes(engine.program, reference) / 1e6)
    with tempfile.TemporaryDirectory(prefix="kit-benchmark-") as folder, setting(Path(folder)) as shared:
        databases = {name: shared.make_database(name) for name in references}
        images = {
            "kit": servers.kit(shared, references["kit"], databases["kit"]),
            "stock": servers.stock(shared, references["stock"], databases["stock"]),
        }
        servers.run_migrate(engine, images["kit"])
        with servers.running(engine, images["stock"]):
            pass  # its first start makes its schema
        if "rates" in parts:
            _rates(engine, images, shared, databases, table, rounds, seconds)
        if "memory" in parts:
            for name in references:
                _memory_under_load(engine, images[name], table, minutes)
        if "transfers" in parts:
            _transfers(engine, images["kit"], shared, table, rounds)
    table.show()


class Table:
    """Figures by server and in the order in which they were measured."""

    def __init__(self) -> None:
        self._figures: dict[tuple[str, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))

    def add(self, name: str, unit: str, server: str, value: float) -> None:
        click.echo(f"{server}: {name}: {value:.4g} {unit}", err=True)
        self._figures[name, unit][server].append(value)

    def last(self, name: str, unit: str, server: str) -> float:
        """The figure that was added last."""
        return self._figures[name, unit][server][-1]

    def show(self) -> None:
        """Prints the medians, and the ratio of each pair of rounds: median, least and most."""
        print("\n| figure | kit | stock, or beside it | kit to the other |\n|---|---|---|---|")
        for (name, unit), by_server in self._figures.items():
            kit = by_server["kit"]
            others = next((values for server, values in by_server.items() if server != "kit"), [])
            ratios = [mine / other for mine, other in zip(kit, others, strict=False) if other]
            other = f"{statistics.median(others):.4g} {unit}" if others else "-"
            print(f"| {name} | {statistics.median(kit):.4g} {unit} | {other} | {_spread(ratios)} |")


def _spread(ratios: list[float]) -> str:
    if not ratios:
        return "-"
    middle = f"{statistics.median(ratios):.2f}"
    return middle if len(ratios) == 1 else f"{middle} ({min(ratios):.2f} to {max(ratios):.2f})"


def _rates(
    engine: Engine,
    images: dict[str, servers.Image],
    shared: Setting,
    databases: dict[str, str],
    table: Table,
    rounds: int,
    seconds: float,
) -> None:
    for name, database in databases.items():
        _seed(engine, images[name], shared, database)
    for number in range(rounds):
        click.echo(f"round {number + 1} of {rounds}", err=True)
        for name in images if number % 2 else reversed(images):
            _measure(engine, images[name], table, seconds)
    _pgbench(shared, table, databases["kit"], rounds, seconds)


def _seed(engine: Engine, image: servers.Image, shared: Setting, database: str) -> None:
    with servers.running(engine, image) as server:
        runs = load.prepare(server.port)
    seed.searched_runs(shared, database, runs.searched)
    if image.name == "kit":
        seed.pgbench_runs(shared, database, runs.experiment)


def _measure(engine: Engine, image: servers.Image, table: Table, seconds: float) -> None:
    with servers.running(engine, image) as server:
        table.add("container start to healthy", "s", image.name, server.started_s)
        table.add("memory, idle (PSS)", "MB", image.name, server.memory_mb())
        runs = load.prepare(server.port)
        for name, operation in load.OPERATIONS.items():
            load.drive(runs, operation, min(1.0, seconds))
            result = load.drive(runs, operation, seconds)
            table.add(name, "/s", image.name, result.rate)
            table.add(f"{name}, p99", "ms", image.name, result.p99_s * 1000)
        _p99_at_stocks_rate(runs, image.name, table, seconds)
        table.add("memory after the round (PSS)", "MB", image.name, server.memory_mb())


def _p99_at_stocks_rate(runs: load.Runs, name: str, table: Table, seconds: float) -> None:
    """For the stock server, which is measured first, that is as fast as it goes."""
    figure = "log-metric, p99 at the stock server's most"
    if name == "stock":
        table.add(figure, "ms", name, table.last("log-metric, p99", "ms", name))
        return
    rate = table.last("log-metric", "/s", "stock")
    result = load.drive(runs, load.OPERATIONS["log-metric"], seconds, rate)
    table.add(figure, "ms", name, result.p99_s * 1000)


def _pgbench(shared: Setting, table: Table, database: str, rounds: int, seconds: float) -> None:
    """The rate at which PostgreSQL alone takes the rows of log-batch."""
    for _ in range(rounds):
        said = shared.pgbench(database, _HERE / "log_batch.sql", load.CLIENTS, max(1, round(seconds)))
        rate = next(line for line in said.splitlines() if line.startswith("tps")).split()[2]
        table.add("rows of log-batch, by PostgreSQL alone", "/s", "kit", float(rate))


def _memory_under_load(engine: Engine, image: servers.Image, table: Table, minutes: float) -> None:
    with servers.running(engine, image) as server:
        runs = load.prepare(server.port)
        for operation in load.OPERATIONS.values():
            load.drive(runs, operation, minutes * 60 / len(load.OPERATIONS))
        table.add(f"memory after {minutes:g} minutes of load (PSS)", "MB", image.name, server.memory_mb())


def _transfers(engine: Engine, image: servers.Image, shared: Setting, table: Table, rounds: int) -> None:
    with servers.running(engine, image) as server:
        before = server.memory_mb()
        command = [str(CLIENT / "bin" / "python"), "-m", "benchmarks.server.transfers"]
        arguments = [f"http://127.0.0.1:{server.port}", shared.s3_endpoint, BUCKET, str(_GIB), str(rounds)]
        environment = {"PATH": os.defpath, "HOME": str(Path.home()), "PYTHONPATH": str(ROOT), **KEYS}
        answer = subprocess.run([*command, *arguments], env=environment, check=True, stdout=subprocess.PIPE, text=True)
        ways = json.loads(answer.stdout.splitlines()[-1])
        for way, values in ways["kit"].items():
            figure = f"1 GiB {way}, presigned, beside boto3"
            for mine, boto3s in zip(values, ways["boto3"][way.split()[0]], strict=True):
                table.add(figure, "s", "kit", mine)
                table.add(figure, "s", "boto3", boto3s)
        table.add("memory that the transfers took (PSS)", "MB", "kit", server.memory_mb() - before)


if __name__ == "__main__":
    main()
