"""What AWS refuses or takes back, and an emulator may accept."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from tests.emulators.aws import Aws, resources, unique
from tests.emulators.behaviour import GUIDE, NETWORK_STACK, RULE_PACKS, Behaviour


def _rollback(aws: Aws) -> str:
    """A policy of a role that there is not fails on AWS when it is made, after the log group."""
    name, group = unique("rollback"), unique("group")
    statement = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    policy = {"PolicyName": "p", "PolicyDocument": document, "Roles": [unique("nobody")]}
    template = resources(
        Made=("AWS::Logs::LogGroup", {"LogGroupName": group}),
        Failing={"Type": "AWS::IAM::Policy", "Properties": policy, "DependsOn": "Made"},
    )
    try:
        status = aws.deploy(name, template)
    except ClientError:
        status = "refused"
    made = aws.client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    if status == "CREATE_COMPLETE":
        return "CREATE_COMPLETE"
    return "failed, leftovers" if made else "rolled back"


def _refusal(template: Callable[[], dict[str, Any]]) -> Callable[[Aws], str]:
    def probe(aws: Aws) -> str:
        try:
            status = aws.deploy(unique("refusal"), template())
        except ClientError:
            return "refused"
        return "accepted" if status == "CREATE_COMPLETE" else "refused"

    return probe


def _overlapping_subnets() -> dict[str, Any]:
    vpc = {"Ref": "Vpc"}
    return resources(
        Vpc=("AWS::EC2::VPC", {"CidrBlock": "10.8.0.0/16"}),
        One=("AWS::EC2::Subnet", {"VpcId": vpc, "CidrBlock": "10.8.0.0/20"}),
        Two={
            "Type": "AWS::EC2::Subnet",
            "Properties": {"VpcId": vpc, "CidrBlock": "10.8.1.0/24"},
            "DependsOn": "One",
        },
    )


def _subnet_of_no_vpc() -> dict[str, Any]:
    return resources(Subnet=("AWS::EC2::Subnet", {"VpcId": "vpc-0123456789abcdef0", "CidrBlock": "10.8.0.0/20"}))


def _long_bucket_name() -> dict[str, Any]:
    return resources(Bucket=("AWS::S3::Bucket", {"BucketName": "b" * 64}))


def _unknown_type() -> dict[str, Any]:
    return resources(Group=("AWS::Logs::LogGroup", {}), Unknown=("AWS::Nobody::Knows", {}))


BEHAVIOURS = (
    Behaviour(
        "Second resource fails, the first was made",
        "rolled back",
        f"{GUIDE}/stack-failure-options.html",
        _rollback,
        "nothing: it is told as failed either way",
    ),
    Behaviour(
        "Unknown resource type",
        "refused",
        f"{GUIDE}/troubleshooting.html",
        _refusal(_unknown_type),
        RULE_PACKS,
    ),
    Behaviour(
        "Subnet of a VPC that there is not",
        "refused",
        "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html",
        _refusal(_subnet_of_no_vpc),
        NETWORK_STACK,
    ),
    Behaviour(
        "Subnets that overlap",
        "refused",
        "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html",
        _refusal(_overlapping_subnets),
        NETWORK_STACK,
    ),
    Behaviour(
        "Bucket name of 64 characters",
        "refused",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html",
        _refusal(_long_bucket_name),
        RULE_PACKS,
    ),
)
