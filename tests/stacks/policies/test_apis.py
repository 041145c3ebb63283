"""Calls of an API by method and path."""

from tests.stacks.policies.statements import STAGE, statement


def test_only_these_methods_and_paths_of_the_stage_are_called() -> None:
    assert statement("apis.call")["Resource"] == [f"{STAGE}/GET/health", f"{STAGE}/POST/api/*"]
