"""Sessions of Session Manager, by which ECS Exec opens a shell."""

from aws_cdk import aws_iam as iam


def take() -> iam.PolicyStatement:
    """The two channels of Session Manager, which ECS Exec uses. The actions know no resource, so AWS wants `*` here.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html#ecs-exec-required-iam-permissions
    """
    return iam.PolicyStatement(
        sid="TakeSessions",
        actions=[
            "ssmmessages:CreateControlChannel",
            "ssmmessages:CreateDataChannel",
            "ssmmessages:OpenControlChannel",
            "ssmmessages:OpenDataChannel",
        ],
        resources=["*"],
    )


def decrypt(key_arn: str) -> iam.PolicyStatement:
    """The team's key, for what a session of Session Manager was opened with and nothing else.

    Its agent calls KMS itself, with the session's id as encryption context.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html#ecs-exec-required-kms-permissions
    """
    return iam.PolicyStatement(
        sid="DecryptSessions",
        actions=["kms:Decrypt"],
        resources=[key_arn],
        conditions={"Null": {"kms:EncryptionContext:aws:ssm:SessionId": "false"}},
    )


def log(log_group_arn: str) -> iam.PolicyStatement:
    """What was typed and answered, in the log group whose ARN ends in `:*`.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html#ecs-exec-required-logging-permissions
    """
    return iam.PolicyStatement(
        sid="LogSessions",
        actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        resources=[log_group_arn],
    )
