"""What AWS Backup tells of a vault.

https://docs.aws.amazon.com/aws-backup/latest/devguide/cloudwatch.html
"""

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch

from stacks.alarms.watch import Watch

# A job failed, did not begin within its window, or was cancelled.
_WITHOUT_SNAPSHOT = ("Failed", "Expired", "Aborted")
# The plan has one job a day: the alarm lasts until the next.
_DAY = cdk.Duration.days(1)


def watch(vault_name: str) -> Watch:
    """An alarm on a day whose snapshot is not in the vault. AWS Backup reports no zeros: no data is fine."""
    counts = {
        state.lower(): cloudwatch.Metric(
            namespace="AWS/Backup",
            metric_name=f"NumberOfBackupJobs{state}",
            statistic="Sum",
            period=_DAY,
            dimensions_map={"BackupVaultName": vault_name},
        )
        for state in _WITHOUT_SNAPSHOT
    }
    return Watch(
        name="BackupMissed",
        meaning="A daily snapshot of the database was not put into the vault.",
        metric=cloudwatch.MathExpression(
            expression=" + ".join(f"FILL({count}, 0)" for count in counts),
            using_metrics=dict(counts),
            label="Missed backups",
            period=_DAY,
        ),
        threshold=0,
        periods=1,
        wrong=1,
    )
