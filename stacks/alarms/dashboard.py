"""One page that shows how a team's server does."""

from collections.abc import Mapping, Sequence

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from stacks.alarms.of_requests import RequestMetrics
from stacks.alarms.of_tasks import TaskMetrics

_WIDTH = 8


def add_dashboard(
    scope: Construct,
    *,
    alarms: Sequence[cloudwatch.Alarm],
    requests: RequestMetrics,
    tasks: TaskMetrics,
    database: Mapping[str, Sequence[cloudwatch.IMetric]],
) -> cloudwatch.Dashboard:
    """The alarms first, then requests, tasks and database, a row each."""

    def graph(title: str, *metrics: cloudwatch.IMetric, width: int = _WIDTH) -> cloudwatch.GraphWidget:
        return cloudwatch.GraphWidget(title=title, left=list(metrics), width=width)

    return cloudwatch.Dashboard(
        scope,
        "Dashboard",
        widgets=[
            [cloudwatch.AlarmStatusWidget(alarms=list(alarms), title="Alarms", width=3 * _WIDTH, height=4)],
            [
                graph("Requests", requests.of_targets("RequestCount", "Sum")),
                graph(
                    "Errors",
                    requests.of_targets("HTTPCode_Target_5XX_Count", "Sum"),
                    requests.of_balancer("HTTPCode_ELB_5XX_Count", "Sum"),
                    requests.of_targets("HTTPCode_Target_4XX_Count", "Sum"),
                ),
                graph(
                    "Answers after (s)",
                    requests.of_targets("TargetResponseTime", "p50"),
                    requests.of_targets("TargetResponseTime", "p99"),
                ),
            ],
            [
                graph("Tasks", tasks.of_insights("DesiredTaskCount"), tasks.of_insights("RunningTaskCount")),
                graph(
                    "Tasks' CPU and memory (%)",
                    tasks.of_ecs("CPUUtilization", "Average"),
                    tasks.of_ecs("MemoryUtilization", "Maximum"),
                ),
                graph("Tasks' disk", tasks.disk()),
            ],
            [graph(title, *metrics, width=3 * _WIDTH // len(database)) for title, metrics in database.items()],
        ],
    )
