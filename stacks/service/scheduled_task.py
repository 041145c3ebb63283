"""A task of ECS that EventBridge Scheduler starts."""

from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from stacks.policies import tasks
from stacks.rule_packs import acknowledge, acknowledge_own_policy, in_findings


@dataclass(frozen=True, kw_only=True)
class TaskPlace:
    """Where a team's tasks run: the service's, and those that a schedule starts."""

    cluster: ecs.Cluster
    subnet_ids: list[str]
    security_group_id: str
    public_ip: bool


class ScheduledTask(Construct):
    """Owns a schedule and the role that may start exactly one task definition with it.

    EventBridge Scheduler delivers at least once, and a slow run may meet the next one: a command that must not run
    twice at the same time takes a lock in the database.
    https://docs.aws.amazon.com/scheduler/latest/UserGuide/what-is-scheduler.html

    Attributes:
        group: the schedule's own group, which carries the tags and is the dimension of the scheduler's metrics.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        task_definition: ecs.FargateTaskDefinition,
        place: TaskPlace,
        schedule: str,
        time_zone: str = "UTC",
        description: str,
    ) -> None:
        """`schedule` is an expression of EventBridge Scheduler, such as `cron(0 3 * * ? *)`.

        https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
        """
        super().__init__(scope, id)
        # A schedule has no tags, its group has.
        self.group = scheduler.CfnScheduleGroup(self, "Group")
        role = self._role(task_definition, place)
        entry = scheduler.CfnSchedule(
            self,
            "Schedule",
            description=description,
            group_name=self.group.ref,
            schedule_expression=schedule,
            schedule_expression_timezone=time_zone,
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=place.cluster.cluster_arn,
                role_arn=role.role_arn,
                ecs_parameters=scheduler.CfnSchedule.EcsParametersProperty(
                    task_definition_arn=task_definition.task_definition_arn,
                    launch_type="FARGATE",
                    network_configuration=scheduler.CfnSchedule.NetworkConfigurationProperty(
                        awsvpc_configuration=scheduler.CfnSchedule.AwsVpcConfigurationProperty(
                            subnets=place.subnet_ids,
                            security_groups=[place.security_group_id],
                            assign_public_ip="ENABLED" if place.public_ip else "DISABLED",
                        )
                    ),
                    # Else Fargate bills a task without the team's tags.
                    propagate_tags="TASK_DEFINITION",
                    enable_ecs_managed_tags=True,
                ),
                # A run that is hours late is worse than the next one.
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                    maximum_event_age_in_seconds=3600, maximum_retry_attempts=3
                ),
            ),
        )
        # The first run would start before its role may do anything.
        entry.node.add_dependency(role.node.find_child("DefaultPolicy"))

    def _role(self, task_definition: ecs.FargateTaskDefinition, place: TaskPlace) -> iam.Role:
        stack = cdk.Stack.of(self)
        cluster = place.cluster
        role = iam.Role(
            self,
            "Role",
            # https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com",
                conditions={"StringEquals": {"aws:SourceAccount": stack.account, "aws:SourceArn": self.group.attr_arn}},
            ),
        )
        for statement in (
            tasks.run(task_definition.task_definition_arn, cluster.cluster_arn),
            tasks.tag_new(cluster.arn_for_tasks("*")),
            tasks.pass_roles([task_definition.task_role.role_arn, task_definition.obtain_execution_role().role_arn]),
        ):
            role.add_to_policy(statement)
        acknowledge(
            role,
            f"AwsSolutions-IAM5[Resource::{in_findings(role, cluster.arn_for_tasks('*'))}]",
            "A task that is being started has no id yet; it may be tagged while it is, and not later.",
        )
        acknowledge_own_policy(role)
        return role
