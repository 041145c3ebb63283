"""`kit password`: where a person finds what is secret of a server on this machine."""

from kit.emulators.choice import Choice
from kit.local.deployment import Deployment
from kit.local.errors import LocalError
from kit.local.laptop import Laptop


def password(team_name: str, choice: Choice | None, *, aws: bool = False) -> str:
    """The value of the team's AdminSecret, or with `aws` the secret access key of the emulator's root user.

    Raises LocalError when the team is not up.
    """
    laptop = Laptop.find(team_name, choice)
    if not laptop.running():
        raise LocalError(f"Team {team_name} is not up on this machine: run `{laptop.command('up')}` first.")
    if aws:
        return laptop.emulator.root.secret_access_key
    arn = Deployment.read(laptop.team, laptop.emulator.client).admin_secret_arn
    return str(laptop.secret(arn)["password"])
