"""The bucket that holds a team's artifacts."""

from collections.abc import Iterator

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.data.replication import allow_replication, replication_role
from stacks.edge.access_log import access_log
from stacks.removal import removal_policy
from stacks.rule_packs import acknowledge
from stacks.team.artifacts_config import ReplicaConfig
from stacks.team.config import TeamConfig

PREFIX = "artifacts"
"""The key prefix of every artifact: roles are granted this much of the bucket."""


def arn_export(team: TeamConfig) -> str:
    """The export that carries the bucket's ARN to the service: named, so that a grant on it always reads the same."""
    return f"{team.stack_name('data')}-artifact-bucket-arn"


def every_artifact_finding(team: TeamConfig) -> str:
    """The rule, as cdk-nag names it, that a role breaks which may do something with every artifact of the team."""
    return f"AwsSolutions-IAM5[Resource::{arn_export(team)}/{PREFIX}/*]"


class ArtifactStore(Construct):
    """Owns the artifact bucket and the log of who used it; both outlive the server and the stack.

    Attributes:
        bucket: the artifact bucket.
    """

    def __init__(self, scope: Construct, id: str, *, team: TeamConfig, key: kms.IKey) -> None:
        super().__init__(scope, id)
        artifacts = team.artifacts
        role = replication_role(self) if artifacts.replica else None
        # No CORS rules: the web page has the browser go to a presigned link, which is no request of a script.
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            encryption=s3.BucketEncryption.KMS,
            encryption_key=key,
            bucket_key_enabled=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            versioned=True,
            server_access_logs_bucket=access_log(self, team),
            lifecycle_rules=[*_lifecycle(team)],
            object_lock_default_retention=s3.ObjectLockRetention.governance(
                cdk.Duration.days(artifacts.object_lock_days)
            )
            if artifacts.object_lock_days
            else None,
            replication_role=role,
            replication_rules=[_replication(self, artifacts.replica)] if artifacts.replica else None,
            removal_policy=removal_policy(team),
            auto_delete_objects=team.temporary,
        )
        for statement in _refusals_of_other_keys(self.bucket, key):
            self.bucket.add_to_resource_policy(statement)
        if role and artifacts.replica:
            allow_replication(role, self.bucket, key, artifacts.replica, region=team.region)
        else:
            acknowledge(
                self.bucket,
                "S3BucketReplicationEnabled",
                "S3 keeps each object in three zones or more, and versions undo a deletion.",
            )


def _lifecycle(team: TeamConfig) -> Iterator[s3.LifecycleRule]:
    yield s3.LifecycleRule(id="abandoned-uploads", abort_incomplete_multipart_upload_after=cdk.Duration.days(7))
    yield s3.LifecycleRule(
        id="deleted-artifacts",
        noncurrent_version_expiration=cdk.Duration.days(team.artifacts.retention_days),
        expired_object_delete_marker=True,
    )
    if team.artifacts.intelligent_tiering:
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
        yield s3.LifecycleRule(
            id="intelligent-tiering",
            transitions=[
                s3.Transition(storage_class=s3.StorageClass.INTELLIGENT_TIERING, transition_after=cdk.Duration.days(0))
            ],
        )


def _replication(scope: Construct, replica: ReplicaConfig) -> s3.ReplicationRule:
    return s3.ReplicationRule(
        id="artifacts",
        destination=s3.Bucket.from_bucket_arn(scope, "Replica", replica.bucket_arn),
        kms_key=kms.Key.from_key_arn(scope, "ReplicaKey", replica.kms_key_arn),
        sse_kms_encrypted_objects=True,
        delete_marker_replication=True,
    )


def _refusals_of_other_keys(bucket: s3.Bucket, key: kms.IKey) -> Iterator[iam.PolicyStatement]:
    """Nobody may write with a key that is not the team's. Without a word of encryption S3 takes the team's.

    So uploads by presigned link pass, which say nothing of it.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#require-sse-kms
    """
    header = "s3:x-amz-server-side-encryption"
    asked = {
        "RefuseOtherEncryption": (header, {"StringNotEquals": {header: "aws:kms"}}),
        "RefuseOtherKeys": (f"{header}-aws-kms-key-id", {"StringNotEquals": {f"{header}-aws-kms-key-id": key.key_arn}}),
        "RefuseClientsKeys": (f"{header}-customer-algorithm", {}),
    }
    for sid, (name, condition) in asked.items():
        yield iam.PolicyStatement(
            sid=sid,
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            actions=["s3:PutObject"],
            resources=[bucket.arn_for_objects("*")],
            conditions={"Null": {name: "false"}, **condition},
        )
