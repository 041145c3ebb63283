"""The roles of tasks: what the containers may do, and what ECS may do to start them."""

from collections.abc import Iterator

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.data import artifact_store, database
from stacks.data.backing import Backing
from stacks.policies import artifacts, database_login, images, log_groups, secrets
from stacks.rule_packs import acknowledge, acknowledge_own_policy
from stacks.team.config import DatabaseAuth, TeamConfig


def task_role(scope: Construct, team: TeamConfig, backing: Backing) -> iam.Role:
    """What the server may do: log in to its own database, keep its own artifacts, nothing else."""
    stack = cdk.Stack.of(scope)
    role = iam.Role(scope, "TaskRole", assumed_by=_ecs_tasks(scope))
    for statement in (
        *_log_in(scope, team, backing),
        artifacts.read_and_write(backing.bucket_arn, artifact_store.PREFIX, stack.account),
        artifacts.list_names(backing.bucket_arn, stack.account),
        artifacts.encrypt(backing.kms_key_arn, stack.region),
    ):
        role.add_to_policy(statement)
    acknowledge(
        role,
        artifact_store.every_artifact_finding(team),
        "The team's own artifacts: the prefix is all that the bucket holds for the server.",
    )
    acknowledge_own_policy(role)
    return role


def _log_in(scope: Construct, team: TeamConfig, backing: Backing) -> Iterator[iam.PolicyStatement]:
    stack = cdk.Stack.of(scope)
    if team.database.auth == DatabaseAuth.IAM:
        user = f"{team.database.resource_id or backing.database_resource_id}/{database.IAM_USER}"
        arn = cdk.ArnFormat.COLON_RESOURCE_NAME
        yield database_login.connect(
            stack.format_arn(service="rds-db", resource="dbuser", resource_name=user, arn_format=arn)
        )
    else:
        yield secrets.read([backing.user_secret_arn])
        yield secrets.decrypt(backing.kms_key_arn, stack.region)


def rotation_role(scope: Construct, backing: Backing) -> iam.Role:
    """What `rotate` may do: read the server's secret and give it another value, nothing else."""
    region = cdk.Stack.of(scope).region
    role = iam.Role(scope, "TaskRole", assumed_by=_ecs_tasks(scope))
    for statement in (
        secrets.rotate(backing.user_secret_arn),
        secrets.encrypt(backing.kms_key_arn, region),
    ):
        role.add_to_policy(statement)
    acknowledge_own_policy(role)
    return role


def execution_role(
    scope: Construct, backing: Backing, *, secret_arns: list[str], repository_arn: str, log_group_arn: str
) -> iam.Role:
    """What ECS may do to start a task: get its image, write its log, read the secrets that it hands in."""
    region = cdk.Stack.of(scope).region
    role = iam.Role(scope, "ExecutionRole", assumed_by=_ecs_tasks(scope))
    for statement in (
        images.log_in_to_registry(),
        images.pull(repository_arn),
        log_groups.write(log_group_arn),
        log_groups.encrypt(backing.kms_key_arn, region),
    ):
        role.add_to_policy(statement)
    if secret_arns:
        role.add_to_policy(secrets.read(secret_arns))
        role.add_to_policy(secrets.decrypt(backing.kms_key_arn, region))
    acknowledge(role, "AwsSolutions-IAM5[Resource::*]", "ecr:GetAuthorizationToken knows no resource to narrow it to.")
    acknowledge_own_policy(role)
    return role


def _ecs_tasks(scope: Construct) -> iam.ServicePrincipal:
    """ECS, for tasks of this account and region only: no other account's service can borrow the role.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
    """
    stack = cdk.Stack.of(scope)
    return iam.ServicePrincipal(
        "ecs-tasks.amazonaws.com",
        conditions={
            "StringEquals": {"aws:SourceAccount": stack.account},
            "ArnLike": {"aws:SourceArn": stack.format_arn(service="ecs", resource="*")},
        },
    )
