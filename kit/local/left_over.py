"""What of a deleted stack is still there, asked of the services: an emulator may call a stack deleted too early."""

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

Clients = Callable[[str], Any]
"""Makes a boto3 client of the named service."""


class PhysicalResource(NamedTuple):
    """A deployed resource: its CloudFormation type and its physical id."""

    type: str
    physical_id: str


# Whether a resource is there, by its type: True, False, or an error of the service. Those that hold data, or a name.
_IS_THERE: Mapping[str, Callable[[Clients, str], bool]] = {
    "AWS::S3::Bucket": lambda client, name: bool(client("s3").head_bucket(Bucket=name)),
    "AWS::SecretsManager::Secret": lambda client, arn: (
        "DeletedDate" not in client("secretsmanager").describe_secret(SecretId=arn)
    ),
    "AWS::RDS::DBInstance": lambda client, name: bool(
        client("rds").describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    ),
    "AWS::KMS::Key": lambda client, key: (
        client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"] != "PendingDeletion"
    ),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": lambda client, arn: bool(
        client("elbv2").describe_load_balancers(LoadBalancerArns=[arn])["LoadBalancers"]
    ),
}
# How services say that there is none; 501 is an emulator without the whole service.
_GONE = (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.NOT_IMPLEMENTED)


def physical_resources(cloudformation: Any, stacks: Iterable[str]) -> list[PhysicalResource]:
    """The resources of deployed stacks that `left_over` can ask for."""
    return [
        PhysicalResource(resource["ResourceType"], resource["PhysicalResourceId"])
        for stack in stacks
        for resource in cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
        if resource["ResourceType"] in _IS_THERE and "PhysicalResourceId" in resource
    ]


def left_over(resources: Iterable[PhysicalResource], client: Clients) -> list[PhysicalResource]:
    """Those of `resources` that their services still have. Raises ClientError when a service says neither."""
    return [resource for resource in resources if _is_there(resource, client)]


def _is_there(resource: PhysicalResource, client: Clients) -> bool:
    try:
        return _IS_THERE[resource.type](client, resource.physical_id)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] in _GONE:
            return False
        raise
