from typing import Literal

import pytest
from aws_cdk.assertions import Match

from tests.stacks.shapes import SHAPES, team, template, templates

KEPT_SHAPES = [shape for shape in SHAPES if shape != "temporary"]
# Those with a cluster are in test_database_cluster.py.
ON_RDS = [shape for shape in SHAPES if not team(shape).database.is_aurora]


@pytest.mark.parametrize("shape", [shape for shape in KEPT_SHAPES if shape in ON_RDS])
def test_the_database_is_private_encrypted_protected_and_backed_up(shape: str) -> None:
    template(shape, "data").has_resource_properties(
        "AWS::RDS::DBInstance",
        {
            "PubliclyAccessible": False,
            "StorageEncrypted": True,
            "KmsKeyId": Match.any_value(),
            "DeletionProtection": True,
            "DeleteAutomatedBackups": False,
            "BackupRetentionPeriod": 7,
            "CopyTagsToSnapshot": True,
            "Engine": "postgres",
        },
    )


def test_the_database_refuses_connections_without_tls() -> None:
    template("usual", "data").has_resource_properties(
        "AWS::RDS::DBParameterGroup", {"Parameters": Match.object_like({"rds.force_ssl": "1"})}
    )


@pytest.mark.parametrize("shape", ON_RDS)
def test_the_database_tells_of_itself_in_logs_metrics_and_insights(shape: str) -> None:
    template(shape, "data").has_resource_properties(
        "AWS::RDS::DBInstance",
        {
            "EnableCloudwatchLogsExports": ["postgresql", "upgrade"],
            "MonitoringInterval": 60,
            "MonitoringRoleArn": Match.any_value(),
            "EnablePerformanceInsights": True,
            # To give it one replaces the database of a team that has none yet.
            "PerformanceInsightsKMSKeyId": Match.absent(),
            "CACertificateIdentifier": "rds-ca-rsa2048-g1",
        },
    )


@pytest.mark.parametrize(("shape", "mode", "days"), [("usual", "standard", 7), ("public", "advanced", 465)])
def test_insights_keep_as_long_as_their_mode_asks_for(shape: str, mode: str, days: int) -> None:
    template(shape, "data").has_resource_properties(
        "AWS::RDS::DBInstance", {"DatabaseInsightsMode": mode, "PerformanceInsightsRetentionPeriod": days}
    )


@pytest.mark.parametrize("shape", ON_RDS)
def test_rds_takes_tokens_of_iam_where_the_team_file_says_so(shape: str) -> None:
    takes = team(shape).database.auth == "iam"
    template(shape, "data").has_resource_properties("AWS::RDS::DBInstance", {"EnableIAMDatabaseAuthentication": takes})


def test_the_database_s_id_is_exported_also_where_no_role_names_it() -> None:
    """Else a team could not go back to a password: CloudFormation takes no export away that is in use."""
    for shape in ("usual", "guest"):
        template(shape, "data").has_output(
            "*", {"Value": {"Fn::GetAtt": [Match.any_value(), "DbiResourceId"]}, "Export": Match.any_value()}
        )


def test_windows_are_the_team_files_or_aws_own() -> None:
    template("public", "data").has_resource_properties(
        "AWS::RDS::DBInstance",
        {"PreferredBackupWindow": "02:00-03:00", "PreferredMaintenanceWindow": "sun:04:00-sun:05:00"},
    )
    template("usual", "data").has_resource_properties(
        "AWS::RDS::DBInstance",
        {"PreferredBackupWindow": Match.absent(), "PreferredMaintenanceWindow": Match.absent()},
    )


def test_only_the_databases_of_this_account_and_region_may_use_the_monitoring_role() -> None:
    template("usual", "data").has_resource_properties(
        "AWS::IAM::Role",
        {
            "AssumeRolePolicyDocument": Match.object_like(
                {
                    "Statement": [
                        {
                            "Action": "sts:AssumeRole",
                            "Effect": "Allow",
                            "Principal": {"Service": "monitoring.rds.amazonaws.com"},
                            "Condition": {
                                "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
                                "ArnLike": {"aws:SourceArn": Match.any_value()},
                            },
                        }
                    ]
                }
            )
        },
    )


def test_the_database_admits_nobody_by_itself() -> None:
    data = template("usual", "data")
    data.resource_count_is("AWS::EC2::SecurityGroupIngress", 0)
    for group in data.find_resources("AWS::EC2::SecurityGroup").values():
        assert "SecurityGroupIngress" not in group["Properties"]


def test_the_artifact_bucket_is_private_versioned_and_encrypted_with_the_teams_key() -> None:
    template("usual", "data").has_resource_properties(
        "AWS::S3::Bucket",
        {
            "VersioningConfiguration": {"Status": "Enabled"},
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [
                    Match.object_like(
                        {
                            "BucketKeyEnabled": True,
                            "ServerSideEncryptionByDefault": Match.object_like({"SSEAlgorithm": "aws:kms"}),
                        }
                    )
                ]
            },
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            },
        },
    )


def test_every_bucket_refuses_plain_http() -> None:
    data = template("usual", "data")
    buckets = data.find_resources("AWS::S3::Bucket")
    policies = data.find_resources("AWS::S3::BucketPolicy").values()
    refusing = {
        policy["Properties"]["Bucket"]["Ref"]
        for policy in policies
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny" and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    }
    assert refusing == set(buckets)


def test_abandoned_uploads_and_old_versions_expire() -> None:
    template("usual", "data").has_resource_properties(
        "AWS::S3::Bucket",
        {
            "LifecycleConfiguration": {
                "Rules": Match.array_with(
                    [
                        Match.object_like({"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}),
                        Match.object_like({"NoncurrentVersionExpiration": {"NoncurrentDays": 30}}),
                    ]
                )
            }
        },
    )


@pytest.mark.parametrize("kind", ["data", "edge"])
def test_a_deleted_access_log_can_be_restored_for_a_month(kind: Literal["data", "edge"]) -> None:
    template("usual", kind).has_resource_properties(
        "AWS::S3::Bucket",
        {
            "VersioningConfiguration": {"Status": "Enabled"},
            "LifecycleConfiguration": {
                "Rules": Match.array_with(
                    [
                        Match.object_like(
                            {"ExpirationInDays": 365, "NoncurrentVersionExpiration": {"NoncurrentDays": 30}}
                        )
                    ]
                )
            },
        },
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_every_secret_is_encrypted_with_the_teams_key(shape: str) -> None:
    secrets = template(shape, "data").find_resources("AWS::SecretsManager::Secret")
    assert len(secrets) == 4
    assert all("KmsKeyId" in secret["Properties"] for secret in secrets.values())


def test_no_secret_is_in_any_template_in_clear() -> None:
    for shape in SHAPES:
        for template_ in templates(shape).values():
            for resource in template_["Resources"].values():
                if resource["Type"] == "AWS::SecretsManager::Secret":
                    assert "SecretString" not in resource["Properties"]
                if resource["Type"] in ("AWS::RDS::DBCluster", "AWS::RDS::DBInstance"):
                    # An instance of a cluster has the cluster's.
                    if "DBClusterIdentifier" not in resource["Properties"]:
                        assert "{{resolve:secretsmanager:" in str(resource["Properties"]["MasterUserPassword"])
                else:
                    assert "MasterUserPassword" not in resource.get("Properties", {})


def test_a_temporary_teams_database_goes_with_its_stack() -> None:
    template("temporary", "data").has_resource_properties(
        "AWS::RDS::DBInstance", {"DeletionProtection": False, "DeleteAutomatedBackups": True}
    )
