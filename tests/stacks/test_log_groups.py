import pytest

from tests.stacks.shapes import SHAPES, templates


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_logged_is_not_kept_for_ever(shape: str) -> None:
    retention = [
        resource["Properties"]["RetentionInDays"]
        for template in templates(shape).values()
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Logs::LogGroup"
    ]
    assert retention
    assert set(retention) == {90}
