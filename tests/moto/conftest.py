from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.emulators.choice import Choice
from kit.emulators.moto.emulator import Moto
from tests.changes import team_in_a_copy
from tests.running import LocalTeam


class MotoWithShortPages(Moto):
    """Lists 10 keys at once where AWS lists 1000, so that a few files fill more than one page."""

    def _process_environment(self) -> dict[str, str]:
        return {**super()._process_environment(), "MOTO_S3_DEFAULT_MAX_KEYS": "10"}


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moto]:
    """One for all tests: each has a bucket of its own there."""
    folder: Path = tmp_path_factory.mktemp("moto")
    emulator = MotoWithShortPages(folder, "artifacts", "eu-west-1")
    emulator.start()
    try:
        yield emulator
    finally:
        emulator.stop()


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalTeam]:
    """The example team on moto's server."""
    with team_in_a_copy(tmp_path_factory.mktemp("team"), Choice.MOTO) as team:
        yield team
