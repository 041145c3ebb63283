"""The bucket for a log of requests, beside what it is about."""

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.config import TeamConfig
from stacks.removal import acknowledge_emptying, removal_policy
from stacks.rule_packs import acknowledge

_DAYS_KEPT = 365
_DAYS_TO_RESTORE = 30


def access_log(scope: Construct, team: TeamConfig) -> s3.Bucket:
    """A bucket `AccessLog` in `scope`. Encrypted by S3 itself, for a load balancer writes to no other.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
    """
    bucket = s3.Bucket(
        scope,
        "AccessLog",
        encryption=s3.BucketEncryption.S3_MANAGED,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        enforce_ssl=True,
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
