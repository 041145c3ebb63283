"""What belongs to a team is found, and paid for, by its tags."""

import pytest

from tests.stacks.shapes import templates

TYPES = (
    "AWS::EC2::VPC",
    "AWS::ECS::Service",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::KMS::Key",
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
)


@pytest.mark.parametrize("resource_type", TYPES)
def test_a_team_s_resources_carry_its_name_and_its_own_tags(resource_type: str) -> None:
    tags = [
        {tag["Key"]: tag["Value"] for tag in resource["Properties"]["Tags"]}
        for template in templates("public").values()
        for resource in template["Resources"].values()
        if resource["Type"] == resource_type
    ]
    assert tags
    assert all(found["team"] == "public" and found["cost-centre"] == "42" for found in tags)
