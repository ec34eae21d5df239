"""Working time: which days and hours count, when a limit runs out, how much of it is used or left.

Instants go in and come out aware; results are in the calendar's own time zone. 24:00 of a day is the next midnight.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from itertools import accumulate, compress
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

from tongxin.rules.errors import Refused

SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTE = 60_000_000  # counted time is kept in whole microseconds, so that split spans add up exactly
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Unit(StrEnum):
    """What a limit counts. Source: domain.md §2.2 (分钟、工作时、紧急工作时、工作日), §3.1d."""

    MINUTE = "m"  # natural
    HOUR = "h"  # natural: 紧急工作时 is continuous natural time
    WORKING_MINUTE = "wm"
    WORKING_HOUR = "wh"
    WORKING_DAY = "wd"
    DAY = "d"  # natural, as statutes count them


MICROSECONDS = {
    Unit.MINUTE: MINUTE,
    Unit.HOUR: HOUR,
    Unit.WORKING_MINUTE: MINUTE,
    Unit.WORKING_HOUR: HOUR,
    Unit.WORKING_DAY: 1,
    Unit.DAY: 1,
}


@dataclass(frozen=True, slots=True)
class Limit:
    """An amount of time allowed: `Limit(4, Unit.WORKING_HOUR)`, written "4wh"."""

    amount: int
    unit: Unit
    counted: int = field(init=False, repr=False, compare=False)  # microseconds; for days and working days, days

    def __post_init__(self) -> None:
        if self.amount <= 0:
            raise ValueError(f"a limit must be positive: {self.amount}{self.unit}")
        object.__setattr__(self, "counted", self.amount * MICROSECONDS[self.unit])

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the limit written as "30m", "2h", "30wm", "4wh", "3wd" or "60d". Raises ValueError."""
        match = re.fullmatch(r"([0-9]{1,4})(m|h|wm|wh|wd|d)", text)
        if match is None:
            raise ValueError(f"not a limit: {text!r}")
        return cls(int(match[1]), Unit(match[2]))

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"


@dataclass(frozen=True, slots=True)
class Profile:
    """The hours of a day that count: `spans` are (opens, closes) in microseconds after midnight, in order."""

    name: str
    spans: tuple[tuple[int, int], ...]
    every_day: bool = False  # rest days count as well
    length: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        edges = [edge for span in self.spans for edge in span]
        if not edges or edges != sorted(set(edges)) or edges[0] < 0 or edges[-1] > DAY:
            raise ValueError(f"opening hours must be in order and within a day: {self.spans}")
        object.__setattr__(self, "length", sum(closes - opens for opens, closes in self.spans))

    @classmethod
    def of(cls, name: str, *hours: str, every_day: bool = False) -> Self:
        """Return the profile with hours such as "08:30-12:00". Raises ValueError."""
        return cls(name, tuple(_span(each) for each in hours), every_day)

    @property
    def is_natural(self) -> bool:
        """Whether every moment counts."""
        return self.every_day and self.length == DAY

    def counted_until(self, of_day: int) -> int:
        """Return how much of the day counts before this moment of it."""
        counted = 0
        for opens, closes in self.spans:
            if of_day <= opens:
                break
            counted += (of_day if of_day < closes else closes) - opens
        return counted

    def moment_of(self, counted: int) -> int:
        """Return the moment of the day when this much of it has been counted, `0 < counted <= length`."""
        for opens, closes in self.spans:
            if counted <= closes - opens:
                return opens + counted
            counted -= closes - opens
        raise ValueError(counted)


def _span(hours: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d\d):(\d\d)-(\d\d):(\d\d)", hours)
    if match is None:
        raise ValueError(f"not opening hours: {hours!r}")
    opens_hour, opens_minute, closes_hour, closes_minute = (int(part) for part in match.groups())
    return opens_hour * HOUR + opens_minute * MINUTE, closes_hour * HOUR + closes_minute * MINUTE


OFFICE = Profile.of("office", "08:30-12:00", "14:00-17:30")  # domain.md §3.1d
ALWAYS = Profile.of("always", "00:00-24:00", every_day=True)  # 7×24: hotline, duty rooms
EMERGENCY = Profile.of("emergency", "00:00-24:00", every_day=True)  # 紧急: nights and rest days run on
PROFILES = {profile.name: profile for profile in (OFFICE, ALWAYS, EMERGENCY)}


class CalendarTooShort(Refused):
    """The calendar does not reach this day: counting on would be guessing."""

    def __init__(self, calendar: "WorkingCalendar", day: date) -> None:
        super().__init__(
            "calendar.too_short", day=day.isoformat(), first=calendar.first.isoformat(), last=calendar.last.isoformat()
        )


