"""`scripts/up` and its siblings as a person runs them: as processes, with a state folder and a port of their own."""

import base64
import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import psutil

from kit.emulators.choice import Choice
from kit.environment import CLIENT, ROOT
from kit.local.laptop import Laptop
from kit.local.ports import free_port
from stacks.team.files import load_teams

TEAM = "example"
DEADLINE_S = 900


@dataclass(frozen=True)
class Finished:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def error(self) -> str:
        """The last line, where a command that fails says why."""
        return self.stderr.rstrip().rpartition("\n")[2]


class Command:
    """A command that runs, in a process group of its own, as in a terminal's foreground."""

    def __init__(self, argv: list[str], environment: dict[str, str], cwd: Path, folder: Path, typed: str) -> None:
        folder.mkdir()
        (folder / "stdin").write_text(typed)
        self._stdout, self._stderr = folder / "stdout", folder / "stderr"
        with self._stdout.open("w") as stdout, self._stderr.open("w") as stderr, (folder / "stdin").open() as stdin:
            self._process = subprocess.Popen(
                argv,
                env=environment,
                cwd=cwd,
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
            )

    def wait_for_step(self, name: str) -> None:
        """Returns as soon as the step begins."""
        deadline = time.monotonic() + DEADLINE_S
        while f"{name:<24}" not in self._stderr.read_text():
            ended = self._process.poll() is not None
            assert not ended, f"it ended before {name}: {self._stderr.read_text()}"
            assert time.monotonic() < deadline, f"{name} did not begin: {self._stderr.read_text()}"
            time.sleep(0.02)

    def press_ctrl_c(self) -> None:
        """As a terminal does: the signal goes to the whole process group."""
        os.killpg(self._process.pid, signal.SIGINT)

    def terminate(self) -> None:
        """As a supervisor does: the signal goes to the process alone."""
        self._process.terminate()

    def finish(self) -> Finished:
        """Waits for the end."""
        try:
            code = self._process.wait(DEADLINE_S)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            raise
        return Finished(code, self._stdout.read_text(), self._stderr.read_text())


