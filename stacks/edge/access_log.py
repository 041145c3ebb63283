"""The bucket for a log of requests, beside what it is about."""

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.removal import acknowledge_emptying, removal_policy
from stacks.rule_packs import acknowledge
from stacks.team.config import TeamConfig

_DAYS_KEPT = 365
_DAYS_TO_RESTORE = 30


def access_log(scope: Construct, team: TeamConfig, *, written_by_acl: bool = False) -> s3.Bucket:
    """A bucket `AccessLog` in `scope`. Encrypted by S3 itself, for a load balancer writes to no other.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html

    Args:
        written_by_acl: whether the writer is given the right by an ACL, as CloudFront is, and not by the bucket's
            policy. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html
    """
    bucket = s3.Bucket(
        scope,
        "AccessLog",
        encryption=s3.BucketEncryption.S3_MANAGED,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        enforce_ssl=True,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_PREFERRED if written_by_acl else None,
        versioned=True,
        lifecycle_rules=[
            s3.LifecycleRule(
                id="expire",
                expiration=cdk.Duration.days(_DAYS_KEPT),
                noncurrent_version_expiration=cdk.Duration.days(_DAYS_TO_RESTORE),
            ),
            s3.LifecycleRule(id="delete-markers", expired_object_delete_marker=True),
        ],
        removal_policy=removal_policy(team),
        auto_delete_objects=team.temporary,
    )
    acknowledge(bucket, "S3BucketReplicationEnabled", "A log, which no client reads: it is kept, not served.")
    acknowledge(bucket, "S3DefaultEncryptionKMS", "AWS delivers access logs to buckets that S3 itself encrypts only.")
    if team.temporary:
        acknowledge_emptying(cdk.Stack.of(scope))
    return bucket


def acknowledge_unlogged(log: s3.Bucket) -> None:
    """Accepts that the use of a log is not logged itself."""
    acknowledge(
        log,
        ["AwsSolutions-S1", "S3BucketLoggingEnabled"],
        "It is itself an access log, and nobody reads it in operation.",
    )
