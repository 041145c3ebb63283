"""Folders with team files, for tests."""

from collections.abc import Callable
from pathlib import Path

from stacks.team.config import TeamConfig
from stacks.team.files import load_teams

Refused = Callable[..., str]
"""The fixture `refused`: takes a team file's text and name."""

EXISTING = """\
region: eu-west-1
network:
  existing:
    vpc_id: vpc-0a1b2c3d4e5f67890
    vpc_cidr: 10.20.0.0/16
    availability_zones: [eu-west-1a, eu-west-1b]
    private_subnet_ids: [subnet-0a1b2c3d4e5f67890, subnet-0b1c2d3e4f5a67890]
"""
ZONE = "hosted_zone_id: Z0123456789, hosted_zone_name: example.com"


def write(folder: Path, name: str, text: str) -> None:
    """Writes one team file."""
    (folder / name).write_text(text, encoding="utf-8")


def accepted(folder: Path, text: str, name: str = "research.yaml") -> TeamConfig:
    """The team that a team file makes."""
    write(folder, name, text)
    (team,) = load_teams(folder, only=Path(name).stem)
    return team
