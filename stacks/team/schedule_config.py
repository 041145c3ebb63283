"""What a team file says of the hours at which its server runs."""

import re
from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, Field

from stacks.team.section import Section
from stacks.team.values import DAYS, refuse

_HOURS = re.compile(
    rf"(?:({'|'.join(DAYS)})(?:-({'|'.join(DAYS)}))? )?([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)"
)
_SHORTEST_MINUTES = 60


@dataclass(frozen=True)
class OfficeHours:
    """Days, `MON` to `SUN` in the order in which they follow each other, and (hour, minute) of each."""

    days: tuple[str, ...]
    opens: tuple[int, int]
    closes: tuple[int, int]

    @classmethod
    def read(cls, text: str) -> "OfficeHours | None":
        """Of `mon-fri 07:00-19:00`; None for any other text."""
        if not (match := _HOURS.fullmatch(text)):
            return None
        first, last, *numbers = match.groups()
        start = DAYS.index(first) if first else 0
        length = (DAYS.index(last) - start) % 7 + 1 if last else (1 if first else 7)
        days = tuple(DAYS[(start + day) % 7].upper() for day in range(length))
        open_hour, open_minute, close_hour, close_minute = map(int, numbers)
        return cls(days, (open_hour, open_minute), (close_hour, close_minute))

    @property
    def minutes(self) -> int:
        """How long it is open each day."""
        return (self.closes[0] - self.opens[0]) * 60 + self.closes[1] - self.opens[1]


def _office_hours(value: str) -> str:
    hours = OfficeHours.read(value)
    if hours is None:
        raise refuse("is not days and hours; allowed: such as mon-fri 07:00-19:00, or 07:00-19:00 for every day")
    if hours.minutes < _SHORTEST_MINUTES:
        raise refuse(
            "closes before it has been open for an hour; allowed: hours of one day, 00:00 to 23:59; "
            "leave office_hours out for a server that runs all the time"
        )
    return value


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # A machine without the tz database knows no zone at all, and EventBridge all the same.
        if available_timezones():
            raise refuse("is not a time zone; allowed: a name of the tz database; try Europe/Berlin") from None
    return value


class ScheduleConfig(Section):
    """When the server runs, and in whose time."""

    time_zone: Annotated[
        str,
        AfterValidator(_time_zone),
        Field(description="Of all times below, as the tz database names it, such as `Europe/Berlin`."),
    ] = "UTC"
    office_hours: Annotated[
        Annotated[str, AfterValidator(_office_hours)] | None,
        Field(
            description="When the server runs, such as `mon-fri 07:00-19:00`; at all other times it has no task and "
            "the load balancer answers 503. Without it the server runs all the time."
        ),
    ] = None
