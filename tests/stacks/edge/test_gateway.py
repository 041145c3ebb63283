"""The way in for clients that sign with AWS credentials."""

import json
from typing import Any

import pytest
from aws_cdk.assertions import Match

from tests.stacks.shapes import SHAPES, team, template
from tests.stacks.team_folder import ZONE, Refused

SHAPE = "signed"
IAM = "region: eu-west-1\nauth: iam\n"


def only(kind: str, resource_type: str) -> dict[str, Any]:
    (found,) = template(SHAPE, kind).find_resources(resource_type).values()  # type: ignore[arg-type]
    return dict(found["Properties"])


@pytest.mark.parametrize("shape", SHAPES)
def test_there_is_an_api_where_iam_says_who_gets_in(shape: str) -> None:
    template(shape, "edge").resource_count_is("AWS::ApiGatewayV2::Api", int(team(shape).auth == "iam"))


def test_every_request_is_asked_of_iam() -> None:
    route = only("edge", "AWS::ApiGatewayV2::Route")
    assert (route["RouteKey"], route["AuthorizationType"]) == ("$default", "AWS_IAM")


def test_the_api_answers_at_the_root_of_its_own_name() -> None:
    assert only("edge", "AWS::ApiGatewayV2::Stage")["StageName"] == "$default"
    url = json.dumps(template(SHAPE, "edge").to_json()["Outputs"]["Url"])
    assert "https://" in url
    assert ".execute-api.eu-west-1." in url


def test_the_name_outlives_its_stack() -> None:
    template(SHAPE, "edge").has_resource("AWS::ApiGatewayV2::Api", {"DeletionPolicy": "Retain"})


def test_what_all_clients_may_ask_for_is_limited_and_who_asked_is_logged() -> None:
    stage = only("edge", "AWS::ApiGatewayV2::Stage")
    assert stage["DefaultRouteSettings"] == {"ThrottlingBurstLimit": 225, "ThrottlingRateLimit": 225}
    logged = json.loads(stage["AccessLogSettings"]["Format"])
    assert logged["caller"] == "$context.identity.userArn"
    assert not [value for value in logged.values() if "authoriz" in value.lower()]


def test_nobody_but_the_gateway_reaches_the_load_balancer() -> None:
    edge = template(SHAPE, "edge")
    groups = edge.find_resources("AWS::EC2::SecurityGroup")
    (ingress,) = edge.find_resources("AWS::EC2::SecurityGroupIngress").values()
    (link,) = edge.find_resources("AWS::ApiGatewayV2::VpcLink").values()
    assert [group for group in groups.values() if "SecurityGroupIngress" in group["Properties"]] == []
    assert [ingress["Properties"]["SourceSecurityGroupId"]] == link["Properties"]["SecurityGroupIds"]
    assert ingress["Properties"]["ToPort"] == 80
    edge.has_resource_properties("AWS::ElasticLoadBalancingV2::LoadBalancer", {"Scheme": "internal"})


def test_the_gateway_goes_to_the_load_balancer_and_gives_up_before_its_own_limit() -> None:
    template(SHAPE, "edge").has_resource_properties(
        "AWS::ApiGatewayV2::Integration",
        {
            "ConnectionType": "VPC_LINK",
            "IntegrationUri": {"Ref": Match.string_like_regexp("^LoadBalancerListener")},
            "TimeoutInMillis": 29_000,
        },
    )


def test_there_is_neither_a_distribution_nor_a_web_acl() -> None:
    for resource_type in ("AWS::CloudFront::Distribution", "AWS::WAFv2::WebACL"):
        template(SHAPE, "edge").resource_count_is(resource_type, 0)


def test_the_server_asks_for_no_password_and_answers_to_the_api_s_name_and_the_load_balancer_s() -> None:
    (server,) = (
        container
        for task in template(SHAPE, "service").find_resources("AWS::ECS::TaskDefinition").values()
        for container in task["Properties"]["ContainerDefinitions"]
        if container["Name"] == "server"
    )
    environment = {entry["Name"]: entry["Value"] for entry in server["Environment"]}
    assert environment["TRACKING_AUTH"] == "none"
    assert environment["TRACKING_SCHEME"] == "https"
    hosts = json.dumps(environment["MLFLOW_SERVER_ALLOWED_HOSTS"])
    assert ".execute-api.eu-west-1." in hosts
    assert "DNSName" in hosts
    assert "DNSName" not in json.dumps(environment["MLFLOW_SERVER_CORS_ALLOWED_ORIGINS"])


@pytest.mark.parametrize(
    ("team_file", "sentence"),
    [
        ("artifacts: {mode: direct}", "not allowed with access: internal; try access: public"),
        (
            "access: public",
            "takes 10 MB and 30 seconds; not allowed with artifacts.mode: proxied; try artifacts.mode: direct",
        ),
        (
            "access: public\nartifacts: {mode: presigned}",
            "auth: 'iam' lets no artifact through API Gateway",
        ),
        (
            f"access: public\nartifacts: {{mode: direct}}\ndomain: {{name: mlflow.example.com, {ZONE}}}",
            "domain: 'mlflow.example.com' has no use with auth: iam",
        ),
        (
            "access: public\nartifacts: {mode: direct}\nfirewall: {requests_per_second: 9}",
            "firewall.requests_per_second: 9 has no use; allowed with auth: basic",
        ),
    ],
)
def test_what_makes_no_sense_with_it_is_refused(refused: Refused, team_file: str, sentence: str) -> None:
    assert sentence in refused(f"{IAM}{team_file}")
