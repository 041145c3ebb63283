"""Secrets by complete ARN, and through Secrets Manager the key."""

import pytest

from tests.stacks.policies.statements import REGION, SECRET, only_through, statement


@pytest.mark.parametrize("name", ["secrets.read", "secrets.rotate"])
def test_these_secrets_are_named_and_no_other(name: str) -> None:
    assert statement(name)["Resource"] == SECRET


def test_who_reads_changes_nothing() -> None:
    assert statement("secrets.read")["Action"] == ["secretsmanager:GetSecretValue"]
    assert statement("secrets.decrypt")["Action"] == ["kms:Decrypt"]


@pytest.mark.parametrize("name", ["secrets.decrypt", "secrets.encrypt"])
def test_the_key_works_through_secrets_manager_only(name: str) -> None:
    assert statement(name)["Condition"] == only_through(f"secretsmanager.{REGION}")
