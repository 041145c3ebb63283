"""Lines of the server's log as a metric."""

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs
from constructs import Construct


def count_in_log(
    scope: Construct, name: str, *, log: logs.ILogGroup, pattern: str, period: cdk.Duration, zeros: bool = False
) -> cloudwatch.Metric:
    """How many lines of the log the pattern matches. The metric's name tells teams of one account apart.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html

    Args:
        zeros: whether the metric is 0, and not without data, while other lines are logged.
    """
    counting = logs.MetricFilter(
        scope,
        f"{name}Filter",
        log_group=log,
        filter_pattern=logs.FilterPattern.literal(pattern),
        metric_namespace="MLflow",
        metric_name=f"{cdk.Stack.of(scope).stack_name}-{name}",
        default_value=0 if zeros else None,
    )
    return counting.metric(statistic="Sum", period=period)
