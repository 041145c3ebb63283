"""`kit acknowledgements`: the findings of rules that a team's stacks accept, for whoever reviews them."""

from kit.acknowledgements import acknowledgements, table
from kit.environment import ROOT
from kit.local.assembly import TEAMS, synthesize
from kit.local.cdk import Cdk
from kit.progress import Steps
from stacks.team.files import load_teams

_REVIEWED = ROOT / ".kit" / "reviewed"


def acknowledgements_table(team_name: str, steps: Steps) -> str:
    """A Markdown table of the team as its file says, whatever an emulator makes of it.

    Raises:
        TeamFileError: there is no such team, or its file is wrong.
        LocalError: a rule has found something that nobody accepts.
    """
    (team,) = load_teams(TEAMS, only=team_name)
    folder = _REVIEWED / team.name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with steps.step("cdk synth") as report:
        synthesize(Cdk(ROOT, folder / "home", {}), team, folder / "cdk.out", report)
    return table(acknowledgements(folder / "cdk.out"))
