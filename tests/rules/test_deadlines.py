"""Deadlines: what each clock allows, how urgency counts, when it warns, what a stop does."""

from datetime import date, datetime, timedelta
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.rules.deadlines import (
    CLOCK_PROFILES,
    LEVEL_LIMITS,
    LIMITS,
    AmberRule,
    Clock,
    Urgency,
    Verdict,
    hastened,
    limit_of,
    recomputed,
    start,
    verdict,
    whole,
)
from tongxin.rules.working_time import (
    ALWAYS,
    PROFILES,
    SHANGHAI,
    CalendarTooShort,
    Limit,
    Unit,
    WorkingCalendar,
)

WEEKDAYS = WorkingCalendar.of(date(2026, 1, 1), date(2027, 12, 31), {}, provisional_from=date(2027, 1, 1))
MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=SHANGHAI)

WITHOUT_HASTE = {Clock.CALL_BACK, Clock.HOLD, Clock.APPEAL}  # their days stand however urgent the matter is

moments = st.integers(0, 200 * 24 * 60).map(lambda minutes: MONDAY - timedelta(days=100) + timedelta(minutes=minutes))
limits = st.builds(Limit, st.integers(1, 40), st.sampled_from(Unit))
urgencies = st.sampled_from(Urgency)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=SHANGHAI)


def test_every_clock_has_a_limit_for_every_urgency():
    assert set(LIMITS) == set(Clock)
    assert all(set(row) == set(Urgency) for row in LIMITS.values())


def test_every_clock_has_a_profile_that_rows_know_by_name():
    assert set(CLOCK_PROFILES) == set(Clock)
    assert all(PROFILES[profile.name] is profile and len(profile.name) <= 12 for profile in CLOCK_PROFILES.values())


@pytest.mark.parametrize(
    ("clock", "urgency", "limit"),
    [
        (Clock.ACCEPT, Urgency.NORMAL, "30wm"),
        (Clock.ACCEPT, Urgency.URGENT, "5m"),
        (Clock.VERIFY, Urgency.NORMAL, "30wm"),
        (Clock.DISPATCH, Urgency.URGENT, "10m"),
        (Clock.SIGN, Urgency.NORMAL, "2wh"),
        (Clock.SIGN, Urgency.EXTREME, "15m"),
        (Clock.CHECK, Urgency.NORMAL, "1wd"),
        (Clock.CALL_BACK, Urgency.EXTREME, "3wd"),
    ],
)
def test_the_published_limits_stand(clock, urgency, limit):
    assert str(limit_of(clock, urgency)) == limit


@pytest.mark.parametrize("clock", [clock for clock in Clock if clock not in WITHOUT_HASTE])
def test_the_more_urgent_the_sooner(clock):
    evening = at("20 17:20")

    dues = [start(clock, evening, limit_of(clock, urgency), urgency, WEEKDAYS).due_at for urgency in Urgency]

    assert dues == sorted(dues, reverse=True)
    assert dues[2] < dues[0]


def test_a_higher_level_has_longer():
    dues = [start(Clock.HANDLE, MONDAY, limit, Urgency.NORMAL, WEEKDAYS).due_at for limit in LEVEL_LIMITS.values()]

    assert dues == sorted(dues)


@pytest.mark.parametrize(
    ("limit", "urgency", "counted_as"),
    [
        ("4wh", Urgency.NORMAL, "4wh"),
        ("4wh", Urgency.URGENT, "4h"),
        ("30wm", Urgency.EXTREME, "30m"),
        ("1wd", Urgency.URGENT, "1wd"),
        ("3wd", Urgency.EXTREME, "72h"),
        ("60d", Urgency.EXTREME, "60d"),
        ("2h", Urgency.URGENT, "2h"),
    ],
)
def test_urgent_working_hours_are_continuous_natural_time(limit, urgency, counted_as):
    assert str(hastened(Limit.parse(limit), urgency)) == counted_as


