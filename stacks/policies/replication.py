"""What S3 asks of the role with which it copies a bucket."""

from aws_cdk import aws_iam as iam

from stacks.policies.keys import use_key


def read_configuration(bucket_arn: str) -> iam.PolicyStatement:
    """What S3 asks of the source of a replication before it reads any object.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
    """
    return iam.PolicyStatement(
        sid="ReadReplication", actions=["s3:GetReplicationConfiguration", "s3:ListBucket"], resources=[bucket_arn]
    )


def read_versions(bucket_arn: str) -> iam.PolicyStatement:
    """Every version of every object, for a copy."""
    return iam.PolicyStatement(
        sid="ReadVersions",
        actions=[
            "s3:GetObjectVersionForReplication",
            "s3:GetObjectVersionAcl",
            "s3:GetObjectVersionTagging",
            "s3:GetObjectRetention",
            "s3:GetObjectLegalHold",
        ],
        resources=[f"{bucket_arn}/*"],
    )


def write(bucket_arn: str) -> iam.PolicyStatement:
    """Copies, and the delete markers of what was deleted."""
    return iam.PolicyStatement(
        sid="WriteReplicas",
        actions=["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
        resources=[f"{bucket_arn}/*"],
    )


def decrypt(key_arn: str, region: str) -> iam.PolicyStatement:
    """The source's key, through S3 of its region only.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
    """
    return use_key("DecryptReplicated", ["kms:Decrypt"], key_arn, f"s3.{region}")


def encrypt(key_arn: str, region: str) -> iam.PolicyStatement:
    """The replica's key, through S3 of its region only. A bucket key asks for GenerateDataKey."""
    return use_key("EncryptReplicas", ["kms:Encrypt", "kms:GenerateDataKey"], key_arn, f"s3.{region}")
