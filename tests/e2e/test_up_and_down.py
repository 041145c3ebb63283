"""`scripts/up` and `scripts/down` of the example team, as its user runs them."""

import re
import shutil
import subprocess
from pathlib import Path

from kit.environment import ROOT
from tests.running import TEAM, Finished, LocalTeam, remains

STEPS = [
    "AWS emulator",
    "cdk synth",
    "cdk bootstrap",
    "cdk deploy",
    "PostgreSQL",
    "Task",
    "Load balancer",
    "Smoke test",
]
CLIENT_LOGS = """
import mlflow
mlflow.set_experiment("written by a client")
with mlflow.start_run() as run:
    mlflow.log_params({"depth": 3})
    for step in range(3):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
    mlflow.log_text("as it was", "notes/note.txt")
print(run.info.run_id)
"""
CLIENT_READS = """
import os, mlflow
client = mlflow.MlflowClient()
run = client.get_run(os.environ["RUN"])
assert run.info.status == "FINISHED" and run.data.params == {"depth": "3"}, run
assert [m.value for m in client.get_metric_history(run.info.run_id, "loss")] == [1, 1 / 2, 1 / 3]
print(mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/notes/note.txt"))
"""


def test_up_from_nothing_shows_every_step_with_its_time(up_from_nothing: tuple[LocalTeam, Finished]) -> None:
    _, first = up_from_nothing
    assert first.code == 0, first.stderr
    shown = re.findall(r"^(\S.{23})\S.* +\d+\.\d s$", first.stderr, re.MULTILINE)
    assert [name.strip() for name in shown] == STEPS


def test_up_says_what_is_other_than_on_aws(up_from_nothing: tuple[LocalTeam, Finished]) -> None:
    _, first = up_from_nothing
    for words in ("DATABASE_HOST is 127.0.0.1, not", "DATABASE_SSLMODE is disable, not verify-full", "AWS::EC2::"):
        assert words in first.stderr


def test_up_says_the_url_the_user_and_where_the_password_is(up_from_nothing: tuple[LocalTeam, Finished]) -> None:
    team, first = up_from_nothing
    assert team.url in first.stdout
    assert re.search(r"user +admin", first.stdout)
    assert re.search(rf"password +scripts/kit password {TEAM}", first.stdout)


def test_the_pasted_lines_work(running: LocalTeam, up_from_nothing: tuple[LocalTeam, Finished]) -> None:
    export, snippet = up_from_nothing[1].stdout.strip().splitlines()[-2:]
    read = "print(mlflow.search_runs(experiment_names=['hello'])['metrics.answer'].tolist())"
    lines = f'set -e\n{export}\n{snippet}\n.venv-client/bin/python -c "import mlflow; {read}"'
    bash = str(shutil.which("bash"))
    pasted = subprocess.run(
        [bash, "-c", lines], env=running.environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert pasted.returncode == 0, pasted.stderr
    assert pasted.stdout.splitlines()[-1] == "[42.0]"


def test_down_leaves_nothing_running_and_up_brings_the_same_runs_and_artifacts_back(running: LocalTeam) -> None:
    run = running.python(CLIENT_LOGS).splitlines()[-1]
    down = running.down()
    assert "the data stays in" in down.stderr
    assert remains(running) == []
    assert running.down().code == 0
    running.up()
    assert running.python(CLIENT_READS, RUN=run).splitlines()[-1] == "as it was"


def test_a_second_up_keeps_the_data_and_leaves_the_smoke_test_out_if_asked(with_run: LocalTeam) -> None:
    again = with_run.up()
    assert "Load balancer" in again.stderr
    assert "Smoke test" not in again.stderr
    assert again.stdout.splitlines()[1:2] == [f"The MLflow server of team {TEAM} is at {with_run.url}"]
    with_run.assert_run_is_there()


def test_the_password_of_a_team_that_is_down_is_not_told(tmp_path: Path) -> None:
    refused = LocalTeam(tmp_path).kit("password", TEAM)
    assert (refused.code, refused.stdout) == (1, "")
    assert refused.error == f"error: Team {TEAM} is not up on this machine: run `scripts/up {TEAM}` first."


def test_data_is_not_deleted_without_a_yes(with_run: LocalTeam) -> None:
    refused = with_run.kit("down", TEAM, "--delete-data", typed="n\n")
    assert refused.code == 1
    assert f"Delete all runs, models, artifacts and users of team {TEAM}" in refused.stderr
    assert refused.error.endswith("Nothing is deleted, and nothing stopped.")
    with_run.assert_run_is_there()


def test_the_smoke_test_passes_against_the_url(running: LocalTeam) -> None:
    passed = running.kit("smoke", running.url, MLFLOW_TRACKING_PASSWORD=running.password())
    assert passed.code == 0, passed.stdout
    assert "log in" in passed.stdout


def test_the_smoke_test_fails_with_a_wrong_password(running: LocalTeam) -> None:
    failed = running.kit("smoke", running.url, MLFLOW_TRACKING_PASSWORD="a guess")
    assert failed.code == 1
    assert "refuses the password of user admin" in failed.stdout
