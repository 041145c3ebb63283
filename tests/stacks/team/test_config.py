"""The models on their own: defaults, and what they refuse whoever makes them."""

import subprocess
import sys
from typing import Any

import pytest
from pydantic import ValidationError

from stacks.team.config import Access, ArtifactsMode, Auth, Egress, TeamConfig


def team(**fields: Any) -> TeamConfig:
    return TeamConfig.model_validate({"name": "research", "region": "eu-west-1"} | fields)


def test_a_region_is_enough_and_the_rest_is_safe() -> None:
    config = team()
    assert not config.temporary
    assert config.access == Access.INTERNAL
    assert config.auth == Auth.BASIC
    assert config.network.egress == Egress.NAT
    assert config.artifacts.mode == ArtifactsMode.PROXIED
    assert config.sizing.multi_az
    assert config.sizing.tasks == 2
    assert config.database.backup_retention_days >= 7
    assert config.artifacts.retention_days >= 30


def test_a_team_cannot_be_changed_once_read() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        team().temporary = True  # type: ignore[misc]


def test_stacks_are_named_after_team_and_kind() -> None:
    assert team().stack_name("data") == "mlflow-research-data"


def test_a_teams_own_numbers_replace_the_sizes() -> None:
    sizing = team(
        size="medium",
        server={"memory_mib": 8192, "tasks": 1},
        database={"instance_class": "db.m7g.large", "storage_gib": 70, "multi_az": False},
    ).sizing
    assert (sizing.vcpu, sizing.memory_mib, sizing.tasks, sizing.workers) == (2, 8192, 1, 2)
    assert (sizing.instance_class, sizing.storage_gib, sizing.multi_az) == ("db.m7g.large", 70, False)


def test_rules_hold_for_teams_made_in_python_too() -> None:
    with pytest.raises(ValidationError, match="lets the whole internet in"):
        TeamConfig(name="research", region="eu-west-1", access=Access.PUBLIC, auth=Auth.NONE)


def test_reading_the_configuration_does_not_load_the_cdk() -> None:
    """The command line reads team files in a moment; the CDK takes seconds and starts Node."""
    program = "import sys, stacks.team.files; sys.exit('aws_cdk' in sys.modules or 'boto3' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
