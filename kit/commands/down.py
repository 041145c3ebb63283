"""`kit down`: stops a team's server on this machine; the data stays unless its deletion is asked for."""

from kit.emulators.choice import Choice
from kit.local.laptop import Laptop
from kit.progress import Steps


def down(team_name: str, choice: Choice | None, steps: Steps, *, delete_data: bool = False) -> None:
    """Stops everything of the team. With `delete_data` its database, artifacts and secrets here are gone as well."""
    laptop = Laptop.find(team_name, choice)
    with laptop.for_one_command(), steps.step("Stop everything") as report:
        if delete_data:
            laptop.delete_data()
            report("its data on this machine is deleted")
        else:
            laptop.stop()
            gone = f"{laptop.emulator.name} forgets it, and its database is deleted"
            report(gone if laptop.forgets else f"the data stays in {laptop.state}")
