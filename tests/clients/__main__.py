"""Tries releases of MLflow's client against the server that MLFLOW_TRACKING_URI names, and prints a table of them.

Each release is installed whole, as `pip install mlflow==RELEASE` does, into an environment of its own, which is kept
for the next time. On the server there are experiments, runs and models named after each release afterwards.
"""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from kit.environment import KIT
from tests.clients import try_client

RELEASES = ("2.9.2", "2.12.2", "2.16.2", "2.22.5", "3.1.4", "3.5.1", "3.10.1", "3.14.0", "3.16.1", "3.17.2")
"""The last patch of each."""
_UV = str(KIT / "bin" / "uv")
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mlflow-clients"
_WORDS = {"works": "yes", "works by link": "by link", "not in this client": "-"}


@click.command(help=__doc__)
@click.argument("releases", nargs=-1)
@click.option("--environments", type=click.Path(path_type=Path), default=_CACHE, show_default=True)
@click.option("--with", "extra", multiple=True, metavar="REQUIREMENT", help="Install this beside each release.")
def main(releases: tuple[str, ...], environments: Path, extra: tuple[str, ...]) -> None:
    server = {name: value for name, value in os.environ.items() if name.startswith(("MLFLOW_", "AWS_", "REQUESTS_"))}
    if "MLFLOW_TRACKING_URI" not in server:
        raise click.UsageError("MLFLOW_TRACKING_URI names the server; `scripts/kit client TEAM` prints it.")
    outcomes: dict[str, Mapping[str, str]] = {}
    for release in releases or RELEASES:
        print(f"MLflow {release}", file=sys.stderr)
        folder = environments / re.sub(r"[^\w.-]+", "_", " ".join((release, *extra)))
        outcomes[release] = try_client(install(folder, release, extra), server)
    print(table(outcomes))


def install(folder: Path, release: str, extra: tuple[str, ...]) -> Path:
    """The Python of an environment with that release."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([_UV, "venv", "--quiet", "--python", sys.executable, str(folder)], check=True)
    # Before 2.16 it imports pkg_resources, and asks nobody to install it.
    install = [_UV, "pip", "install", "--quiet", "--python", str(python), f"mlflow=={release}", "setuptools<81", *extra]
    subprocess.run(install, check=True)
    return python


def table(outcomes: Mapping[str, Mapping[str, str]]) -> str:
    """In Markdown, a row for each release, and below it what failed."""
    names = list(next(iter(outcomes.values())))
    lines = ["| client | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    failures = []
    for release, found in outcomes.items():
        lines.append(f"| {release} | " + " | ".join(_WORDS.get(found[name], "no") for name in names) + " |")
        failures += [f"- {release}, {name}: {found[name]}" for name in names if found[name] not in _WORDS]
    return "\n".join([*lines, "", *failures])


if __name__ == "__main__":
    main()
