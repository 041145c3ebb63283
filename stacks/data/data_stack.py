"""What a team must never lose: its database, its artifacts, its key and its secrets."""

import json

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks.data.artifact_store import ArtifactStore, arn_export
from stacks.data.backup import Backup
from stacks.data.database import Database
from stacks.network.network_stack import NetworkStack
from stacks.policies import key_policies
from stacks.removal import removal_policy
from stacks.rule_packs import acknowledge
from stacks.team.config import TeamConfig
from stacks.team_stack import TeamStack


class DataStack(TeamStack):
    """Owns everything that holds data. It knows nothing of the server: roles and rules are made by who uses it.

    Attributes:
        key: the KMS key of everything here: the team's own, or the organisation's that its file names.
        database: PostgreSQL and its users' secrets.
        database_resource_id: the name by which IAM knows the database.
        backup: the vault with the database's daily snapshots.
        artifacts: the artifact bucket.
        artifact_bucket_arn: its ARN, for grants.
        admin_secret: MLflow's first user, as {"username", "password"}.
        encryption_key: the secret that the server derives its own keys from.
    """

    def __init__(
        self,
        scope: Construct,
        team: TeamConfig,
        *,
        network: NetworkStack,
    ) -> None:
        super().__init__(scope, team, "data", kept=True)
        given = team.encryption.kms_key_arn
        self.key = kms.Key.from_key_arn(self, "GivenKey", given) if given else self._new_key(team)
        self.database = Database(
            self,
            "Database",
            team=team,
            vpc=network.vpc,
            subnet_group=network.database_subnet_group,
            key=self.key,
        )
        # Exported with tokens or without: CloudFormation takes no export away that the service still imports.
        self.database_resource_id = self.export_value(self.database.server.resource_id)
        self.backup = Backup(self, "Backup", team=team, database=self.database.server.backup, key=self.key)
        self.artifacts = ArtifactStore(self, "ArtifactStore", team=team, key=self.key)
        self.artifact_bucket_arn = self.export_value(self.artifacts.bucket.bucket_arn, name=arn_export(team))
        self.admin_secret = secretsmanager.Secret(
            self,
            "AdminSecret",
            description="MLflow's first user; read once, when the team has no users yet",
            encryption_key=self.key,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                secret_string_template=json.dumps({"username": "admin"}),
                generate_string_key="password",
                password_length=32,
                exclude_punctuation=True,
            ),
            removal_policy=removal_policy(team),
        )
        self.encryption_key = secretsmanager.Secret(
            self,
            "EncryptionKey",
            description="The server derives the keys of sessions, webhooks and stored credentials from it",
            encryption_key=self.key,
            generate_secret_string=secretsmanager.SecretStringGenerator(password_length=64, exclude_punctuation=True),
            removal_policy=removal_policy(team),
        )
        acknowledge(
            self.admin_secret,
            ["AwsSolutions-SMG4", "SecretsManagerRotationEnabled"],
            "MLflow reads it once, when it has no users yet; from then on the password is changed in MLflow.",
        )
        acknowledge(
            self.encryption_key,
            ["AwsSolutions-SMG4", "SecretsManagerRotationEnabled"],
            "What is stored under the old value could not be read under a new one.",
        )
        cdk.CfnOutput(self, "AdminSecretArn", value=self.admin_secret.secret_arn)
        cdk.CfnOutput(self, "ArtifactBucketName", value=self.artifacts.bucket.bucket_name)
        # `DatabaseInstanceIdentifier`, or `DatabaseClusterIdentifier`.
        identifier_name = self.database.server.identifier_name.replace("DB", "Database")
        cdk.CfnOutput(self, identifier_name, value=self.database.server.identifier)

    def _new_key(self, team: TeamConfig) -> kms.IKey:
        """docs/set-up/key.md has the same statements, for a key that the kit does not make."""
        key = kms.Key(
            self,
            "Key",
            description=f"Artifacts, database and secrets of {team.name}",
            enable_key_rotation=True,
            removal_policy=removal_policy(team),
        )
        key.add_to_resource_policy(key_policies.refuse_grants())
        key.add_to_resource_policy(key_policies.encrypt_logs(self._log_groups_arn(team), self.region))
        return key

    def _log_groups_arn(self, team: TeamConfig) -> str:
        """The team's log groups: CloudFormation begins their names with their stack's."""
        return self.format_arn(
            service="logs",
            resource="log-group",
            resource_name=f"mlflow-{team.name}-*",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
