"""Networks, new and existing."""

from pathlib import Path

import pytest

from tests.stacks.team_folder import EXISTING, ZONE, Refused, accepted


@pytest.mark.parametrize("cidr", ["10.0.0.0/16", "10.255.255.0/24", "172.31.0.0/20", "192.168.0.0/16"])
def test_a_new_vpc_takes_a_private_network(tmp_path: Path, cidr: str) -> None:
    assert accepted(tmp_path, f"region: eu-west-1\nnetwork: {{cidr: {cidr}}}").network.cidr == cidr


@pytest.mark.parametrize(
    ("cidr", "wrong", "hint"),
    [
        ("10.0.0.0/8", "is too large", "10.0.0.0/16"),
        ("172.16.0.0/12", "is too large", "172.16.0.0/16"),
        ("0.0.0.0/0", "is too large", "10.0.0.0/16"),
        ("10.0.1.0/25", "is too small", "10.0.1.0/24"),
        ("10.0.1.128/28", "is too small", "10.0.1.0/24"),
        ("8.8.0.0/16", "is not private", "10.0.0.0/20"),
        ("172.32.0.0/16", "is not private", "10.0.0.0/20"),
        ("10.0.0.1/16", "is not the first address of its network", "10.0.0.0/16"),
        ("10.0.0.0", "has no prefix length", "10.0.0.0/20"),
        ("10.0.0.0/255.255.0.0", "is not the first address of its network", "10.0.0.0/16"),
        ("fd00::/48", "is not an IPv4 network", "10.0.0.0/20"),
        ("10.0.0.0/33", "is not an IPv4 network", "10.0.0.0/20"),
        ("default", "is not an IPv4 network", "10.0.0.0/20"),
    ],
)
def test_any_other_network_is_refused(refused: Refused, cidr: str, wrong: str, hint: str) -> None:
    assert refused(f"region: eu-west-1\nnetwork: {{cidr: '{cidr}'}}") == (
        f"research.yaml: network.cidr: '{cidr}' {wrong}; "
        f"allowed: /16 to /24 inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16; try {hint}"
    )


def test_an_existing_vpc_is_taken_as_it_is_described(tmp_path: Path) -> None:
    existing = accepted(tmp_path, EXISTING).network.existing
    assert existing is not None
    assert existing.availability_zones == ("eu-west-1a", "eu-west-1b")
    assert existing.public_subnet_ids == ()


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("eu-west-1a, eu-west-1b", "eu-west-1a", "is fewer than two zones"),
        ("eu-west-1a, eu-west-1b", "eu-west-1a, eu-west-1a", "is fewer than two zones"),
        ("eu-west-1a, eu-west-1b", "eu-west-1a, eu-west-1b, eu-west-1b", "names a zone twice"),
        ("eu-west-1a, eu-west-1b", "a, b", "names 'a', which is not an availability zone"),
        ("eu-west-1a, eu-west-1b", "us-east-1a, us-east-1b", "'us-east-1a' is in another region"),
        (
            ", subnet-0b1c2d3e4f5a67890",
            "",
            "is not one subnet for each zone; allowed: 2, in",
        ),
        ("subnet-0b1c2d3e4f5a67890", "subnet-0a1b2c3d4e5f67890", "names a subnet twice"),
        ("subnet-0b1c2d3e4f5a67890", "private-b", "names 'private-b', which is not a subnet's id"),
        (
            "private_subnet_ids:",
            "public_subnet_ids: [a]\n    private_subnet_ids:",
            "names 'a', which is not a",
        ),
        ("vpc-0a1b2c3d4e5f67890", "main", "'main' is not a VPC's id"),
        ("10.20.0.0/16", "10.20.0.0/8", "is not the first address of its network; allowed: the CIDR block"),
        ("10.20.0.0/16", "10.0.0.0/8", "is not the size of a VPC"),
        (
            "network:",
            "network:\n  egress: public-ip",
            "public_subnet_ids: is missing; egress: public-ip needs",
        ),
        ("network:", "network:\n  cidr: 10.0.0.0/16", "network.cidr: '10.0.0.0/16' is of a new VPC"),
    ],
)
def test_an_existing_vpc_that_cannot_hold_a_team_is_refused(
    refused: Refused, old: str, new: str, sentence: str
) -> None:
    said = refused(EXISTING.replace(old, new))
    assert said.startswith("research.yaml: network.")
    assert sentence in said


def test_a_public_server_in_an_existing_vpc_needs_public_subnets(refused: Refused) -> None:
    said = refused(f"{EXISTING}\naccess: public\ndomain: {{name: mlflow.example.com, {ZONE}}}")
    assert "network.existing.public_subnet_ids: is missing; access: public with a domain needs public subnets" in said
