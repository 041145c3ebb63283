"""The checkout for those who do not use the kit's own commands, and for those with a mistake in a team file."""

import os
import subprocess
from pathlib import Path

import pytest

from kit.environment import ROOT
from tests.checkout import fresh_copy, install
from tests.running import LocalTeam, remains

KINDS = ("network", "data", "edge", "service")


def cdk(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CDK_DISABLE_VERSION_CHECK": "1", "CDK_DISABLE_CLI_TELEMETRY": "true"}
    environment["PATH"] = os.pathsep.join([str(ROOT / ".venv" / "bin"), environment["PATH"]])
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [str(ROOT / "node_modules" / ".bin" / "cdk"), "--no-notices", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_plain_cdk_synth_makes_the_stacks_of_one_team(tmp_path: Path) -> None:
    answer = cdk("synth", "--quiet", "--output", str(tmp_path), "--context", "team=example")
    assert answer.returncode == 0, answer.stderr
    made = sorted(path.name for path in tmp_path.glob("*.template.json"))
    assert made == sorted(f"mlflow-example-{kind}.template.json" for kind in KINDS)


def test_plain_cdk_ls_without_a_team_names_all_teams_stacks(tmp_path: Path) -> None:
    answer = cdk("ls", "--output", str(tmp_path))
    assert answer.returncode == 0, answer.stderr
    teams = [path.stem for path in (ROOT / "teams").glob("*.yaml")]
    assert sorted(answer.stdout.split()) == sorted(f"mlflow-{team}-{kind}" for team in teams for kind in KINDS)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = fresh_copy(tmp_path_factory.mktemp("copy"))
    install(folder, ".venv", "node_modules", ".venv-server", ".venv-client")
    return folder


def test_errors_in_a_team_file_are_told_at_once_before_anything_starts(copy: Path, tmp_path: Path) -> None:
    (copy / "teams" / "wrong.yaml").write_text("region: eu-west-1\nsize: huge\ncolour: red\n")
    team = LocalTeam(tmp_path, copy)
    refused = team.kit("up", "wrong")
    assert (refused.code, refused.stdout) == (1, "")
    assert "wrong.yaml: size" in refused.stderr
    assert "wrong.yaml: colour" in refused.stderr
    assert "AWS emulator" not in refused.stderr
    assert remains(team) == []


def test_an_unknown_team_is_refused_with_the_teams_that_are_there(copy: Path, tmp_path: Path) -> None:
    team = LocalTeam(tmp_path, copy)
    refused = team.kit("up", "exampel")
    assert refused.code == 1
    assert "did you mean example?" in refused.error
    assert not team.state.exists()
