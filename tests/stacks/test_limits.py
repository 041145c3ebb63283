"""CloudFormation's limits on a template are far away, and the summary of a test run says how far.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.stacks.shapes import SHAPES, templates

LIMITS: dict[str, tuple[int, Callable[[dict[str, Any]], int]]] = {
    "resources": (500, lambda template: len(template["Resources"])),
    "outputs": (200, lambda template: len(template.get("Outputs", {}))),
    "parameters": (200, lambda template: len(template.get("Parameters", {}))),
    # As the CDK writes it.
    "bytes": (1_000_000, lambda template: len(json.dumps(template, indent=1))),
}


@pytest.mark.parametrize("limit", LIMITS)
def test_no_stack_of_any_shape_comes_near_a_limit(limit: str, record_property: Callable[[str, object], None]) -> None:
    allowed, count = LIMITS[limit]
    counts = {stack: count(template) for shape in SHAPES for stack, template in templates(shape).items()}
    largest = max(counts, key=lambda stack: counts[stack])
    record_property("summary", f"CloudFormation allows {allowed} {limit}: {largest} has the most, {counts[largest]}")
    assert counts[largest] <= allowed / 4
