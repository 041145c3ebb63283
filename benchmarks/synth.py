"""How long `cdk synth -c team=example` takes, with and without the checks.

Each run is the whole command as a person gives it: the CDK command line, Python, the CDK's Node process, the
constructs and the files. With all checks means cdk.json's own app: cdk-nag and CloudFormation Validate. Without
means the same four stacks, no cdk-nag added, and CDK_VALIDATION=false, which turns CloudFormation Validate off.
The runs take turns, so that a passing load meets both.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from benchmarks.figure import show, show_machine
from kit.environment import ROOT

GOAL_S = {"all checks on": 6.0, "without the rule packs": 4.0}
_CLI = ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"
_PLAIN_APP = f"{sys.executable} -m benchmarks.app_without_rules"


@click.command(help=__doc__)
@click.option("--runs", default=5, show_default=True, help="Runs of each.")
def main(runs: int) -> None:
    show_machine()
    measured: dict[str, list[float]] = {name: [] for name in GOAL_S}
    for number in range(runs + 1):
        seconds = {
            "all checks on": _synth([], {}),
            "without the rule packs": _synth(["--app", _PLAIN_APP], {"CDK_VALIDATION": "false"}),
        }
        # The first writes bytecode and fills the CDK's cache of packages.
        if number > 0:
            for name, value in seconds.items():
                measured[name].append(value)
    for name, goal in GOAL_S.items():
        show(f"cdk synth, {name}", measured[name], "s", goal)
    rules = [both - plain for both, plain in zip(*measured.values(), strict=True)]
    show("what the rules take", rules, "s")


def _synth(options: Sequence[str], variables: Mapping[str, str]) -> float:
    environment = {**os.environ, **variables, "CDK_DISABLE_VERSION_CHECK": "1", "CDK_DISABLE_CLI_TELEMETRY": "true"}
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment.get("PATH", os.defpath)])
    environment["PYTHONPATH"] = str(ROOT)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    node = shutil.which("node", path=environment["PATH"])
    if node is None or not _CLI.exists():
        raise click.ClickException("The CDK command line is not installed: run scripts/up first.")
    with tempfile.TemporaryDirectory() as folder:
        command = [node, str(_CLI), "synth", "-c", "team=example", "--quiet", "--no-notices", "--output", folder]
        started = time.perf_counter()
        answer = subprocess.run(
            [*command, *options], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        seconds = time.perf_counter() - started
    if answer.returncode != 0:
        raise click.ClickException(f"cdk synth failed: {answer.stderr.strip()[-1000:]}")
    return seconds


if __name__ == "__main__":
    main()
