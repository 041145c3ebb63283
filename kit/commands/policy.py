"""`kit policy`: what an AWS role needs to be a client of a team, as IAM takes it."""

import json

from kit.deployed import aws_errors_said, deployed_team
from kit.emulators.choice import Choice
from kit.emulators.template import DeployedStack
from kit.local.errors import LocalError

ROLES = ("reader", "writer", "admin")


def policy(team_name: str, role: str, choice: Choice | None) -> str:
    """The policy document of the team's deployed client policy, as JSON with every reference resolved.

    Raises LocalError when the team has no such policy or is not deployed, and TeamFileError.
    """
    team, client = deployed_team(team_name, choice)
    with aws_errors_said(choice, "AWS does not tell what is deployed."):
        stack = DeployedStack(client("cloudformation"), client("iam"), team.stack_name("service"))
        own = f"ClientRoles{role.title()}Policy"
        names = [name for name in stack.all("AWS::IAM::ManagedPolicy") if name.startswith(own)]
        if not names:
            raise LocalError(
                f"A {role} of {team.name} needs no role on AWS: with artifacts.mode: {team.artifacts.mode} the way is "
                "the server's URL, with a user and password of MLflow."
            )
        return json.dumps(stack.property(names[0], "PolicyDocument"), indent=2)
