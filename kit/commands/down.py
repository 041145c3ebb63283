"""`kit down`: stops a team's server on this machine; the data stays unless its deletion is asked for."""

from kit.commands.up import TEAMS
from kit.local.laptop import Laptop
from kit.progress import Steps
from stacks.team_files import load_teams


def down(team_name: str, steps: Steps, *, delete_data: bool = False) -> None:
    """Stops everything of the team. With `delete_data` its database, artifacts and secrets here are gone as well."""
    (team,) = load_teams(TEAMS, only=team_name)
    laptop = Laptop(team)
    with laptop.for_one_command(), steps.step("Stop everything") as report:
        if delete_data:
            laptop.delete_data()
            report("its data on this machine is deleted")
        else:
            laptop.stop()
            report(f"the data stays in {laptop.state}")
