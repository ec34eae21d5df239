"""值班表: a week of a unit, cut into day and night; which post has which part of which day.

The hours are those of the office and what lies between them. Design default.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from tongxin.rules.working_time import SHANGHAI

OPENS, CLOSES = time(8, 30), time(17, 30)
DAYS = 7
A_DAY = timedelta(days=1)


class Part(StrEnum):
    """Which part of a day a post is on duty."""

    DAY = "day"  # 白班
    NIGHT = "night"  # 夜班, until the next morning
    WHOLE = "whole"  # 全天, until the next morning


def span(part: Part, day: date) -> tuple[datetime, datetime]:
    """Return the moments `[start, end)` of a part that begins on this day, aware."""
    start = CLOSES if part is Part.NIGHT else OPENS
    end_day, end = (day, CLOSES) if part is Part.DAY else (day + A_DAY, OPENS)
    return datetime.combine(day, start, SHANGHAI), datetime.combine(end_day, end, SHANGHAI)


def part_of(start_at: datetime, end_at: datetime) -> Part | None:
    """Return the part with these moments; None for hours that were never a part of ours."""
    day = start_at.astimezone(SHANGHAI).date()
    return next((part for part in Part if span(part, day) == (start_at, end_at)), None)


def monday_of(day: date) -> date:
    """Return the first day of the week."""
    return day - timedelta(days=day.weekday())


def days_of(monday: date) -> Iterator[date]:
    """Yield the days of a week."""
    return (monday + timedelta(days=n) for n in range(DAYS))
