"""The objects of a team's bucket, and the key that encrypts them.

A bucket's name is free again once the bucket is deleted, and its ARN names no account. So each statement says whose
the bucket must be, and S3 refuses somebody else's of that name, by a link that a role has signed as well:
https://aws.amazon.com/blogs/storage/limit-access-to-amazon-s3-buckets-owned-by-specific-aws-accounts/
https://docs.aws.amazon.com/prescriptive-guidance/latest/presigned-url-best-practices/foundational-best-practices.html
"""

from typing import Any

from aws_cdk import aws_iam as iam

from stacks.policies.keys import use_key


def read_and_write(bucket_arn: str, prefix: str, owner: str) -> iam.PolicyStatement:
    """Objects below `prefix`, in a bucket of the account `owner`: the calls of MLflow's S3 artifact repository.

    Multipart uploads are among them.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
    """
    return iam.PolicyStatement(
        sid="ReadAndWriteArtifacts",
        actions=[
            "s3:GetObject",
            "s3:PutObject",
            "s3:DeleteObject",
            "s3:AbortMultipartUpload",
            "s3:ListMultipartUploadParts",
        ],
        resources=[f"{bucket_arn}/{prefix}/*"],
        conditions=_owned_by(owner),
    )


def read(bucket_arn: str, prefix: str, owner: str) -> iam.PolicyStatement:
    """Objects below `prefix`, in their current version, in a bucket of the account `owner`.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    return iam.PolicyStatement(
        sid="ReadArtifacts",
        actions=["s3:GetObject"],
        resources=[f"{bucket_arn}/{prefix}/*"],
        conditions=_owned_by(owner),
    )


def list_names(bucket_arn: str, owner: str) -> iam.PolicyStatement:
    """The names in a bucket of the account `owner`. Without it S3 answers 403, not 404, for what does not exist.

    Not narrowed to the prefix: GetObject sends none, so S3 would see no permission to list. The bucket holds
    nothing else. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    return iam.PolicyStatement(
        sid="ListArtifacts", actions=["s3:ListBucket"], resources=[bucket_arn], conditions=_owned_by(owner)
    )


def encrypt(key_arn: str, region: str) -> iam.PolicyStatement:
    """The team's key, through S3 only. A multipart upload needs Decrypt as well.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#require-sse-kms
    """
    return use_key("EncryptArtifacts", ["kms:GenerateDataKey", "kms:Decrypt"], key_arn, f"s3.{region}")


def decrypt(key_arn: str, region: str) -> iam.PolicyStatement:
    """The team's key, through S3 only, for who reads and never writes.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#require-sse-kms
    """
    return use_key("DecryptArtifacts", ["kms:Decrypt"], key_arn, f"s3.{region}")


def _owned_by(account: str) -> dict[str, Any]:
    """S3 knows the key for every action that stands here, so a request without it need not be allowed.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
    """
    return {"StringEquals": {"s3:ResourceAccount": account}}
