"""What RDS tells of the database.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html, and of an Aurora cluster
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html
"""

from collections.abc import Callable, Iterator

from aws_cdk import aws_cloudwatch as cloudwatch

from stacks.alarms.watch import FIVE_MINUTES, MISSING_IS_FINE, MISSING_IS_WRONG, Watch
from stacks.data.database_server import DatabaseServer
from stacks.team.config import TeamConfig
from stacks.team.sizes import GIB

DatabaseMetric = Callable[[str, str], cloudwatch.Metric]
"""Takes a metric's name and a statistic."""

# Of the memory: PostgreSQL swaps, or is ended, soon after.
_LEAST_FREE_MEMORY = 1 / 16
# Of the disk's first size. RDS adds to a disk with less than a tenth free, at most once in six hours.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html
_LEAST_FREE_STORAGE = 1 / 10
# Of the estimate that the sizes are checked with.
_MOST_CONNECTIONS = 0.8
# Percent of the most that an Aurora may take.
_MOST_CAPACITY = 90


def database_metric(database: DatabaseServer) -> DatabaseMetric:
    """The metrics of an instance, or of the one of a cluster that writes."""
    dimensions = {database.identifier_name: database.identifier}
    if database.identifier_name == "DBClusterIdentifier":
        dimensions["Role"] = "WRITER"

    def metric(name: str, statistic: str) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace="AWS/RDS",
            metric_name=name,
            statistic=statistic,
            period=FIVE_MINUTES,
            dimensions_map=dimensions,
        )

    return metric


def watches(team: TeamConfig, metric: DatabaseMetric) -> Iterator[Watch]:
    """What is wrong with the database. One that says nothing does not run, or pauses: one alarm speaks of that."""
    yield Watch(
        name="DatabaseCpu",
        meaning="The database has had next to no CPU time left for a quarter of an hour, or does not run.",
        metric=metric("CPUUtilization", "Average"),
        threshold=90,
        missing=MISSING_IS_FINE if team.database.pauses else MISSING_IS_WRONG,
    )
    yield Watch(
        name="DatabaseMemory",
        meaning="The database has next to no memory left.",
        metric=metric("FreeableMemory", "Minimum"),
        # Aurora counts what it may still take as free.
        threshold=team.database_memory_gib * GIB * _LEAST_FREE_MEMORY,
        below=True,
    )
    if team.database.is_aurora:
        yield Watch(
            name="DatabaseCapacity",
            meaning="The database has had next to no capacity left to take for a quarter of an hour.",
            metric=metric("ACUUtilization", "Average"),
            threshold=_MOST_CAPACITY,
        )
    else:
        yield Watch(
            name="DatabaseStorage",
            meaning="The database's disk is nearly full and does not grow by itself any more.",
            metric=metric("FreeStorageSpace", "Minimum"),
            threshold=team.sizing.storage_gib * GIB * _LEAST_FREE_STORAGE,
            below=True,
            periods=6,
            wrong=6,
        )
    yield Watch(
        name="DatabaseConnections",
        meaning="The database is about to refuse connections.",
        metric=metric("DatabaseConnections", "Maximum"),
        threshold=int(team.max_connections * _MOST_CONNECTIONS),
    )


def graphs(team: TeamConfig, metric: DatabaseMetric) -> dict[str, list[cloudwatch.Metric]]:
    """What the dashboard shows of it, by title."""
    cpu, memory = metric("CPUUtilization", "Average"), metric("FreeableMemory", "Minimum")
    connections = {"Database's connections": [metric("DatabaseConnections", "Maximum")]}
    if team.database.is_aurora:
        return {
            "Database's CPU and capacity (%)": [cpu, metric("ACUUtilization", "Average")],
            "Database's capacity (ACUs)": [metric("ServerlessDatabaseCapacity", "Average")],
            **connections,
            "Database's free memory (bytes)": [memory],
        }
    return {
        "Database's CPU (%)": [cpu],
        **connections,
        "Database's free memory and disk (bytes)": [memory, metric("FreeStorageSpace", "Minimum")],
    }
