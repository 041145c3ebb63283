"""What a person reads when there is no server, and what it costs not to want one."""

import shutil

import pytest

from tests.pytest_plugin.project import PLUGIN, Project
from tests.running import Finished

TESTS = """
def test_log(mlflow_server): pass
def test_log_too(mlflow_server): pass
def test_of_a_unit(): pass
"""


@pytest.fixture
def project(project: Project) -> Project:
    project.write("test_it.py", TESTS)
    return project


def put_stand_in(project: Project, script: str) -> None:
    """In place of the kit: only what it does when something fails."""
    (project.folder / "kit" / "scripts").mkdir(parents=True)
    kit = project.folder / "kit" / "scripts" / "kit"
    kit.write_text(f"#!/bin/sh\n{script}\n")
    kit.chmod(0o755)
    project.write("pytest.ini", "[pytest]\nmlflow_kit = kit\n")


def assert_told(finished: Finished, sentence: str) -> None:
    """Each test that asks for the server has the sentence and no traceback; the others pass."""
    assert finished.code == 1
    assert "1 passed, 2 errors" in finished.stdout, finished
    assert finished.stdout.count(f"\n{sentence}") == 2, finished.stdout
    assert ".py:" not in finished.stdout.partition("= ERRORS =")[2].partition("= short test summary")[0]
    assert "Traceback" not in finished.stdout + finished.stderr


def test_a_team_that_does_not_exist_is_told_in_the_kits_own_words(project: Project) -> None:
    finished = project.pytest("--mlflow-team", "exampel")
    assert_told(finished, "The MLflow server of team exampel did not start: ")
    assert "did you mean example?" in finished.stdout
    assert finished.stderr.count("MLflow server of team exampel") == 1
    assert project.left() == []


def test_logs_that_are_deleted_are_to_be_had_otherwise(project: Project) -> None:
    put_stand_in(project, '[ "$1" != up ] || { echo "error: The logs are in $KIT_STATE/logs." >&2; exit 1; }')
    finished = project.pytest()
    assert_told(finished, "The MLflow server of team example did not start: The logs are in ")
    assert "kit/scripts/up example` keeps its logs." in finished.stdout


def test_a_checkout_that_is_none_is_named(project: Project) -> None:
    finished = project.pytest("-o", "mlflow_kit=../nowhere")
    assert_told(finished, "mlflow_kit has to name a checkout of the kit, and ")
    assert project.left() == []


def test_a_plugin_that_is_not_installed_from_a_checkout_says_how_to_do_it(project: Project) -> None:
    elsewhere = project.folder.parent / "site-packages"
    shutil.copytree(PLUGIN / "pytest_mlflow_server", elsewhere / "pytest_mlflow_server")
    finished = project.pytest(PYTHONPATH=str(elsewhere))
    assert_told(finished, "pytest-mlflow-server does not know where the kit is: install it with `pip install -e ")


def test_a_keeper_that_is_killed_is_told_and_its_work_done(project: Project) -> None:
    put_stand_in(project, 'mkdir -p "$KIT_STATE"; [ "$1" != up ] || kill -9 $PPID; echo "$@" >> calls')
    finished = project.pytest()
    assert_told(finished, "The MLflow server of team example did not start: its keeper ended")
    assert "down example --delete-data --yes" in (project.folder / "kit" / "calls").read_text()
    assert project.left() == []


def test_a_server_that_cannot_be_stopped_is_told_with_the_command_that_does_it(project: Project) -> None:
    put_stand_in(project, 'mkdir -p "$KIT_STATE"; echo "error: It is $1 that fails." >&2; exit 1')
    finished = project.pytest()
    assert_told(finished, "The MLflow server of team example did not start: It is up that fails.")
    (folder,) = project.temporary.glob("mlflow-*")
    kit = project.folder / "kit" / "scripts" / "kit"
    assert finished.error == (
        "The MLflow server could not be stopped: It is down that fails."
        f" Run: KIT_STATE={folder}/state {kit} down example --delete-data"
    )


def test_the_kit_runs_with_the_python_it_was_installed_with_and_without_the_projects_variables(
    project: Project,
) -> None:
    put_stand_in(project, 'echo "error: ${PYTHON##*/} <$PYTHONWARNINGS$MLFLOW_RUN_ID$AWS_PROFILE>" >&2; exit 1')
    installed_with = project.folder / "kit" / ".venv" / "bin" / "python"
    installed_with.parent.mkdir(parents=True)
    (installed_with.parent / "python3.99").touch()
    installed_with.symlink_to("python3.99")
    finished = project.pytest(PYTHONWARNINGS="default", MLFLOW_RUN_ID="mine", AWS_PROFILE="mine")
    assert_told(finished, "The MLflow server of team example did not start: python3.99 <>")


@pytest.mark.parametrize("arguments", [(), ("-n2",)], ids=["alone", "xdist"])
def test_tests_that_want_no_server_start_none(project: Project, arguments: tuple[str, ...]) -> None:
    put_stand_in(project, "touch called")
    finished = project.pytest("-k", "unit", *arguments)
    assert finished.code == 0, finished
    assert "MLflow server" not in finished.stderr
    assert not (project.folder / "kit" / "called").exists()
    assert project.left() == []
