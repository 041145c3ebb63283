"""What is still there, asked of services that moto plays in this process."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from moto import mock_aws

from kit.local.left_over import PhysicalResource, left_over, physical_resources

BUCKET, SECRET = "AWS::S3::Bucket", "AWS::SecretsManager::Secret"
DATABASE, KEY = "AWS::RDS::DBInstance", "AWS::KMS::Key"
BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"


def client(service: str) -> Any:
    return boto3.client(service, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")


@pytest.fixture
def there() -> Iterator[dict[str, PhysicalResource]]:
    """One resource of each type that is asked for, by its type."""
    with mock_aws():
        client("s3").create_bucket(Bucket="bucket")
        secret = client("secretsmanager").create_secret(Name="secret", SecretString="value")["ARN"]
        client("rds").create_db_instance(DBInstanceIdentifier="db", Engine="postgres", DBInstanceClass="db.t4g.micro")
        key = client("kms").create_key()["KeyMetadata"]["KeyId"]
        subnets = [subnet["SubnetId"] for subnet in client("ec2").describe_subnets()["Subnets"][:2]]
        balancer = client("elbv2").create_load_balancer(Name="balancer", Subnets=subnets)["LoadBalancers"][0]
        ids = {BUCKET: "bucket", SECRET: secret, DATABASE: "db", KEY: key, BALANCER: balancer["LoadBalancerArn"]}
        yield {resource_type: PhysicalResource(resource_type, name) for resource_type, name in ids.items()}


def test_what_is_there_is_left(there: dict[str, PhysicalResource]) -> None:
    assert left_over(there.values(), client) == [*there.values()]


def test_what_was_deleted_is_not_left(there: dict[str, PhysicalResource]) -> None:
    client("s3").delete_bucket(Bucket="bucket")
    client("secretsmanager").delete_secret(SecretId=there[SECRET].physical_id, ForceDeleteWithoutRecovery=True)
    client("rds").delete_db_instance(DBInstanceIdentifier="db", SkipFinalSnapshot=True)
    client("kms").schedule_key_deletion(KeyId=there[KEY].physical_id)
    client("elbv2").delete_load_balancer(LoadBalancerArn=there[BALANCER].physical_id)
    assert left_over(there.values(), client) == []


def test_a_secret_that_waits_for_its_deletion_is_not_left(there: dict[str, PhysicalResource]) -> None:
    client("secretsmanager").delete_secret(SecretId=there[SECRET].physical_id)
    assert left_over([there[SECRET]], client) == []


@pytest.mark.parametrize(("status", "left"), [(501, []), (500, None), (403, None)])
def test_an_emulator_without_the_service_has_nothing_of_it_and_one_that_fails_says_nothing(
    status: int, left: list[Any] | None
) -> None:
    rds = client("rds")
    with Stubber(rds) as stub:
        stub.add_client_error("describe_db_instances", "InternalFailure", "not in this edition", status)
        resources = [PhysicalResource(DATABASE, "db")]
        if left is None:
            with pytest.raises(ClientError, match="not in this edition"):
                left_over(resources, lambda service: rds)
        else:
            assert left_over(resources, lambda service: rds) == left


def test_what_a_stack_made_is_known_by_its_physical_ids() -> None:
    with mock_aws():
        template = '{"Resources": {"B": {"Type": "AWS::S3::Bucket"}, "T": {"Type": "AWS::SNS::Topic"}}}'
        client("cloudformation").create_stack(StackName="s", TemplateBody=template)
        (bucket,) = client("s3").list_buckets()["Buckets"]
        assert physical_resources(client("cloudformation"), ["s"]) == [PhysicalResource(BUCKET, bucket["Name"])]
