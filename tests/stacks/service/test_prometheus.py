import pytest

from tests.stacks.service.test_service_stack import containers, environment
from tests.stacks.shapes import SHAPES, team, template

PORT = 9464


def ingress(shape: str) -> list[tuple[str, int]]:
    groups = template(shape, "service").find_resources("AWS::EC2::SecurityGroup").values()
    rules = [rule for group in groups for rule in group["Properties"].get("SecurityGroupIngress", [])]
    return [(rule["CidrIp"], rule["ToPort"]) for rule in rules]


def test_the_named_blocks_alone_reach_the_metrics_and_nothing_else() -> None:
    assert ingress("public-closed") == [("10.30.0.0/16", PORT)]


def test_collectors_find_the_port_by_the_task_s_labels() -> None:
    server = containers("public-closed")["server"]
    assert environment("public-closed", "server")["TRACKING_METRICS_PORT"] == str(PORT)
    assert PORT in [mapping["ContainerPort"] for mapping in server["PortMappings"]]
    assert server["DockerLabels"] == {
        "ECS_PROMETHEUS_EXPORTER_PORT": str(PORT),
        "ECS_PROMETHEUS_METRICS_PATH": "/metrics",
        "ECS_PROMETHEUS_JOB_NAME": "mlflow-public-closed",
    }


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if not team(shape).server.metrics_from])
def test_a_team_that_does_not_ask_has_no_metrics(shape: str) -> None:
    assert "TRACKING_METRICS_PORT" not in environment(shape, "server")
    assert ingress(shape) == []
