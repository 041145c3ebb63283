"""Whoever is woken is told by whom, what it means and where to begin."""

import json
import re
from typing import Any

import pytest

from stacks.team.sizes import GIB, INSTANCE_CLASSES, max_connections
from tests.stacks.shapes import ROOT, SHAPES, team, template

PAGE = ROOT / "docs" / "operate" / "alarms.md"


def alarms(shape: str) -> dict[str, dict[str, Any]]:
    """Properties by the alarm's name in the code."""
    found = template(shape, "service").find_resources("AWS::CloudWatch::Alarm")
    return {name.removeprefix("Alarms")[:-8]: alarm["Properties"] for name, alarm in found.items()}


def only(shape: str, resource_type: str) -> tuple[str, dict[str, Any]]:
    ((name, found),) = template(shape, "service").find_resources(resource_type).items()
    return name, found["Properties"]


def pattern(name: str) -> str:
    """What is counted in the log for an alarm."""
    (counted,) = [
        found["Properties"]
        for found in template("usual", "service").find_resources("AWS::Logs::MetricFilter").values()
        if found["Properties"]["MetricTransformations"][0]["MetricName"] == alarms("usual")[name]["MetricName"]
    ]
    return str(counted["FilterPattern"])


def headings() -> set[str]:
    return {
        "#" + line[3:].lower().replace(" ", "-") for line in PAGE.read_text().splitlines() if line.startswith("## ")
    }


def test_every_alarm_leads_to_its_heading_and_every_heading_has_an_alarm() -> None:
    described = {
        re.search(r"docs/operate/alarms\.md(#\S+)$", alarm["AlarmDescription"])[1]  # type: ignore[index]
        for shape in SHAPES
        for alarm in alarms(shape).values()
    }
    assert described | {"#budget"} == headings()
    assert any(template(shape, "service").find_resources("AWS::Budgets::Budget") for shape in SHAPES)


def test_every_heading_says_what_to_do_first_and_names_its_alarm() -> None:
    for section in PAGE.read_text().split("\n## ")[1:]:
        heading, text = section.split("\n", 1)
        assert "First step: " in text, heading
        named = re.match(r"`(\w+)`: ", text)
        assert named, heading
        assert re.sub(r"(?<!^)(?=[A-Z])", " ", named[1]).lower() == heading.lower()


@pytest.mark.parametrize("shape", SHAPES)
def test_the_topic_is_told_when_an_alarm_begins_and_when_it_ends(shape: str) -> None:
    topic, _ = only(shape, "AWS::SNS::Topic")
    for alarm in alarms(shape).values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": topic}]


