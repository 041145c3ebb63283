"""`kit password`: where a person finds the admin password of a server on this machine."""

from kit.commands.up import TEAMS
from kit.local.deployment import Deployment
from kit.local.errors import LocalError
from kit.local.laptop import Laptop
from stacks.team_files import load_teams


def password(team_name: str) -> str:
    """The value of the team's AdminSecret. Raises LocalError when the team is not up."""
    (team,) = load_teams(TEAMS, only=team_name)
    laptop = Laptop(team)
    if not laptop.emulator.alive():
        raise LocalError(f"Team {team_name} is not up on this machine: run `scripts/up {team_name}` first.")
    arn = Deployment.read(team, laptop.emulator.client).admin_secret_arn
    return str(laptop.secret(arn)["password"])
