"""How Prometheus finds and reads the metrics of a team's tasks, where the team file says from where."""

from aws_cdk import aws_ec2 as ec2

from stacks.team.config import TeamConfig

METRICS_PORT = 9464
"""What OpenTelemetry's exporters for Prometheus listen on as well.
https://opentelemetry.io/docs/specs/otel/metrics/sdk_exporters/prometheus/"""


def metrics_environment(team: TeamConfig) -> dict[str, str]:
    return {"TRACKING_METRICS_PORT": str(METRICS_PORT)} if team.server.metrics_from else {}


def metrics_ports(team: TeamConfig) -> list[int]:
    return [METRICS_PORT] if team.server.metrics_from else []


def metrics_labels(team: TeamConfig) -> dict[str, str] | None:
    """By these, the CloudWatch agent and OpenTelemetry's collector find the tasks of a cluster.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/ContainerInsights-Prometheus-Setup-autodiscovery-ecs.html
    """
    if not team.server.metrics_from:
        return None
    return {
        "ECS_PROMETHEUS_EXPORTER_PORT": str(METRICS_PORT),
        "ECS_PROMETHEUS_METRICS_PATH": "/metrics",
        "ECS_PROMETHEUS_JOB_NAME": f"mlflow-{team.name}",
    }


def admit_prometheus(team: TeamConfig, tasks: ec2.SecurityGroup) -> None:
    """Lets the named blocks in, to the metrics alone."""
    for block in team.server.metrics_from:
        tasks.add_ingress_rule(ec2.Peer.ipv4(block), ec2.Port.tcp(METRICS_PORT), "Prometheus")
