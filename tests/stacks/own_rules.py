"""The kit's own rules for the templates of a team, beyond what rule packs and linters ask for.

Each rule is told one resource and yields what is wrong with it. An exception is here, with its reason, or nowhere.
"""

from collections.abc import Callable, Iterator
from typing import Any

from kit.template_words import Resource
from stacks.team.config import Access, TeamConfig
from tests.stacks.own_policy_rules import broken_statements

# What holds data, or is a public name. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference
KEPT = {
    "AWS::ApiGatewayV2::Api",
    "AWS::Backup::BackupVault",
    "AWS::CloudFront::Distribution",
    "AWS::CloudFront::VpcOrigin",
    "AWS::KMS::Key",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
}
# Where a name is given, CloudFormation can never replace the resource, and a second team cannot have it.
NAMES = ("BucketName", "ClusterName", "DBClusterIdentifier", "DBInstanceIdentifier", "LogGroupName", "Name", "RoleName")
# A label, which several APIs may share.
NAMELESS = KEPT - {"AWS::ApiGatewayV2::Api"} | {
    "AWS::ECS::Cluster",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::ElasticLoadBalancingV2::TargetGroup",
    "AWS::IAM::Role",
    "AWS::Logs::LogGroup",
}
# The property that says with which key a type is encrypted, or that it is.
ENCRYPTION = {
    "AWS::Backup::BackupVault": "EncryptionKeyArn",
    "AWS::Logs::LogGroup": "KmsKeyId",
    "AWS::RDS::DBCluster": "KmsKeyId",
    "AWS::RDS::DBInstance": "KmsKeyId",
    "AWS::S3::Bucket": "BucketEncryption",
    "AWS::SNS::Topic": "KmsMasterKeyId",
    "AWS::SQS::Queue": "KmsMasterKeyId",
    "AWS::SecretsManager::Secret": "KmsKeyId",
}
# Addresses and ports of refused connections, what strangers sent, and who asked for which path: in stacks that the
# team's key knows nothing of.
UNENCRYPTED = {"FlowLogs16C1943A", "FirewallLog4D407857", "GatewayLogEB976FB6"}
# WAF writes to a log group whose name begins with aws-waf-logs- alone. The rest of the name is the stack's own.
NAMED = {"FirewallLog4D407857"}
# Where a resource without groups of its own would be in the VPC's default group, which is open inside.
GROUPS = {
    "AWS::EC2::VPCEndpoint": "SecurityGroupIds",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "SecurityGroups",
    "AWS::RDS::DBCluster": "VpcSecurityGroupIds",
    "AWS::RDS::DBInstance": "VPCSecurityGroups",
}
ANYWHERE = {"0.0.0.0/0", "::/0"}


Rule = Callable[[Resource, TeamConfig], Iterator[str]]


def broken_rules(team: TeamConfig, templates: dict[str, dict[str, Any]]) -> list[str]:
    """A sentence for each rule that a resource of the team breaks."""
    resources = [
        Resource(stack, logical_id, body)
        for stack, template in templates.items()
        for logical_id, body in template["Resources"].items()
    ]
    return [f"{it.stack} {it.logical_id} {said}" for it in resources for rule in _rules(it) for said in rule(it, team)]


def _rules(it: Resource) -> Iterator[Rule]:
    """An instance of an Aurora cluster holds no data: key, groups, name and protection are the cluster's."""
    of_a_cluster = it.type == "AWS::RDS::DBInstance" and "DBClusterIdentifier" in it.properties
    yield from (rule for rule in RULES if not (of_a_cluster and rule in OF_WHAT_HOLDS_DATA))


def outlives_its_stack(it: Resource, team: TeamConfig) -> Iterator[str]:
    # The service is rebuilt at will: the key of its alarms would be left behind each time.
    if it.type not in KEPT or it.stack == team.stack_name("service"):
        return
    allowed = {"Delete"} if team.temporary else {"Retain", "Snapshot"}
    for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
        if it.body.get(policy) not in allowed:
            yield f"has {policy} {it.body.get(policy)}"
    if it.type.startswith("AWS::RDS::") and bool(it.properties.get("DeletionProtection")) == team.temporary:
        yield "is protected from deletion though temporary" if team.temporary else "can be deleted"


def has_a_generated_name(it: Resource, team: TeamConfig) -> Iterator[str]:
    if it.type in NAMELESS and it.logical_id not in NAMED:
        yield from (f"has the name {it.properties[name]}" for name in NAMES if name in it.properties)


def is_encrypted(it: Resource, team: TeamConfig) -> Iterator[str]:
    needed = ENCRYPTION.get(it.type)
    if needed and needed not in it.properties and it.logical_id not in UNENCRYPTED:
        yield f"is not encrypted: it has no {needed}"


def is_in_a_security_group_of_its_own(it: Resource, team: TeamConfig) -> Iterator[str]:
    groups = GROUPS.get(it.type)
    if it.type == "AWS::ECS::Service":
        network = it.properties["NetworkConfiguration"]["AwsvpcConfiguration"]
        if not network.get("SecurityGroups"):
            yield "is in the VPC's default security group"
    elif groups and it.properties.get("VpcEndpointType") != "Gateway" and not it.properties.get(groups):
        yield "is in the VPC's default security group"


def is_not_public(it: Resource, team: TeamConfig) -> Iterator[str]:
    if it.type == "AWS::RDS::DBInstance" and it.properties.get("PubliclyAccessible") is not False:
        yield "is a public database"
    if it.type == "AWS::S3::Bucket" and set(it.properties.get("PublicAccessBlockConfiguration", {}).values()) != {True}:
        yield "does not block public access"


def admits_nobody_from_anywhere(it: Resource, team: TeamConfig) -> Iterator[str]:
    """But a public team's load balancer, on the two ports of the web."""
    rules = it.properties.get("SecurityGroupIngress", []) if it.type == "AWS::EC2::SecurityGroup" else []
    if it.type == "AWS::EC2::SecurityGroupIngress":
        rules = [it.properties]
    for rule in rules:
        if ANYWHERE.isdisjoint({rule.get("CidrIp"), rule.get("CidrIpv6")}):
            continue
        if team.access != Access.PUBLIC or it.stack != team.stack_name("edge") or rule["ToPort"] not in (80, 443):
            yield f"admits the internet to port {rule.get('ToPort', 'any')}"


def allows_no_wildcard(it: Resource, team: TeamConfig) -> Iterator[str]:
    yield from broken_statements(it.properties, temporary=team.temporary)


OF_WHAT_HOLDS_DATA: tuple[Rule, ...] = (
    outlives_its_stack,
    has_a_generated_name,
    is_encrypted,
    is_in_a_security_group_of_its_own,
)
RULES: tuple[Rule, ...] = (
    *OF_WHAT_HOLDS_DATA,
    is_not_public,
    admits_nobody_from_anywhere,
    allows_no_wildcard,
)
