"""Which properties replace a resource, and how their values are found and compared."""

from typing import Any

import pytest

from kit.guard.create_only import create_only, plain, values_at


def test_a_type_without_such_properties_has_none() -> None:
    assert create_only("AWS::KMS::Key") == ()


def test_nested_properties_are_among_them() -> None:
    assert ("EncryptionConfiguration", "KmsKey") in create_only("AWS::ECR::Repository")


@pytest.mark.parametrize(
    ("path", "values"),
    [
        (("Name",), ["a"]),
        (("Nested", "Name"), ["b"]),
        (("Entries", "*", "Name"), ["c", "d"]),
        (("Entries", "Name"), []),
        (("Name", "Missing"), []),
        (("Missing",), []),
    ],
    ids=str,
)
def test_a_path_leads_to_values(path: tuple[str, ...], values: list[Any]) -> None:
    properties = {"Name": "a", "Nested": {"Name": "b"}, "Entries": [{"Name": "c"}, {"Name": "d"}, {"Other": 1}]}
    assert [*values_at(properties, path)] == values


@pytest.mark.parametrize(("one", "other"), [(True, "true"), (18, "18"), ([{"a": False}], [{"a": "false"}])])
def test_quotes_make_no_difference(one: Any, other: Any) -> None:
    assert plain(one) == plain(other)


@pytest.mark.parametrize(("one", "other"), [(True, False), ("a", "A"), (1, 10), (None, "None")])
def test_values_make_a_difference(one: Any, other: Any) -> None:
    assert plain(one) != plain(other)
