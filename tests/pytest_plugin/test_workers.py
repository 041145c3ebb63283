"""pytest-xdist, with a worker that crashes, a team without passwords, and the kit in another checkout."""

import re
from pathlib import Path

import pytest

from tests.checkout import fresh_copy, install
from tests.pytest_plugin.project import Project
from tests.running import Finished

TESTS = """
import os, signal, time
from pathlib import Path

import mlflow, pytest


@pytest.mark.parametrize("n", range(6))
def test_log(mlflow_server, n):
    with mlflow.start_run() as run:
        mlflow.log_text("logged", "note.txt")
    assert mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/note.txt") == "logged"
    assert "MLFLOW_TRACKING_USERNAME" not in os.environ and mlflow_server.password is None
    Path(f"seen-{n}").write_text(f"{os.environ['PYTEST_XDIST_WORKER']} {mlflow_server.tracking_uri}")


def test_crash(mlflow_server):
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("n", range(6, 12))
def test_log_more(mlflow_server, n):
    test_log(mlflow_server, n)
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, python: Path) -> tuple[Project, Finished]:
    folder = tmp_path_factory.mktemp("workers")
    checkout = fresh_copy(folder / "kit")
    install(checkout, ".venv", "node_modules", ".venv-server", ".venv-client")
    (checkout / "teams" / "open.yaml").write_text(
        "region: eu-west-1\nsize: dev\nauth: none\nnetwork: {cidr: 10.0.16.0/20}\n"
    )
    project = Project(folder, python)
    project.write("test_many.py", TESTS)
    project.write("pytest.ini", "[pytest]\nmlflow_team = open\nmlflow_kit = ../kit\n")
    return project, project.pytest("-n2", MLFLOW_TRACKING_USERNAME="another server's")


def test_all_tests_pass_but_the_one_that_crashes_its_worker(run: tuple[Project, Finished]) -> None:
    _, finished = run
    assert re.search(r"^=+ 1 failed, 12 passed", finished.stdout, re.MULTILINE), finished
    assert re.search(r"worker 'gw\d' crashed while running .*test_crash", finished.stdout)


def test_all_workers_have_the_same_server(run: tuple[Project, Finished]) -> None:
    project, finished = run
    seen = [path.read_text().split() for path in project.folder.glob("seen-*")]
    assert len(seen) == 12
    assert len({worker for worker, _ in seen}) > 1
    assert len({uri for _, uri in seen}) == 1
    assert finished.stderr.count("AWS emulator") == 1
    assert finished.stderr.count("stopped, its data deleted") == 1


def test_nothing_of_the_server_is_left(run: tuple[Project, Finished]) -> None:
    project, _ = run
    assert project.left(str(project.folder.parent / "kit")) == []