@given(limits, urgencies)
def test_hastening_twice_changes_nothing_more(limit, urgency):
    assert hastened(hastened(limit, urgency), urgency) == hastened(limit, urgency)


def test_an_urgent_matter_reported_at_night_is_handled_at_night():
    clock = start(Clock.HANDLE, at("20 22:00"), Limit.parse("2wh"), Urgency.URGENT, WEEKDAYS)

    assert (clock.limit, clock.due_at) == (Limit.parse("2h"), at("21 00:00"))


@given(limits, urgencies, moments)
def test_the_whole_never_ends_before_the_handling(limit, urgency, moment):
    handling = start(Clock.HANDLE, moment, limit_of(Clock.HANDLE, urgency, limit), urgency, WEEKDAYS)
    in_all = start(Clock.WHOLE, moment, limit_of(Clock.WHOLE, urgency, limit), urgency, WEEKDAYS)

    assert in_all.due_at > handling.due_at


@pytest.mark.parametrize(
    ("limit", "in_all"),
    [("15wd", "17wd"), ("60d", "63d"), ("4wh", "3wd"), ("8wh", "4wd"), ("30m", "3wd"), ("72h", "5wd")],
)
def test_two_working_days_more_for_the_ends(limit, in_all):
    assert str(whole(Limit.parse(limit))) == in_all


@pytest.mark.parametrize(
    ("limit", "urgency", "amber"),
    [
        ("5wd", Urgency.NORMAL, "20 10:03"),  # 41 h 30 lie before the end of the fifth day, 70 % are 29 h 03
        ("1wd", Urgency.NORMAL, "17 11:27"),  # 9 h 27 of 13 h 30
        ("4wh", Urgency.NORMAL, "16 11:00"),  # little is left from the start: so at the half
        ("10wh", Urgency.NORMAL, "16 17:00"),  # 4 working hours left comes before 70 %
        ("10h", Urgency.NORMAL, "16 14:00"),
        ("72h", Urgency.NORMAL, "18 09:00"),  # 24 natural hours left
        ("100h", Urgency.NORMAL, "19 07:00"),  # 70 %
        ("5wd", Urgency.URGENT, "19 08:45"),  # half
        ("10h", Urgency.EXTREME, "16 14:00"),
    ],
)
def test_amber_stands_when_much_is_used_or_little_left(limit, urgency, amber):
    clock = start(Clock.HANDLE, MONDAY, Limit.parse(limit), urgency, WEEKDAYS)

    assert clock.amber_at == at(amber)


def test_the_amber_rule_is_a_setting():
    late = AmberRule(share=90, hours_left=0)

    clock = start(Clock.HANDLE, MONDAY, Limit.parse("10wh"), Urgency.NORMAL, WEEKDAYS, amber=late)

    assert clock.amber_at == at("17 11:00")  # 9 of 10 hours used


@given(limits, urgencies, moments)
def test_a_clock_warns_after_its_start_and_before_its_end(limit, urgency, moment):
    clock = start(Clock.HANDLE, moment, limit, urgency, WEEKDAYS)

    assert clock.started_at < clock.amber_at < clock.due_at


@given(limits, moments)
def test_an_urgent_clock_never_warns_later(limit, moment):
    normal, urgent = (start(Clock.HANDLE, moment, limit, urgency, WEEKDAYS) for urgency in list(Urgency)[:2])

    assert urgent.amber_at <= normal.amber_at


@given(limits, urgencies, moments, st.integers(0, 5000))
def test_a_stop_of_no_length_changes_nothing(limit, urgency, moment, minutes):
    clock = start(Clock.HANDLE, moment, limit, urgency, WEEKDAYS)
    stop = moment + timedelta(minutes=minutes)

    assert recomputed(Clock.HANDLE, moment, limit, urgency, [stop, stop], WEEKDAYS) == clock


