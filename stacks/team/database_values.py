"""The kinds of text and number of the section `database`, each with its rule and the sentence that refuses it."""

import re
from typing import Annotated

from pydantic import AfterValidator

from stacks.team.values import DAYS, refuse

MINUTES_OF_DAY = 24 * 60
MINUTES_OF_WEEK = len(DAYS) * MINUTES_OF_DAY
MIN_WINDOW_MINUTES = 30
"""https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html"""

LOG_RETENTION_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)  # fmt: skip # noqa: E501
"""https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"""

_TIME = r"([01]\d|2[0-3]):([0-5]\d)"
_RESOURCE_ID = re.compile("(db|cluster)-[A-Z0-9]+")
_DAILY = re.compile(f"{_TIME}-{_TIME}")
_WEEKLY = re.compile(f"({'|'.join(DAYS)}):{_TIME}-({'|'.join(DAYS)}):{_TIME}")


def daily_minutes(window: str) -> tuple[int, int]:
    """A daily window's start, in minutes of the day, and its length in minutes."""
    hour, minute, end_hour, end_minute = map(int, re.split("[:-]", window))
    start = hour * 60 + minute
    return start, (end_hour * 60 + end_minute - start) % MINUTES_OF_DAY


def weekly_minutes(window: str) -> tuple[int, int]:
    """A weekly window's start, in minutes of the week from Monday, and its length in minutes."""
    day, hour, minute, end_day, end_hour, end_minute = re.split("[:-]", window)
    start, end = (
        DAYS.index(of) * MINUTES_OF_DAY + int(hours) * 60 + int(minutes)
        for of, hours, minutes in ((day, hour, minute), (end_day, end_hour, end_minute))
    )
    return start, (end - start) % MINUTES_OF_WEEK


def overlap(daily: str, weekly: str) -> bool:
    """Whether a daily window meets a weekly one on any day."""
    start, length = daily_minutes(daily)
    week_start, week_length = weekly_minutes(weekly)
    return any(
        (day * MINUTES_OF_DAY + start - week_start) % MINUTES_OF_WEEK < week_length
        or (week_start - day * MINUTES_OF_DAY - start) % MINUTES_OF_WEEK < length
        for day in range(len(DAYS))
    )


def _daily(value: str) -> str:
    if not _DAILY.fullmatch(value):
        raise refuse("is not a daily window; allowed: hh:mm-hh:mm in UTC; try 02:00-03:00")
    if daily_minutes(value)[1] < MIN_WINDOW_MINUTES:
        raise refuse(f"is too short; allowed: {MIN_WINDOW_MINUTES} minutes or longer; try 02:00-03:00")
    return value


def _weekly(value: str) -> str:
    if not _WEEKLY.fullmatch(value):
        raise refuse("is not a weekly window; allowed: ddd:hh:mm-ddd:hh:mm in UTC; try sun:04:00-sun:05:00")
    if not MIN_WINDOW_MINUTES <= weekly_minutes(value)[1] <= MINUTES_OF_DAY:
        raise refuse(f"has the wrong length; allowed: {MIN_WINDOW_MINUTES} minutes to a day; try sun:04:00-sun:05:00")
    return value


def _capacity(value: float) -> float:
    if value * 2 % 1:
        raise refuse(f"is no capacity; allowed: steps of 0.5; try {round(value * 2) / 2:g}")
    return value


def _resource_id(value: str) -> str:
    if not _RESOURCE_ID.fullmatch(value):
        raise refuse("is no resource id of RDS; allowed: db- or cluster- and capitals; try db-ABCDEFGHIJKL01234")
    return value


def _log_retention(value: int) -> int:
    if value not in LOG_RETENTION_DAYS:
        nearest = min(LOG_RETENTION_DAYS, key=lambda days: (abs(days - value), -days))
        listed = ", ".join(map(str, LOG_RETENTION_DAYS))
        raise refuse(f"is no retention of CloudWatch; allowed: {listed}; try {nearest}")
    return value


DailyWindow = Annotated[str, AfterValidator(_daily)]
WeeklyWindow = Annotated[str, AfterValidator(_weekly)]
Capacity = Annotated[float, AfterValidator(_capacity)]
ResourceId = Annotated[str, AfterValidator(_resource_id)]
LogRetention = Annotated[int, AfterValidator(_log_retention)]
