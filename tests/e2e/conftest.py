"""One `scripts/up` from nothing for all tests here; one that needs the server running gets it running."""

from collections.abc import Iterator

import pytest

from tests.running import TEAM, Finished, LocalTeam, remains


def pytest_addoption(parser: pytest.Parser) -> None:
    text = "the server runs in containers, for the tests of tests/e2e/examples; others look at its processes"
    parser.addoption("--containers", action="store_true", help=text)


@pytest.fixture(scope="session")
def up_options(pytestconfig: pytest.Config) -> list[str]:
    """Of `scripts/up`."""
    # Where pytest is not told to run the tests here, it does not know the option.
    return ["--containers"] if pytestconfig.getoption("--containers", default=False) else []


@pytest.fixture(scope="session")
def up_from_nothing(
    tmp_path_factory: pytest.TempPathFactory, up_options: list[str]
) -> Iterator[tuple[LocalTeam, Finished]]:
    team = LocalTeam(tmp_path_factory.mktemp("e2e"))
    try:
        yield team, team.start_up(*up_options).finish()
    finally:
        database = (team.state / TEAM / "postgres").resolve()
        deleted = team.kit("down", TEAM, "--delete-data", typed="y\n")
    assert deleted.code == 0, deleted.stderr
    assert remains(team) == []
    assert not database.exists()
    assert not (team.state / TEAM).exists()


@pytest.fixture
def running(up_from_nothing: tuple[LocalTeam, Finished], up_options: list[str]) -> LocalTeam:
    team, first = up_from_nothing
    assert first.code == 0, first.stderr
    if not team.answers():
        team.up(*up_options)
    assert bool(team.laptop.containers()) is ("--containers" in up_options)
    return team


@pytest.fixture
def with_run(running: LocalTeam) -> LocalTeam:
    if running.run_id is None:
        running.log_run()
    return running
