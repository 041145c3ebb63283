"""app.py: every team file becomes four stacks, and a mistake in one becomes a sentence."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import aws_cdk as cdk

import app
from tests.stacks.shapes import CONTEXT, ROOT, team


def run_app(folder: Path, **context: str) -> subprocess.CompletedProcess[str]:
    """Runs app.py as the CDK's command line does, with `folder` for the teams' files."""
    checkout = folder.parent
    for name in ("stacks", "server_image"):
        (checkout / name).symlink_to(ROOT / name)
    # A copy, for app.py finds the team files beside itself.
    shutil.copy(ROOT / "app.py", checkout)
    environment = {
        **os.environ,
        "CDK_CONTEXT_JSON": json.dumps({**CONTEXT, **context}),
        "CDK_OUTDIR": str(checkout / "cdk.out"),
        "PYTHONPATH": str(checkout),
    }
    return subprocess.run(
        [sys.executable, "app.py"], cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )


def team_files(tmp_path: Path, **files: str) -> Path:
    folder = tmp_path / "teams"
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


def test_every_team_gets_its_own_four_stacks() -> None:
    assembly = app.build(cdk.App(context=CONTEXT), [team("smallest"), team("cheap")]).synth()
    assert {stack.stack_name for stack in assembly.stacks} == {
        f"mlflow-{name}-{kind}" for name in ("smallest", "cheap") for kind in ("network", "data", "edge", "service")
    }


def test_without_a_team_all_are_made_and_with_one_that_one_alone(tmp_path: Path) -> None:
    folder = team_files(tmp_path, red="region: eu-west-1\n", blue="region: eu-west-1\nnetwork: {cidr: 10.1.0.0/20}\n")
    answer = run_app(folder, team="blue")
    assert answer.returncode == 0, answer.stderr
    templates = {path.name for path in (tmp_path / "cdk.out").glob("*.template.json")}
    assert {name.split("-")[1] for name in templates} == {"blue"}


def test_a_mistake_in_a_team_file_is_a_sentence_and_nothing_is_synthesised(tmp_path: Path) -> None:
    answer = run_app(team_files(tmp_path, red="region: eu-west-1\nsize: huge\n"))
    assert answer.returncode == 1
    assert "red.yaml: size" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert not list((tmp_path / "cdk.out").glob("*.template.json"))


def test_the_environment_of_every_stack_leaves_the_account_open() -> None:
    assembly = app.build(cdk.App(context=CONTEXT), [team("smallest")]).synth()
    assert {(s.environment.account, s.environment.region) for s in assembly.stacks} == {
        ("unknown-account", "eu-west-1")
    }
