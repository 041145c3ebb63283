"""The README shows what `scripts/up` really prints."""

import re

from kit.environment import ROOT
from tests.running import Finished, LocalTeam

# Printed only where something had to be installed, which the tests' own environment was before.
INSTALLATION = ("Python packages", "CDK command line", "Server packages", "Client packages")


def lines_of(text: str) -> list[str]:
    """The lines, with every number and width taken out of them."""
    return [re.sub(r"\d+(\.\d+)*", "N", " ".join(line.split())) for line in text.splitlines() if line.strip()]


def test_the_readme_shows_what_up_prints(up_from_nothing: tuple[LocalTeam, Finished]) -> None:
    _, first = up_from_nothing
    block = (ROOT / "README.md").read_text().partition("$ scripts/up\n")[2].partition("```")[0]
    shown = [line for line in lines_of(block) if not line.startswith((*INSTALLATION, "…"))]
    printed = lines_of(first.stderr + first.stdout)
    assert [line for line in shown if line not in printed] == []
