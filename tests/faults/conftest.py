"""A team with a run in it, whose server the tests here stop in every unkind way."""

from collections.abc import Iterator

import pytest

from tests.running import LocalTeam, remains


@pytest.fixture(scope="session")
def team_with_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalTeam]:
    team = LocalTeam(tmp_path_factory.mktemp("faults"))
    try:
        team.up()
        team.log_run()
        yield team
    finally:
        team.kit("down", "--delete-data", "--yes")
    assert remains(team) == []


@pytest.fixture
def running(team_with_run: LocalTeam) -> LocalTeam:
    if not team_with_run.answers():
        team_with_run.up()
    return team_with_run


@pytest.fixture
def stopped(team_with_run: LocalTeam) -> LocalTeam:
    team_with_run.down()
    return team_with_run
