"""What ECS and the server's log tell of the tasks.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html
"""

from collections.abc import Iterator

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.alarms.log_count import count_in_log
from stacks.alarms.watch import FIVE_MINUTES, MISSING_IS_FINE, MISSING_IS_WRONG, Watch
from stacks.team.config import TeamConfig


class TaskMetrics:
    """The metrics of one ECS service, and of what its tasks log."""

    def __init__(self, scope: Construct, service: ecs.FargateService, log: logs.ILogGroup) -> None:
        self._dimensions = {"ClusterName": service.cluster.cluster_name, "ServiceName": service.service_name}
        # MLflow logs what PostgreSQL says when it gives a transaction up: mlflow/store/db/utils.py.
        self.deadlocks = count_in_log(
            scope, "Deadlocks", log=log, pattern='"deadlock detected"', period=cdk.Duration.minutes(15)
        )
        # What ends a command is logged under this name: server_image/tracking_server/__main__.py and logs.py.
        self.failed_commands = count_in_log(
            scope,
            "FailedCommands",
            log=log,
            pattern='{ ($.logger = "tracking_server") && (($.level = "ERROR") || ($.level = "CRITICAL")) }',
            period=FIVE_MINUTES,
        )

    def of_ecs(self, name: str, statistic: str) -> cloudwatch.Metric:
        """Percent of what the task definition gives."""
        return self._metric("AWS/ECS", name, statistic)

    def of_insights(self, name: str, statistic: str = "Average") -> cloudwatch.Metric:
        """Of Container Insights."""
        return self._metric("ECS/ContainerInsights", name, statistic)

    def missing(self) -> cloudwatch.MathExpression:
        """How many tasks there should be and are not."""
        return cloudwatch.MathExpression(
            expression="desired - FILL(running, 0)",
            using_metrics={
                "desired": self.of_insights("DesiredTaskCount"),
                "running": self.of_insights("RunningTaskCount"),
            },
            label="Missing tasks",
            period=FIVE_MINUTES,
        )

    def disk(self) -> cloudwatch.MathExpression:
        """Percent of the ephemeral storage, which holds the image and files on their way."""
        return cloudwatch.MathExpression(
            expression="100 * used / reserved",
            using_metrics={
                "used": self.of_insights("EphemeralStorageUtilized"),
                "reserved": self.of_insights("EphemeralStorageReserved"),
            },
            label="Disk in use (%)",
            period=FIVE_MINUTES,
        )

    def _metric(self, namespace: str, name: str, statistic: str) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=namespace,
            metric_name=name,
            statistic=statistic,
            period=FIVE_MINUTES,
            dimensions_map=self._dimensions,
        )


def watches(team: TeamConfig, metrics: TaskMetrics) -> Iterator[Watch]:
    """What is wrong with the tasks. Without a task there is no data: `MissingTasks` alone speaks of that."""
    yield Watch(
        name="MissingTasks",
        meaning="Fewer tasks run than should.",
        metric=metrics.missing(),
        threshold=0,
        # At night no task is missing.
        missing=MISSING_IS_FINE if team.schedule.office_hours else MISSING_IS_WRONG,
    )
    yield Watch(
        name="ServerCpu",
        meaning="The tasks have had next to no CPU time left for a quarter of an hour.",
        metric=metrics.of_ecs("CPUUtilization", "Average"),
        threshold=90,
    )
    yield Watch(
        name="ServerMemory",
        meaning="A task is about to be ended for its memory.",
        metric=metrics.of_ecs("MemoryUtilization", "Maximum"),
        threshold=90,
    )
    yield Watch(
        name="ServerDisk",
        meaning="The tasks' disk, through which artifacts go, is filling up.",
        metric=metrics.disk(),
        threshold=80,
        periods=2,
        wrong=2,
    )
    yield Watch(
        name="Deadlocks",
        meaning="PostgreSQL gives up transactions that wait for each other.",
        metric=metrics.deadlocks,
        threshold=2,
        periods=1,
        wrong=1,
    )
    yield Watch(
        name="FailedCommands",
        meaning="A task of the server, of the password's rotation or of garbage collection ended with an error.",
        metric=metrics.failed_commands,
        threshold=0,
        periods=1,
        wrong=1,
    )
