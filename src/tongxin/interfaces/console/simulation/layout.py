"""Laying moments out in counted time: shares of a span, and spans backward from an end."""

from datetime import UTC, datetime, timedelta

from tongxin.rules.working_time import DAY, OFFICE, Limit, Unit, WorkingCalendar, moment, position

NATURAL = (Unit.MINUTE, Unit.HOUR)


def along(start: datetime, end: datetime, share: float, calendar: WorkingCalendar, *, is_natural: bool) -> datetime:
    """Return the moment by which this share of the time from start to end has been counted; beyond 1, past the end."""
    if not is_natural:
        begun = position(start, calendar, OFFICE)
        counted = position(end, calendar, OFFICE) - begun
        if counted > 0:
            return moment(begun + max(int(counted * share), 1), calendar, OFFICE).at
    begun_at = start.astimezone(UTC)
    return _whole(begun_at + (end.astimezone(UTC) - begun_at) * share).astimezone(calendar.tz)


def back(end: datetime, limit: Limit, share: float, calendar: WorkingCalendar) -> datetime:
    """Return the moment from which this share of the limit has been counted by the end."""
    if limit.unit in NATURAL or limit.unit is Unit.DAY:
        length = limit.counted * (DAY if limit.unit is Unit.DAY else 1)
        return _whole(end.astimezone(UTC) - timedelta(microseconds=int(length * share))).astimezone(calendar.tz)
    length = limit.amount * OFFICE.length if limit.unit is Unit.WORKING_DAY else limit.counted
    return moment(position(end, calendar, OFFICE) - int(length * share), calendar, OFFICE).at


def _whole(at: datetime) -> datetime:
    return at.replace(microsecond=0)