@dataclass(frozen=True, slots=True, eq=False)
class WorkingCalendar:
    """Which days are worked, first to last. Immutable; `version` names it beside the deadlines it gave.

    Days from `provisional_from` on are plain weekdays that nobody has published yet: a guess, and marked as one.
    """

    first: date
    last: date
    tz: tzinfo
    version: int
    provisional_from: date | None
    # tables by day number (0 is `first`), so that every question is a look-up
    first_ordinal: int = field(repr=False)
    worked_before: Sequence[int] = field(repr=False)  # how many days are worked before day n
    worked_days: Sequence[int] = field(repr=False)  # the number of the k-th worked day
    midnights: Sequence[datetime] = field(repr=False)  # when day n begins
    guessed_from: int = field(repr=False)  # the number of the first provisional day, or one past the last

    @classmethod
    def of(
        cls,
        first: date,
        last: date,
        published: Mapping[date, bool],
        *,
        overrides: Mapping[date, bool] | None = None,
        provisional_from: date | None = None,
        version: int = 0,
        tz: tzinfo = SHANGHAI,
    ) -> Self:
        """Return the calendar where overrides win over the published days, and the rest are plain weekdays."""
        known = {**published, **(overrides or {})}
        days = [date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1)]
        if not days:
            raise ValueError(f"a calendar must not end ({last}) before it begins ({first})")
        is_worked = [known.get(day, day.weekday() < 5) for day in days]
        begins = [*days, last + timedelta(days=1)]
        return cls(
            first=first,
            last=last,
            tz=tz,
            version=version,
            provisional_from=provisional_from,
            first_ordinal=first.toordinal(),
            worked_before=tuple(accumulate(is_worked, initial=0)),
            worked_days=tuple(compress(range(len(days)), is_worked)),
            midnights=tuple(datetime(day.year, day.month, day.day, tzinfo=tz) for day in begins),
            guessed_from=((provisional_from or begins[-1]) - first).days,
        )

    def is_working(self, day: date) -> bool:
        """Tell whether the day is worked. Raises CalendarTooShort."""
        number = self.number_of(day)
        return self.worked_before[number + 1] > self.worked_before[number]

    def is_provisional(self, day: date) -> bool:
        """Tell whether the day is a guess, because its year has not been published."""
        return self.provisional_from is not None and day >= self.provisional_from

    def working_days(self, from_: date, to: date) -> int:
        """Return how many days of `[from_, to)` are worked. Raises CalendarTooShort."""
        end = self.number_of(to - timedelta(days=1)) + 1 if to > from_ else self.number_of(from_)
        return self.worked_before[end] - self.worked_before[self.number_of(from_)]

    def number_of(self, day: date) -> int:
        """Return the day's number in the tables. Raises CalendarTooShort."""
        number = day.toordinal() - self.first_ordinal
        if not 0 <= number < len(self.midnights) - 1:
            raise CalendarTooShort(self, day)
        return number

    def tables(self, profile: Profile) -> tuple[Sequence[int], Sequence[int]]:
        """Return (days counted before day n, number of the k-th counted day) as this profile counts days."""
        if profile.every_day:
            return range(len(self.midnights)), range(len(self.midnights) - 1)
        return self.worked_before, self.worked_days


class Due(NamedTuple):
    """When a limit runs out, and whether that rests on days nobody has published yet."""

    at: datetime
    is_provisional: bool


def due_at(start: datetime, limit: Limit, calendar: WorkingCalendar, profile: Profile = OFFICE) -> Due:
    """Return when the limit runs out if it starts now.

    Natural minutes and hours run on. Working minutes and hours start at once or at the next opening. Days exclude the
    day of the start and end at 24:00 of the last one; natural days that would end on a rest day end on the next
    working day. Raises CalendarTooShort. Source: 民法典 201-203; domain.md §3.1d.
    """
    return _run(start, limit.unit, limit.counted, calendar, profile)


def worked_between(start: datetime, end: datetime, calendar: WorkingCalendar, profile: Profile = OFFICE) -> timedelta:
    """Return the counted time from start to end, negative where the end comes first. Raises CalendarTooShort."""
    if profile.is_natural:
        return end.astimezone(UTC) - start.astimezone(UTC)
    return timedelta(microseconds=position(end, calendar, profile) - position(start, calendar, profile))


def remaining(
    at: datetime, due: datetime, unit: Unit, calendar: WorkingCalendar, profile: Profile = OFFICE
) -> timedelta:
    """Return the counted time left of a limit in this unit; for days, the whole days after the day of `at`.

    Never negative: what is overdue has nothing left. Raises CalendarTooShort.
    """
    if at >= due:
        return timedelta()
    if unit is Unit.WORKING_DAY or unit is Unit.DAY:
        days, last = _day_of(at, calendar), _last_day(due, calendar)
        before = calendar.tables(profile)[0] if unit is Unit.WORKING_DAY else range(len(calendar.midnights))
        return timedelta(days=before[last + 1] - before[days + 1])
    return worked_between(at, due, calendar, ALWAYS if unit in (Unit.MINUTE, Unit.HOUR) else profile)


