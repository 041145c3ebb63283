"""The PostgreSQL database that holds a team's runs, models, users and permissions."""

from typing import NamedTuple, cast

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds
from constructs import Construct

from stacks.data.backup import has_snapshots
from stacks.data.database_parameters import EXPORTED_LOGS, PARAMETERS
from stacks.data.monitoring_role import monitoring_role
from stacks.removal import database_removal_policy, removal_policy
from stacks.rule_packs import acknowledge, acknowledge_lint
from stacks.team.config import DatabaseAuth, Insights, TeamConfig

NAME = "mlflow"
PORT = 5432
USER = "mlflow_server"
_MASTER = "mlflow_master"
_MONITORING_SECONDS = 60


class _Insights(NamedTuple):
    """AWS takes these pairs only.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DatabaseInsights.TurningOnAdvanced.html
    """

    mode: rds.DatabaseInsightsMode
    retention: rds.PerformanceInsightRetention


_INSIGHTS = {
    Insights.STANDARD: _Insights(rds.DatabaseInsightsMode.STANDARD, rds.PerformanceInsightRetention.DEFAULT),
    Insights.ADVANCED: _Insights(rds.DatabaseInsightsMode.ADVANCED, rds.PerformanceInsightRetention.MONTHS_15),
}


class Database(Construct):
    """Owns the database instance and its two users' secrets; all of them outlive the server and the stack.

    Attributes:
        instance: the database instance.
        security_group: admits nobody; whoever needs the database adds a rule in a stack of its own.
        master_secret: the instance's master user, for `migrate` only.
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
        engine = rds.DatabaseInstanceEngine.postgres(
            # The major version only: AWS applies minor versions by itself in the maintenance window.
            version=rds.PostgresEngineVersion.of(team.database.engine_version, team.database.engine_version)
        )
        insights = team.database.insights
        self.instance = rds.DatabaseInstance(
            self,
            "Instance",
            engine=engine,
            instance_type=ec2.InstanceType(team.sizing.instance_class.removeprefix("db.")),
            vpc=vpc,
            subnet_group=subnet_group,
            security_groups=[self.security_group],
            credentials=rds.Credentials.from_secret(self.master_secret),
            iam_authentication=team.database.auth == DatabaseAuth.IAM,
            database_name=NAME,
            port=PORT,
            publicly_accessible=False,
            multi_az=team.sizing.multi_az,
            allocated_storage=team.sizing.storage_gib,
            max_allocated_storage=team.sizing.max_storage_gib,
            storage_type=rds.StorageType.GP3,
            storage_encrypted=True,
            storage_encryption_key=key,
            parameters=PARAMETERS,
            # What RDS takes for a new instance today, said so that it cannot change unasked; the image trusts it.
            ca_certificate=rds.CaCertificate.RDS_CA_RSA2048_G1,
            cloudwatch_logs_exports=list(EXPORTED_LOGS),
            monitoring_interval=cdk.Duration.seconds(_MONITORING_SECONDS),
            monitoring_role=monitoring_role(self),
            # With AWS's own key: a key of ours is a property with which CloudFormation replaces the database.
            enable_performance_insights=True,
            database_insights_mode=_INSIGHTS[insights].mode,
            performance_insight_retention=_INSIGHTS[insights].retention,
            backup_retention=cdk.Duration.days(team.database.backup_retention_days),
            preferred_backup_window=team.database.backup_window,
            preferred_maintenance_window=team.database.maintenance_window,
            delete_automated_backups=team.temporary,
            copy_tags_to_snapshot=True,
            auto_minor_version_upgrade=True,
            deletion_protection=not team.temporary,
            removal_policy=database_removal_policy(team),
        )
        self._acknowledge(team)

    def _acknowledge(self, team: TeamConfig) -> None:
        acknowledge(
            self.user_secret,
            ["AwsSolutions-SMG4", "SecretsManagerRotationEnabled"],
            "The service stack's task `rotate` does it; a rotation schedule of Secrets Manager starts functions only."
            if team.database.rotates_password
            else "The server logs in with tokens of IAM: RDS takes no password from its user."
            if team.database.auth == DatabaseAuth.IAM
            else "The team file says that it stays; it is of use only where the database's security group lets in.",
        )
        acknowledge(
            self.master_secret,
            ["AwsSolutions-SMG4", "SecretsManagerRotationEnabled"],
            "Whoever has the password still needs a way into the database's security group, which admits the tasks "
            "only; no server uses it, `migrate` and `rotate` alone do.",
        )
        acknowledge(
            self.instance,
            "AwsSolutions-RDS11",
            "The port is closed to all but the tasks; another number would hide nothing from them.",
        )
        if not has_snapshots(team):
            acknowledge(
                self.instance,
                "RDSInBackupPlan",
                "RDS backs it up by itself each day and keeps its log: it can be restored to any second.",
            )
        acknowledge_lint(
            cast(cdk.CfnResource, self.instance.node.default_child),
            "W3691",
            "A major version alone is what RDS documents for minor versions that AWS applies by itself.",
        )
        if not team.sizing.multi_az:
            acknowledge(
                self.instance,
                ["AwsSolutions-RDS3", "RDSMultiAZSupport"],
                "The team's size or team file says so: one zone is cheaper, and backups restore to any second.",
            )
        if team.temporary:
            acknowledge(
                self.instance,
                ["AwsSolutions-RDS10", "RDSInstanceDeletionProtectionEnabled"],
                "The team is temporary: its data goes with its stacks.",
            )
