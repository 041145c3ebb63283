"""The artifact bucket: who may write to it with which key, where copies go, and what is refused."""

import json
from typing import Any

import pytest
from aws_cdk.assertions import Match

from tests.stacks.shapes import REPLICA, SHAPES, team, template
from tests.stacks.team_folder import Refused

BUCKET = "ArtifactStoreBucket47CE7D81"
HEADER = "s3:x-amz-server-side-encryption"


def bucket(shape: str) -> dict[str, Any]:
    properties: dict[str, Any] = template(shape, "data").find_resources("AWS::S3::Bucket")[BUCKET]["Properties"]
    return properties


def statements(shape: str) -> dict[str, dict[str, Any]]:
    (policy,) = [
        policy["Properties"]["PolicyDocument"]
        for policy in template(shape, "data").find_resources("AWS::S3::BucketPolicy").values()
        if policy["Properties"]["Bucket"] == {"Ref": BUCKET}
    ]
    return {statement["Sid"]: statement for statement in policy["Statement"] if "Sid" in statement}


@pytest.mark.parametrize("shape", SHAPES)
def test_nobody_writes_with_another_key_and_whoever_names_none_is_not_refused(shape: str) -> None:
    refused = {sid: statement for sid, statement in statements(shape).items() if sid.startswith("Refuse")}
    key = team(shape).encryption.kms_key_arn or {"Fn::GetAtt": ["Key961B73FD", "Arn"]}
    assert {sid: statement["Condition"] for sid, statement in refused.items()} == {
        "RefuseOtherEncryption": {"Null": {HEADER: "false"}, "StringNotEquals": {HEADER: "aws:kms"}},
        "RefuseOtherKeys": {
            "Null": {f"{HEADER}-aws-kms-key-id": "false"},
            "StringNotEquals": {f"{HEADER}-aws-kms-key-id": key},
        },
        "RefuseClientsKeys": {"Null": {f"{HEADER}-customer-algorithm": "false"}},
    }
    for statement in refused.values():
        assert (statement["Effect"], statement["Action"]) == ("Deny", "s3:PutObject")


@pytest.mark.parametrize("shape", SHAPES)
def test_no_script_of_another_origin_is_let_in(shape: str) -> None:
    assert "CorsConfiguration" not in bucket(shape)


def test_what_nobody_reads_moves_to_cheaper_tiers_where_the_team_file_says_so() -> None:
    tiered = {"StorageClass": "INTELLIGENT_TIERING", "TransitionInDays": 0}
    found = {
        shape: [t for rule in bucket(shape)["LifecycleConfiguration"]["Rules"] for t in rule.get("Transitions", [])]
        for shape in ("usual", "public")
    }
    assert found == {"usual": [], "public": [tiered]}


def test_versions_are_locked_where_the_team_file_says_so() -> None:
    assert bucket("public")["ObjectLockConfiguration"] == {
        "ObjectLockEnabled": "Enabled",
        "Rule": {"DefaultRetention": {"Days": 365, "Mode": "GOVERNANCE"}},
    }
    assert "ObjectLockEnabled" not in bucket("usual")


def test_copies_of_artifacts_and_of_deletions_go_to_the_other_region_with_its_key() -> None:
    (rule,) = bucket("public")["ReplicationConfiguration"]["Rules"]
    assert rule["Destination"] == {
        "Bucket": REPLICA["bucket_arn"],
        "EncryptionConfiguration": {"ReplicaKmsKeyID": REPLICA["kms_key_arn"]},
    }
    assert rule["SourceSelectionCriteria"] == {"SseKmsEncryptedObjects": {"Status": "Enabled"}}
    assert rule["DeleteMarkerReplication"] == {"Status": "Enabled"}
    assert "ReplicationConfiguration" not in bucket("usual")


def test_s3_alone_copies_and_uses_each_key_on_its_side_only() -> None:
    data = template("public", "data")
    data.has_resource_properties(
        "AWS::IAM::Role",
        {
            "AssumeRolePolicyDocument": Match.object_like(
                {"Statement": [Match.object_like({"Principal": {"Service": "s3.amazonaws.com"}})]}
            )
        },
    )
    (policy,) = [
        policy["Properties"]["PolicyDocument"]["Statement"]
        for name, policy in data.find_resources("AWS::IAM::Policy").items()
        if "Replication" in name
    ]
    by_sid = {statement["Sid"]: statement for statement in policy}
    assert by_sid["DecryptReplicated"]["Condition"] == via("eu-west-1")
    assert by_sid["EncryptReplicas"]["Condition"] == via("eu-central-1")
    assert by_sid["EncryptReplicas"]["Resource"] == REPLICA["kms_key_arn"]
    assert by_sid["WriteReplicas"]["Resource"] == f"{REPLICA['bucket_arn']}/*"
    assert "s3:*" not in json.dumps(policy)


def via(region: str) -> dict[str, Any]:
    return {"StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"}}


BY_LINK = "artifacts:\n  mode: presigned\n  object_lock_days: 30\n"
NO_BUCKET = f"artifacts:\n  replica: {{bucket_arn: copies, kms_key_arn: '{REPLICA['kms_key_arn']}'}}\n"
NO_KEY = f"artifacts:\n  replica: {{bucket_arn: '{REPLICA['bucket_arn']}', kms_key_arn: alias/copies}}\n"
COPIES = f"artifacts:\n  replica: {{bucket_arn: '{REPLICA['bucket_arn']}', kms_key_arn: '{REPLICA['kms_key_arn']}'}}\n"


@pytest.mark.parametrize(
    ("lines", "path", "sentence"),
    [
        (BY_LINK, "artifacts.object_lock_days", "uploads by link have none"),
        ("temporary: true\nartifacts:\n  object_lock_days: 30\n", "artifacts.object_lock_days", "a temporary team"),
        (f"temporary: true\n{COPIES}", "artifacts.replica", "a temporary team"),
        (COPIES.replace("eu-central-1", "eu-west-1"), "artifacts.replica.kms_key_arn", "is in eu-west-1 as well"),
        (NO_BUCKET, "artifacts.replica.bucket_arn", "is not a bucket's ARN"),
        (NO_KEY, "artifacts.replica.kms_key_arn", "is not a KMS key's ARN"),
    ],
)
def test_what_makes_no_sense_is_refused(lines: str, path: str, sentence: str, refused: Refused) -> None:
    said = refused(f"region: eu-west-1\n{lines}")
    assert path in said
    assert sentence in said
