"""The emulators of the page, each started once with an empty state, as `kit up` starts it."""

import contextlib
import importlib.util
import os
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3

from kit.local import processes
from kit.local.emulator import Emulator
from kit.local.ports import free_port
from tests.emulators.aws import REGION, Aws

_ACCOUNT = "123456789012"
_START_TIMEOUT_S = 120


class NotHereError(Exception):
    """This machine cannot run the emulator, and why."""


@contextlib.contextmanager
def ministack(folder: Path) -> Iterator[Aws]:
    """MiniStack with the kit's types and IAM enforced."""
    emulator = Emulator(folder, _ACCOUNT, REGION)
    emulator.start()

    def client(service: str, session: boto3.Session | None = None) -> Any:
        if session is None:
            return emulator.client(service)
        return session.client(service, endpoint_url=emulator.endpoint_url, verify=str(emulator.certificate))

    try:
        yield Aws("MiniStack", client)
    finally:
        emulator.stop()


@contextlib.contextmanager
def localstack(folder: Path) -> Iterator[Aws]:
    """LocalStack 4.14 of the Python environment that KIT_LOCALSTACK_PYTHON names."""
    python = os.environ.get("KIT_LOCALSTACK_PYTHON")
    if not python:
        raise NotHereError("KIT_LOCALSTACK_PYTHON names no Python with LocalStack 4.14")
    port = free_port()
    settings = {
        "GATEWAY_LISTEN": f"127.0.0.1:{port}",
        "ACTIVATE_PRO": "0",
        "DISABLE_EVENTS": "1",
        "SKIP_SSL_CERT_DOWNLOAD": "1",
    }
    argv = [python, "-m", "localstack.runtime.main"]
    with _server("LocalStack 4.14", argv, settings, folder, port, "/_localstack/health") as aws:
        yield aws


@contextlib.contextmanager
def moto(folder: Path) -> Iterator[Aws]:
    """moto's server with the kit's CloudFormation."""
    if importlib.util.find_spec("kit.emulators.moto") is None:
        raise NotHereError("kit.emulators.moto is not there")
    port = free_port()
    settings = {
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MOTO_ACCOUNT_ID": _ACCOUNT,
        "AWS_ACCESS_KEY_ID": _ACCOUNT,
    }
    argv = [sys.executable, "-m", "kit.emulators.moto.server"]
    with _server("moto", argv, settings, folder, port, "/moto-api/") as aws:
        yield aws


EMULATORS: dict[str, Callable[[Path], contextlib.AbstractContextManager[Aws]]] = {
    "MiniStack": ministack,
    "LocalStack 4.14": localstack,
    "moto": moto,
}
"""By the column of the page."""


@contextlib.contextmanager
def _server(
    name: str, argv: list[str], settings: dict[str, str], folder: Path, port: int, health: str
) -> Iterator[Aws]:
    pid_file = folder / "emulator.pid"
    places = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "TMPDIR": str(folder)}
    processes.start(argv, {**places, **settings}, folder / "emulator.log", pid_file, cwd=folder)
    url = f"http://127.0.0.1:{port}"

    def client(service: str, session: boto3.Session | None = None) -> Any:
        root = boto3.Session(_ACCOUNT, "test", region_name=REGION)
        return (session or root).client(service, endpoint_url=url)

    try:
        _wait_until_it_answers(url + health, folder)
        yield Aws(name, client)
    finally:
        processes.stop(pid_file)


def _wait_until_it_answers(url: str, folder: Path) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            log = folder / "emulator.log"
            assert time.monotonic() < deadline, f"no answer of {url}: {log.read_text()[-2000:]}"
            time.sleep(0.1)
