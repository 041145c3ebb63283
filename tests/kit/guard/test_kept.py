"""What counts as kept."""

from typing import Any

import pytest

from kit.guard.kept import ResourceKey, kept

BALANCER = [{"Key": "idle_timeout.timeout_seconds", "Value": "300"}]


@pytest.mark.parametrize(
    "resource",
    [
        {"DeletionPolicy": "Retain"},
        {"DeletionPolicy": "RetainExceptOnCreate"},
        {"DeletionPolicy": "Snapshot"},
        {"DeletionPolicy": "Delete", "Properties": {"DeletionProtection": True}},
        {
            "Properties": {
                "LoadBalancerAttributes": [*BALANCER, {"Key": "deletion_protection.enabled", "Value": "true"}]
            }
        },
    ],
    ids=str,
)
def test_a_policy_or_a_protection_keeps_a_resource(resource: dict[str, Any]) -> None:
    assert kept({"stack": {"Resources": {"A": resource}}}) == {ResourceKey("stack", "A"): resource}


@pytest.mark.parametrize(
    "resource",
    [
        {},
        {"DeletionPolicy": "Delete", "Properties": {"DeletionProtection": False}},
        {
            "Properties": {
                "LoadBalancerAttributes": [*BALANCER, {"Key": "deletion_protection.enabled", "Value": "false"}]
            }
        },
    ],
    ids=str,
)
def test_anything_else_goes_with_its_stack(resource: dict[str, Any]) -> None:
    assert kept({"stack": {"Resources": {"A": resource}}}) == {}
