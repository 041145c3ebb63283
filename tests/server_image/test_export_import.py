"""examples/export_import brings all of a server to another one and back: docs/use/export_import.md."""

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kit.environment import CLIENT
from kit.local.ports import free_port
from tests.server_image.deployment import ROOT, Deployment, wait_until

PYTHON = str(CLIENT / "bin" / "python")
TRANSFER = str(ROOT / "examples" / "export_import" / "transfer.py")
EVERYTHING = str(Path(__file__).parent / "everything.py")


class User:
    """MLflow's client with a server's URL, and with a password where it wants one."""

    def __init__(self, port: int, folder: Path, password: str = "") -> None:
        login = {"MLFLOW_TRACKING_USERNAME": "admin", "MLFLOW_TRACKING_PASSWORD": password} if password else {}
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "MLFLOW_TRACKING_URI": f"http://127.0.0.1:{port}",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
            **login,
        }

    def start(self, *command: str) -> "subprocess.Popen[str]":
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen([PYTHON, "-W", "ignore", *command], env=self._environment, text=True, **pipes)

    def run(self, *command: str) -> str:
        process = self.start(*command)
        said, errors = process.communicate()
        assert process.returncode == 0, errors[-4000:]
        return said

    def inventory(self) -> Any:
        return json.loads(self.run(EVERYTHING, "inventory").splitlines()[-1])


@contextmanager
def plain_server(folder: Path) -> Iterator[int]:
    """The port of an `mlflow server` with SQLite and files in the folder, as somebody has it on a machine."""
    port = free_port()
    options = ["--workers", "1", "--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--port", str(port)]
    command = [PYTHON, "-m", "mlflow", "server", *options, "--artifacts-destination", str(folder / "artifacts")]
    quiet = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    environment = {**quiet, "PATH": os.environ["PATH"], "HOME": str(folder), "MLFLOW_MODEL_CATALOG_URI": ""}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        listening = f"Uvicorn running on http://127.0.0.1:{port}"
        wait_until(lambda: process.poll() is not None or listening in (folder / "log").read_text())
        assert process.poll() is None, (folder / "log").read_text()
        yield port
    finally:
        process.terminate()
        process.wait(60)


def test_all_of_a_server_goes_to_another_one_and_back(
    make_deployment: Callable[..., Deployment], template: str, bucket: str, tmp_path: Path
) -> None:
    local = {"MLFLOW_SERVER_ALLOWED_HOSTS": "127.0.0.1:*"}
    ours, back = make_deployment(template), make_deployment(template)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with plain_server(elsewhere) as port, ours.serving(**local) as server:
        first, other = User(server.port, tmp_path, ours.admin_password), User(port, tmp_path)
        first.run(EVERYTHING, "seed")
        had = first.inventory()
        first.run(TRANSFER, "export", str(tmp_path / "out"))
        interrupt(other, tmp_path / "out")
        other.run(TRANSFER, "import", str(tmp_path / "out"))
        assert other.inventory() == had
        other.run(TRANSFER, "export", str(tmp_path / "home"))
    with back.serving(**local, MLFLOW_ARTIFACTS_DESTINATION="s3://team-bucket/back") as server:
        last = User(server.port, tmp_path, back.admin_password)
        last.run(TRANSFER, "import", str(tmp_path / "home"))
        assert last.inventory() == had


def interrupt(user: User, folder: Path) -> None:
    """Kills an import when its first run is whole."""
    process = user.start(TRANSFER, "import", str(folder))

    def has_begun() -> bool:
        journals = folder.glob("import *.jsonl")
        return any('"run"' in line and '"whole"' in line for file in journals for line in file.open())

    wait_until(lambda: process.poll() is not None or has_begun())
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
