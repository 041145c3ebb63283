from ipaddress import ip_network
from itertools import combinations

import pytest
from aws_cdk.assertions import Match

from tests.stacks.shapes import SHAPES, team, template


def test_a_single_zone_team_has_one_nat_gateway_and_a_standby_brings_a_second() -> None:
    template("smallest", "network").resource_count_is("AWS::EC2::NatGateway", 1)
    template("usual", "network").resource_count_is("AWS::EC2::NatGateway", 2)


def test_public_ip_egress_needs_no_nat_gateway() -> None:
    template("cheap", "network").resource_count_is("AWS::EC2::NatGateway", 0)


def test_a_closed_network_has_no_way_to_the_internet_and_an_endpoint_for_each_service() -> None:
    closed = template("closed", "network")
    closed.resource_count_is("AWS::EC2::InternetGateway", 0)
    for service in ("ecr.api", "ecr.dkr", "logs", "secretsmanager"):
        closed.has_resource_properties(
            "AWS::EC2::VPCEndpoint",
            {"ServiceName": f"com.amazonaws.eu-west-1.{service}", "VpcEndpointType": "Interface"},
        )


def test_artifacts_go_to_s3_without_leaving_the_network() -> None:
    template("usual", "network").has_resource_properties(
        "AWS::EC2::VPCEndpoint", {"VpcEndpointType": "Gateway", "ServiceName": Match.any_value()}
    )


def test_the_databases_subnets_have_no_route_to_the_internet() -> None:
    usual = template("usual", "network").to_json()["Resources"]
    tables = {
        route["Properties"]["RouteTableId"]["Ref"] for route in usual.values() if route["Type"] == "AWS::EC2::Route"
    }
    assert tables
    assert not [table for table in tables if "Database" in table]


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if not team(shape).network.existing])
def test_the_subnets_lie_apart_in_the_networks_own_addresses(shape: str) -> None:
    found = template(shape, "network")
    (vpc,) = found.find_resources("AWS::EC2::VPC")
    subnets = [subnet["Properties"] for subnet in found.find_resources("AWS::EC2::Subnet").values()]
    assert all(subnet["VpcId"] == {"Ref": vpc} for subnet in subnets)
    blocks = [ip_network(subnet["CidrBlock"]) for subnet in subnets]
    assert all(block.subnet_of(ip_network(team(shape).network.cidr)) for block in blocks)
    assert not [pair for pair in combinations(blocks, 2) if pair[0].overlaps(pair[1])]


def test_no_subnet_gives_a_public_address_to_whatever_starts_in_it() -> None:
    for shape in ("smallest", "cheap", "public"):
        subnets = template(shape, "network").find_resources("AWS::EC2::Subnet")
        assert not [s for s in subnets.values() if s["Properties"].get("MapPublicIpOnLaunch")]


def test_in_an_existing_network_only_the_databases_place_in_it_is_made() -> None:
    resources = template("guest", "network").to_json()["Resources"]
    assert [resource["Type"] for resource in resources.values()] == ["AWS::RDS::DBSubnetGroup"]


def test_the_databases_subnets_stay_where_they_are_when_the_egress_changes() -> None:
    def addresses(shape: str) -> set[str]:
        subnets = template(shape, "network").find_resources("AWS::EC2::Subnet")
        return {s["Properties"]["CidrBlock"] for name, s in subnets.items() if "Database" in name}

    assert addresses("usual") == addresses("cheap") == addresses("closed") == addresses("public")


def test_cloudfront_finds_an_internet_gateway_and_private_subnets_even_in_a_closed_network() -> None:
    closed = template("public-closed", "network")
    closed.resource_count_is("AWS::EC2::InternetGateway", 1)
    (balancer,) = template("public-closed", "edge").find_resources("AWS::ElasticLoadBalancingV2::LoadBalancer").values()
    places = [subnet["Fn::ImportValue"] for subnet in balancer["Properties"]["Subnets"]]
    assert len(places) == 2
    assert all("VpcPrivateSubnet" in place for place in places)
