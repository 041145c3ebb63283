"""What every stack of a team has in common: its name, its region, its tags and its protection."""

import aws_cdk as cdk
from constructs import Construct

from stacks.team.config import StackKind, TeamConfig


class TeamStack(cdk.Stack):
    """One of a team's four stacks. The account is left open, so that synthesis needs no credentials.

    Args:
        kept: whether the stack is protected from deletion, unless the team is temporary.
    """

    def __init__(self, scope: Construct, team: TeamConfig, kind: StackKind, *, kept: bool = False) -> None:
        super().__init__(
            scope,
            team.stack_name(kind),
            env=cdk.Environment(region=team.region),
            termination_protection=kept and not team.temporary,
        )
        for key, value in {"team": team.name, **team.tags}.items():
            cdk.Tags.of(self).add(key, value)
