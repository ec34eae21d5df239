"""Working time: the golden days, the law's way of counting, and laws that hold for every calendar."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from chinese_calendar.constants import holidays as days_off
from chinese_calendar.constants import workdays as days_on
from hypothesis import assume, given
from hypothesis import strategies as st

from tongxin.rules.working_time import (
    ALWAYS,
    OFFICE,
    SHANGHAI,
    CalendarTooShort,
    Limit,
    Profile,
    Unit,
    WorkingCalendar,
    due_after,
    due_at,
    moment,
    remaining,
    worked_between,
)

PUBLISHED = dict.fromkeys(days_off, False) | dict.fromkeys(days_on, True)
CHINA = WorkingCalendar.of(
    date(2004, 1, 1), date(2029, 12, 31), PUBLISHED, provisional_from=date(2027, 1, 1), version=1
)
WORKING_UNITS = [Unit.WORKING_MINUTE, Unit.WORKING_HOUR, Unit.WORKING_DAY]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def due(start: str, limit: str, profile: Profile = OFFICE) -> str:
    return due_at(at(start), Limit.parse(limit), CHINA, profile).at.strftime("%Y-%m-%d %H:%M")


def test_the_golden_days_of_2026():
    worked = ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"]
    rest = ["2026-02-16", "2026-02-17", "2026-02-18", "2026-02-19", "2026-02-20", "2026-02-23", "2026-10-11"]

    are_worked = [CHINA.is_working(date.fromisoformat(day)) for day in worked + rest]

    assert are_worked == [True] * len(worked) + [False] * len(rest)


@pytest.mark.parametrize("year", [2025, 2026])
def test_a_year_has_248_working_days(year):
    assert CHINA.working_days(date(year, 1, 1), date(year + 1, 1, 1)) == 248


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        ("2026-11-20 15:42", "30m", "2026-11-20 16:12"),
        ("2026-11-20 23:50", "2h", "2026-11-21 01:50"),
        ("2026-11-20 11:45", "30wm", "2026-11-20 14:15"),  # over the noon break
        ("2026-11-20 13:00", "2wh", "2026-11-20 16:00"),  # inside the break: from the next opening
        ("2026-11-20 15:30", "2wh", "2026-11-20 17:30"),  # ends at closing, not at the next opening
        ("2026-11-20 15:42", "4wh", "2026-11-23 10:42"),  # over a week-end
        ("2026-02-14 16:30", "2wh", "2026-02-24 09:30"),  # over Spring Festival
        ("2026-10-09 16:30", "2wh", "2026-10-10 09:30"),  # into a Saturday that is worked
        ("2026-11-20 15:42", "1wd", "2026-11-24 00:00"),  # Friday: Monday 24:00
        ("2026-11-21 09:00", "1wd", "2026-11-24 00:00"),  # Saturday: day one is Monday
        ("2026-02-13 09:00", "3wd", "2026-02-26 00:00"),  # 02-14 is worked, then 02-24 and 02-25
        ("2026-11-18 09:00", "1d", "2026-11-20 00:00"),
        ("2026-09-20 09:00", "11d", "2026-10-09 00:00"),  # would end on 10-01: the day after the holiday, 24:00
    ],
)
def test_limits_run_out_as_the_civil_code_counts(start, limit, expected):
    assert due(start, limit) == expected


def test_a_profile_of_every_day_runs_through_rest_days():
    evening = Profile.of("hotline", "08:00-20:00", every_day=True)

    assert due("2026-02-16 19:00", "2wh", evening) == "2026-02-17 09:00"
    assert due("2026-02-16 19:00", "2wd", evening) == "2026-02-19 00:00"
    assert due("2026-02-16 19:00", "8wh", ALWAYS) == "2026-02-17 03:00"


def test_an_instant_in_another_time_zone_counts_by_the_calendar_s_clock():
    start = datetime(2026, 11, 20, 7, 42, tzinfo=UTC)

    answer = due_at(start, Limit(4, Unit.WORKING_HOUR), CHINA)

    assert answer.at.isoformat() == "2026-11-23T10:42:00+08:00"


def test_natural_hours_are_hours_even_where_clocks_change():
    boston = ZoneInfo("America/New_York")
    calendar = WorkingCalendar.of(date(2015, 1, 1), date(2015, 12, 31), {}, tz=boston)
    start = datetime(2015, 3, 7, 12, tzinfo=boston)

    answer = due_at(start, Limit(24, Unit.HOUR), calendar)

    assert answer.at == datetime(2015, 3, 8, 13, tzinfo=boston)
    assert worked_between(start, answer.at, calendar, ALWAYS) == timedelta(hours=24)


def test_a_due_date_in_an_unpublished_year_is_marked():
    last_published = due_at(at("2026-12-30 09:00"), Limit.parse("1wd"), CHINA)
    first_guessed = due_at(at("2026-12-31 16:30"), Limit.parse("2wh"), CHINA)

    assert last_published == (at("2027-01-01 00:00"), False)  # 2026-12-31 24:00
    assert first_guessed.is_provisional
    assert due_at(at("2026-12-31 23:00"), Limit.parse("2h"), CHINA).is_provisional is False


@pytest.mark.parametrize(
    ("start", "limit"), [("2003-12-31 09:00", "1wd"), ("2003-12-31 09:00", "1wh"), ("2030-01-01 09:00", "1d")]
)
def test_a_clock_outside_the_calendar_is_refused(start, limit):
    with pytest.raises(CalendarTooShort, match=r"calendar\.too_short") as refused:
        due(start, limit)

    assert refused.value.facts == {"day": start[:10], "first": "2004-01-01", "last": "2029-12-31"}


@pytest.mark.parametrize("limit", ["4wh", "3wd", "30wm", "9d"])
def test_a_limit_that_outruns_the_calendar_is_refused(limit):
    with pytest.raises(CalendarTooShort):
        due("2029-12-31 17:15", limit)


@pytest.mark.parametrize("text", ["", "4", "wh", "4 wh", "4WH", "-1h", "0h", "1.5h", "4wh;15wd", "99999m", "٣h"])
def test_a_limit_that_cannot_be_read_is_an_error(text):
    with pytest.raises(ValueError):
        Limit.parse(text)


@pytest.mark.parametrize("text", ["30m", "2h", "30wm", "4wh", "3wd", "60d"])
def test_a_limit_reads_back_as_written(text):
    assert str(Limit.parse(text)) == text


@pytest.mark.parametrize("hours", [("12:00-08:00",), ("08:00-12:00", "11:00-13:00"), ("08:00-24:01",), ("8-12",), ()])
def test_opening_hours_that_make_no_day_are_an_error(hours):
    with pytest.raises(ValueError):
        Profile.of("broken", *hours)


def test_an_override_wins_both_ways():
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    overrides = {date(2026, 10, 10): False, date(2026, 10, 1): True}

    calendar = WorkingCalendar.of(first, last, PUBLISHED, overrides=overrides)

    assert (CHINA.is_working(date(2026, 10, 10)), CHINA.is_working(date(2026, 10, 1))) == (True, False)
    assert (calendar.is_working(date(2026, 10, 10)), calendar.is_working(date(2026, 10, 1))) == (False, True)


def test_midnight_at_its_end_still_belongs_to_the_calendar():
    end = due_at(at("2029-12-28 17:00"), Limit.parse("1wd"), CHINA).at

    assert end == at("2030-01-01 00:00")
    assert worked_between(at("2029-12-28 17:00"), end, CHINA) == timedelta(hours=7.5)
    with pytest.raises(CalendarTooShort):
        worked_between(end, end + timedelta(minutes=1), CHINA)


def test_nothing_has_been_counted_before_the_calendar_begins():
    with pytest.raises(CalendarTooShort):
        moment(0, CHINA, OFFICE)


def test_what_is_overdue_has_nothing_left():
    due = at("2026-11-20 10:00")

    assert remaining(at("2026-11-23 10:00"), due, Unit.WORKING_HOUR, CHINA) == timedelta()
    assert remaining(at("2026-11-23 10:00"), due, Unit.WORKING_DAY, CHINA) == timedelta()


def test_what_was_left_runs_on_after_a_stop():
    first_due = due_at(at("2026-11-16 09:00"), Limit.parse("4wh"), CHINA).at

    left = remaining(at("2026-11-16 10:00"), first_due, Unit.WORKING_HOUR, CHINA)
    stop = (at("2026-11-16 10:00"), at("2026-11-20 16:30"))
    resumed = due_after(at("2026-11-16 09:00"), Limit.parse("4wh"), [stop], CHINA)

    assert left == timedelta(hours=3)
    assert resumed.at == at("2026-11-23 10:30")


@pytest.mark.parametrize(
    ("stopped", "resumed", "expected"),
    [
        ("2026-11-17 10:00", "2026-11-17 16:00", "2026-11-20 00:00"),  # within a day: nothing moves
        ("2026-11-17 10:00", "2026-11-23 09:00", "2026-11-26 00:00"),  # two days were left
        ("2026-11-19 10:00", "2026-11-23 09:00", "2026-11-24 00:00"),  # stopped on the last day: a last day again
        ("2026-11-19 10:00", "2026-11-21 09:00", "2026-11-24 00:00"),  # resumed on a rest day: the next working day
        ("2026-11-20 10:00", "2026-11-27 09:00", "2026-11-20 00:00"),  # overdue when stopped: gains nothing
    ],
)
def test_working_days_left_run_on_as_whole_days(stopped, resumed, expected):
    answer = due_after(at("2026-11-16 09:00"), Limit.parse("3wd"), [(at(stopped), at(resumed))], CHINA)

    assert answer.at == at(expected)


# Laws over small calendars of any shape

FIRST = date(2026, 2, 1)
DAYS = 70
patterns = st.sets(st.integers(0, 29)).map(lambda rest: [number not in rest for number in range(DAYS)])
moments = st.integers(0, 10 * 24 * 3600).map(
    lambda seconds: datetime.combine(FIRST, time(), SHANGHAI) + timedelta(seconds=seconds)
)
limits = st.one_of(
    st.builds(Limit, st.integers(1, 48), st.sampled_from([Unit.MINUTE, Unit.HOUR])),
    st.builds(Limit, st.integers(1, 300), st.just(Unit.WORKING_MINUTE)),
    st.builds(Limit, st.integers(1, 30), st.just(Unit.WORKING_HOUR)),
    st.builds(Limit, st.integers(1, 8), st.sampled_from([Unit.WORKING_DAY, Unit.DAY])),
)


def calendar_of(days: list[bool]) -> WorkingCalendar:
    published = {FIRST + timedelta(days=number): is_worked for number, is_worked in enumerate(days)}
    return WorkingCalendar.of(FIRST, FIRST + timedelta(days=DAYS - 1), published)


@given(patterns, moments, limits)
def test_due_comes_after_start(days, start, limit):
    assert due_at(start, limit, calendar_of(days)).at > start


@given(patterns, moments, limits, st.integers(0, 29))
def test_a_holiday_more_never_brings_it_nearer(days, start, limit, holiday):
    fewer = [*days[:holiday], False, *days[holiday + 1 :]]

    assert due_at(start, limit, calendar_of(fewer)).at >= due_at(start, limit, calendar_of(days)).at


@given(patterns, moments, limits)
def test_a_longer_limit_never_ends_sooner(days, start, limit):
    longer = Limit(limit.amount + 1, limit.unit)

    assert due_at(start, longer, calendar_of(days)).at >= due_at(start, limit, calendar_of(days)).at


@given(patterns, moments, moments, limits)
def test_a_later_start_never_ends_sooner(days, one, other, limit):
    sooner, later = sorted([one, other])

    assert due_at(sooner, limit, calendar_of(days)).at <= due_at(later, limit, calendar_of(days)).at


@given(patterns, moments, moments, moments)
def test_parts_of_a_span_add_up(days, one, two, three):
    start, middle, end = sorted([one, two, three])
    calendar = calendar_of(days)

    parts = worked_between(start, middle, calendar) + worked_between(middle, end, calendar)

    assert parts == worked_between(start, end, calendar)


@given(patterns, moments, limits)
def test_the_counted_time_up_to_due_is_the_limit(days, start, limit):
    assume(limit.unit in (Unit.WORKING_MINUTE, Unit.WORKING_HOUR))
    calendar = calendar_of(days)

    due = due_at(start, limit, calendar).at

    assert worked_between(start, due, calendar) == timedelta(microseconds=limit.counted)
    assert worked_between(start, due - timedelta(seconds=1), calendar) < timedelta(microseconds=limit.counted)


@given(patterns, moments, limits, st.integers(0, 20 * 24 * 3600))
def test_a_stop_of_no_length_moves_nothing(days, start, limit, later):
    calendar, stop = calendar_of(days), start + timedelta(seconds=later)
    due = due_at(start, limit, calendar).at

    assert due_after(start, limit, [(stop, stop)], calendar).at == due


@given(patterns, moments, limits, st.integers(0, 5 * 24 * 3600), st.integers(0, 5 * 24 * 3600))
def test_a_stop_never_brings_it_nearer(days, start, limit, until_stop, stop_length):
    calendar, stopped = calendar_of(days), start + timedelta(seconds=until_stop)
    due = due_at(start, limit, calendar).at

    resumed = due_after(start, limit, [(stopped, stopped + timedelta(seconds=stop_length))], calendar).at

    assert resumed >= due


@given(patterns, st.integers(0, 5 * 24 * 60), st.integers(1, 15), st.sampled_from(WORKING_UNITS))
def test_it_equals_walking_minute_by_minute(days, minute, amount, unit):
    start = datetime.combine(FIRST, time(), SHANGHAI) + timedelta(minutes=minute)

    walked = walk_days(days, start, amount) if unit is Unit.WORKING_DAY else walk(days, start, amount, unit)

    assert due_at(start, Limit(amount, unit), calendar_of(days)).at == walked


def walk(days: list[bool], start: datetime, amount: int, unit: Unit) -> datetime:
    left, moment = amount * (60 if unit is Unit.WORKING_HOUR else 1), start
    while left:
        of_day = moment.time()
        is_open = time(8, 30) <= of_day < time(12) or time(14) <= of_day < time(17, 30)
        left -= is_open and days[(moment.date() - FIRST).days]
        moment += timedelta(minutes=1)
    return moment


def walk_days(days: list[bool], start: datetime, amount: int) -> datetime:
    day = start.date()
    while amount:
        day += timedelta(days=1)
        amount -= days[(day - FIRST).days]
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
