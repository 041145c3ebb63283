"""A real MiniStack whose root asks for roles that trust a service, as ECS does."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kit.emulators.ministack.emulator import MiniStack

ACCOUNT, REGION = "825078062172", "eu-west-1"


def assume(ministack: MiniStack, name: str, condition: dict[str, Any]) -> str:
    """The ARN that root becomes by a role with this condition in its trust policy."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "ecs-tasks.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": condition,
    }
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    role = ministack.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    answer = ministack.client("sts").assume_role(RoleArn=role, RoleSessionName="task")
    return str(answer["AssumedRoleUser"]["Arn"])


def test_a_role_for_tasks_of_the_own_account_can_be_assumed(ministack: MiniStack) -> None:
    condition = {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:*"},
    }
    assert assume(ministack, "own", condition) == f"arn:aws:sts::{ACCOUNT}:assumed-role/own/task"


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:SourceAccount": "999999999999"}},
        {"ArnLike": {"aws:SourceArn": f"arn:aws:ecs:{REGION}:999999999999:*"}},
        {"ArnLike": {"aws:SourceArn": f"arn:aws:ecs:us-east-1:{ACCOUNT}:*"}},
    ],
    ids=["account", "account of the ARN", "region"],
)
def test_a_role_for_others_tasks_cannot(
    ministack: MiniStack, condition: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    name = f"other-{abs(hash(request.node.name))}"
    with pytest.raises(ClientError, match="AccessDenied"):
        assume(ministack, name, condition)
