"""What stands before the load balancer of a public team without a domain."""

from typing import Any

from aws_cdk.assertions import Match

from tests.stacks.shapes import template

SHAPE = "public-closed"
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
ALL_VIEWER_AND_CLOUDFRONT = "33f36d7e-f396-46d9-90e0-52428a34d9dc"


def config() -> dict[str, Any]:
    (distribution,) = template(SHAPE, "edge").find_resources("AWS::CloudFront::Distribution").values()
    found: dict[str, Any] = distribution["Properties"]["DistributionConfig"]
    return found


def test_every_request_reaches_the_server_as_it_was_sent_and_by_https() -> None:
    behavior = config()["DefaultCacheBehavior"]
    assert set(behavior["AllowedMethods"]) == {"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"}
    assert behavior["CachePolicyId"] == CACHING_DISABLED
    assert behavior["OriginRequestPolicyId"] == ALL_VIEWER_AND_CLOUDFRONT
    assert behavior["ViewerProtocolPolicy"] == "redirect-to-https"
    assert "CacheBehaviors" not in config()


def test_the_load_balancer_stays_internal_and_admits_cloudfront_alone() -> None:
    edge = template(SHAPE, "edge")
    edge.has_resource_properties("AWS::ElasticLoadBalancingV2::LoadBalancer", {"Scheme": "internal"})
    (group,) = edge.find_resources("AWS::EC2::SecurityGroup").values()
    assert "SecurityGroupIngress" not in group["Properties"]
    (rule,) = edge.find_resources("AWS::EC2::SecurityGroupIngress").values()
    assert rule["Properties"]["SourcePrefixListId"] == "pl-4fa04526"
    assert (rule["Properties"]["FromPort"], rule["Properties"]["ToPort"]) == (80, 80)


def test_cloudfront_enters_the_vpc_by_a_vpc_origin_and_by_nothing_else() -> None:
    (origin,) = config()["Origins"]
    assert "CustomOriginConfig" not in origin
    (name,) = template(SHAPE, "edge").find_resources("AWS::CloudFront::VpcOrigin")
    assert origin["VpcOriginConfig"]["VpcOriginId"] == {"Fn::GetAtt": [name, "Id"]}
    template(SHAPE, "edge").has_resource_properties(
        "AWS::CloudFront::VpcOrigin",
        {"VpcOriginEndpointConfig": Match.object_like({"OriginProtocolPolicy": "http-only"})},
    )


def test_requests_are_logged_into_a_bucket_that_takes_cloudfronts_acl() -> None:
    bucket, attribute = config()["Logging"]["Bucket"]["Fn::GetAtt"]
    assert attribute == "RegionalDomainName"
    properties = template(SHAPE, "edge").find_resources("AWS::S3::Bucket")[bucket]["Properties"]
    assert properties["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerPreferred"}]
    assert all(properties["PublicAccessBlockConfiguration"].values())


def test_clients_and_server_know_the_team_by_cloudfronts_name() -> None:
    (name,) = template(SHAPE, "edge").find_resources("AWS::CloudFront::Distribution")
    edge = template(SHAPE, "edge").to_json()
    assert edge["Outputs"]["PublicHostName"]["Value"] == {"Fn::GetAtt": [name, "DomainName"]}
    tasks = template(SHAPE, "service").find_resources("AWS::ECS::TaskDefinition").values()
    containers = [container for task in tasks for container in task["Properties"]["ContainerDefinitions"]]
    (server,) = (container for container in containers if container["Name"] == "server")
    environment = {entry["Name"]: entry["Value"] for entry in server["Environment"]}
    host = environment["MLFLOW_SERVER_ALLOWED_HOSTS"]
    assert name in host["Fn::ImportValue"]
    assert environment["MLFLOW_SERVER_CORS_ALLOWED_ORIGINS"] == {"Fn::Join": ["", ["https://", host]]}
    assert environment["TRACKING_SCHEME"] == "https"
