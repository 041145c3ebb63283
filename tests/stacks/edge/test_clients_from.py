"""Clients that come to an internal server by peering, a transit gateway, VPN or Direct Connect."""

from pathlib import Path

import pytest

from tests.stacks.shapes import SHAPES, team, template
from tests.stacks.team_folder import EXISTING, Refused, accepted

DOMAIN = "domain: {name: mlflow.example.com, hosted_zone_id: Z0123456789ABC, hosted_zone_name: example.com}"


def admitted(shape: str) -> set[tuple[str, int]]:
    """The blocks that a security group of the edge stack lets in, each with its port."""
    groups = template(shape, "edge").find_resources("AWS::EC2::SecurityGroup").values()
    rules = [rule for group in groups for rule in group["Properties"].get("SecurityGroupIngress", [])]
    return {(rule["CidrIp"], rule["ToPort"]) for rule in rules if "CidrIp" in rule}


def test_the_named_blocks_reach_what_the_vpc_reaches() -> None:
    assert team("guest").network.clients_from == ("10.20.0.0/16",)
    assert admitted("guest") == {(block, port) for block in ("10.1.0.0/16", "10.20.0.0/16") for port in (80, 443)}


@pytest.mark.parametrize("shape", [s for s in SHAPES if team(s).access == "internal" and s != "guest"])
def test_a_team_that_names_none_admits_its_own_network_alone(shape: str) -> None:
    assert {block for block, _ in admitted(shape)} == {team(shape).network.cidr}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("network: {clients_from: [0.0.0.0/0]}", "names '0.0.0.0/0', which is not private; allowed: blocks inside"),
        ("network: {clients_from: [198.51.100.0/24]}", "names '198.51.100.0/24', which is not private"),
        ("network: {clients_from: [10.20.0.1/16]}", "is not the first address of its network"),
        (
            f"access: public\n{DOMAIN}\nnetwork: {{clients_from: [10.20.0.0/16]}}",
            "leads to an internal server; allowed with access: internal; remove it",
        ),
        (
            "network: {clients_from: [10.0.3.0/24]}",
            "network.clients_from: '10.0.3.0/24' is inside the VPC's own block 10.0.0.0/20, which always may;",
        ),
    ],
)
def test_what_is_not_private_or_makes_no_sense_is_refused(refused: Refused, text: str, sentence: str) -> None:
    assert sentence in refused(f"region: eu-west-1\n{text}")


def test_an_existing_vpcs_own_block_is_refused_too(refused: Refused) -> None:
    text = EXISTING.replace("network:", "network:\n  clients_from: [10.20.0.0/16]")
    assert "is inside the VPC's own block 10.20.0.0/16" in refused(text)


def test_a_single_address_and_a_block_around_the_vpcs_may_be_named(tmp_path: Path) -> None:
    text = "region: eu-west-1\nnetwork: {clients_from: [192.168.7.9/32, 10.0.0.0/8]}"
    assert accepted(tmp_path, text).network.clients_from == ("192.168.7.9/32", "10.0.0.0/8")
