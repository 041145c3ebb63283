"""What S3 may do to copy a team's artifacts to another region."""

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.policies import replication
from stacks.rule_packs import acknowledge, acknowledge_own_policy, in_findings
from stacks.team.artifacts_config import ReplicaConfig


def replication_role(scope: Construct) -> iam.Role:
    """A role `ReplicationRole` that S3 alone may assume; `allow_replication` makes it useful.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
    """
    return iam.Role(scope, "ReplicationRole", assumed_by=iam.ServicePrincipal("s3.amazonaws.com"))


def allow_replication(
    role: iam.Role, source: s3.IBucket, key: kms.IKey, replica: ReplicaConfig, *, region: str
) -> None:
    """Lets the role read all versions of `source` and write them to the replica, each with its side's key."""
    for statement in (
        replication.read_configuration(source.bucket_arn),
        replication.read_versions(source.bucket_arn),
        replication.write(replica.bucket_arn),
        replication.decrypt(key.key_arn, region),
        replication.encrypt(replica.kms_key_arn, replica.region),
    ):
        role.add_to_policy(statement)
    for bucket_arn in (source.bucket_arn, replica.bucket_arn):
        acknowledge(
            role,
            f"AwsSolutions-IAM5[Resource::{in_findings(role, bucket_arn + '/*')}]",
            "All artifacts are copied, and S3 alone may use the role.",
        )
    acknowledge_own_policy(role)
