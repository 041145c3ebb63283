"""What ACM tells of the certificate of the server's own name.

https://docs.aws.amazon.com/acm/latest/userguide/cloudwatch-metrics.html
"""

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch

from stacks.alarms.watch import Watch

# ACM renews what it has issued before that, and never what was imported.
_DAYS = 30


def watch(certificate_arn: str) -> Watch:
    """An alarm before every client is turned away."""
    return Watch(
        name="CertificateExpiry",
        meaning=f"The server's certificate ends in less than {_DAYS} days and has not been renewed.",
        metric=cloudwatch.Metric(
            namespace="AWS/CertificateManager",
            metric_name="DaysToExpiry",
            statistic="Minimum",
            period=cdk.Duration.days(1),
            dimensions_map={"CertificateArn": certificate_arn},
        ),
        threshold=_DAYS,
        below=True,
        periods=1,
        wrong=1,
    )
