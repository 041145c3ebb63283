"""Log groups of CloudWatch, and the key that encrypts them."""

from aws_cdk import aws_iam as iam

from stacks.policies.keys import use_key


def write(log_group_arn: str) -> iam.PolicyStatement:
    """The log streams of the containers in the service's own log group, whose ARN ends in `:*`."""
    return iam.PolicyStatement(
        sid="WriteLogs", actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[log_group_arn]
    )


def encrypt(key_arn: str, region: str) -> iam.PolicyStatement:
    """The team's key, through CloudWatch Logs only, which uses it in the name of whoever writes or reads a log.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    return use_key("EncryptLog", ["kms:GenerateDataKey", "kms:Decrypt"], key_arn, f"logs.{region}")


def find(log_groups_arn: str) -> iam.PolicyStatement:
    """The names of the account's log groups and how each is encrypted, which AWS's agent asks before it logs."""
    return iam.PolicyStatement(sid="FindLogGroups", actions=["logs:DescribeLogGroups"], resources=[log_groups_arn])
