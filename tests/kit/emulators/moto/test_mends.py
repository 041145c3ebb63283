"""What the kit mends of moto's CloudFormation, in this process: with small stacks, and with those of a team."""

import json
from typing import Any, get_args

import pytest

from kit.emulators.existence import ask_all
from kit.emulators.existence.question import Existence
from kit.emulators.template import DeployedStack
from stacks.team.config import ArtifactsConfig, ArtifactsMode, StackKind, TeamConfig
from stacks.team.sizes import Size
from tests.kit.emulators.moto.mended import MendedAws
from tests.stacks.shapes import synthesize, team, templates

SHAPE = "cheap"
KEPT_TYPES = {
    "AWS::EC2::SecurityGroup",
    "AWS::ECS::Cluster",
    "AWS::ECS::Service",
    "AWS::KMS::Key",
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
}
STATEMENT = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "kms:*"}
POLICY = {"Version": "2012-10-17", "Statement": [{**STATEMENT, "Resource": "*"}]}


def tagged(**tags: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def resource(resource_type: str, **properties: Any) -> dict[str, Any]:
    """A stack of one resource, which tells its `Ref`."""
    return {
        "Resources": {"It": {"Type": resource_type, "Properties": properties}},
        "Outputs": {"It": {"Value": {"Ref": "It"}}},
    }


def test_a_key_keeps_its_tags_and_can_be_described(mended_aws: MendedAws) -> None:
    tags = tagged(team="research", purpose="artifacts")
    key = mended_aws.deploy("s", resource("AWS::KMS::Key", Description="d", KeyPolicy=POLICY, Tags=tags))["It"]
    kms = mended_aws.client("kms")
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["Description"] == "d"
    found = kms.list_resource_tags(KeyId=key)["Tags"]
    assert {tag["TagKey"]: tag["TagValue"] for tag in found} == {"team": "research", "purpose": "artifacts"}
    assert json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]) == POLICY


def test_a_target_group_tells_what_metrics_call_it(mended_aws: MendedAws) -> None:
    group = resource("AWS::ElasticLoadBalancingV2::TargetGroup", Name="t", TargetType="ip", Protocol="HTTP", Port=5000)
    group["Resources"]["It"]["Properties"]["VpcId"] = mended_aws.client("ec2").create_vpc(CidrBlock="10.8.0.0/16")[
        "Vpc"
    ]["VpcId"]
    group["Outputs"]["Name"] = {"Value": {"Fn::GetAtt": ["It", "TargetGroupFullName"]}}
    told = mended_aws.deploy("s", group)
    assert told["Name"].startswith("targetgroup/t/")
    assert told["It"].endswith(f":{told['Name']}")


def test_a_key_without_a_policy_has_aws_s_own(mended_aws: MendedAws) -> None:
    key = mended_aws.deploy("s", resource("AWS::KMS::Key"))["It"]
    policy = mended_aws.client("kms").get_key_policy(KeyId=key, PolicyName="default")["Policy"]
    assert json.loads(policy)["Statement"]


def test_a_bucket_of_a_generated_name_gets_new_tags_and_stays(mended_aws: MendedAws) -> None:
    bucket = mended_aws.deploy("s", resource("AWS::S3::Bucket", Tags=tagged(team="old")))["It"]
    s3 = mended_aws.client("s3")
    s3.put_object(Bucket=bucket, Key="k", Body=b"object")
    assert mended_aws.deploy("s", resource("AWS::S3::Bucket", Tags=tagged(team="new")))["It"] == bucket
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == tagged(team="new")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"object"


def test_a_bucket_of_a_given_name_is_replaced_by_one_of_another(mended_aws: MendedAws) -> None:
    mended_aws.deploy("s", resource("AWS::S3::Bucket", BucketName="b-first"))
    assert mended_aws.deploy("s", resource("AWS::S3::Bucket", BucketName="b-second"))["It"] == "b-second"
    assert [bucket["Name"] for bucket in mended_aws.client("s3").list_buckets()["Buckets"]] == ["b-second"]


