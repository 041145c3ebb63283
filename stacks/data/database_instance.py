"""A team's PostgreSQL as an RDS instance."""

from typing import cast

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
from stacks.rule_packs import acknowledge, acknowledge_lint
from stacks.team.config import DatabaseAuth, TeamConfig


def database_instance(
    scope: Construct,
    *,
    team: TeamConfig,
    vpc: ec2.IVpc,
    subnet_group: rds.ISubnetGroup,
    security_group: ec2.ISecurityGroup,
    master_secret: rds.DatabaseSecret,
    key: kms.IKey,
) -> DatabaseServer:
    """A DB instance `Instance` in `scope`."""
    insights = INSIGHTS[team.database.insights]
    instance = rds.DatabaseInstance(
        scope,
        "Instance",
        engine=rds.DatabaseInstanceEngine.postgres(
            # The major version only: AWS applies minor versions by itself in the maintenance window.
            version=rds.PostgresEngineVersion.of(team.database.engine_version, team.database.engine_version)
        ),
        instance_type=ec2.InstanceType(team.sizing.instance_class.removeprefix("db.")),
        vpc=vpc,
        subnet_group=subnet_group,
        security_groups=[security_group],
        credentials=rds.Credentials.from_secret(master_secret),
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
        ca_certificate=CA_CERTIFICATE,
        cloudwatch_logs_exports=list(EXPORTED_LOGS[team.database.engine]),
        monitoring_interval=cdk.Duration.seconds(MONITORING_SECONDS),
        monitoring_role=monitoring_role(scope),
        # With AWS's own key: a key of ours is a property with which CloudFormation replaces the database.
        enable_performance_insights=True,
        database_insights_mode=insights.mode,
        performance_insight_retention=insights.retention,
        backup_retention=cdk.Duration.days(team.database.backup_retention_days),
        preferred_backup_window=team.database.backup_window,
        preferred_maintenance_window=team.database.maintenance_window,
        delete_automated_backups=team.temporary,
        copy_tags_to_snapshot=True,
        auto_minor_version_upgrade=True,
        deletion_protection=not team.temporary,
        removal_policy=database_removal_policy(team),
    )
    _acknowledge(instance, team)
    return DatabaseServer(
        identifier=instance.instance_identifier,
        identifier_name="DBInstanceIdentifier",
        resource_id=cast(str, instance.instance_resource_id),
        host=instance.db_instance_endpoint_address,
        port=instance.db_instance_endpoint_port,
        backup=backup.BackupResource.from_rds_database_instance(instance),
    )


def _acknowledge(instance: rds.DatabaseInstance, team: TeamConfig) -> None:
    acknowledge(
        instance,
        "AwsSolutions-RDS11",
        "The port is closed to all but the tasks; another number would hide nothing from them.",
    )
    if not has_snapshots(team):
        acknowledge(
            instance,
            "RDSInBackupPlan",
            "RDS backs it up by itself each day and keeps its log: it can be restored to any second.",
        )
    acknowledge_lint(
        cast(cdk.CfnResource, instance.node.default_child),
        "W3691",
        "A major version alone is what RDS documents for minor versions that AWS applies by itself.",
    )
    if not team.sizing.multi_az:
        acknowledge(
            instance,
            ["AwsSolutions-RDS3", "RDSMultiAZSupport"],
            "The team's size or team file says so: one zone is cheaper, and backups restore to any second.",
        )
    if team.temporary:
        acknowledge(
            instance,
            ["AwsSolutions-RDS10", "RDSInstanceDeletionProtectionEnabled"],
            "The team is temporary: its data goes with its stacks.",
        )
