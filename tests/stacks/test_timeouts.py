"""How long everything between a client and the server waits, in the templates and in docs/reference/edge.md."""

import re
from typing import Any

import pytest

from tests.stacks.shapes import ROOT, template

SHAPE = "public-closed"
TABLE = re.compile(
    r"^\| (client|CloudFront|API Gateway|load balancer|server|ECS) \| (\w+)[^|]*\| (\d+) \|$", re.MULTILINE
)


def documented() -> dict[tuple[str, str], int]:
    """Seconds, by who does what: the first word of it."""
    page = (ROOT / "docs" / "reference" / "edge.md").read_text(encoding="utf-8")
    return {(who, verb): int(seconds) for who, verb, seconds in TABLE.findall(page)}


def only(kind: str, resource_type: str) -> dict[str, Any]:
    (resource,) = template(SHAPE, kind).find_resources(resource_type).values()  # type: ignore[arg-type]
    return dict(resource["Properties"])


def attributes(kind: str, resource_type: str, key: str) -> dict[str, str]:
    return {attribute["Key"]: attribute["Value"] for attribute in only(kind, resource_type)[key]}


@pytest.fixture(scope="module")
def deployed() -> dict[tuple[str, str], int]:
    balancer = attributes("edge", "AWS::ElasticLoadBalancingV2::LoadBalancer", "LoadBalancerAttributes")
    group = attributes("service", "AWS::ElasticLoadBalancingV2::TargetGroup", "TargetGroupAttributes")
    (origin,) = only("edge", "AWS::CloudFront::Distribution")["DistributionConfig"]["Origins"]
    tasks = template(SHAPE, "service").find_resources("AWS::ECS::TaskDefinition").values()
    containers = [container for task in tasks for container in task["Properties"]["ContainerDefinitions"]]
    (server,) = (container for container in containers if container["Name"] == "server")
    environment = {entry["Name"]: entry["Value"] for entry in server["Environment"]}
    # Its module needs the server's own packages.
    source = (ROOT / "server_image" / "tracking_server" / "serve.py").read_text(encoding="utf-8")
    (finishing,) = re.findall(r"^GRACEFUL_SHUTDOWN_SECONDS = (\d+)$", source, re.MULTILINE)
    (integration,) = template("signed", "edge").find_resources("AWS::ApiGatewayV2::Integration").values()
    return {
        ("API Gateway", "waits"): integration["Properties"]["TimeoutInMillis"] // 1000,
        ("CloudFront", "waits"): origin["VpcOriginConfig"]["OriginReadTimeout"],
        ("CloudFront", "keeps"): origin["VpcOriginConfig"]["OriginKeepaliveTimeout"],
        ("load balancer", "waits"): int(balancer["idle_timeout.timeout_seconds"]),
        ("server", "keeps"): int(environment["TRACKING_KEEP_ALIVE_SECONDS"]),
        ("load balancer", "lets"): int(group["deregistration_delay.timeout_seconds"]),
        ("server", "finishes"): int(finishing),
        ("ECS", "ends"): server["StopTimeout"],
    }


def test_the_page_says_what_is_deployed(deployed: dict[tuple[str, str], int]) -> None:
    table = documented()
    # The client's own is MLflow's default.
    assert table.pop(("client", "waits")) == 120
    assert table == deployed


def test_whoever_opens_a_connection_lets_it_go_first(deployed: dict[tuple[str, str], int]) -> None:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html"""
    assert deployed["CloudFront", "keeps"] < deployed["load balancer", "waits"] < deployed["server", "keeps"]


def test_whoever_is_further_from_the_server_gives_up_first(deployed: dict[tuple[str, str], int]) -> None:
    assert deployed["CloudFront", "waits"] < deployed["load balancer", "waits"]
    # https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_VpcOriginConfig.html
    assert deployed["CloudFront", "waits"] <= 120
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
    assert deployed["API Gateway", "waits"] < 30


def test_an_upload_may_finish_before_its_task_is_ended(deployed: dict[tuple[str, str], int]) -> None:
    """ECS takes a task from the load balancer, then asks it to stop, then ends it.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/load-balancer-connection-draining.html
    """
    # 120 is the most that Fargate allows.
    assert deployed["server", "finishes"] < deployed["ECS", "ends"] <= 120
    assert deployed["load balancer", "lets"] >= deployed["server", "finishes"]
