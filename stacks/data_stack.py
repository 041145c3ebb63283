"""What a team must never lose: its database, its artifacts, its key and its secrets."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks.artifact_store import ArtifactStore
from stacks.config import TeamConfig
from stacks.database import Database
from stacks.removal import removal_policy


class DataStack(cdk.Stack):
    """Owns everything that holds data. It knows nothing of the server: roles and rules are made by who uses it.

    Attributes:
        key: the team's own KMS key.
        database: the PostgreSQL instance and its users' secrets.
        artifacts: the artifact bucket.
        admin_secret: MLflow's first user, as {"username", "password"}.
        encryption_key: the secret that the server derives its own keys from.
    """

    def __init__(
        self,
        scope: Construct,
        team: TeamConfig,
        *,
        vpc: ec2.IVpc,
        database_subnets: ec2.SubnetSelection,
        env: cdk.Environment,
    ) -> None:
        super().__init__(
            scope, team.stack_name("data"), env=env, termination_protection=not team.temporary
        )
        self.key = kms.Key(
            self,
            "Key",
            description=f"Artifacts, database and secrets of {team.name}",
            enable_key_rotation=True,
            removal_policy=removal_policy(team),
        )
        self.database = Database(
            self, "Database", team=team, vpc=vpc, subnets=database_subnets, key=self.key
        )
        self.artifacts = ArtifactStore(self, "ArtifactStore", team=team, key=self.key)
        self.admin_secret = secretsmanager.Secret(
            self,
            "AdminSecret",
            description="MLflow's first user; read once, when the team has no users yet",
            encryption_key=self.key,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                secret_string_template='{"username":"admin"}',
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
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=64, exclude_punctuation=True
            ),
            removal_policy=removal_policy(team),
        )
