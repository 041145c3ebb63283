"""Secrets of Secrets Manager, and the key that encrypts them."""

from aws_cdk import aws_iam as iam

from stacks.policies.keys import use_key


def read(secret_arns: list[str]) -> iam.PolicyStatement:
    """The current value of exactly these secrets, named by complete ARN."""
    return iam.PolicyStatement(sid="ReadSecrets", actions=["secretsmanager:GetSecretValue"], resources=secret_arns)


def decrypt(key_arn: str, region: str) -> iam.PolicyStatement:
    """The team's key, through Secrets Manager only.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
    """
    return use_key("DecryptSecrets", ["kms:Decrypt"], key_arn, f"secretsmanager.{region}")


def rotate(secret_arn: str) -> iam.PolicyStatement:
    """All versions of one secret: read them, add one, and say which is the current one.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html
    """
    return iam.PolicyStatement(
        sid="RotateSecret",
        actions=[
            "secretsmanager:GetSecretValue",
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecretVersionStage",
        ],
        resources=[secret_arn],
    )


def encrypt(key_arn: str, region: str) -> iam.PolicyStatement:
    """The team's key, through Secrets Manager only, for a secret's new value as well.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
    """
    return use_key("EncryptSecrets", ["kms:GenerateDataKey", "kms:Decrypt"], key_arn, f"secretsmanager.{region}")
