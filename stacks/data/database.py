"""The PostgreSQL database that holds a team's runs, models, users and permissions."""

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds
from constructs import Construct

from stacks.data.database_cluster import database_cluster
from stacks.data.database_instance import database_instance
from stacks.data.database_server import NAME as NAME
from stacks.data.database_server import PORT as PORT
from stacks.removal import removal_policy
from stacks.rule_packs import acknowledge
from stacks.team.config import DatabaseAuth, TeamConfig

USER = "mlflow_server"
IAM_USER = "mlflow_server_iam"
_MASTER = "mlflow_master"


class Database(Construct):
    """Owns the database and its two users' secrets; all of them outlive the server and the stack.

    Attributes:
        server: the DB instance or Aurora cluster.
        security_group: admits nobody; whoever needs the database adds a rule in a stack of its own.
        master_secret: the master user, for `migrate` only.
        user_secret: the server's user, which can neither create nor alter a table.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        team: TeamConfig,
        vpc: ec2.IVpc,
        subnet_group: rds.ISubnetGroup,
        key: kms.IKey,
    ) -> None:
        super().__init__(scope, id)
        self.security_group = ec2.SecurityGroup(
            self, "SecurityGroup", vpc=vpc, description="Database", allow_all_outbound=False
        )
        self.master_secret = rds.DatabaseSecret(self, "MasterSecret", username=_MASTER, encryption_key=key)
        self.user_secret = rds.DatabaseSecret(self, "UserSecret", username=USER, encryption_key=key)
        for secret in (self.master_secret, self.user_secret):
            secret.apply_removal_policy(removal_policy(team))
        make = database_cluster if team.database.is_aurora else database_instance
        self.server = make(
            self,
            team=team,
            vpc=vpc,
            subnet_group=subnet_group,
            security_group=self.security_group,
            master_secret=self.master_secret,
            key=key,
        )
        self._acknowledge(team)

    def _acknowledge(self, team: TeamConfig) -> None:
        acknowledge(
            self.user_secret,
            ["AwsSolutions-SMG4", "SecretsManagerRotationEnabled"],
            "The service stack's task `rotate` does it; a rotation schedule of Secrets Manager starts functions only."
            if team.database.rotates_password
            else "The server logs in with tokens of IAM, and PostgreSQL lets nobody in with the password."
            if team.database.auth == DatabaseAuth.IAM
            else "The team file says that it stays; it is of use only where the database's security group lets in.",
        )
        acknowledge(
            self.master_secret,
            ["AwsSolutions-SMG4", "SecretsManagerRotationEnabled"],
            "Whoever has the password still needs a way into the database's security group, which admits the tasks "
            "only; no server uses it, `migrate` and `rotate` alone do.",
        )
