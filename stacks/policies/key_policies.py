"""Statements for the policy of a key itself, where `*` is that key."""

from aws_cdk import aws_iam as iam


def encrypt_logs(log_groups_arn: str, region: str) -> iam.PolicyStatement:
    """CloudWatch Logs uses the key for these log groups only.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    return iam.PolicyStatement(
        sid="EncryptLogs",
        principals=[iam.ServicePrincipal(f"logs.{region}.amazonaws.com")],
        actions=[
            "kms:Encrypt",
            "kms:Decrypt",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:DescribeKey",
        ],
        resources=["*"],
        conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups_arn}},
    )


def refuse_grants() -> iam.PolicyStatement:
    """AWS's services alone are granted the key's use, for the resources they encrypt.

    A grant is a way past IAM's policies. https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
    """
    return iam.PolicyStatement(
        sid="GrantsForServicesOnly",
        effect=iam.Effect.DENY,
        principals=[iam.AnyPrincipal()],
        actions=["kms:CreateGrant"],
        resources=["*"],
        conditions={"BoolIfExists": {"kms:GrantIsForAWSResource": "false", "aws:PrincipalIsAWSService": "false"}},
    )
