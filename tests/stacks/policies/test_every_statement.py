"""What holds for each statement, whatever it is for."""

import importlib
import inspect
import pkgutil

import pytest

from stacks import policies
from tests.stacks.own_policy_rules import broken_statements
from tests.stacks.policies.statements import STATEMENTS, statement


def test_none_is_left_out_here() -> None:
    modules = [
        importlib.import_module(f"{policies.__name__}.{it.name}") for it in pkgutil.iter_modules(policies.__path__)
    ]
    made = {
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }
    assert made == STATEMENTS.keys()


@pytest.mark.parametrize("name", STATEMENTS)
def test_it_allows_actions_by_name_on_a_resource_by_name(name: str) -> None:
    kind = "KeyPolicy" if name.startswith("key_policies.") else "PolicyDocument"
    assert list(broken_statements({kind: {"Statement": [statement(name)]}}, temporary=False)) == []


@pytest.mark.parametrize("name", STATEMENTS)
def test_it_has_a_name_of_its_own(name: str) -> None:
    others = [statement(other)["Sid"] for other in STATEMENTS if other != name]
    assert statement(name)["Sid"] not in others
