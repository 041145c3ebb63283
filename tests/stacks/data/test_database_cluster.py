"""A team's database as an Aurora cluster."""

import pytest
from aws_cdk.assertions import Match, Template

from stacks.data.database_parameters import PARAMETERS
from stacks.team.config import TeamConfig
from tests.stacks.own_rules import broken_rules
from tests.stacks.shapes import synthesize, team, template

ON_AURORA = ["growing", "pausing"]


@pytest.mark.parametrize("shape", ON_AURORA)
def test_the_cluster_is_encrypted_protected_and_backed_up(shape: str) -> None:
    template(shape, "data").has_resource_properties(
        "AWS::RDS::DBCluster",
        {
            "Engine": "aurora-postgresql",
            "StorageEncrypted": True,
            "KmsKeyId": Match.any_value(),
            "DeletionProtection": True,
            "DeleteAutomatedBackups": False,
            "BackupRetentionPeriod": 7,
            "CopyTagsToSnapshot": True,
            "EnableCloudwatchLogsExports": ["postgresql"],
            "EnableIAMDatabaseAuthentication": team(shape).database.auth == "iam",
        },
    )


@pytest.mark.parametrize("shape", ON_AURORA)
def test_its_instances_are_private_serverless_and_watched(shape: str) -> None:
    instances = template(shape, "data").find_resources("AWS::RDS::DBInstance").values()
    for instance in instances:
        properties = instance["Properties"]
        assert properties["DBInstanceClass"] == "db.serverless"
        assert properties["PubliclyAccessible"] is False
        assert properties["CACertificateIdentifier"] == "rds-ca-rsa2048-g1"
        assert properties["MonitoringInterval"] == 60
        assert properties["EnablePerformanceInsights"] is True
        assert instance["DeletionPolicy"] == "Delete", "it holds no data"


def test_a_standby_is_a_reader_that_scales_and_pauses_with_the_writer() -> None:
    """https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-auto-pause.html"""
    for shape in ON_AURORA:
        instances = template(shape, "data").find_resources("AWS::RDS::DBInstance").values()
        tiers = sorted(instance["Properties"]["PromotionTier"] for instance in instances)
        assert tiers == ([0, 1] if team(shape).sizing.multi_az else [0])


def test_its_capacity_is_the_team_files_and_it_pauses_where_that_may_be_nothing() -> None:
    for shape, capacity in (
        ("growing", {"MinCapacity": 0.5, "MaxCapacity": 16}),
        ("pausing", {"MinCapacity": 0, "MaxCapacity": 1, "SecondsUntilAutoPause": 1800}),
    ):
        template(shape, "data").has_resource_properties(
            "AWS::RDS::DBCluster", {"ServerlessV2ScalingConfiguration": capacity}
        )


def test_its_parameters_are_those_of_an_instance() -> None:
    template("growing", "data").has_resource_properties(
        "AWS::RDS::DBClusterParameterGroup", {"Family": "aurora-postgresql18", "Parameters": PARAMETERS}
    )


def test_windows_are_the_team_files() -> None:
    data = template("growing", "data")
    windows = {"PreferredBackupWindow": "02:00-03:00", "PreferredMaintenanceWindow": "sun:04:00-sun:05:00"}
    data.has_resource_properties("AWS::RDS::DBCluster", windows)


def test_a_temporary_teams_cluster_passes_all_rules_and_goes_with_its_stack() -> None:
    temporary = TeamConfig.model_validate(
        {"name": "brief", "region": "eu-west-1", "temporary": True, "database": {"engine": "aurora-postgresql"}}
    )
    made = {stack.stack_name: stack.template for stack in synthesize(temporary).stacks}
    (cluster,) = Template.from_json(made["mlflow-brief-data"]).find_resources("AWS::RDS::DBCluster").values()
    assert (cluster["DeletionPolicy"], cluster["UpdateReplacePolicy"]) == ("Delete", "Delete")
    assert (cluster["Properties"]["DeletionProtection"], cluster["Properties"]["DeleteAutomatedBackups"]) == (
        False,
        True,
    )
    assert broken_rules(temporary, made) == []


def test_nothing_asks_a_database_that_is_to_pause_by_the_clock() -> None:
    service = template("pausing", "service")
    assert not service.find_resources("AWS::Scheduler::Schedule")
    for task in service.find_resources("AWS::ECS::TaskDefinition").values():
        for container in task["Properties"]["ContainerDefinitions"]:
            environment = {entry["Name"]: entry["Value"] for entry in container["Environment"]}
            assert int(environment["DATABASE_IDLE_SECONDS"]) < 300, "Aurora waits for at least as long"
            # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-auto-pause.html
            assert int(environment["DATABASE_CONNECT_TIMEOUT_SECONDS"]) > 30
            check = container.get("HealthCheck", {}).get("Command", [])
            assert not check or check[-1] == "health", "it asks the server, which asks no database"
    service.has_resource_properties("AWS::ElasticLoadBalancingV2::TargetGroup", {"HealthCheckPath": "/health"})


@pytest.mark.parametrize("shape", ["usual", "growing"])
def test_a_database_that_does_not_pause_is_kept_waiting_by_nobody(shape: str) -> None:
    for task in template(shape, "service").find_resources("AWS::ECS::TaskDefinition").values():
        for container in task["Properties"]["ContainerDefinitions"]:
            assert not [entry for entry in container["Environment"] if entry["Name"] == "DATABASE_IDLE_SECONDS"]
