"""The emulators of the page, each started once with an empty state, as `kit up` starts it."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3

from kit.emulators.emulator import Emulator
from kit.emulators.localstack import environment
from kit.emulators.localstack.emulator import LocalStack
from kit.emulators.ministack.emulator import MiniStack
from kit.emulators.moto.emulator import Moto
from kit.environment import find_python
from tests.emulators.aws import REGION, Aws

_TEAM = "emulators"


class NotHereError(Exception):
    """This machine cannot run the emulator, and why."""


def ministack(folder: Path) -> contextlib.AbstractContextManager[Aws]:
    """MiniStack with the kit's types and IAM enforced."""
    emulator = MiniStack(folder, _TEAM, REGION)
    return _running("MiniStack", emulator, emulator.start)


def localstack(folder: Path) -> contextlib.AbstractContextManager[Aws]:
    """The kit's own LocalStack."""
    if find_python(environment.PYTHON_VERSION) is None:
        raise NotHereError(f"LocalStack 4.14 needs Python {environment.PYTHON_VERSION}, which is not here")
    emulator = LocalStack(folder, _TEAM, REGION)
    return _running("LocalStack 4.14", emulator, emulator.start_own)


def moto(folder: Path) -> contextlib.AbstractContextManager[Aws]:
    """moto's server with the kit's types."""
    emulator = Moto(folder, _TEAM, REGION)
    return _running("moto", emulator, emulator.start)


EMULATORS: dict[str, Callable[[Path], contextlib.AbstractContextManager[Aws]]] = {
    "MiniStack": ministack,
    "LocalStack 4.14": localstack,
    "moto": moto,
}
"""By the column of the page."""


@contextlib.contextmanager
def _running(name: str, emulator: Emulator, start: Callable[[], None]) -> Iterator[Aws]:
    def client(service: str, session: boto3.Session | None = None) -> Any:
        if session is None:
            return emulator.client(service)
        endpoint = emulator.endpoint
        return session.client(service, endpoint_url=endpoint.url, verify=endpoint.ca_bundle)

    try:
        start()
        yield Aws(name, client)
    finally:
        emulator.stop()
