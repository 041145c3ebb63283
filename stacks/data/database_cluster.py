"""A team's PostgreSQL as an Aurora cluster, whose instances take and give back capacity by themselves."""

import aws_cdk as cdk
from aws_cdk import aws_backup as backup
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds
from constructs import Construct

from stacks.data.backup import has_snapshots
from stacks.data.database_parameters import EXPORTED_LOGS, PARAMETERS
from stacks.data.database_server import CA_CERTIFICATE, INSIGHTS, MONITORING_SECONDS, NAME, PORT, DatabaseServer
from stacks.data.monitoring_role import monitoring_role
from stacks.removal import database_removal_policy
from stacks.rule_packs import acknowledge
from stacks.team.config import DatabaseAuth, TeamConfig


def database_cluster(
    scope: Construct,
    *,
    team: TeamConfig,
    vpc: ec2.IVpc,
    subnet_group: rds.ISubnetGroup,
    security_group: ec2.ISecurityGroup,
    master_secret: rds.DatabaseSecret,
    key: kms.IKey,
) -> DatabaseServer:
    """A DB cluster `Cluster` in `scope`, with an instance that writes and, as a standby, one that reads.

    Both are Aurora Serverless v2. The data is the cluster's, in three zones; its instances hold none. The reader scales
    and pauses with the writer, so that it can take over at once.
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.html
    """
    insights = INSIGHTS[team.database.insights]
    version = team.database.engine_version
    cluster = rds.DatabaseCluster(
        scope,
        "Cluster",
        engine=rds.DatabaseClusterEngine.aurora_postgres(
            # The major version only: AWS applies minor versions by itself in the maintenance window.
            version=rds.AuroraPostgresEngineVersion.of(version, version, serverless_v2_auto_pause_supported=True)
        ),
        writer=_instance("Writer", team),
        readers=[_instance("Reader", team, scale_with_writer=True)] if team.sizing.multi_az else [],
        serverless_v2_min_capacity=team.database.min_acu,
        serverless_v2_max_capacity=team.sizing.max_acu,
        serverless_v2_auto_pause_duration=cdk.Duration.minutes(team.database.auto_pause_minutes)
        if team.database.pauses
        else None,
        vpc=vpc,
        subnet_group=subnet_group,
        security_groups=[security_group],
        credentials=rds.Credentials.from_secret(master_secret),
        iam_authentication=team.database.auth == DatabaseAuth.IAM,
        default_database_name=NAME,
        port=PORT,
        storage_encrypted=True,
        storage_encryption_key=key,
        parameters=PARAMETERS,
        cloudwatch_logs_exports=list(EXPORTED_LOGS[team.database.engine]),
        monitoring_interval=cdk.Duration.seconds(MONITORING_SECONDS),
        monitoring_role=monitoring_role(scope),
        enable_performance_insights=True,
        database_insights_mode=insights.mode,
        performance_insight_retention=insights.retention,
        backup=rds.BackupProps(
            retention=cdk.Duration.days(team.database.backup_retention_days),
            preferred_window=team.database.backup_window,
        ),
        preferred_maintenance_window=team.database.maintenance_window,
        delete_automated_backups=team.temporary,
        copy_tags_to_snapshot=True,
        auto_minor_version_upgrade=True,
        deletion_protection=not team.temporary,
        removal_policy=database_removal_policy(team),
    )
    _acknowledge(cluster, team)
    return DatabaseServer(
        identifier=cluster.cluster_identifier,
        identifier_name="DBClusterIdentifier",
        resource_id=cluster.cluster_resource_identifier,
        host=cluster.cluster_endpoint.hostname,
        port=cdk.Token.as_string(cluster.cluster_endpoint.port),
        backup=backup.BackupResource.from_rds_database_cluster(cluster),
    )


def _instance(id: str, team: TeamConfig, *, scale_with_writer: bool | None = None) -> rds.IClusterInstance:
    return rds.ClusterInstance.serverless_v2(
        id,
        scale_with_writer=scale_with_writer,
        publicly_accessible=False,
        ca_certificate=CA_CERTIFICATE,
        # What is the cluster's already, said again so that nobody takes it for something else.
        enable_performance_insights=True,
        performance_insight_retention=INSIGHTS[team.database.insights].retention,
        auto_minor_version_upgrade=True,
        preferred_maintenance_window=team.database.maintenance_window,
    )


def _acknowledge(cluster: rds.DatabaseCluster, team: TeamConfig) -> None:
    acknowledge(
        cluster,
        "RDSInBackupPlan",
        "The plan names the cluster, whose data it is: its instances hold none."
        if has_snapshots(team)
        else "Aurora backs it up by itself and keeps its log: it can be restored to any second.",
    )
    if team.database.auth != DatabaseAuth.IAM:
        acknowledge(
            cluster,
            "AwsSolutions-RDS6",
            "The team file may ask for it; else the server has a password, which is fetched for each connection.",
        )
    if team.temporary:
        acknowledge(
            cluster,
            ["AwsSolutions-RDS10", "RDSInstanceDeletionProtectionEnabled"],
            "The team is temporary: its data goes with its stacks.",
        )
