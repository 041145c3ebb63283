"""What runs a team's PostgreSQL, as the rest of the kit knows it."""

from dataclasses import dataclass

from aws_cdk import aws_backup as backup
from aws_cdk import aws_rds as rds

from stacks.team.config import Insights

NAME = "mlflow"
PORT = 5432
MONITORING_SECONDS = 60
CA_CERTIFICATE = rds.CaCertificate.RDS_CA_RSA2048_G1
"""What RDS takes for a new instance today, said so that it cannot change unasked; the image trusts it."""


@dataclass(frozen=True, kw_only=True)
class DatabaseServer:
    """A DB instance, or an Aurora cluster of them.

    Attributes:
        identifier: its own.
        identifier_name: how RDS's API and CloudWatch call that: `DBInstanceIdentifier` or `DBClusterIdentifier`.
        resource_id: the name by which IAM knows it.
        host: where it takes connections that write.
        port: the same, as text.
        backup: it, for a plan of AWS Backup.
    """

    identifier: str
    identifier_name: str
    resource_id: str
    host: str
    port: str
    backup: backup.BackupResource


@dataclass(frozen=True)
class InsightsOptions:
    """AWS takes these pairs only.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DatabaseInsights.TurningOnAdvanced.html
    """

    mode: rds.DatabaseInsightsMode
    retention: rds.PerformanceInsightRetention


INSIGHTS = {
    Insights.STANDARD: InsightsOptions(rds.DatabaseInsightsMode.STANDARD, rds.PerformanceInsightRetention.DEFAULT),
    Insights.ADVANCED: InsightsOptions(rds.DatabaseInsightsMode.ADVANCED, rds.PerformanceInsightRetention.MONTHS_15),
}
