"""Keys of KMS, through the one service that uses them in the name of whoever asks it."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam


def use_key(sid: str, actions: Sequence[str], key_arn: str, service: str) -> iam.PolicyStatement:
    """The key, for what a service of a region (`s3.eu-west-1`) does with it and nothing else.

    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
    """
    return iam.PolicyStatement(
        sid=sid,
        actions=list(actions),
        resources=[key_arn],
        conditions={"StringEquals": {"kms:ViaService": f"{service}.amazonaws.com"}},
    )
