"""docs/use/projects.md: `mlflow run` of a folder and of a git repository."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from kit.environment import EXAMPLES, KIT, ROOT
from tests.e2e.examples.stores import Stores
from tests.e2e.examples.user import User

PROJECT = ROOT / "examples" / "projects"


def mlflow_run(user: User, *arguments: str) -> None:
    user.run("mlflow", "run", "--env-manager", "local", *arguments)


def runs_of(stores: Stores, experiment: str) -> list[dict[str, Any]]:
    """Name, status, parameters and tags of each run of an experiment, the first one first."""
    found = stores.get(f"experiments/get-by-name?experiment_name={experiment}")["experiment"]["experiment_id"]
    runs = stores.post("runs/search", experiment_ids=[found], order_by=["attributes.start_time ASC"])["runs"]
    return [
        {
            "id": run["info"]["run_id"],
            "name": run["info"]["run_name"],
            "status": run["info"]["status"],
            "params": {entry["key"]: entry["value"] for entry in run["data"].get("params", [])},
            "metrics": {entry["key"]: entry["value"] for entry in run["data"].get("metrics", [])},
            "tags": {entry["key"]: entry["value"] for entry in run["data"]["tags"]},
        }
        for run in runs
    ]


def test_a_project_in_a_folder_runs_in_a_virtual_environment_of_its_own(
    user: User, stores: Stores, tmp_path: Path
) -> None:
    # The way to a package registry is this machine's own; uv makes links of the versions that are here already.
    own = {name: value for name, value in os.environ.items() if name.startswith(("UV_", "PIP_", "SSL_", "HTTP"))}
    own |= {"UV_CONSTRAINT": str(ROOT / "examples" / "requirements.txt"), "UV_CACHE_DIR": str(uv_cache())}
    own["PATH"] = os.pathsep.join([str(EXAMPLES / "bin"), str(KIT / "bin"), os.environ["PATH"]])
    project = shutil.copytree(PROJECT, tmp_path / "ridge", ignore=shutil.ignore_patterns("__pycache__"))
    of_this_machine = f'python: "{sys.version_info.major}.{sys.version_info.minor}"'
    environment = project / "python_env.yaml"
    environment.write_text(environment.read_text().replace('python: "3.11"', of_this_machine))
    options = ("--env-manager", "uv", "--experiment-name", "folder", "--run-name", "by hand")
    user.run("mlflow", "run", str(project), "-e", "prepare", *options, **own)
    (run,) = runs_of(stores, "folder")
    assert (run["name"], run["status"]) == ("by hand", "FINISHED")
    assert run["tags"]["mlflow.source.type"] == "PROJECT"
    assert run["tags"]["mlflow.project.entryPoint"] == "prepare"
    assert run["tags"]["mlflow.project.env"] == "uv"
    (python,) = (user.folder / "home").glob(".mlflow/envs/*/bin/python")
    assert python.exists()


def uv_cache() -> Path:
    answer = subprocess.run([str(KIT / "bin" / "uv"), "cache", "dir"], capture_output=True, text=True, check=True)
    return Path(answer.stdout.strip())


def test_a_workflow_of_a_git_repository_records_the_commit_in_each_of_its_runs(
    user: User, stores: Stores, tmp_path: Path
) -> None:
    repository = tmp_path / "repository"
    commit = into_git(PROJECT, repository)
    url = f"file://{repository}#projects/ridge"
    mlflow_run(
        user, url, "--version", commit, "-P", "alpha=0.5", "--experiment-name", "workflow", "--run-name", "whole"
    )
    whole, prepare, train = runs_of(stores, "workflow")
    assert [run["name"] for run in (whole, prepare, train)] == ["whole", "prepare", "train"]
    assert {run["status"] for run in (whole, prepare, train)} == {"FINISHED"}
    assert whole["tags"]["mlflow.source.git.commit"] == commit
    assert whole["tags"]["mlflow.source.git.repoURL"].endswith(str(repository))
    assert whole["tags"]["mlflow.project.entryPoint"] == "main"
    assert {run["tags"]["mlflow.parentRunId"] for run in (prepare, train)} == {whole["id"]}
    assert {run["tags"]["mlflow.source.git.commit"] for run in (prepare, train)} == {commit}
    assert whole["params"] == {"alpha": "0.5"}
    assert train["params"] == {"alpha": "0.5", "data": f"runs:/{prepare['id']}/table.parquet"}
    assert whole["metrics"] == train["metrics"]
    values = "SELECT count(*) FROM metrics WHERE run_uuid = ANY(%(ids)s) AND key = 'r2'"
    assert stores.rows(values, ids=[whole["id"], train["id"]]) == [[2]]


def into_git(project: Path, repository: Path) -> str:
    """A commit that holds the project in a folder of its own."""
    shutil.copytree(project, repository / "projects" / "ridge", ignore=shutil.ignore_patterns("__pycache__"))
    git = ["git", "-C", str(repository), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "Add a project"]):
        subprocess.run([*git, *command], check=True)
    answer = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    return answer.stdout.strip()
