"""What the load balancer tells of requests and of the tasks behind it.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
"""

from collections.abc import Iterator

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch

from stacks.alarms.watch import FIVE_MINUTES, MINUTE, Watch
from stacks.team.config import ArtifactsMode, TeamConfig

# What a broken client in a loop reaches in a minute, and a person does not.
_ENOUGH_REQUESTS = 30


class RequestMetrics:
    """The metrics of one load balancer and one target group."""

    def __init__(self, *, load_balancer_full_name: str, target_group_full_name: str) -> None:
        self._balancer = {"LoadBalancer": load_balancer_full_name}
        self._targets = {**self._balancer, "TargetGroup": target_group_full_name}

    def of_targets(self, name: str, statistic: str, period: cdk.Duration = FIVE_MINUTES) -> cloudwatch.Metric:
        """Of what the tasks answered."""
        return _metric(name, statistic, period, self._targets)

    def of_balancer(self, name: str, statistic: str, period: cdk.Duration = FIVE_MINUTES) -> cloudwatch.Metric:
        """Of what the load balancer answered by itself."""
        return _metric(name, statistic, period, self._balancer)

    def share_of_client_errors(self, period: cdk.Duration = MINUTE) -> cloudwatch.MathExpression:
        """Percent of the requests, or 0 while there are few."""
        return cloudwatch.MathExpression(
            expression=f"IF(requests >= {_ENOUGH_REQUESTS}, 100 * FILL(refused, 0) / requests, 0)",
            using_metrics={
                "requests": self.of_targets("RequestCount", "Sum", period),
                "refused": self.of_targets("HTTPCode_Target_4XX_Count", "Sum", period),
            },
            label="Refused requests (%)",
            period=period,
        )


def watches(team: TeamConfig, metrics: RequestMetrics) -> Iterator[Watch]:
    """What is wrong between clients and tasks.

    A rollout is stopped by what its own tasks do, and by nothing that strangers, clients or an empty load balancer can
    raise: by the target group's metrics, of which neither refusals nor slow answers say whose fault they are. After a
    rollout ECS waits as long as those that stop it look back.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html
    """
    yield Watch(
        name="ServerErrors",
        meaning="The server answers with 5xx: callers lose what they log.",
        metric=metrics.of_targets("HTTPCode_Target_5XX_Count", "Sum", MINUTE),
        threshold=4,
        periods=5,
        stops_deployments=True,
    )
    yield Watch(
        name="LoadBalancerErrors",
        meaning="The load balancer answers with 5xx itself: it reaches no task, or a task hung up.",
        metric=metrics.of_balancer("HTTPCode_ELB_5XX_Count", "Sum", MINUTE),
        threshold=4,
        periods=5,
    )
    yield Watch(
        name="RefusedRequests",
        meaning="More than half of all requests are answered with 4xx.",
        metric=metrics.share_of_client_errors(),
        threshold=50,
        periods=5,
    )
    # A proxied download sends nothing until the server has read the whole object.
    slow_s = 30 if team.artifacts.mode == ArtifactsMode.PROXIED else 5
    yield Watch(
        name="SlowAnswers",
        meaning=f"One request in a hundred waits longer than {slow_s} s.",
        metric=metrics.of_targets("TargetResponseTime", "p99"),
        threshold=slow_s,
    )
    yield Watch(
        name="UnhealthyTasks",
        meaning="A task runs and does not answer the load balancer's health check.",
        metric=metrics.of_targets("UnHealthyHostCount", "Maximum", MINUTE),
        threshold=0,
        # ECS replaces one such task in less.
        periods=5,
        wrong=4,
        stops_deployments=True,
    )


def _metric(name: str, statistic: str, period: cdk.Duration, dimensions: dict[str, str]) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/ApplicationELB",
        metric_name=name,
        statistic=statistic,
        period=period,
        dimensions_map=dimensions,
    )
