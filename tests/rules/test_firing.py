"""Firing: what a clock tells while it runs, in whose hours, and never twice."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.rules.deadlines import Clock, Running, Urgency, recomputed, start
from tongxin.rules.firing import TELLS, Telling, fire, next_fire, rescheduled
from tongxin.rules.working_time import ALWAYS, OFFICE, SHANGHAI, Limit, Profile, Unit, WorkingCalendar

# the 20th is a Friday; the 23rd, a Monday, is a day off
DAYS = WorkingCalendar.of(date(2026, 1, 1), date(2027, 12, 31), {date(2026, 11, 23): False})
MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=SHANGHAI)

moments = st.integers(0, 200 * 24 * 60).map(lambda minutes: MONDAY - timedelta(days=100) + timedelta(minutes=minutes))
limits = st.builds(Limit, st.integers(1, 40), st.sampled_from(Unit))
urgencies = st.sampled_from(Urgency)
clocks = st.sampled_from(Clock)
profiles = st.sampled_from([OFFICE, ALWAYS, Profile.of("early", "06:00-11:00", "12:00-15:00")])


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=SHANGHAI)


def running(limit: str, urgency: Urgency = Urgency.NORMAL, begun: str = "11-16 09:00", clock: Clock = Clock.HANDLE):
    return start(clock, at(begun), Limit.parse(limit), urgency, DAYS)


def told(clock: Running, urgency: Urgency = Urgency.NORMAL, profile: Profile = OFFICE) -> dict[Telling, datetime]:
    """Return all a clock ever tells."""
    coming = (next_fire(fired, clock, urgency, DAYS, profile) for fired in range(len(Telling) + 1))
    return {each.telling: each.at for each in coming if each}


def is_open(moment: datetime, profile: Profile) -> bool:
    local = moment.astimezone(SHANGHAI)
    of_day = timedelta(hours=local.hour, minutes=local.minute, seconds=local.second) // timedelta(microseconds=1)
    return (profile.every_day or DAYS.is_working(local.date())) and any(o <= of_day < c for o, c in profile.spans)


def test_every_clock_warns_first_and_then_says_that_it_is_overdue():
    assert set(TELLS) == set(Clock)
    assert all(tells[:2] == (Telling.AMBER, Telling.OVERDUE) for tells in TELLS.values())


@pytest.mark.parametrize(
    ("limit", "begun", "urged", "noted"),
    [
        ("4wh", "11-16 09:00", "11-17 08:30", "11-25 08:30"),  # the 17th to the 20th and, past a day off, the 24th
        ("4wh", "11-20 09:00", "11-24 08:30", "12-01 08:30"),  # urged over the weekend and the day off
        ("3wd", "11-16 09:00", "11-20 08:30", "11-30 08:30"),  # until 24:00 of Thursday: urged on Friday
        ("5d", "11-16 09:00", "11-25 08:30", "12-02 08:30"),  # its last day, a Saturday, moved to the 24th
    ],
)
def test_who_is_late_is_urged_on_the_next_working_day_and_named_after_five(limit, begun, urged, noted):
    moments = told(running(limit, begun=begun))

    assert (moments[Telling.URGE], moments[Telling.NOTICE]) == (at(urged), at(noted))


def test_what_is_urgent_is_told_at_any_hour():
    clock = running("2wh", Urgency.URGENT, begun="11-20 22:00")

    moments = told(clock, Urgency.URGENT)

    assert moments[Telling.AMBER] == at("11-20 23:00")
    assert moments[Telling.URGE] == at("11-22 00:00")


def test_a_warning_of_natural_days_waits_for_the_morning():
    clock = running("60d")

    assert clock.amber_at == at("12-28 19:30")
    assert told(clock)[Telling.AMBER] == at("12-29 08:30")


def test_a_deadline_is_missed_right_after_its_moment_and_not_at_it():
    clock = running("4wh")

    kept, missed = (fire(1, clock, Urgency.NORMAL, DAYS, clock.due_at + timedelta(seconds=late)) for late in (0, 1))

    assert kept.telling is None
    assert missed.telling is Telling.OVERDUE


def test_what_is_overdue_when_its_worker_wakes_warns_no_more():
    clock = running("4wh")

    fired = fire(0, clock, Urgency.NORMAL, DAYS, at("12-20 10:00"))

    assert fired.telling is Telling.OVERDUE


def test_where_no_calendar_reaches_a_clock_still_says_that_it_is_overdue():
    of_old = running("4wh")._replace(due_at=datetime(1999, 1, 4, 9, tzinfo=SHANGHAI))

    fired = fire(1, of_old, Urgency.NORMAL, DAYS, MONDAY)

    assert (fired.telling, fired.next_at) == (Telling.OVERDUE, None)


@given(clocks, limits, urgencies, moments, profiles)
def test_what_a_clock_tells_comes_in_its_order(clock, limit, urgency, begun, profile):
    moments = told(start(clock, begun, limit, urgency, DAYS, profile=profile), urgency, profile)

    assert list(moments) == list(TELLS[clock])
    assert list(moments.values()) == sorted(set(moments.values()))


@given(clocks, limits, moments, profiles)
def test_people_are_reminded_in_their_hours(clock, limit, begun, profile):
    running = start(clock, begun, limit, Urgency.NORMAL, DAYS, profile=profile)
    by_night = limit.unit in (Unit.MINUTE, Unit.HOUR)

    for telling, moment in told(running, Urgency.NORMAL, profile).items():
        if telling is not Telling.OVERDUE and not by_night:
            assert is_open(moment, profile) or moment == running.due_at


@given(clocks, limits, urgencies, moments, profiles, st.lists(st.integers(1, 30 * 24 * 60), min_size=1, max_size=30))
def test_however_late_a_worker_looks_each_thing_is_told_once_and_in_time(clock, limit, urgency, begun, profile, waits):
    running = start(clock, begun, limit, urgency, DAYS, profile=profile)
    now, fired, next_at, said = begun, 0, running.amber_at, []

    for wait in [*waits, 400 * 24 * 60]:
        now = min(now + timedelta(minutes=wait), datetime(2027, 11, 1, tzinfo=SHANGHAI))
        while next_at is not None and next_at <= now:
            telling, fired, next_at = fire(fired, running, urgency, DAYS, now, profile=profile)
            said += [(telling, now)] if telling else []

    expected = told(running, urgency, profile)
    assert [telling for telling, _ in said] in (list(expected), list(expected)[1:])
    assert all(moment >= expected[telling] for telling, moment in said)


@given(clocks, limits, urgencies, moments, profiles, st.integers(0, 4), st.integers(0, 400), st.integers(0, 60))
def test_a_moved_clock_tells_again_only_what_lies_ahead_again(
    clock, limit, urgency, begun, profile, fired, hours, longer
):
    now = begun + timedelta(hours=hours)
    longer_limit = Limit(limit.amount + longer, limit.unit)
    moved = recomputed(clock, begun, longer_limit, urgency, [], DAYS, profile=profile)
    moments = list(told(moved, urgency, profile).values())

    _, kept, next_at = rescheduled(min(fired, len(moments)), moved, urgency, DAYS, now, profile=profile)

    assert kept <= fired
    assert all(moment <= now for moment in moments[:kept])  # told, and come: never again
    assert all(moment > now for moment in moments[kept:fired])  # told, and ahead again: told again
    assert next_at == (moments[kept] if kept < len(moments) else None)