def test_a_resource_that_moto_cannot_update_stays(mended_aws: MendedAws) -> None:
    before = mended_aws.deploy("s", resource("AWS::Logs::LogGroup", RetentionInDays=30))["It"]
    assert mended_aws.deploy("s", resource("AWS::Logs::LogGroup", RetentionInDays=60))["It"] == before
    assert mended_aws.physical_ids("s") == {"It": before}
    groups = mended_aws.client("logs").describe_log_groups()["logGroups"]
    assert [group["logGroupName"] for group in groups] == [before]


def test_a_security_group_with_a_new_tag_stays_with_its_rules(mended_aws: MendedAws) -> None:
    def group(**tags: str) -> dict[str, Any]:
        rules = [{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "CidrIp": "10.0.0.0/16"}]
        properties = {"GroupDescription": "d", "SecurityGroupIngress": rules, "Tags": tagged(**tags)}
        return resource("AWS::EC2::SecurityGroup", **properties)

    ec2 = mended_aws.client("ec2")
    first = mended_aws.deploy("s", group(team="old"))["It"]
    ec2.authorize_security_group_ingress(
        GroupId=first, IpProtocol="tcp", FromPort=5432, ToPort=5432, CidrIp="10.1.0.0/16"
    )
    assert mended_aws.deploy("s", group(team="new"))["It"] == first
    (found,) = ec2.describe_security_groups(GroupIds=[first])["SecurityGroups"]
    assert [rule["FromPort"] for rule in found["IpPermissions"]] == [80, 5432]
    assert {"Key": "team", "Value": "new"} in found["Tags"]


def test_a_cluster_of_a_generated_name_stays(mended_aws: MendedAws) -> None:
    first = mended_aws.deploy("s", resource("AWS::ECS::Cluster", Tags=tagged(team="old")))["It"]
    assert mended_aws.deploy("s", resource("AWS::ECS::Cluster", Tags=tagged(team="new")))["It"] == first
    assert len(mended_aws.client("ecs").list_clusters()["clusterArns"]) == 1
    renamed = resource("AWS::ECS::Cluster", ClusterName="named")
    assert mended_aws.deploy("s", renamed)["It"] == "named"


def test_the_rules_of_a_listener_go_with_their_stack(mended_aws: MendedAws) -> None:
    mended_aws.deploy_team(SHAPE, templates(SHAPE))
    edge = DeployedStack(mended_aws.client("cloudformation"), mended_aws.client("iam"), f"mlflow-{SHAPE}-edge")
    listener = edge.physical_ids[edge.only("AWS::ElasticLoadBalancingV2::Listener")]
    balancing = mended_aws.client("elbv2")
    assert [rule["Priority"] for rule in balancing.describe_rules(ListenerArn=listener)["Rules"]] == ["1", "default"]
    mended_aws.client("cloudformation").delete_stack(StackName=f"mlflow-{SHAPE}-service")
    assert [rule["Priority"] for rule in balancing.describe_rules(ListenerArn=listener)["Rules"]] == ["default"]


def synthesized(changed: TeamConfig) -> dict[str, dict[str, Any]]:
    assembly = synthesize(changed)
    return {stack.stack_name: stack.template for stack in assembly.stacks}


@pytest.fixture(scope="module")
def changed() -> dict[str, dict[str, Any]]:
    """The templates of the shape with another size, another mode of artifacts and a tag."""
    changes = {
        "size": Size.MEDIUM,
        "artifacts": ArtifactsConfig(mode=ArtifactsMode.PRESIGNED),
        "tags": {"cost-centre": "42"},
    }
    return synthesized(team(SHAPE).model_copy(update=changes))


def identities(aws: MendedAws) -> dict[tuple[str, str], str]:
    """The physical ids of what must never be replaced, by stack and logical id."""
    return {
        (name, logical_id): physical_id
        for name, template in templates(SHAPE).items()
        for logical_id, physical_id in aws.physical_ids(name).items()
        if template["Resources"][logical_id]["Type"] in KEPT_TYPES
    }


def secret_values(aws: MendedAws) -> dict[str, str]:
    secrets = aws.client("secretsmanager")
    arns = [secret["ARN"] for secret in secrets.list_secrets()["SecretList"]]
    return {arn: secrets.get_secret_value(SecretId=arn)["SecretString"] for arn in arns}


