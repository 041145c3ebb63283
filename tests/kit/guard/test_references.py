"""What a value in a template names."""

from typing import Any

import pytest

from kit.guard.kept import ResourceKey
from kit.guard.references import References

TEMPLATES = {
    "one": {
        "Resources": {"A": {"Type": "T"}, "B": {"Type": "T"}},
        "Outputs": {"Named": {"Value": {"Ref": "A"}, "Export": {"Name": "one:A"}}, "Unnamed": {"Value": {"Ref": "B"}}},
    },
    "two": {"Resources": {"C": {"Type": "T"}}},
}


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ({"Ref": "C"}, ["two C"]),
        ({"Ref": "AWS::Region"}, []),
        ({"Ref": "A"}, []),
        ({"Fn::GetAtt": ["C", "Arn"]}, ["two C"]),
        ({"Fn::Sub": "arn:${AWS::Partition}:${C.Arn}/*"}, ["two C"]),
        ({"Fn::Sub": ["${C}-${a}", {"a": {"Fn::ImportValue": "one:A"}}]}, ["two C", "one A"]),
        ({"Fn::ImportValue": "one:A"}, ["one A"]),
        ({"Fn::ImportValue": "elsewhere"}, []),
        ([{"Fn::Join": ["", ["a", {"Ref": "C"}]]}, {"Fn::ImportValue": "one:A"}], ["two C", "one A"]),
        ("C", []),
    ],
    ids=str,
)
def test_a_value_names_resources_of_its_stack_and_those_behind_imports(value: Any, names: list[str]) -> None:
    assert [f"{key.stack} {key.logical_id}" for key in References(TEMPLATES).of("two", value)] == names


def test_an_export_is_read_in_the_stack_that_makes_it() -> None:
    assert [*References(TEMPLATES).of("one", {"Ref": "A"})] == [ResourceKey("one", "A")]
