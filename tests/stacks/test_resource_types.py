"""Whatever the templates hold, `kit status` can ask whether it exists."""

import pytest

from kit.emulators.existence import has_question
from tests.stacks.shapes import SHAPES, templates


@pytest.mark.parametrize("shape", SHAPES)
def test_every_type_of_resource_has_a_question_whether_it_exists(shape: str) -> None:
    types = {resource["Type"] for template in templates(shape).values() for resource in template["Resources"].values()}
    assert [name for name in sorted(types) if not has_question(name)] == [], "add it to kit/emulators/existence"
