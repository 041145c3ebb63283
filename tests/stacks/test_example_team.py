"""`teams/example.yaml` is the reference: it is deployed as it is, and it shows every key."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from stacks.team.config import Access, ArtifactsMode, Auth, TeamConfig, section_of
from stacks.team.files import load_teams
from stacks.team.sizes import Size

TEAMS = Path(__file__).parents[2] / "teams"
TEXT = (TEAMS / "example.yaml").read_text(encoding="utf-8")


def test_the_example_is_a_small_team_that_keeps_its_data() -> None:
    (team,) = load_teams(TEAMS, only="example")
    assert (team.size, team.access, team.auth) == (Size.DEV, Access.INTERNAL, Auth.BASIC)
    assert team.artifacts.mode == ArtifactsMode.PROXIED
    assert not team.temporary


def test_the_example_shows_every_key_there_is() -> None:
    assert set(_keys_in(_uncommented())) == set(_keys_of(TeamConfig)) - {"name"}


@pytest.mark.parametrize("access", Access)
def test_what_is_commented_out_is_valid_as_well(access: Access, tmp_path: Path) -> None:
    document = _uncommented()
    document["access"], document["auth"] = access.value, "oidc"
    # These are for public servers alone, and for internal ones.
    if access == Access.INTERNAL:
        document["firewall"] = {}
    else:
        del document["network"]["private_link"]
        del document["network"]["clients_from"]
    del document["network"]["cidr"]
    document["artifacts"]["mode"] = "direct"
    if access == Access.INTERNAL:
        without = ["min_acu", "max_acu", "auto_pause_minutes"]
        # More tasks than the size has need more connections than its database.
        document["database"]["instance_class"] = "db.t4g.small"
    else:
        document["database"]["engine"] = "aurora-postgresql"
        # The example's id is that of an instance.
        without = ["instance_class", "storage_gib", "auto_pause_minutes", "resource_id"]
    for key in without:
        del document["database"][key]
    (tmp_path / "example.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    (team,) = load_teams(tmp_path)
    assert team.domain
    assert team.network.existing


@pytest.mark.parametrize("key", ["vcpu", "memory_mib", "tasks", "instance_class", "storage_gib", "multi_az", "max_acu"])
def test_what_is_commented_out_shows_the_sizes_own_number(key: str) -> None:
    (team,) = load_teams(TEAMS, only="example")
    document = _uncommented()
    assert (document["server"] | document["database"])[key] == getattr(team.sizing, key)


def _uncommented() -> dict[str, Any]:
    """The example with every key taken in that is commented out."""
    lines = TEXT.replace("tags: {}", "").splitlines()
    taken = [re.sub(r"^( *)# ( *[a-z_-]+:( [^ ]+| \[.*\]| \".*\")?)$", r"\1\2", line) for line in lines]
    document: dict[str, Any] = yaml.safe_load("\n".join(taken))
    return document


def _keys_in(document: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in document.items():
        yield prefix + key
        if isinstance(value, dict) and key != "tags":
            yield from _keys_in(value, f"{prefix}{key}.")


def _keys_of(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for key, field in model.model_fields.items():
        yield prefix + key
        if section := section_of(field):
            yield from _keys_of(section, f"{prefix}{key}.")
