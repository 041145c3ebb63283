"""When a team's server runs."""

from pathlib import Path

import pytest

from stacks.team.schedule_config import OfficeHours
from tests.stacks.team_folder import Refused, accepted


@pytest.mark.parametrize(
    ("text", "days", "opens", "closes"),
    [
        ("mon-fri 07:00-19:30", ("MON", "TUE", "WED", "THU", "FRI"), (7, 0), (19, 30)),
        ("fri-mon 00:00-23:59", ("FRI", "SAT", "SUN", "MON"), (0, 0), (23, 59)),
        ("wed 08:15-09:15", ("WED",), (8, 15), (9, 15)),
        ("07:00-19:00", ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"), (7, 0), (19, 0)),
    ],
)
def test_office_hours_are_days_and_hours(
    tmp_path: Path, text: str, days: tuple[str, ...], opens: tuple[int, int], closes: tuple[int, int]
) -> None:
    team = accepted(tmp_path, f"region: eu-west-1\nschedule: {{office_hours: '{text}', time_zone: Asia/Tokyo}}")
    assert OfficeHours.read(team.schedule.office_hours or "") == OfficeHours(days, opens, closes)
    assert team.schedule.time_zone == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("schedule", "sentence"),
    [
        ("office_hours: weekdays", "is not days and hours; allowed: such as mon-fri 07:00-19:00"),
        ("office_hours: mon-fri 7-19", "is not days and hours"),
        ("office_hours: mon-fri 07:00-24:00", "is not days and hours"),
        ("office_hours: mon-fri 22:00-06:00", "closes before it has been open for an hour"),
        ("office_hours: mon-fri 07:00-07:30", "closes before it has been open for an hour"),
        ("time_zone: Berlin", "is not a time zone; allowed: a name of the tz database; try Europe/Berlin"),
    ],
)
def test_hours_that_make_no_sense_are_refused(schedule: str, sentence: str, refused: Refused) -> None:
    said = refused(f"region: eu-west-1\nschedule: {{{schedule}}}")
    assert said.startswith(f"research.yaml: schedule.{schedule.split(':')[0]}: ")
    assert sentence in said
