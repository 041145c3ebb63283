"""The way in for other VPCs and accounts."""

from pathlib import Path

import pytest

from tests.stacks.shapes import PRINCIPAL, SHAPES, team, template
from tests.stacks.team_folder import ZONE, Refused, accepted

SHAPE = "guest"
DOMAIN = f"domain: {{name: mlflow.example.com, {ZONE}}}"
LINK = "network: {private_link: {allowed_principals: ['arn:aws:iam::111122223333:role/people']}}"


@pytest.mark.parametrize("shape", SHAPES)
def test_there_is_an_endpoint_service_where_the_team_asks_for_one(shape: str) -> None:
    wanted = team(shape).network.private_link is not None
    template(shape, "edge").resource_count_is("AWS::EC2::VPCEndpointService", int(wanted))


def test_each_endpoint_is_accepted_by_somebody_unless_the_team_says_otherwise() -> None:
    edge = template(SHAPE, "edge")
    edge.has_resource_properties("AWS::EC2::VPCEndpointService", {"AcceptanceRequired": True})
    edge.has_resource_properties("AWS::EC2::VPCEndpointServicePermissions", {"AllowedPrincipals": [PRINCIPAL]})


def test_tls_is_passed_on_to_the_listener_that_has_the_certificate() -> None:
    edge = template(SHAPE, "edge")
    (link,) = edge.find_resources("AWS::EC2::VPCEndpointService").values()
    (entrance,) = (arn["Ref"] for arn in link["Properties"]["NetworkLoadBalancerArns"])
    balancers = edge.find_resources("AWS::ElasticLoadBalancingV2::LoadBalancer")
    assert balancers[entrance]["Properties"]["Type"] == "network"
    (behind,) = balancers.keys() - {entrance}
    edge.has_resource_properties(
        "AWS::ElasticLoadBalancingV2::Listener",
        {"LoadBalancerArn": {"Ref": entrance}, "Port": 443, "Protocol": "TCP"},
    )
    edge.has_resource_properties(
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        {"TargetType": "alb", "Targets": [{"Id": {"Ref": behind}, "Port": 443}], "HealthCheckProtocol": "HTTPS"},
    )


def test_the_way_is_for_private_link_alone() -> None:
    """A group without a rule admits nobody of the VPC; what comes by PrivateLink is not asked."""
    edge = template(SHAPE, "edge")
    edge.has_resource_properties(
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        {"Type": "network", "Scheme": "internal", "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic": "off"},
    )
    balancers = edge.find_resources("AWS::ElasticLoadBalancingV2::LoadBalancer").values()
    (entrance,) = (balancer for balancer in balancers if balancer["Properties"]["Type"] == "network")
    (group,) = (group["Fn::GetAtt"][0] for group in entrance["Properties"]["SecurityGroups"])
    assert "SecurityGroupIngress" not in edge.find_resources("AWS::EC2::SecurityGroup")[group]["Properties"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (f"{LINK}\naccess: public\n{DOMAIN}", "leads to an internal server; allowed with access: internal; remove it"),
        (LINK, "needs a domain, for clients elsewhere cannot use the load balancer's name"),
        (
            f"{DOMAIN}\n{LINK}".replace("arn:aws:iam::111122223333:role/people", "*"),
            "names '*', which is not an account",
        ),
        (f"{DOMAIN}\nnetwork: {{private_link: {{allowed_principals: []}}}}", "names nobody; allowed: ARNs such as"),
    ],
)
def test_what_makes_no_sense_is_refused(refused: Refused, text: str, sentence: str) -> None:
    assert sentence in refused(f"region: eu-west-1\n{text}")


def test_an_account_a_role_and_a_user_may_be_named(tmp_path: Path) -> None:
    arns = ", ".join(f"'arn:aws:iam::111122223333:{who}'" for who in ("root", "role/team/people", "user/ann"))
    text = f"region: eu-west-1\n{DOMAIN}\nnetwork: {{private_link: {{allowed_principals: [{arns}]}}}}"
    link = accepted(tmp_path, text).network.private_link
    assert link
    assert len(link.allowed_principals) == 3
