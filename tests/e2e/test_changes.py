"""A team on MiniStack, whose file and stacks change."""

from collections.abc import Iterator

import pytest

from kit.emulators.choice import Choice
from tests.changes import Changes, team_in_a_copy
from tests.running import LocalTeam


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalTeam]:
    """The example team on MiniStack."""
    with team_in_a_copy(tmp_path_factory.mktemp("changes"), Choice.MINISTACK) as team:
        yield team


class TestOnMiniStack(Changes):
    """Deploy, change, deploy again, destroy."""
