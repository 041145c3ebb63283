"""The project that the guide shows, beside tests with habits of their own, run against the example team's server."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.pytest_plugin.project import Project, example
from tests.running import Finished

OUTSIDE = {
    "MLFLOW_TRACKING_URI": "http://elsewhere.invalid",
    "MLFLOW_REGISTRY_URI": "http://registry.invalid",
    "MLFLOW_TRACKING_TOKEN": "another server's",
    "MLFLOW_EXPERIMENT_ID": "7",
}
CONFTEST = """
import json, os

def write_variables(name):
    with open(name, "w") as file:
        json.dump({name: value for name, value in os.environ.items() if name.startswith("MLFLOW_")}, file)

def pytest_unconfigure(config):
    write_variables("after.json")
"""
HABITS = """
import json, os, tempfile, urllib.error, urllib.request
from pathlib import Path

import mlflow, psutil, pytest
from conftest import write_variables
from pytest_mlflow_server import MlflowServer


def test_a_file_of_its_own(tmp_path):
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/own.db")
    mlflow.set_registry_uri(f"sqlite:///{tmp_path}/own.db")
    mlflow.set_experiment("own")
    mlflow.log_metric("own", 1)
    mlflow.end_run()
    write_variables("before.json")


def test_it_begins_at_the_server_and_in_its_default_experiment(mlflow_server: MlflowServer):
    assert mlflow.get_tracking_uri() == mlflow.get_registry_uri() == mlflow_server.tracking_uri
    with mlflow.start_run() as run:
        assert run.info.experiment_id == "0"


def test_a_file_of_its_own_again(tmp_path):
    mlflow.set_tracking_uri(tmp_path.as_uri())


@pytest.mark.parametrize("n", [1, 2])
def test_experiment(mlflow_experiment, n):
    assert mlflow.active_run() is None
    mlflow.log_metric("n", n)
    assert mlflow.get_experiment(mlflow.active_run().info.experiment_id).name == mlflow_experiment.name
    assert mlflow_experiment.name.startswith(f"test_experiment[{n}]")
    assert list(mlflow.search_runs()["metrics.n"]) == [n]


def test_after_experiments(mlflow_server):
    with mlflow.start_run() as run:
        assert run.info.experiment_id == "0"
    assert os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] == "2"


def test_facts(mlflow_server):
    (folder,) = Path(tempfile.gettempdir()).glob("mlflow-*")
    try:
        path = "/api/2.0/mlflow/experiments/get?experiment_id=0"
        stranger = urllib.request.urlopen(mlflow_server.tracking_uri + path)
    except urllib.error.HTTPError as error:
        stranger = error
    database = str((folder / "state" / "example" / "postgres").resolve())
    processes = [
        " ".join([*(process.info["cmdline"] or ()), *(process.info["environ"] or {}).values()])
        for process in psutil.process_iter(["cmdline", "environ"])
    ]
    facts = {
        "mode": oct(folder.stat().st_mode & 0o777),
        "database": database,
        "stranger": stranger.status,
        "shown": f"{mlflow_server} {mlflow_server!r}",
        "password": mlflow_server.password,
        "server": [line for line in processes if "tracking_server serve" in line and str(folder) in line],
        "postgres": [line for line in processes if "postgres" in line and database in line],
    }
    Path("facts.json").write_text(json.dumps(facts))
"""


@dataclass
class Run:
    project: Project
    finished: Finished

    @property
    def printed(self) -> str:
        return self.finished.stdout + self.finished.stderr

    @property
    def facts(self) -> Any:
        """What its last test has seen while the server was up."""
        return json.loads((self.project.folder / "facts.json").read_text())


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, python: Path) -> Run:
    project = Project(tmp_path_factory.mktemp("example"), python)
    for name, content in example().items():
        project.write(name, content)
    project.write("conftest.py", CONFTEST)
    project.write("test_habits.py", HABITS)
    return Run(project, project.pytest("-p", "no:randomly", **OUTSIDE))


def test_the_example_and_the_tests_beside_it_pass(run: Run) -> None:
    assert run.finished.code == 0, run.printed
    assert re.search(r"test_training\.py \.\.\.\s", run.finished.stdout)
    assert re.search(r"^=+ 10 passed", run.finished.stdout, re.MULTILINE)


def test_it_is_a_team_server_that_asks_strangers_for_a_password(run: Run) -> None:
    assert run.facts["stranger"] == 401
    assert run.facts["server"]
    assert run.facts["postgres"]


def test_nothing_is_logged_to_the_projects_folder(run: Run) -> None:
    assert not {path.name for path in run.project.folder.iterdir()} & {"mlruns", "mlartifacts", "mlflow.db"}


def test_nothing_of_the_server_is_left(run: Run) -> None:
    assert run.project.left(run.facts["database"]) == []
    assert not Path(run.facts["database"]).exists()


def test_its_folder_is_closed_to_others(run: Run) -> None:
    assert run.facts["mode"] == "0o700"


def test_the_start_and_the_end_show_themselves(run: Run) -> None:
    assert re.search(r"^cdk deploy +\d+ resources in eu-west-1 +\d+\.\d s$", run.finished.stderr, re.MULTILINE)
    assert re.search(r"^MLflow server +stopped, its data deleted +\d+\.\d s$", run.finished.stderr, re.MULTILINE)


def test_the_password_is_not_shown(run: Run) -> None:
    assert "MlflowServer(tracking_uri='http://localhost:" in run.facts["shown"]
    assert run.facts["password"]
    assert run.facts["password"] not in run.facts["shown"] + run.printed


def test_the_environment_is_as_it_was(run: Run) -> None:
    before, after = (json.loads((run.project.folder / name).read_text()) for name in ("before.json", "after.json"))
    assert after == before
    assert after["MLFLOW_TRACKING_TOKEN"] == OUTSIDE["MLFLOW_TRACKING_TOKEN"]
