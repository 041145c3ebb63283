"""What two teams cannot both have."""

from pathlib import Path

from stacks.team.files import load_teams
from tests.stacks.team_folder import EXISTING, ZONE, Refused, write


def test_networks_that_overlap_are_refused_and_free_ones_proposed(refused: Refused, tmp_path: Path) -> None:
    write(tmp_path, "alpha.yaml", "region: eu-west-1\nnetwork: {cidr: 10.0.0.0/16}")
    write(tmp_path, "beta.yaml", "region: us-east-1\nnetwork: {cidr: 10.0.128.0/20}")
    assert refused("region: eu-west-1\nnetwork: {cidr: 10.0.16.0/20}").splitlines() == [
        "beta.yaml: network.cidr: '10.0.128.0/20' overlaps 10.0.0.0/16 of alpha; "
        "allowed: a network that no other team has; try 10.1.0.0/20",
        "research.yaml: network.cidr: '10.0.16.0/20' overlaps 10.0.0.0/16 of alpha; "
        "allowed: a network that no other team has; try 10.1.16.0/20",
    ]


def test_a_new_vpc_may_not_overlap_an_existing_one(refused: Refused, tmp_path: Path) -> None:
    write(tmp_path, "vision.yaml", EXISTING)
    said = refused("region: eu-west-1\nnetwork: {cidr: 10.20.0.0/20}")
    assert "vision.yaml: network.existing.vpc_cidr: '10.20.0.0/16' overlaps 10.20.0.0/20 of research" in said
    assert said.endswith("; change network.cidr of research")


def test_two_teams_may_share_an_existing_vpc(tmp_path: Path) -> None:
    write(tmp_path, "research.yaml", EXISTING)
    write(tmp_path, "vision.yaml", EXISTING)
    assert len(load_teams(tmp_path)) == 2


def test_two_teams_may_not_share_a_domain(refused: Refused, tmp_path: Path) -> None:
    domain = f"domain: {{name: mlflow.example.com, {ZONE}}}"
    write(tmp_path, "vision.yaml", f"region: eu-west-1\nnetwork: {{cidr: 10.1.0.0/20}}\n{domain}")
    assert refused(f"region: eu-west-1\n{domain}") == (
        "vision.yaml: domain.name: 'mlflow.example.com' is the name of research already; "
        "allowed: a name of its own; take another"
    )
