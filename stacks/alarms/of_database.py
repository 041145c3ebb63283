"""What RDS tells of the database instance.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html
"""

from collections.abc import Callable, Iterator

from aws_cdk import aws_cloudwatch as cloudwatch

from stacks.alarms.watch import FIVE_MINUTES, MISSING_IS_WRONG, Watch
from stacks.team.sizes import GIB, INSTANCE_CLASSES, Sizing, max_connections

DatabaseMetric = Callable[[str, str], cloudwatch.Metric]
"""Takes a metric's name and a statistic."""

# Of the instance's memory: PostgreSQL swaps, or is ended, soon after.
_LEAST_FREE_MEMORY = 1 / 16
# Of the disk's first size. RDS adds to a disk with less than a tenth free, at most once in six hours.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html
_LEAST_FREE_STORAGE = 1 / 10
# Of the estimate that the sizes are checked with.
_MOST_CONNECTIONS = 0.8


def database_metric(instance_identifier: str) -> DatabaseMetric:
    """The metrics of one instance."""

    def metric(name: str, statistic: str) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace="AWS/RDS",
            metric_name=name,
            statistic=statistic,
            period=FIVE_MINUTES,
            dimensions_map={"DBInstanceIdentifier": instance_identifier},
        )

    return metric


def watches(sizing: Sizing, metric: DatabaseMetric) -> Iterator[Watch]:
    """What is wrong with the database. An instance that says nothing does not run: one alarm speaks of that."""
    yield Watch(
        name="DatabaseCpu",
        meaning="The database has had next to no CPU time left for a quarter of an hour, or does not run.",
        metric=metric("CPUUtilization", "Average"),
        threshold=90,
        missing=MISSING_IS_WRONG,
    )
    yield Watch(
        name="DatabaseMemory",
        meaning="The database has next to no memory left.",
        metric=metric("FreeableMemory", "Minimum"),
        threshold=INSTANCE_CLASSES[sizing.instance_class] * GIB * _LEAST_FREE_MEMORY,
        below=True,
    )
    yield Watch(
        name="DatabaseStorage",
        meaning="The database's disk is nearly full and does not grow by itself any more.",
        metric=metric("FreeStorageSpace", "Minimum"),
        threshold=sizing.storage_gib * GIB * _LEAST_FREE_STORAGE,
        below=True,
        periods=6,
        wrong=6,
    )
    yield Watch(
        name="DatabaseConnections",
        meaning="The database is about to refuse connections.",
        metric=metric("DatabaseConnections", "Maximum"),
        threshold=int(max_connections(sizing.instance_class) * _MOST_CONNECTIONS),
    )
