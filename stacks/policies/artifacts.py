"""The objects of a team's bucket, and the key that encrypts them."""

from aws_cdk import aws_iam as iam

from stacks.policies.keys import use_key


def read_and_write(bucket_arn: str, prefix: str) -> iam.PolicyStatement:
    """Objects below `prefix`: the calls MLflow's S3 artifact repository makes, multipart included.

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
    )


def read(bucket_arn: str, prefix: str) -> iam.PolicyStatement:
    """Objects below `prefix`, in their current version.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    return iam.PolicyStatement(sid="ReadArtifacts", actions=["s3:GetObject"], resources=[f"{bucket_arn}/{prefix}/*"])


def list_names(bucket_arn: str) -> iam.PolicyStatement:
    """The names in the bucket. Without it S3 answers 403, not 404, for an artifact that does not exist.

    Not narrowed to the prefix: GetObject sends none, so S3 would see no permission to list. The bucket holds
    nothing else. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    return iam.PolicyStatement(sid="ListArtifacts", actions=["s3:ListBucket"], resources=[bucket_arn])


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
