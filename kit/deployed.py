"""Where a command finds what is deployed of a team: on AWS, or on an emulator of this machine."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from kit.emulators.choice import Choice
from kit.emulators.template import Clients
from kit.environment import ROOT
from kit.local.aws_endpoint import ignore_user_configuration
from kit.local.errors import LocalError
from kit.local.laptop import Laptop
from stacks.team.config import TeamConfig
from stacks.team.files import load_teams


def deployed_team(team_name: str, choice: Choice | None) -> tuple[TeamConfig, Clients]:
    """The team and what makes clients: of AWS by the user's own credentials, or of the emulator that `choice` names.

    Raises LocalError when that emulator is not up, and TeamFileError.
    """
    if choice:
        ignore_user_configuration(os.environ)
        laptop = Laptop.find(team_name, choice)
        if not laptop.emulator.alive():
            raise LocalError(f"Team {team_name} is not up on this machine: run `{laptop.command('up')}` first.")
        return laptop.team, laptop.emulator.client
    (team,) = load_teams(ROOT / "teams", only=team_name)
    session: Any = boto3.session.Session(region_name=team.region)
    return team, session.client


@contextmanager
def aws_errors_said(choice: Choice | None, sentence: str) -> Iterator[None]:
    """Raises what AWS refuses as LocalError that begins with `sentence`; an emulator's errors are left as they are."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        if choice:
            raise
        raise LocalError(f"{sentence} It says: {error}") from error
