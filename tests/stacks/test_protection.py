"""Termination protection is a setting of the stack, not of its template, so the assembly says it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-protect-stacks.html
"""

import pytest

from tests.stacks.shapes import synthesize, team


@pytest.mark.parametrize(("shape", "protected"), [("usual", {"data", "edge"}), ("temporary", set())])
def test_what_holds_data_or_the_public_name_cannot_be_deleted_by_mistake(shape: str, protected: set[str]) -> None:
    stacks = synthesize(team(shape)).stacks
    assert {stack.stack_name for stack in stacks if stack.termination_protection} == {
        f"mlflow-{shape}-{kind}" for kind in protected
    }
