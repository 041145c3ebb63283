"""What belongs to a team is found, and paid for, by its tags."""

import functools
from collections.abc import Iterator
from typing import Any

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from tests.stacks.shapes import SHAPES, team, templates

# What empties a temporary team's buckets when they go: the CDK gives it no tags, and it costs nothing while they stay.
OF_THE_CDK = "CustomS3AutoDeleteObjects"


@functools.cache
def tag_property(resource_type: str) -> str | None:
    """The property that holds a type's tags, as CloudFormation's own schema says; None where it takes none."""
    schema: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema("eu-west-1", resource_type).schema
    tagging = schema.get("tagging", {})
    named = str(tagging.get("tagProperty", "/properties/Tags")).rpartition("/")[2]
    return named if tagging.get("taggable") and named in schema["properties"] else None


def tags_of(shape: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Type and logical id, and the tags, of each resource that takes some."""
    for template in templates(shape).values():
        for logical_id, resource in template["Resources"].items():
            kind = resource["Type"]
            if kind.startswith("Custom::") or logical_id.startswith(OF_THE_CDK) or not (holder := tag_property(kind)):
                continue
            tags = resource["Properties"].get(holder, {})
            listed = {tag["Key"]: tag["Value"] for tag in tags} if isinstance(tags, list) else tags
            yield f"{kind} {logical_id}", listed


@pytest.mark.parametrize("shape", SHAPES)
def test_everything_that_takes_tags_carries_the_team_s_name_and_its_own_tags(shape: str) -> None:
    expected = {"team": shape, **team(shape).tags}
    found = dict(tags_of(shape))
    assert {name.split()[0] for name in found} >= {"AWS::RDS::DBInstance", "AWS::ECS::Service", "AWS::S3::Bucket"}
    assert [name for name, tags in found.items() if not expected.items() <= tags.items()] == []
