"""`kit protect`: what CloudFormation has no property for, set on a team's deployed stacks."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any, get_args

from kit.deployed import aws_errors_said, deployed_team
from kit.emulators.choice import Choice
from kit.emulators.template import Clients
from kit.guard.stack_policy import stack_policies
from kit.local.errors import LocalError
from kit.local.templates import deployed_templates
from stacks.data.database_parameters import EXPORTED_LOGS
from stacks.team.config import StackKind, TeamConfig

Tell = Callable[[str], None]


def protect(team_name: str, choice: Choice | None, tell: Tell, *, lift: bool = False) -> None:
    """Protects the team on AWS, with the user's own credentials, or on the emulator that `choice` names.

    Raises LocalError when nothing is deployed or AWS refuses, TeamFileError, and botocore's errors of an emulator.
    """
    team, client = deployed_team(team_name, choice)
    with aws_errors_said(choice, "AWS did not do it; what was told before is set."):
        set_protection(team, client, tell, lift=lift)


def set_protection(team: TeamConfig, client: Clients, tell: Tell, *, lift: bool = False) -> None:
    """Sets a policy on each of the team's stacks, and how long the database's log is kept; tells what it has set.

    With `lift` all changes of all stacks are allowed again, and logs are left alone.

    Raises LocalError when nothing is deployed, and botocore's errors.
    """
    cloudformation = client("cloudformation")
    deployed = deployed_templates(cloudformation, [team.stack_name(kind) for kind in get_args(StackKind)])
    if not deployed:
        raise LocalError(f"Team {team.name} is not deployed in {team.region}: deploy it first.")
    for stack, policy in stack_policies({stack: {} for stack in deployed} if lift else deployed).items():
        cloudformation.set_stack_policy(StackName=stack, StackPolicyBody=json.dumps(policy))
        tell(f"{stack}: {_in_words(policy)}")
    if not lift:
        _keep_logs(team, cloudformation, client("logs"), tell)


def _in_words(policy: dict[str, Any]) -> str:
    denied = [resource for statement in policy["Statement"][1:] for resource in statement["Resource"]]
    if not denied:
        return "every change is allowed"
    return "no replacement and no deletion of " + ", ".join(name.split("/")[1] for name in denied)


def _keep_logs(team: TeamConfig, cloudformation: Any, logs: Any, tell: Tell) -> None:
    """RDS makes a group with the first line of its log, and keeps it for ever; one that is there already it takes.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Concepts.PostgreSQL.PublishtoCloudWatchLogs.html
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.CloudWatch.html
    """
    (description,) = cloudformation.describe_stacks(StackName=team.stack_name("data"))["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in description["Outputs"]}
    days = team.database.log_retention_days
    kind = "cluster" if "DatabaseClusterIdentifier" in outputs else "instance"
    database = f"/aws/rds/{kind}/{outputs[f'Database{kind.title()}Identifier']}"
    for log in EXPORTED_LOGS[team.database.engine]:
        group = f"{database}/{log}"
        with suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_group(logGroupName=group)
        logs.put_retention_policy(logGroupName=group, retentionInDays=days)
        tell(f"{group}: kept for {days} days")
