"""Logging in to a database without a password."""

from aws_cdk import aws_iam as iam


def connect(user_arn: str) -> iam.PolicyStatement:
    """One user of one database, with a token in place of a password.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html
    """
    return iam.PolicyStatement(sid="ConnectToDatabase", actions=["rds-db:connect"], resources=[user_arn])