def due_after(
    start: datetime,
    limit: Limit,
    stops: Iterable[tuple[datetime, datetime]],
    calendar: WorkingCalendar,
    profile: Profile = OFFICE,
) -> Due:
    """Return when the limit runs out if it starts now and stands still over these spans `[from, to)`, in their order.

    What the limit held when a stop began runs on from its end, so that one stop written as two adjacent ones counts the
    same. A stop that begins when the limit has run out gives nothing back. Raises CalendarTooShort.
    Source: domain.md §3.1 row 14, §3.1d.
    """
    unit, left = limit.unit, limit.counted
    due = _run(start, unit, left, calendar, profile)
    since = start
    for stopped_at, resumed_at in stops:
        begins = max(stopped_at, since)
        if begins < due.at and begins < resumed_at:
            left = max(left - _used(since, begins, unit, calendar, profile), 0)
            since = resumed_at
            due = _run(since, unit, left, calendar, profile)
    return due


def position(at: datetime, calendar: WorkingCalendar, profile: Profile) -> int:
    """Return the counted microseconds from the calendar's first moment to this one. Raises CalendarTooShort."""
    local = at.astimezone(calendar.tz)
    day = local.toordinal() - calendar.first_ordinal
    before = calendar.tables(profile)[0]
    if not 0 <= day < len(before) - 1:
        if at == calendar.midnights[-1]:  # 24:00 of the last day still belongs to it
            return before[-1] * profile.length
        raise CalendarTooShort(calendar, local.date())
    counted = before[day] * profile.length
    if before[day + 1] > before[day]:
        of_day = local - calendar.midnights[day]  # one time zone on both sides: by the clock on the wall
        counted += profile.counted_until(of_day.seconds * 1_000_000 + of_day.microseconds)
    return counted


def moment(counted: int, calendar: WorkingCalendar, profile: Profile) -> Due:
    """Return the moment by which this much has been counted: the inverse of `position`. Raises CalendarTooShort."""
    days = calendar.tables(profile)[1]
    nth = (counted - 1) // profile.length  # what ends with the day ends at its closing, not at the next opening
    if not 0 <= nth < len(days):
        raise CalendarTooShort(calendar, calendar.last + timedelta(days=1))
    day = days[nth]
    of_day = profile.moment_of(counted - nth * profile.length)
    return Due(calendar.midnights[day] + timedelta(microseconds=of_day), day >= calendar.guessed_from)


def opening(at: datetime, calendar: WorkingCalendar, profile: Profile = OFFICE) -> datetime:
    """Return the moment itself where it lies in counted hours, else the next opening. Raises CalendarTooShort."""
    return moment(position(at, calendar, profile) + 1, calendar, profile).at - timedelta(microseconds=1)


def opening_of_next_day(at: datetime, calendar: WorkingCalendar, profile: Profile = OFFICE) -> datetime:
    """Return when the first counted day after the day of `at` opens; 24:00 belongs to the day it ends.

    Raises CalendarTooShort.
    """
    return opening(calendar.midnights[_last_day(at, calendar) + 1], calendar, profile)


def _run(start: datetime, unit: Unit, counted: int, calendar: WorkingCalendar, profile: Profile) -> Due:
    """Run a count from a start: microseconds, or days for the units of days (none left: the day itself)."""
    if unit is Unit.WORKING_DAY:
        before, days = calendar.tables(profile)
        today = _day_of(start, calendar)
        return _end_of(days, max(before[today + 1] - 1 + counted, before[today]), calendar)
    if unit is Unit.DAY:
        last = _day_of(start, calendar) + counted
        if last >= len(calendar.midnights):
            raise CalendarTooShort(calendar, calendar.last + timedelta(days=1))
        return _end_of(calendar.worked_days, calendar.worked_before[last], calendar)
    if unit is Unit.MINUTE or unit is Unit.HOUR or profile.is_natural:
        return Due((start.astimezone(UTC) + timedelta(microseconds=counted)).astimezone(calendar.tz), False)
    return moment(position(start, calendar, profile) + max(counted, 1), calendar, profile)


def _used(since: datetime, until: datetime, unit: Unit, calendar: WorkingCalendar, profile: Profile) -> int:
    """Return what a limit in this unit uses up between two moments, in the unit's own count."""
    if unit is Unit.WORKING_DAY or unit is Unit.DAY:
        before = calendar.tables(profile)[0] if unit is Unit.WORKING_DAY else range(len(calendar.midnights))
        return before[_day_of(until, calendar) + 1] - before[_day_of(since, calendar) + 1]
    counted = worked_between(since, until, calendar, ALWAYS if unit in (Unit.MINUTE, Unit.HOUR) else profile)
    return counted // timedelta(microseconds=1)


def _end_of(days: Sequence[int], nth: int, calendar: WorkingCalendar) -> Due:
    if nth >= len(days):
        raise CalendarTooShort(calendar, calendar.last + timedelta(days=1))
    return Due(calendar.midnights[days[nth] + 1], days[nth] >= calendar.guessed_from)


def _day_of(at: datetime, calendar: WorkingCalendar) -> int:
    day = at.astimezone(calendar.tz).toordinal() - calendar.first_ordinal
    if not 0 <= day < len(calendar.midnights) - 1:
        raise CalendarTooShort(calendar, at.astimezone(calendar.tz).date())
    return day


def _last_day(due: datetime, calendar: WorkingCalendar) -> int:
    """Return the day a due moment belongs to: midnight is the end of the day before."""
    return _day_of(due - timedelta(microseconds=1), calendar)
