"""AWS for the tests here: MiniStack as a process, and moto in this one, each with what the kit adds to it."""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from kit.emulators.ministack.emulator import MiniStack
from tests.kit.emulators.moto.mended import MendedAws, mended


@pytest.fixture(scope="session", autouse=True)
def _no_machine_images() -> Iterator[None]:
    """moto makes a thousand AMIs whenever it is reset: most of the time of a test here, and nobody asks for one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
        yield


@pytest.fixture(scope="module")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MiniStack]:
    """One for the module; those that kill or restart it make their own."""
    emulator = MiniStack(tmp_path_factory.mktemp("ministack") / "team", "example", "eu-west-1")
    emulator.start()
    yield emulator
    emulator.stop()


@pytest.fixture(scope="module")
def _mended_moto() -> Iterator[None]:
    """Put back behind each module: other tests have moto as it is."""
    with mended():
        yield


@pytest.fixture
def mended_aws(_mended_moto: None) -> Iterator[MendedAws]:
    """An account with nothing in it."""
    with mock_aws():
        yield MendedAws()