def test_a_resumed_clock_warns_as_long_before_its_end_as_before():
    stops = [at("16 11:00"), at("18 09:00")]

    resumed = recomputed(Clock.HANDLE, MONDAY, Limit.parse("10wh"), Urgency.NORMAL, stops, WEEKDAYS)

    assert (resumed.amber_at, resumed.due_at) == (at("18 15:00"), at("19 10:00"))  # 8 hours left, amber in 4


def test_a_natural_clock_resumes_with_the_hours_left():
    stops = [at("16 11:00"), at("21 03:00")]

    resumed = recomputed(Clock.HANDLE, MONDAY, Limit.parse("10h"), Urgency.NORMAL, stops, WEEKDAYS)

    assert (resumed.amber_at, resumed.due_at) == (at("21 06:00"), at("21 11:00"))


def test_a_profile_of_round_the_clock_counts_every_hour():
    clock = start(Clock.SIGN, at("21 23:00"), Limit.parse("2wh"), Urgency.NORMAL, WEEKDAYS, profile=ALWAYS)

    assert (clock.amber_at, clock.due_at) == (at("22 00:00"), at("22 01:00"))


def test_a_clock_running_into_an_unpublished_year_is_provisional():
    december = datetime(2026, 12, 30, 9, tzinfo=SHANGHAI)

    clocks = [start(Clock.HANDLE, december, Limit.parse(limit), Urgency.NORMAL, WEEKDAYS) for limit in ("1wd", "3wd")]

    assert [clock.is_provisional for clock in clocks] == [False, True]


def test_a_clock_before_the_calendar_is_refused():
    with pytest.raises(CalendarTooShort):
        start(Clock.ACCEPT, datetime(1999, 1, 4, 9, tzinfo=SHANGHAI), Limit.parse("30wm"), Urgency.NORMAL, WEEKDAYS)


@pytest.mark.parametrize(("seconds", "expected"), [(-1, Verdict.ON_TIME), (0, Verdict.ON_TIME), (1, Verdict.OVERDUE)])
def test_a_deadline_is_kept_up_to_its_very_moment(seconds, expected):
    assert verdict(MONDAY, MONDAY + timedelta(seconds=seconds)) is expected


# --- the law: due = f(start, limit, stops, calendar) ------------------------------------------------------

gaps = st.lists(st.integers(0, 20 * 24 * 60), max_size=6).filter(lambda gaps: len(gaps) % 2 == 0)
days_off = st.lists(st.dates(date(2026, 8, 1), date(2027, 3, 1)), max_size=12)
calendars = days_off.map(lambda off: with_off(off))
profiles = st.sampled_from(list(PROFILES.values()))


def with_off(days: list[date]) -> WorkingCalendar:
    return WorkingCalendar.of(date(2026, 1, 1), date(2029, 12, 31), dict.fromkeys(days, False))


def stops_after(start_at: datetime, gaps: list[int]) -> list[datetime]:
    return [start_at + timedelta(minutes=minutes) for minutes in accumulate(gaps)]


def handling(start_at, limit, urgency, stops, calendar, profile):
    return recomputed(Clock.HANDLE, start_at, limit, urgency, stops, calendar, profile=profile)


@given(limits, urgencies, moments, calendars, profiles)
def test_without_stops_a_clock_is_as_it_started(limit, urgency, moment, calendar, profile):
    clock = handling(moment, limit, urgency, [], calendar, profile)

    assert clock == start(Clock.HANDLE, moment, limit, urgency, calendar, profile=profile)


