"""Who reads and writes artifacts reaches these, and through S3 the key."""

import pytest

from tests.stacks.policies.statements import ACCOUNT, BUCKET, REGION, only_through, statement


@pytest.mark.parametrize("name", ["artifacts.read", "artifacts.read_and_write"])
def test_artifacts_are_granted_below_their_prefix_only(name: str) -> None:
    assert statement(name)["Resource"] == f"{BUCKET}/artifacts/*"


def test_the_names_of_the_whole_bucket_are_listed() -> None:
    assert statement("artifacts.list_names")["Resource"] == BUCKET


def test_who_reads_changes_nothing() -> None:
    assert statement("artifacts.read")["Action"] == ["s3:GetObject"]
    assert statement("artifacts.decrypt")["Action"] == ["kms:Decrypt"]


def test_who_writes_deletes_no_version_for_good() -> None:
    assert "s3:DeleteObjectVersion" not in statement("artifacts.read_and_write")["Action"]


@pytest.mark.parametrize("name", ["artifacts.list_names", "artifacts.read", "artifacts.read_and_write"])
def test_the_bucket_is_the_account_s_own(name: str) -> None:
    assert statement(name)["Condition"] == {"StringEquals": {"s3:ResourceAccount": ACCOUNT}}


@pytest.mark.parametrize("name", ["artifacts.decrypt", "artifacts.encrypt"])
def test_the_key_works_through_s3_only(name: str) -> None:
    assert statement(name)["Condition"] == only_through(f"s3.{REGION}")
