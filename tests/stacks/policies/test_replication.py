"""S3 reads the source and writes the copy, never the other way round."""

from tests.stacks.policies.statements import BUCKET, REGION, REPLICA, only_through, statement


def test_every_version_of_the_source_is_read() -> None:
    assert statement("replication.read_configuration")["Resource"] == BUCKET
    assert statement("replication.read_versions")["Resource"] == f"{BUCKET}/*"


def test_the_copy_is_written_and_not_read() -> None:
    written = statement("replication.write")
    assert written["Resource"] == f"{REPLICA}/*"
    assert not [action for action in written["Action"] if action.startswith(("s3:Get", "s3:List"))]


def test_each_key_works_through_s3_of_its_own_region_only() -> None:
    assert statement("replication.decrypt")["Condition"] == only_through(f"s3.{REGION}")
    assert statement("replication.encrypt")["Condition"] == only_through("s3.eu-central-1")
