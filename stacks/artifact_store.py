"""The bucket that holds a team's artifacts."""

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.access_log import access_log
from stacks.config import TeamConfig
from stacks.removal import removal_policy
from stacks.rule_packs import acknowledge

PREFIX = "artifacts"
"""The key prefix of every artifact: roles are granted this much of the bucket."""


def arn_export(team: TeamConfig) -> str:
    """The export that carries the bucket's ARN to the service: named, so that a grant on it always reads the same."""
    return f"{team.stack_name('data')}-artifact-bucket-arn"


class ArtifactStore(Construct):
    """Owns the artifact bucket and the log of who used it; both outlive the server and the stack.

    Attributes:
        bucket: the artifact bucket.
    """

    def __init__(self, scope: Construct, id: str, *, team: TeamConfig, key: kms.IKey) -> None:
        super().__init__(scope, id)
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
            lifecycle_rules=[
                s3.LifecycleRule(id="abandoned-uploads", abort_incomplete_multipart_upload_after=cdk.Duration.days(7)),
                s3.LifecycleRule(
                    id="deleted-artifacts",
                    noncurrent_version_expiration=cdk.Duration.days(team.artifacts.retention_days),
                    expired_object_delete_marker=True,
                ),
            ],
            removal_policy=removal_policy(team),
            auto_delete_objects=team.temporary,
        )
        acknowledge(
            self.bucket,
            "S3BucketReplicationEnabled",
            "S3 keeps each object in three zones or more, and versions undo a deletion.",
        )