def test_cloudwatch_may_use_the_key_that_encrypts_the_topic() -> None:
    """https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services"""
    key, encryption = only("usual", "AWS::KMS::Key")
    _, topic = only("usual", "AWS::SNS::Topic")
    _, policy = only("usual", "AWS::SNS::TopicPolicy")
    assert topic["KmsMasterKeyId"] == {"Fn::GetAtt": [key, "Arn"]}
    for document, actions in (
        (encryption["KeyPolicy"], ["kms:Decrypt", "kms:GenerateDataKey*"]),
        (policy["PolicyDocument"], "sns:Publish"),
    ):
        (allowed,) = [s for s in document["Statement"] if s["Principal"] == {"Service": "cloudwatch.amazonaws.com"}]
        assert (allowed["Effect"], allowed["Action"]) == ("Allow", actions)
        assert allowed["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}


def test_no_data_is_wrong_where_it_means_that_nothing_runs_and_fine_elsewhere() -> None:
    wrong = {name for name, alarm in alarms("usual").items() if alarm["TreatMissingData"] == "breaching"}
    fine = {name for name, alarm in alarms("usual").items() if alarm["TreatMissingData"] == "notBreaching"}
    assert wrong == {"MissingTasks", "DatabaseCpu"}
    assert wrong | fine == alarms("usual").keys()
    assert alarms("temporary")["MissingTasks"]["TreatMissingData"] == "notBreaching", "it has office hours"


def test_only_what_the_new_tasks_do_stops_a_deployment_and_within_minutes() -> None:
    """Strangers raise 4xx, and the load balancer's own errors are also those of before a service was made again."""
    _, service = only("usual", "AWS::ECS::Service")
    stopping = service["DeploymentConfiguration"]["Alarms"]
    names = {name["Ref"].removeprefix("Alarms")[:-8] for name in stopping["AlarmNames"]}
    assert (stopping["Enable"], stopping["Rollback"]) == (True, True)
    assert names == {"ServerErrors", "UnhealthyTasks"}
    for name in names:
        alarm = alarms("usual")[name]
        assert "TargetGroup" in {dimension["Name"] for dimension in alarm["Dimensions"]}
        assert alarm["MetricName"] in {"HTTPCode_Target_5XX_Count", "UnHealthyHostCount"}
        assert (alarm["Period"], alarm["TreatMissingData"]) == (60, "notBreaching")
        assert alarm["EvaluationPeriods"] <= 5


@pytest.mark.parametrize("shape", ["smallest", "usual", "public"])
def test_the_databases_thresholds_follow_the_teams_size(shape: str) -> None:
    sizing, found = team(shape).sizing, alarms(shape)
    assert found["DatabaseConnections"]["Threshold"] < max_connections(sizing.instance_class)
    assert 0 < found["DatabaseMemory"]["Threshold"] < INSTANCE_CLASSES[sizing.instance_class] * GIB / 10
    assert found["DatabaseStorage"]["Threshold"] == sizing.storage_gib * GIB / 10


def test_an_auroras_thresholds_follow_its_most_capacity_and_its_storage_has_none() -> None:
    found = alarms("growing")
    assert found["DatabaseMemory"]["Threshold"] == team("growing").sizing.max_acu * 2 * GIB / 16
    assert found["DatabaseConnections"]["Threshold"] < team("growing").max_connections
    assert found["DatabaseCapacity"]["MetricName"] == "ACUUtilization"
    assert "DatabaseStorage" not in found
    assert "DatabaseCapacity" not in alarms("usual")


def test_an_aurora_is_watched_where_it_writes() -> None:
    ((cluster, _),) = template("growing", "data").find_resources("AWS::RDS::DBCluster").items()
    for name, alarm in alarms("growing").items():
        if name.startswith("Database"):
            by_name = {dimension["Name"]: dimension["Value"] for dimension in alarm["Dimensions"]}
            assert cluster in str(by_name.pop("DBClusterIdentifier"))
            assert by_name == {"Role": "WRITER"}


def test_a_database_that_pauses_may_say_nothing() -> None:
    assert alarms("pausing")["DatabaseCpu"]["TreatMissingData"] == "notBreaching"
    assert alarms("growing")["DatabaseCpu"]["TreatMissingData"] == "breaching"


def test_large_artifacts_through_the_server_may_take_their_time() -> None:
    assert alarms("usual")["SlowAnswers"]["Threshold"] > alarms("closed")["SlowAnswers"]["Threshold"]


def test_a_certificate_that_the_team_brings_is_watched() -> None:
    assert "CertificateExpiry" not in alarms("usual")
    domain = team("guest").domain
    assert domain
    assert alarms("guest")["CertificateExpiry"]["Dimensions"] == [
        {"Name": "CertificateArn", "Value": domain.certificate_arn}
    ]


def test_a_certificate_that_the_edge_stack_has_issued_is_watched_and_can_still_be_replaced() -> None:
    """No stack can replace what another imports, so the ARN goes by way of a parameter."""
    ((certificate, _),) = template("public", "edge").find_resources("AWS::CertificateManager::Certificate").items()
    ((_, parameter),) = template("public", "edge").find_resources("AWS::SSM::Parameter").items()
    assert parameter["Properties"]["Value"] == {"Ref": certificate}
    assert alarms("public")["CertificateExpiry"]["Dimensions"] == [
        {"Name": "CertificateArn", "Value": f"{{{{resolve:ssm:{parameter['Properties']['Name']}}}}}"}
    ]
    assert not [name for name in template("public", "edge").find_outputs("*") if "Certificate" in name]


def test_another_domain_is_another_parameter_so_that_the_alarm_follows_the_certificate() -> None:
    ((_, parameter),) = template("public", "edge").find_resources("AWS::SSM::Parameter").items()
    domain = team("public").domain
    assert domain
    assert parameter["Properties"]["Name"] == f"/mlflow-public-edge/certificate/{domain.name}"


def test_a_day_without_a_snapshot_in_the_teams_own_vault_is_told() -> None:
    ((_, vault),) = template("usual", "data").find_resources("AWS::Backup::BackupVault").items()
    found = alarms("usual")["BackupMissed"]
    counts = [metric["MetricStat"]["Metric"] for metric in found["Metrics"] if "MetricStat" in metric]
    assert {metric["MetricName"] for metric in counts} == {
        "NumberOfBackupJobsAborted",
        "NumberOfBackupJobsExpired",
        "NumberOfBackupJobsFailed",
    }
    for metric in counts:
        assert metric["Dimensions"] == [{"Name": "BackupVaultName", "Value": vault["Properties"]["BackupVaultName"]}]
    assert "BackupMissed" not in alarms("temporary"), "nothing is put into its vault"


def test_the_team_files_addresses_get_mail() -> None:
    assert not template("usual", "service").find_resources("AWS::SNS::Subscription")
    _, subscription = only("public", "AWS::SNS::Subscription")
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "mlflow@example.com")


def test_the_budget_counts_what_carries_the_teams_tag_and_may_tell_the_topic() -> None:
    _, budget = only("public", "AWS::Budgets::Budget")
    _, key = only("public", "AWS::KMS::Key")
    assert budget["Budget"]["CostFilters"] == {"TagKeyValue": ["user:team$public"]}
    assert budget["Budget"]["BudgetLimit"] == {"Amount": 500, "Unit": "USD"}
    assert [n["Notification"]["NotificationType"] for n in budget["NotificationsWithSubscribers"]] == [
        "ACTUAL",
        "FORECASTED",
    ]
    assert {"Service": "budgets.amazonaws.com"} in [s["Principal"] for s in key["KeyPolicy"]["Statement"]]
    assert not template("usual", "service").find_resources("AWS::Budgets::Budget")


def test_the_dashboard_shows_every_alarm() -> None:
    _, dashboard = only("usual", "AWS::CloudWatch::Dashboard")
    for name in template("usual", "service").find_resources("AWS::CloudWatch::Alarm"):
        assert name in json.dumps(dashboard)


def test_deadlocks_are_counted_where_the_server_logs_them() -> None:
    """tests/server_image/test_deadlocks.py has a real one."""
    assert pattern("Deadlocks") == '"deadlock detected"'


def test_commands_that_fail_are_counted_where_they_log_why() -> None:
    """tests/server_image/test_command_line.py has a real one."""
    assert pattern("FailedCommands") == (
        '{ ($.logger = "tracking_server") && (($.level = "ERROR") || ($.level = "CRITICAL")) }'
    )
