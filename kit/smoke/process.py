"""Starts the client in a process of its own and reads what it tells."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from kit.smoke.report import CheckError, SmokeStep

DEADLINE_SECONDS = 180
PROJECT = Path(__file__).resolve().parents[2]
INHERITED = ("PATH", "LANG", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")


@contextlib.contextmanager
def client_process(python: Path, *, keep: bool = False) -> Iterator[ClientProcess]:
    """A client that imports what it needs and then waits to `begin`; it is stopped afterwards."""
    with TemporaryDirectory(prefix="kit-smoke-") as folder:
        client = ClientProcess(Path(folder), python=python, keep=keep)
        try:
            yield client
        finally:
            client.stop()


class ClientProcess:
    """One run of kit.smoke.client. Its working folder, home and temporary files lie below `folder`."""

    def __init__(self, folder: Path, *, python: Path, keep: bool) -> None:
        self.working_folder = folder / "cwd"
        self.traces: dict[str, Any] = {}
        self._errors = folder / "stderr"
        for name in ("cwd", "home", "tmp"):
            (folder / name).mkdir()
        variables = {name: os.environ[name] for name in INHERITED if name in os.environ} | {
            "HOME": str(folder / "home"),
            "TMPDIR": str(folder / "tmp"),
            "PYTHONPATH": str(PROJECT),
            "MLFLOW_DISABLE_TELEMETRY": "true",
            # A dead server is noticed after 2 x 10 s and not after MLflow's default of seven retries
            "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
            "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
            "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
        }
        with self._errors.open("w") as errors:
            self._process = subprocess.Popen(
                [str(python), "-P", "-m", "kit.smoke.client", secrets.token_hex(4), *(["--keep"] if keep else [])],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                # A client that broke at its imports leaves nothing to flush, and says so when its story is read.
                bufsize=0,
                cwd=self.working_folder,
                env=variables,
            )
        self._alarm = threading.Timer(DEADLINE_SECONDS, self._process.kill)
        self._alarm.daemon = True

    def begin(
        self,
        url: str,
        credentials: tuple[str, str] | None,
        *,
        ca_bundle: Path | None,
        environment: Mapping[str, str],
    ) -> None:
        """Send the client to the server at `url`.

        environment: added to the client's, for what this server's clients need (say AWS_* for direct artifacts).
        """
        variables = {"MLFLOW_TRACKING_URI": url, **environment}
        if credentials is not None:
            variables["MLFLOW_TRACKING_USERNAME"], variables["MLFLOW_TRACKING_PASSWORD"] = credentials
        if ca_bundle is not None:
            variables["MLFLOW_TRACKING_SERVER_CERT_PATH"] = variables["REQUESTS_CA_BUNDLE"] = str(ca_bundle)
        self._alarm.start()
        with contextlib.suppress(BrokenPipeError):
            self._pipe(self._process.stdin).write(f"{json.dumps(variables)}\n".encode())

    def story(self) -> Iterator[SmokeStep]:
        """Yield the steps as they end, until the story has ended (and `traces` is set) or has failed.

        Raises CheckError when the process ends without a word.
        """
        for message in self._messages():
            if "traces" in message:
                self.traces = message["traces"]
                return
            yield SmokeStep(**message)
        if self._process.wait() != 0:
            raise CheckError(
                f"MLflow's client did not finish within {DEADLINE_SECONDS} s or broke: {self._last_words()}"
            )

    def farewell(self) -> Iterator[SmokeStep]:
        """Let the client delete what it made, and yield the steps of that."""
        self._pipe(self._process.stdin).close()
        for message in self._messages():
            yield SmokeStep(**message)
        self._process.wait()

    def stop(self) -> None:
        """End the process if it still runs; what it made stays on the server."""
        self._alarm.cancel()
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            self._pipe(pipe).close()

    def _messages(self) -> Iterator[dict[str, Any]]:
        while line := self._pipe(self._process.stdout).readline():
            yield json.loads(line)

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        if pipe is None:
            raise RuntimeError("the client was started without its pipes")
        return pipe

    def _last_words(self) -> str:
        lines = self._errors.read_text(errors="replace").split("\n")
        return next((line for line in reversed(lines) if line.strip()), "it said nothing")[:200]
