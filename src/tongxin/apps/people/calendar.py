"""The working calendar of this house: the State Council's days off, and the overrides written by hand.

Years nobody has published yet are plain weekdays without the days off that the law itself dates, and provisional.
"""

import zlib
from collections.abc import Iterable, Mapping
from datetime import date
from time import monotonic
from typing import NamedTuple

from chinese_calendar.constants import holidays as days_off
from chinese_calendar.constants import workdays as days_on

from tongxin.rules.working_time import WorkingCalendar

FIRST_YEAR = min(days_off).year
LAST_YEAR = max(days_off).year  # the last year the package holds, as the State Council published it
YEARS_AHEAD = 3  # how far provisional years reach
STATUTORY = ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))  # dated by law: 全国年节及纪念日放假办法 (2024) 第二条
SECONDS_KEPT = 2.0  # so long a process may miss an override that another one wrote

PUBLISHED = dict.fromkeys(days_off, False) | dict.fromkeys(days_on, True)
PACKAGE_VERSION = zlib.crc32(repr(sorted(PUBLISHED.items())).encode())


class _Kept(NamedTuple):
    calendar: WorkingCalendar
    until: float


_kept: _Kept | None = None


def calendar() -> WorkingCalendar:
    """Return the calendar in force. No statement, or one every two seconds; built anew when an override changed."""
    global _kept
    kept = _kept
    if kept is not None and monotonic() < kept.until:
        return kept.calendar
    overrides = _overrides()
    known = kept.calendar if kept is not None and kept.calendar.version == version_of(overrides) else built(overrides)
    _kept = _Kept(known, monotonic() + SECONDS_KEPT)
    return known


def forget() -> None:
    """Have the next call read the overrides again: for whoever has just written one, and for tests."""
    global _kept
    if _kept is not None:
        _kept = _kept._replace(until=0.0)


def built(overrides: Mapping[date, bool]) -> WorkingCalendar:
    """Return the calendar with these overrides, from the first year known to three past the last published one."""
    last = last_published_year(overrides)
    by_law = {
        date(year, month, day): False for year in range(last + 1, last + YEARS_AHEAD + 1) for month, day in STATUTORY
    }
    return WorkingCalendar.of(
        date(FIRST_YEAR, 1, 1),
        date(last + YEARS_AHEAD, 12, 31),
        PUBLISHED | by_law,
        overrides=overrides,
        provisional_from=date(last + 1, 1, 1),
        version=version_of(overrides),
    )


def last_published_year(overrides: Mapping[date, bool]) -> int:
    """Return the last year whose arrangement is known, from the package or written by hand.

    A year was written by hand when every day off that the law itself dates has its row: a notice always names them
    all, and a single day off declared for some other reason never makes a year look published.
    """
    year = LAST_YEAR
    while not missing_from_notice(year + 1, overrides):
        year += 1
    return year


def missing_from_notice(year: int, overrides: Mapping[date, bool]) -> list[date]:
    """Return the days that must still be written down before a year by hand counts as published."""
    statutory = (date(year, month, day) for month, day in STATUTORY)
    return [day for day in statutory if overrides.get(day) is not False]


def version_of(overrides: Mapping[date, bool]) -> int:
    """Return a number that changes with the days off and on: the same in every process that sees the same rows."""
    return zlib.crc32(repr(sorted(overrides.items())).encode(), PACKAGE_VERSION) & 0x7FFF_FFFF  # fits an integer column


def differing_days(years: Iterable[int]) -> list[date]:
    """Return the days on which the package `holidays` disagrees with ours: two publishers, one State Council.

    Loads that package (half a second, 45 MB): for checks, never for a page.
    """
    from holidays import country_holidays

    wanted = sorted(years)
    theirs, ours = country_holidays("CN", years=wanted), built({})
    days = (date.fromordinal(day) for year in wanted for day in range(_new_year(year), _new_year(year + 1)))
    return [day for day in days if theirs.is_working_day(day) != ours.is_working(day)]


def _new_year(year: int) -> int:
    return date(year, 1, 1).toordinal()


def _overrides() -> dict[date, bool]:
    from tongxin.apps.people.models import CalendarOverride  # late: the rules of the calendar need no tables

    return dict(CalendarOverride.objects.order_by("date").values_list("date", "is_working"))
