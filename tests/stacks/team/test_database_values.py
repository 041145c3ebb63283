"""Windows and retentions of the section `database`."""

import re

import botocore.loaders
import pytest

from stacks.team.database_values import LOG_RETENTION_DAYS, overlap
from tests.stacks.team_folder import Refused


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("backup_window: 2:00-3:00", "is not a daily window"),
        ("backup_window: 02:00-02:20", "is too short"),
        ("maintenance_window: 02:00-03:00", "is not a weekly window"),
        ("maintenance_window: sun:04:00-sun:04:10", "has the wrong length"),
        ("maintenance_window: sun:04:00-tue:04:10", "has the wrong length"),
        ("log_retention_days: 100", "try 90"),
        ("resource_id: research-database", "is no resource id of RDS"),
    ],
)
def test_what_aws_would_refuse_is_refused_with_an_example(line: str, sentence: str, refused: Refused) -> None:
    assert sentence in refused(f"region: eu-west-1\ndatabase:\n  {line}\n")


def test_windows_that_meet_are_refused(refused: Refused) -> None:
    windows = "backup_window: 03:30-04:30\n  maintenance_window: sun:04:00-sun:05:00"
    said = refused(f"region: eu-west-1\ndatabase:\n  {windows}\n")
    assert "database.maintenance_window" in said
    assert "meets backup_window 03:30-04:30" in said


@pytest.mark.parametrize(
    ("daily", "weekly", "meet"),
    [
        ("02:00-03:00", "sun:04:00-sun:05:00", False),
        ("02:00-04:01", "sun:04:00-sun:05:00", True),
        ("02:00-04:00", "sun:04:00-sun:05:00", False),
        ("05:00-06:00", "sun:04:00-sun:05:00", False),
        ("04:20-04:50", "sun:04:00-sun:05:00", True),
        ("23:30-00:30", "mon:00:00-mon:01:00", True),
        ("00:10-00:40", "sun:23:45-mon:00:15", True),
        ("23:00-23:30", "sun:23:45-mon:00:15", False),
    ],
)
def test_windows_meet_across_midnight_and_the_end_of_the_week(daily: str, weekly: str, meet: bool) -> None:
    assert overlap(daily, weekly) is meet


def test_every_retention_that_is_offered_is_one_of_the_apis() -> None:
    text = botocore.loaders.create_loader().load_service_model("logs", "service-2")
    documentation = text["shapes"]["Days"]["documentation"]
    assert [str(days) for days in LOG_RETENTION_DAYS] == re.findall(r"\d+", documentation)
