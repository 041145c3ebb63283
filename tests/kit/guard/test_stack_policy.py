"""The policy denies exactly what the table of stateful resources holds."""

from typing import Any

import pytest

from kit.guard.stack_policy import stack_policies
from tests.stacks.shapes import SHAPES, team, templates
from tests.stacks.test_stateful_ids import kept


def denied(policy: dict[str, Any]) -> set[str]:
    return {
        resource.removeprefix("LogicalResourceId/")
        for statement in policy["Statement"]
        if statement["Effect"] == "Deny"
        for resource in statement["Resource"]
    }


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape not in ("temporary", "guest")])
def test_what_holds_data_or_the_public_name_may_be_neither_replaced_nor_deleted(shape: str) -> None:
    policies = stack_policies(templates(shape))
    for kind in ("network", "data", "edge", "service"):
        expected = {logical_id for of, logical_id, *_ in kept(shape) if of == kind}
        assert denied(policies[team(shape).stack_name(kind)]) == expected


def test_all_other_changes_of_all_stacks_are_allowed() -> None:
    for policy in stack_policies(templates("usual")).values():
        assert policy["Statement"][0] == {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}
        for denying in policy["Statement"][1:]:
            assert denying["Action"] == ["Update:Replace", "Update:Delete"]


def test_a_temporary_team_may_change_as_it_likes() -> None:
    assert not any(map(denied, stack_policies(templates("temporary")).values()))