class LocalTeam:
    """The example team's server on an emulator, its state folder below `folder`, run out of `checkout`."""

    def __init__(self, folder: Path, checkout: Path = ROOT, choice: Choice = Choice.MINISTACK) -> None:
        self.state = folder / "state"
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.run_id: str | None = None
        self.told = ""
        self.checkout, self.team_file = checkout, checkout / "teams" / f"{TEAM}.yaml"
        self._folder, self._choice = folder, choice
        self.folder = self.state / (TEAM if choice == Choice.MINISTACK else f"{TEAM}.{choice}")
        self._options = [] if choice == Choice.MINISTACK else [f"--{choice}"]
        mine = {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "LOCALSTACK_HOST", "USE_SSL"}
        inherited = {k: v for k, v in os.environ.items() if k not in mine and not k.startswith(("AWS_", "MLFLOW_"))}
        self.environment = {**inherited, "KIT_STATE": str(self.state)}

    def start(self, *arguments: str, typed: str = "", **environment: str) -> Command:
        """`scripts/kit` with the arguments, under way."""
        argv = [str(self.checkout / "scripts" / "kit"), *arguments]
        folder = self._folder / f"command-{time.monotonic_ns()}"
        return Command(argv, {**self.environment, **environment}, self.checkout, folder, typed)

    def kit(self, *arguments: str, typed: str = "", **environment: str) -> Finished:
        """`scripts/kit` with the arguments, from start to end."""
        return self.start(*arguments, typed=typed, **environment).finish()

    def start_up(self, *options: str) -> Command:
        """`scripts/up`, under way."""
        return self.start("up", TEAM, "--port", str(self.port), *self._options, *options)

    def up(self, *options: str, smoke_test: bool = False) -> Finished:
        """`scripts/up`, which has to succeed; with its smoke test only where that is looked at."""
        without = [] if smoke_test else ["--without-smoke-test"]
        finished = self.start_up(*options, *without).finish()
        assert finished.code == 0, finished.stderr
        self.told = finished.stderr
        return finished

    def down(self) -> Finished:
        """`scripts/down`, which has to succeed."""
        finished = self.kit("down", TEAM, *self._options)
        assert finished.code == 0, finished.stderr
        return finished

    def password(self) -> str:
        """What `scripts/kit password` prints."""
        finished = self.kit("password", TEAM)
        assert finished.code == 0, finished.stderr
        return finished.stdout.strip()

    @property
    def laptop(self) -> Laptop:
        """The kit's own view of it."""
        (team,) = load_teams(self.checkout / "teams", only=TEAM)
        with mock.patch("kit.local.laptop.STATE", self.state):
            return Laptop(team, self._choice)

    def answers(self) -> bool:
        """Whether a healthy server is behind the port."""
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=10) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def python(self, program: str, **environment: str) -> str:
        """What a program of a user with MLflow's client prints."""
        variables = {"MLFLOW_TRACKING_USERNAME": "admin", "MLFLOW_TRACKING_PASSWORD": self.password()}
        answer = subprocess.run(
            [CLIENT / "bin" / "python", "-c", program],
            env={**self.environment, "MLFLOW_TRACKING_URI": self.url, **variables, **environment},
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == 0, answer.stderr
        return answer.stdout.strip()

    def request(self, method: str, path: str, password: str, body: bytes | None = None) -> tuple[int, bytes]:
        """Status and body of an answer to the user admin."""
        request = urllib.request.Request(self.url + path, data=body, method=method)
        request.add_header("Authorization", "Basic " + base64.b64encode(f"admin:{password}".encode()).decode())
        if body is not None:
            request.add_header("Content-Type", "application/json" if body.startswith(b"{") else "text/plain")
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def log_run(self) -> None:
        """Logs a run with a metric and an artifact through REST, to be found again by `assert_run_is_there`."""
        password = self.password()
        _, answer = self.request(
            "POST", "/api/2.0/mlflow/runs/create", password, b'{"experiment_id": "0", "run_name": "kept"}'
        )
        self.run_id = json.loads(answer)["run"]["info"]["run_id"]
        metric = {"run_id": self.run_id, "key": "kept", "value": 42, "timestamp": 1, "step": 0}
        status, _ = self.request("POST", "/api/2.0/mlflow/runs/log-metric", password, json.dumps(metric).encode())
        assert status == 200
        assert self.put_artifact("kept.txt", password)[0] == 200

    def put_artifact(self, name: str, password: str) -> tuple[int, bytes]:
        """Status and body of the answer to an upload into the run."""
        return self.request("PUT", self._artifact(name), password, b"as it was")

    def assert_run_is_there(self) -> None:
        """The run that `log_run` logged, with its metric and artifact."""
        password = self.password()
        _, answer = self.request("GET", f"/api/2.0/mlflow/runs/get?run_id={self.run_id}", password)
        assert json.loads(answer)["run"]["data"]["metrics"][0]["value"] == 42
        assert self.request("GET", self._artifact("kept.txt"), password) == (200, b"as it was")

    def _artifact(self, name: str) -> str:
        return f"/api/2.0/mlflow-artifacts/artifacts/0/{self.run_id}/artifacts/{name}"

    def processes(self) -> list[str]:
        """The command lines of all processes of this team, whoever started them."""
        marks = [str(self.state)]
        postgres = self.folder / "postgres"
        if postgres.is_symlink():
            marks.append(str(postgres.resolve()))
        return [line for line in map(_description, psutil.process_iter()) if any(mark in line for mark in marks)]

    def server_process(self) -> psutil.Process:
        """The first process of the container `server`."""
        return self.find_process("tracking_server serve")

    def emulator_process(self) -> psutil.Process:
        """The AWS emulator."""
        return self.find_process("kit.emulators.ministack.server")

    def postgres_process(self) -> psutil.Process:
        """PostgreSQL's first process."""
        return psutil.Process(int((self.folder / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0]))

    def find_process(self, command: str) -> psutil.Process:
        """The first process of the team whose command line has these words."""
        found = [
            p for p in psutil.process_iter() if all(word in _description(p) for word in (command, str(self.state)))
        ]
        return min(found, key=lambda process: process.create_time())


def remains(team: LocalTeam) -> list[str]:
    """What still runs after a while: the last of what was killed is gone a moment later, or more on a busy machine."""
    deadline = time.monotonic() + 60
    while team.processes() and time.monotonic() < deadline:
        time.sleep(0.1)
    return team.processes()


def _description(process: psutil.Process) -> str:
    """Command line, working directory and environment; empty for one that has ended."""
    words: list[Any] = []
    for read in (process.cmdline, process.cwd, lambda: list(process.environ().values())):
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return ""
            value = read()
        except (psutil.Error, OSError):
            continue
        words += value if isinstance(value, list) else [value]
    return " ".join(map(str, words))
