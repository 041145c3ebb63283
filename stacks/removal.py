"""What happens to a resource when it leaves its stack: `temporary: true` in the team file is the one switch."""

from typing import cast

import aws_cdk as cdk

from stacks.rule_packs import acknowledge_lint
from stacks.team.config import TeamConfig


def removal_policy(team: TeamConfig) -> cdk.RemovalPolicy:
    """Retain, unless the team is temporary."""
    return cdk.RemovalPolicy.DESTROY if team.temporary else cdk.RemovalPolicy.RETAIN


def database_removal_policy(team: TeamConfig) -> cdk.RemovalPolicy:
    """A last snapshot, unless the team is temporary."""
    return cdk.RemovalPolicy.DESTROY if team.temporary else cdk.RemovalPolicy.SNAPSHOT


def acknowledge_emptying(stack: cdk.Stack) -> None:
    """Accepts what cfn-lint finds in the function by which the CDK empties a temporary team's buckets."""
    provider = stack.node.find_child("Custom::S3AutoDeleteObjectsCustomResourceProvider")
    acknowledge_lint(
        cast(cdk.CfnResource, provider.node.find_child("Handler")),
        "W3005",
        "The CDK states the dependency twice, which changes nothing.",
    )
