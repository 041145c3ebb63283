"""The team's cloud assembly: `cdk synth` with all rules on makes it, anew when what it is made from changed."""

import shutil
from pathlib import Path

from kit.environment import ROOT, fingerprint
from kit.local.cdk import Cdk
from kit.progress import Report
from stacks.team.config import TeamConfig

TEAMS = ROOT / "teams"
_MADE_FROM = (
    "app.py",
    "cdk.json",
    "package-lock.json",
    "requirements.txt",
    "server_image/**/*",
    "stacks/**/*",
)


def synthesize(cdk: Cdk, team: TeamConfig, folder: Path, report: Report, teams: Path = TEAMS) -> None:
    """Brings the assembly in `folder` up to date; `teams` holds the team's file.

    Raises LocalError with every finding of the rules.
    """
    mark = folder / ".made-from"
    sources = [file for pattern in _MADE_FROM for file in ROOT.glob(pattern) if _counts(file)]
    made_from = fingerprint(sorted([*sources, *teams.iterdir()]))
    unchanged = mark.exists() and mark.read_text() == made_from
    if not unchanged:
        shutil.rmtree(folder, ignore_errors=True)
        cdk.synth(folder, context={"team": team.name, "teams": str(teams)})
        mark.write_text(made_from)
    stacks = len(list(folder.glob("*.template.json")))
    report(f"{stacks} stacks, {'unchanged' if unchanged else 'no findings'}")


def _counts(file: Path) -> bool:
    return file.is_file() and "__pycache__" not in file.parts
