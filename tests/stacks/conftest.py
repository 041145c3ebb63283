"""Fixtures for tests of stacks and team files."""

from pathlib import Path

import pytest

from stacks.team.files import TeamFileError, load_teams
from tests.stacks.team_folder import Refused, write


@pytest.fixture
def refused(tmp_path: Path) -> Refused:
    """What is said about one team file, without the folder."""

    def refuse(text: str, name: str = "research.yaml") -> str:
        write(tmp_path, name, text)
        with pytest.raises(TeamFileError) as raised:
            load_teams(tmp_path)
        return str(raised.value).replace(f"{tmp_path}/", "")

    return refuse


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints what tests have recorded as `summary`: figures that are of interest when all is well, too."""
    said = [
        value
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
        if name == "summary"
    ]
    if said:
        terminalreporter.section("figures")
        for line in sorted(said):
            terminalreporter.write_line(line)