@given(limits, urgencies, moments, calendars, profiles, gaps, st.data())
def test_one_stop_written_as_two_adjacent_ones_counts_the_same(limit, urgency, moment, calendar, profile, gaps, data):
    stops = stops_after(moment, gaps or [60, 60])
    nth = data.draw(st.integers(0, len(stops) // 2 - 1)) * 2
    cut = stops[nth] + (stops[nth + 1] - stops[nth]) * data.draw(st.integers(0, 4)) / 4
    split = [*stops[: nth + 1], cut, cut, *stops[nth + 1 :]]

    whole, cut_in_two = (handling(moment, limit, urgency, each, calendar, profile) for each in (stops, split))

    assert cut_in_two == whole


@given(limits, urgencies, moments, calendars, profiles, gaps)
def test_one_stop_more_never_brings_the_end_nearer(limit, urgency, moment, calendar, profile, gaps):
    stops = stops_after(moment, gaps)

    dues = [handling(moment, limit, urgency, stops[:n], calendar, profile).due_at for n in range(0, len(stops) + 1, 2)]

    assert dues == sorted(dues)


@given(limits, urgencies, moments, calendars, profiles, gaps, st.integers(1, 40))
def test_a_longer_limit_never_brings_the_end_nearer(limit, urgency, moment, calendar, profile, gaps, more):
    stops = stops_after(moment, gaps)
    longer = Limit(limit.amount + more, limit.unit)

    short, extended = (handling(moment, each, urgency, stops, calendar, profile) for each in (limit, longer))

    assert short.due_at <= extended.due_at


@given(limits, urgencies, moments, profiles, days_off, st.dates(date(2026, 8, 1), date(2027, 3, 1)))
def test_one_more_day_off_never_brings_an_end_nearer(limit, urgency, moment, profile, days_off, day):
    calendars = with_off(days_off), with_off([*days_off, day])

    before, after = (handling(moment, limit, urgency, [], calendar, profile) for calendar in calendars)

    assert before.due_at <= after.due_at


@given(limits, urgencies, moments, calendars, profiles, gaps)
def test_however_often_stopped_a_clock_warns_before_its_end(limit, urgency, moment, calendar, profile, gaps):
    clock = handling(moment, limit, urgency, stops_after(moment, gaps), calendar, profile)

    assert clock.amber_at < clock.due_at


@given(st.integers(1, 400).map(lambda hours: Limit(hours, Unit.HOUR)), moments, gaps)
def test_natural_hours_are_used_only_outside_the_stops(limit, moment, gaps):
    stops = stops_after(moment, gaps)

    due = recomputed(Clock.HANDLE, moment, limit, Urgency.NORMAL, stops, WEEKDAYS).due_at

    stood_still = sum(
        (to - from_ for from_, to in zip(stops[::2], stops[1::2], strict=True) if from_ < due), timedelta()
    )
    assert due - moment - stood_still == timedelta(hours=limit.amount)


@pytest.mark.parametrize(
    ("limit", "stops", "due"),
    [
        ("3wd", [], "20 00:00"),
        ("3wd", ["17 10:00", "19 09:00"], "24 00:00"),  # two whole days were left on the 17th
        ("3wd", ["17 10:00", "18 09:00", "18 15:00", "19 09:00"], "24 00:00"),  # in two stops the same
        ("4wh", ["16 11:00", "18 15:00"], "18 17:00"),
        ("4wh", ["16 17:00", "20 09:00"], "16 15:00"),  # stopped after its end: nothing to give back
        ("5d", ["18 10:00", "24 10:00"], "28 00:00"),  # 16 + 5 is a Saturday: three days were left, not five
    ],
)
def test_what_was_left_when_a_stop_began_runs_on_from_its_end(limit, stops, due):
    clock = recomputed(Clock.HANDLE, MONDAY, Limit.parse(limit), Urgency.NORMAL, [at(each) for each in stops], WEEKDAYS)

    assert clock.due_at == at(due)


def test_a_stop_into_an_unpublished_year_makes_a_clock_provisional():
    stops = [at("18 10:00"), datetime(2027, 1, 4, 9, tzinfo=SHANGHAI)]

    clocks = [
        recomputed(Clock.HANDLE, MONDAY, Limit.parse("5wd"), Urgency.NORMAL, each, WEEKDAYS) for each in ([], stops)
    ]

    assert [clock.is_provisional for clock in clocks] == [False, True]
