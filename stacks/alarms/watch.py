"""What is watched: a metric, from where on it is wrong, and what that means."""

import re
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

PAGE = "docs/operate/alarms.md"

MISSING_IS_FINE = cloudwatch.TreatMissingData.NOT_BREACHING
MISSING_IS_WRONG = cloudwatch.TreatMissingData.BREACHING


@dataclass(frozen=True, kw_only=True)
class Watch:
    """One alarm.

    Attributes:
        name: the construct's id; `heading` makes the heading of it that `PAGE` has.
        meaning: one sentence for whoever is woken.
        metric: one value a period, in which the threshold is given.
        threshold: the last value that is fine.
        below: whether lower values are wrong, not higher ones.
        periods: how many of the metric's are looked at.
        wrong: how many of these have to be wrong.
        missing: whether no data is wrong.
        stops_deployments: whether a bad rollout raises it: then it is rolled back.
    """

    name: str
    meaning: str
    metric: cloudwatch.IMetric
    threshold: float
    below: bool = False
    periods: int = 3
    wrong: int = 3
    missing: cloudwatch.TreatMissingData = MISSING_IS_FINE
    stops_deployments: bool = False

    @property
    def heading(self) -> str:
        """`ServerErrors` as `Server errors`."""
        return re.sub(r"(?<!^)(?=[A-Z])", " ", self.name).capitalize().replace("cpu", "CPU")

    def alarm(self, scope: Construct) -> cloudwatch.Alarm:
        """The alarm, without anybody who is told."""
        comparison = cloudwatch.ComparisonOperator
        return cloudwatch.Alarm(
            scope,
            self.name,
            metric=self.metric,
            alarm_description=f"{self.meaning} First step: {PAGE}#{self.heading.lower().replace(' ', '-')}",
            comparison_operator=comparison.LESS_THAN_THRESHOLD if self.below else comparison.GREATER_THAN_THRESHOLD,
            threshold=self.threshold,
            evaluation_periods=self.periods,
            datapoints_to_alarm=self.wrong,
            treat_missing_data=self.missing,
        )


MINUTE = cdk.Duration.minutes(1)
FIVE_MINUTES = cdk.Duration.minutes(5)
"""The period of what need not be known at once."""
