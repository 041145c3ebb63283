"""ECS Exec: a shell in a running task, for whom IAM lets, encrypted and logged. There is none unless a team asks."""

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.data.backing import Backing
from stacks.policies import log_groups, sessions
from stacks.removal import removal_policy
from stacks.rule_packs import acknowledge, in_findings
from stacks.team.config import TeamConfig


class Sessions(Construct):
    """Owns the log of all sessions, which outlives the stack and the option: it says who did what.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html

    Attributes:
        configuration: the cluster's.
    """

    def __init__(self, scope: Construct, id: str, *, team: TeamConfig, backing: Backing) -> None:
        super().__init__(scope, id)
        self._key_arn = backing.kms_key_arn
        key = kms.Key.from_key_arn(self, "Key", backing.kms_key_arn)
        self._log = logs.LogGroup(
            self,
            "Log",
            retention=logs.RetentionDays.ONE_YEAR,
            removal_policy=removal_policy(team),
            encryption_key=key,
        )
        self.configuration = ecs.ExecuteCommandConfiguration(
            kms_key=key,
            logging=ecs.ExecuteCommandLogging.OVERRIDE,
            log_configuration=ecs.ExecuteCommandLogConfiguration(
                cloud_watch_log_group=self._log, cloud_watch_encryption_enabled=True
            ),
        )

    def admit(self, task_role: iam.Role) -> None:
        """Lets AWS's agent in the task, which has the task's role, take sessions and log them."""
        stack = cdk.Stack.of(self)
        every_log_group = stack.format_arn(
            service="logs", resource="log-group", resource_name="*", arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME
        )
        for statement in (
            sessions.take(),
            sessions.decrypt(self._key_arn),
            log_groups.find(every_log_group),
            sessions.log(self._log.log_group_arn),
            log_groups.encrypt(self._key_arn, stack.region),
        ):
            task_role.add_to_policy(statement)
        acknowledge(task_role, "AwsSolutions-IAM5[Resource::*]", "The actions of ssmmessages know no resource.")
        acknowledge(
            task_role,
            f"AwsSolutions-IAM5[Resource::{in_findings(task_role, every_log_group)}]",
            "The agent asks for all names before it knows its own log group: it reads names, and no log.",
        )
