"""Memory of the server's whole process tree, idle, beside a stock `mlflow server`.

The kit's is the deployed task that `scripts/up` leaves running, after its smoke test. The stock one has the same
MLflow, a PostgreSQL of the same version, basic auth, and else its default options; it is measured as soon as it
has started and come to rest. PSS counts memory that processes share once; RSS counts it in each of them.
"""

import json
import os
import secrets
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import psutil

from benchmarks.figure import show, show_machine
from kit.environment import CLIENT, ROOT
from kit.local.ports import free_port
from kit.local.postgres import DatabaseInstance, PostgresServer

GOAL_MB = 600.0
_MB = 1e6
_START_S = 180
_AT_REST_S, _REST_LIMIT_S = 6.0, 60.0


@click.command(help=__doc__)
def main() -> None:
    show_machine()
    with tempfile.TemporaryDirectory(prefix="kit-memory-") as folder:
        with _kit(Path(folder, "state")) as server:
            kit = _at_rest(server)
        with _stock(Path(folder)) as server:
            stock = _at_rest(server)
    for name, (pss, rss, count), goal in (("kit", kit, GOAL_MB), ("stock mlflow server", stock, None)):
        show(f"{name}, PSS of {count} processes", [pss], "MB", goal)
        show(f"{name}, RSS", [rss], "MB")
    print(f"ratio     {stock[0] / kit[0]:.1f} by PSS, {stock[1] / kit[1]:.1f} by RSS")


@contextmanager
def _kit(state: Path) -> Iterator[psutil.Process]:
    environment = {**os.environ, "KIT_STATE": str(state)}
    try:
        _run([str(ROOT / "scripts" / "up"), "--port", str(free_port())], environment)
        agent = psutil.Process(json.loads((state / "example" / "agent.pid").read_text())["pid"])
        (server,) = (process for process in agent.children() if "serve" in process.cmdline())
        yield server
    finally:
        _run([str(ROOT / "scripts" / "down"), "--delete-data", "--yes"], environment)


@contextmanager
def _stock(folder: Path) -> Iterator[psutil.Process]:
    postgres = PostgresServer(folder / "postgres", folder / "postgres.log")
    password = secrets.token_hex(16)
    database_port = postgres.start(DatabaseInstance("mlflow", "mlflow"), password, 100)
    url = f"postgresql+psycopg2://mlflow:{password}@127.0.0.1:{database_port}/mlflow"
    (folder / "auth.ini").write_text(
        f"[mlflow]\ndefault_permission = READ\ndatabase_uri = {url}\nadmin_username = admin\n"
        f"admin_password = {password}\nauthorization_function = "
        "mlflow.server.auth:authenticate_request_basic_auth\n"
    )
    port = free_port()
    environment = {
        "PATH": os.pathsep.join([str(CLIENT / "bin"), os.defpath]),
        "HOME": str(folder),
        "MLFLOW_AUTH_CONFIG_PATH": str(folder / "auth.ini"),
        "MLFLOW_FLASK_SERVER_SECRET_KEY": secrets.token_hex(32),
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    command = [str(CLIENT / "bin" / "mlflow"), "server", "--app-name", "basic-auth", "--backend-store-uri", url]
    with (folder / "stock.log").open("wb") as log:
        process = subprocess.Popen([*command, "--port", str(port)], cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        _wait_for(port, process, folder / "stock.log")
        yield psutil.Process(process.pid)
    finally:
        tree = _tree(psutil.Process(process.pid)) if process.poll() is None else []
        for member in tree:
            member.terminate()
        for member in psutil.wait_procs(tree, timeout=30)[1]:
            member.kill()
        process.wait()
        postgres.delete()


def _tree(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def _at_rest(process: psutil.Process) -> tuple[float, float, int]:
    """PSS and RSS in MB and the count of processes, once they have stopped growing."""
    deadline = time.monotonic() + _REST_LIMIT_S
    before = (0.0, 0.0, 0)
    while True:
        time.sleep(_AT_REST_S)
        memory = [member.memory_full_info() for member in _tree(process)]
        # Only Linux tells shares; elsewhere the memory that a process alone has is the nearest.
        pss = sum(getattr(info, "pss", info.uss) for info in memory) / _MB
        now = (pss, sum(info.rss for info in memory) / _MB, len(memory))
        if time.monotonic() > deadline or (now[2] == before[2] and abs(now[0] - before[0]) < before[0] / 100):
            return now
        before = now


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise click.ClickException(f"mlflow server does not start:\n{log.read_text()[-2000:]}")


def _run(command: list[str], environment: dict[str, str]) -> None:
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise click.ClickException(f"{' '.join(command)} failed:\n{answer.stderr}")


if __name__ == "__main__":
    main()
