"""How long reading team files takes: parsing, every check of each, and the checks of each against all others."""

import tempfile
import time
from pathlib import Path

import click

from benchmarks.figure import show, show_machine
from kit.environment import ROOT
from stacks.team.files import load_teams

GOAL_S = 0.5
_CIDR = "10.0.0.0/20"


@click.command(help=__doc__)
@click.option("--count", default=200, show_default=True, help="Team files to read.")
@click.option("--runs", default=5, show_default=True)
def main(count: int, runs: int) -> None:
    example = (ROOT / "teams" / "example.yaml").read_text()
    show_machine()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(count):
            # Each team has a network of its own, as clashes would end the reading.
            cidr = f"10.{number // 16}.{number % 16 * 16}.0/20"
            (folder / f"team-{number}.yaml").write_text(example.replace(_CIDR, cidr))
        show(f"reading {count} team files", [_read(folder, count) for _ in range(runs)], "s", GOAL_S)


def _read(folder: Path, count: int) -> float:
    started = time.perf_counter()
    teams = load_teams(folder)
    seconds = time.perf_counter() - started
    if len(teams) != count:
        raise click.ClickException(f"{len(teams)} of {count} team files were read")
    return seconds


if __name__ == "__main__":
    main()