# What the page docs/reference/emulators.md says of moto.
RECORDED_ONLY = {
    "AWS::Backup::BackupPlan",
    "AWS::Backup::BackupSelection",
    "AWS::Backup::BackupVault",
    "AWS::CloudWatch::Alarm",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::Logs::MetricFilter",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::TopicPolicy",
}


def recorded_only(aws: MendedAws) -> set[str]:
    found = set()
    for kind in get_args(StackKind):
        stack = DeployedStack(aws.client("cloudformation"), aws.client("iam"), team(SHAPE).stack_name(kind))
        found |= {
            resource.type for resource, answer in ask_all(stack, aws.client) if answer.existence != Existence.REAL
        }
    return found


def test_the_stacks_of_a_team_are_deployed_and_really_there(mended_aws: MendedAws) -> None:
    mended_aws.deploy_team(SHAPE, templates(SHAPE))
    assert {key[1][:3] for key in identities(mended_aws)} >= {"Key", "Dat", "Art", "Adm", "Enc", "Loa"}
    assert recorded_only(mended_aws) == RECORDED_ONLY


def test_a_change_of_size_of_artifacts_mode_and_of_a_tag_replaces_nothing(
    mended_aws: MendedAws, changed: dict[str, dict[str, Any]]
) -> None:
    mended_aws.deploy_team(SHAPE, templates(SHAPE))
    before, values = identities(mended_aws), secret_values(mended_aws)
    (old,) = mended_aws.client("rds").describe_db_instances()["DBInstances"]
    mended_aws.deploy_team(SHAPE, changed)
    assert identities(mended_aws) == before
    assert secret_values(mended_aws) == values
    (new,) = mended_aws.client("rds").describe_db_instances()["DBInstances"]
    assert new["DbiResourceId"] == old["DbiResourceId"]
    assert new["DBInstanceClass"] != old["DBInstanceClass"]
    assert recorded_only(mended_aws) == RECORDED_ONLY


def test_a_changed_team_runs_another_task_definition(mended_aws: MendedAws, changed: dict[str, dict[str, Any]]) -> None:
    mended_aws.deploy_team(SHAPE, templates(SHAPE))
    mended_aws.deploy_team(SHAPE, changed)
    stack = DeployedStack(mended_aws.client("cloudformation"), mended_aws.client("iam"), f"mlflow-{SHAPE}-service")
    arn = stack.property(stack.only("AWS::ECS::Service"), "TaskDefinition")
    task = mended_aws.client("ecs").describe_task_definition(taskDefinition=arn)["taskDefinition"]
    (server,) = (c for c in task["containerDefinitions"] if c["name"] == "server")
    assert {"name": "TRACKING_ARTIFACTS", "value": "presigned"} in server["environment"]


def test_a_network_load_balancer_takes_a_listener_of_tcp(mended_aws: MendedAws) -> None:
    subnets = {
        f"Subnet{number}": {
            "Type": "AWS::EC2::Subnet",
            "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": f"10.7.{number}.0/24"},
        }
        for number in (1, 2)
    }
    forward = {"Type": "forward", "TargetGroupArn": {"Ref": "Targets"}}
    kinds = "AWS::ElasticLoadBalancingV2::"
    resources = {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.7.0.0/16"}},
        **subnets,
        "Balancer": {
            "Type": f"{kinds}LoadBalancer",
            "Properties": {"Type": "network", "Scheme": "internal", "Subnets": [{"Ref": name} for name in subnets]},
        },
        "Targets": {
            "Type": f"{kinds}TargetGroup",
            "Properties": {"Port": 443, "Protocol": "TCP", "TargetType": "alb", "VpcId": {"Ref": "Vpc"}},
        },
        "Listener": {
            "Type": f"{kinds}Listener",
            "Properties": {
                "LoadBalancerArn": {"Ref": "Balancer"},
                "Port": 443,
                "Protocol": "TCP",
                "DefaultActions": [forward],
            },
        },
    }
    mended_aws.deploy("entrance", {"Resources": resources})
    arn = mended_aws.physical_ids("entrance")["Balancer"]
    (listener,) = mended_aws.client("elbv2").describe_listeners(LoadBalancerArn=arn)["Listeners"]
    assert (listener["Port"], listener["Protocol"]) == (443, "TCP")
