"""`kit down`: stops a team's server on this machine; the data stays unless its deletion is asked for."""

from collections.abc import Callable

from kit.emulators.choice import Choice
from kit.local.errors import LocalError
from kit.local.laptop import Laptop
from kit.progress import Steps

Confirm = Callable[[str], bool]
"""Asks a person a question, and answers whether it was a yes."""


def down(team_name: str, choice: Choice | None, steps: Steps, confirm: Confirm, *, delete_data: bool = False) -> None:
    """Stops everything of the team. With `delete_data` its database, artifacts and secrets here are gone as well.

    Asks before anything is deleted. Raises LocalError without a yes, and TeamFileError.
    """
    laptop = Laptop.find(team_name, choice, to_delete=delete_data)
    forgets, of_the_user = laptop.forgets and laptop.emulator.alive(), laptop.emulator.of_the_user
    why = "" if delete_data else f"{laptop.emulator.name} forgets at its end. "
    question = f"{why}Delete all runs, models, artifacts and users of team {team_name} on {laptop.emulator.name} here?"
    if (delete_data or forgets) and not confirm(question):
        raise LocalError("Nothing is deleted, and nothing stopped.")
    with laptop.for_one_command(), steps.step("Stop everything") as report:
        if delete_data:
            laptop.delete_data()
            report("its data on this machine is deleted")
        else:
            laptop.stop()
            report("its data is deleted" if laptop.forgets else f"the data stays in {laptop.state}")
    if delete_data and of_the_user:
        steps.say("Your LocalStack still has the team's stacks, bucket, key and secrets, until you delete them there.")
