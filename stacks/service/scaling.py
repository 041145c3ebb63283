"""How many tasks there are: more when they are asked for more, and none at night."""

import aws_cdk as cdk
from aws_cdk import aws_applicationautoscaling as appscaling
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2

from stacks.team.config import TeamConfig
from stacks.team.schedule_config import OfficeHours

# Python gives little memory back, so a lower number would never let a task go.
_CPU_PERCENT, _MEMORY_PERCENT = 60, 80
_REQUESTS_PER_VCPU_AND_MINUTE = 250 * 60
"""Half of the reads that one vCPU answers without passwords; with them CPU asks for more tasks first.

docs/reference/performance.md
"""


def scales(team: TeamConfig) -> bool:
    """Whether Application Auto Scaling says how many tasks there are.

    Then the template must not: each deployment would set the number back. Without it an update leaves the number alone.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-service.html
    """
    return team.sizing.most_tasks > team.sizing.tasks or team.schedule.office_hours is not None


def add_scaling(team: TeamConfig, service: ecs.FargateService, target_group: elbv2.ApplicationTargetGroup) -> None:
    """Follows CPU, memory and requests where `server.max_tasks` leaves room, and opens and closes at office hours."""
    least, most = team.sizing.tasks, team.sizing.most_tasks
    count = service.auto_scale_task_count(min_capacity=least, max_capacity=most)
    if most > least:
        # A task takes a minute or two to start.
        out, back = cdk.Duration.minutes(3), cdk.Duration.minutes(15)
        count.scale_on_cpu_utilization(
            "Cpu", target_utilization_percent=_CPU_PERCENT, scale_out_cooldown=out, scale_in_cooldown=back
        )
        count.scale_on_memory_utilization(
            "Memory", target_utilization_percent=_MEMORY_PERCENT, scale_out_cooldown=out, scale_in_cooldown=back
        )
        count.scale_on_request_count(
            "Requests",
            requests_per_target=int(team.sizing.vcpu * _REQUESTS_PER_VCPU_AND_MINUTE),
            target_group=target_group,
            scale_out_cooldown=out,
            scale_in_cooldown=back,
        )
    if team.schedule.office_hours and (hours := OfficeHours.read(team.schedule.office_hours)):
        zone = cdk.TimeZone.of(team.schedule.time_zone)
        count.scale_on_schedule(
            "Open", schedule=_at(hours, hours.opens), time_zone=zone, min_capacity=least, max_capacity=most
        )
        count.scale_on_schedule(
            "Close", schedule=_at(hours, hours.closes), time_zone=zone, min_capacity=0, max_capacity=0
        )


def _at(hours: OfficeHours, time: tuple[int, int]) -> appscaling.Schedule:
    """https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html"""
    return appscaling.Schedule.expression(f"cron({time[1]} {time[0]} ? * {','.join(hours.days)} *)")
