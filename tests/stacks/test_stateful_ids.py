"""Logical ids are a contract: another id is another resource to CloudFormation, and the old one goes.

https://docs.aws.amazon.com/cdk/v2/guide/best-practices.html#best-practices-apps-logicalid
"""

import pytest

from tests.stacks.shapes import SHAPES, team, template, templates

# Stack kind, logical id, type, DeletionPolicy, UpdateReplacePolicy.
# A team whose file names an organisation's key has all but this: that key is in no stack.
OWN_KEY = ("data", "Key961B73FD", "AWS::KMS::Key", "Retain", "Retain")
KEPT = {
    ("network", "DatabaseSubnetGroup", "AWS::RDS::DBSubnetGroup", None, None),
    OWN_KEY,
    ("data", "DatabaseMasterSecretC5C2A01F", "AWS::SecretsManager::Secret", "Retain", "Retain"),
    ("data", "DatabaseUserSecretCED5332B", "AWS::SecretsManager::Secret", "Retain", "Retain"),
    ("data", "ArtifactStoreBucket47CE7D81", "AWS::S3::Bucket", "Retain", "Retain"),
    ("data", "ArtifactStoreAccessLog7BB2FE83", "AWS::S3::Bucket", "Retain", "Retain"),
    ("data", "BackupVaultADF21B19", "AWS::Backup::BackupVault", "Retain", "Retain"),
    ("data", "AdminSecretB9452750", "AWS::SecretsManager::Secret", "Retain", "Retain"),
    ("data", "EncryptionKey1B843E66", "AWS::SecretsManager::Secret", "Retain", "Retain"),
    # Kept by the stack's termination protection and its own deletion protection: its name is in every client.
    ("edge", "LoadBalancerBE9EEC3A", "AWS::ElasticLoadBalancingV2::LoadBalancer", None, None),
    ("edge", "AccessLogD598EBE9", "AWS::S3::Bucket", "Retain", "Retain"),
}
KEPT_ON_RDS = {("data", "DatabaseInstanceAA8A5FDE", "AWS::RDS::DBInstance", "Snapshot", "Snapshot")}
# Its instances hold no data: the cluster has it.
KEPT_ON_AURORA = {("data", "DatabaseCluster5B53A178", "AWS::RDS::DBCluster", "Snapshot", "Snapshot")}
# A team without a domain whose server is public has these as well: the host name is CloudFront's.
KEPT_BEHIND_CLOUDFRONT = {
    ("edge", "Distribution830FAC52", "AWS::CloudFront::Distribution", "Retain", "Retain"),
    ("edge", "DistributionVpcOrigin32D1EA18", "AWS::CloudFront::VpcOrigin", "Retain", "Retain"),
    ("edge", "DistributionAccessLogD8E565DA", "AWS::S3::Bucket", "Retain", "Retain"),
}
# A team with PrivateLink has these as well: the service's name is in the endpoints of others.
KEPT_BEHIND_PRIVATE_LINK = {
    ("edge", "PrivateLink", "AWS::EC2::VPCEndpointService", "Retain", "Retain"),
    ("edge", "PrivateLinkLoadBalancer18F7DFD2", "AWS::ElasticLoadBalancingV2::LoadBalancer", None, None),
}
# A team with `auth: iam` has this as well: the API's own name is in every client.
KEPT_BEHIND_GATEWAY = {("edge", "Gateway43CB3636", "AWS::ApiGatewayV2::Api", "Retain", "Retain")}
STATEFUL_TYPES = {
    "AWS::ApiGatewayV2::Api",
    "AWS::Backup::BackupVault",
    "AWS::CloudFront::Distribution",
    "AWS::CloudFront::VpcOrigin",
    "AWS::EC2::VPCEndpointService",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::KMS::Key",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::RDS::DBSubnetGroup",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
}


def kept(shape: str) -> set[tuple[str, str, str, str | None, str | None]]:
    """The rows that are a team's of this shape."""
    behind_cloudfront = KEPT_BEHIND_CLOUDFRONT if team(shape).behind_cloudfront else set()
    behind_private_link = KEPT_BEHIND_PRIVATE_LINK if team(shape).network.private_link else set()
    behind_gateway = KEPT_BEHIND_GATEWAY if team(shape).behind_gateway else set()
    database = KEPT_ON_AURORA if team(shape).database.is_aurora else KEPT_ON_RDS
    of_others = {OWN_KEY} if team(shape).encryption.kms_key_arn else set()
    return (KEPT - of_others) | database | behind_cloudfront | behind_private_link | behind_gateway


def stateful_resources(shape: str) -> set[tuple[str, str, str, str | None, str | None]]:
    return {
        (
            name.removeprefix(f"mlflow-{team(shape).name}-"),
            logical_id,
            resource["Type"],
            resource.get("DeletionPolicy"),
            resource.get("UpdateReplacePolicy"),
        )
        for name, template in templates(shape).items()
        # Nothing is kept there: its key encrypts alarms on their way.
        if name != team(shape).stack_name("service")
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] in STATEFUL_TYPES and "DBClusterIdentifier" not in resource.get("Properties", {})
    }


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape != "temporary"])
def test_what_holds_data_or_the_public_name_keeps_its_identity_and_is_kept(shape: str) -> None:
    assert stateful_resources(shape) == kept(shape), (
        "this would replace a team's data or its public name: see docs/reference/stateful-resources.md"
    )


def test_a_temporary_team_keeps_its_identities_but_nothing_else() -> None:
    found = stateful_resources("temporary")
    assert {row[:3] for row in found} == {row[:3] for row in KEPT | KEPT_ON_RDS}
    assert {row[3:] for row in found} <= {("Delete", "Delete"), (None, None)}


def test_how_secrets_are_generated_never_changes() -> None:
    """Secrets Manager makes a new value when this changes, and the old one is what the database knows.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html
    """
    of_database_users = {
        "ExcludeCharacters": " %+~`#$&*()|[]{}:;<>?!'/@\"\\",
        "GenerateStringKey": "password",
        "PasswordLength": 30,
    }
    secrets = template("usual", "data").find_resources("AWS::SecretsManager::Secret")
    assert {name: secret["Properties"]["GenerateSecretString"] for name, secret in secrets.items()} == {
        "DatabaseMasterSecretC5C2A01F": {
            **of_database_users,
            "SecretStringTemplate": '{"username":"mlflow_master"}',
        },
        "DatabaseUserSecretCED5332B": {
            **of_database_users,
            "SecretStringTemplate": '{"username":"mlflow_server"}',
        },
        "AdminSecretB9452750": {
            "ExcludePunctuation": True,
            "GenerateStringKey": "password",
            "PasswordLength": 32,
            "SecretStringTemplate": '{"username": "admin"}',
        },
        "EncryptionKey1B843E66": {"ExcludePunctuation": True, "PasswordLength": 64},
    }
