"""What happens to a resource when it leaves its stack: `temporary: true` in the team file is the one switch."""

import aws_cdk as cdk

from stacks.config import TeamConfig


def removal_policy(team: TeamConfig) -> cdk.RemovalPolicy:
    """Retain, unless the team is temporary."""
    return cdk.RemovalPolicy.DESTROY if team.temporary else cdk.RemovalPolicy.RETAIN


def database_removal_policy(team: TeamConfig) -> cdk.RemovalPolicy:
    """A last snapshot, unless the team is temporary."""
    return cdk.RemovalPolicy.DESTROY if team.temporary else cdk.RemovalPolicy.SNAPSHOT
