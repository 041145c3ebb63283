"""A night on which nothing was done is told, also when nothing was logged."""

from typing import Any

import pytest
from tracking_server import garbage, rotate

from tests.stacks.shapes import team, template

COMMANDS = {"RotationMissed": rotate.COMMAND, "GarbageCollectionMissed": garbage.COMMAND}


def alarm(shape: str, name: str) -> dict[str, Any]:
    (found,) = [
        resource["Properties"]
        for logical_id, resource in template(shape, "service").find_resources("AWS::CloudWatch::Alarm").items()
        if logical_id.startswith(f"Alarms{name}")
    ]
    return dict(found)


def counted(shape: str, found: dict[str, Any]) -> dict[str, Any]:
    """The filter whose metric an alarm reads."""
    (properties,) = [
        resource["Properties"]
        for resource in template(shape, "service").find_resources("AWS::Logs::MetricFilter").values()
        if resource["Properties"]["MetricTransformations"][0]["MetricName"] == found["MetricName"]
    ]
    return dict(properties)


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_counted_is_what_the_command_logs_when_it_is_done(name: str) -> None:
    counts = counted("closed", alarm("closed", name))
    assert counts["FilterPattern"] == f'{{ $.done = "{COMMANDS[name]}" }}'
    (log,) = template("closed", "service").find_resources(
        "AWS::Logs::LogGroup", {"Properties": {"RetentionInDays": 90}}
    )
    assert counts["LogGroupName"] == {"Ref": log}


@pytest.mark.parametrize("name", COMMANDS)
def test_two_days_without_one_ring_although_no_line_says_so_and_the_first_day_does_not(name: str) -> None:
    found = alarm("closed", name)
    # 0 is data: without it two nights on which nothing ran would be no data, as are the days before the first night.
    assert counted("closed", found)["MetricTransformations"][0]["DefaultValue"] == 0
    assert (found["ComparisonOperator"], found["Threshold"]) == ("LessThanThreshold", 1)
    assert (found["Statistic"], found["TreatMissingData"]) == ("Sum", "notBreaching")
    assert found["Period"] == 24 * 60 * 60
    assert found["EvaluationPeriods"] == found["DatapointsToAlarm"] == 2


@pytest.mark.parametrize("name", COMMANDS)
def test_two_days_are_within_what_cloudwatch_looks_back(name: str) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html: `EvaluationPeriods`"""
    found = alarm("closed", name)
    assert found["Period"] >= 60 * 60
    assert found["Period"] * found["EvaluationPeriods"] <= 7 * 24 * 60 * 60


def test_a_task_that_a_team_does_not_have_is_not_missed() -> None:
    assert not team("cheap").database.rotates_password
    assert not team("usual").artifacts.garbage_collection_days
    for shape, name in (("cheap", "RotationMissed"), ("usual", "GarbageCollectionMissed")):
        found = template(shape, "service").find_resources("AWS::CloudWatch::Alarm")
        assert not [logical_id for logical_id in found if name in logical_id]
