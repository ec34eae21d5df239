"""Patrols by the rules: when a round is due, what a check-in may say, and that it never says where somebody was."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.rules import patrols
from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.patrols import CheckIn, Found, Rhythm, coarse, is_due, window
from tongxin.rules.working_time import SHANGHAI

DAYS_OFF = {date(2026, 10, day) for day in range(1, 8)}  # the National Day holiday of 2026: Thursday to Wednesday
YEAR = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
OPEN = window(date(2026, 11, 20), time(8), time(17, 30))
NOON = datetime(2026, 11, 20, 12, tzinfo=SHANGHAI)


def is_worked(day):
    return day.weekday() < 5 and day not in DAYS_OFF


def due(rhythm, on_day=None):
    return [day for day in YEAR if is_due(rhythm, on_day, day, is_worked)]


def test_a_plan_for_workdays_rests_on_every_day_off_and_a_daily_one_never():
    assert due(Rhythm.DAILY) == YEAR
    assert due(Rhythm.WORKDAYS) == [day for day in YEAR if is_worked(day)]


def test_a_weekly_round_that_falls_into_a_holiday_is_walked_when_the_holiday_is_over():
    mondays = due(Rhythm.WEEKLY, 1)

    assert date(2026, 10, 5) not in mondays
    assert date(2026, 10, 8) in mondays
    assert date(2026, 10, 12) in mondays
    assert len(mondays) == sum(day.weekday() == 0 for day in YEAR)


def test_a_weekly_round_set_on_a_weekend_stays_there():
    assert due(Rhythm.WEEKLY, 6) == [day for day in YEAR if day.weekday() == 5]


def test_a_monthly_round_comes_once_a_month_and_on_a_worked_day():
    for on_day in (1, 15, 31):
        days = due(Rhythm.MONTHLY, on_day)

        assert all(is_worked(day) for day in days)
        assert 11 <= len(days) <= 12  # that of the last day of the year may be walked in the next one
    assert date(2026, 10, 8) in due(Rhythm.MONTHLY, 1)
    assert date(2026, 3, 2) in due(Rhythm.MONTHLY, 31)  # February ends on a Saturday


def test_a_round_at_night_ends_on_the_next_morning_and_may_be_late_until_that_midnight():
    night = window(date(2026, 11, 20), time(20), time(6))

    assert night.due_at == datetime(2026, 11, 21, 6, tzinfo=SHANGHAI)
    assert night.shuts_at == datetime(2026, 11, 22, tzinfo=SHANGHAI)
    assert window(date(2026, 11, 20), time(8), time(0)).shuts_at == datetime(2026, 11, 21, tzinfo=SHANGHAI)


@given(st.floats(0, 2_000_000))
def test_what_is_kept_of_a_distance_is_coarse_and_tells_nothing_from_a_kilometre_on(metres):
    kept = coarse(metres)

    assert kept % 10 == 0
    assert kept == 1000 if metres >= 1000 else abs(kept - metres) <= 5


def test_a_position_is_none_or_whole_and_on_earth():
    assert patrols.metres_to(None, None, 118.86, 28.94) is None
    assert patrols.metres_to(118.86, 28.9403, 118.86, 28.94) == 30
    for lon, lat in ((118.86, None), (float("nan"), 28.9), (181, 28.9), (118.9, 91)):
        with pytest.raises(Invalid, match="bad_point"):
            patrols.metres_to(lon, lat, 118.86, 28.94)


def test_without_a_position_nobody_says_whether_it_was_there():
    assert patrols.is_within(None, 50) is None
    assert patrols.is_within(50, 50) is True
    assert patrols.is_within(60, 50) is False


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (CheckIn(Found.UNREACHED, NOON, reason="  "), "no_reason"),
        (CheckIn(Found.REPORTED, NOON), "no_matter"),
        (CheckIn(Found.FINE, NOON + timedelta(minutes=6)), "to_come"),
        (CheckIn(Found.FINE, NOON - timedelta(days=3, minutes=1)), "long_ago"),
        (CheckIn(Found.FINE, OPEN.opens_at - timedelta(minutes=6)), "not_open"),
    ],
)
def test_a_check_in_is_refused_with_its_reason(told, code):
    with pytest.raises(Refused, match=code):
        patrols.check(told, OPEN, NOON)


def test_a_check_in_after_the_hour_is_late_and_after_midnight_is_none():
    tomorrow = NOON + timedelta(days=1)

    assert patrols.check(CheckIn(Found.FINE, OPEN.due_at), OPEN, tomorrow) is False
    assert patrols.check(CheckIn(Found.FINE, OPEN.due_at + timedelta(seconds=1)), OPEN, tomorrow) is True
    with pytest.raises(Refused, match=r"patrol\.over"):
        patrols.check(CheckIn(Found.FINE, datetime(2026, 11, 20, 16, tzinfo=UTC)), OPEN, tomorrow)


def test_who_holds_the_post_is_on_duty_unless_a_roster_says_otherwise():
    assert patrols.is_on_duty(has_roster=False, has_shift=False)
    assert patrols.is_on_duty(has_roster=True, has_shift=True)
    assert not patrols.is_on_duty(has_roster=True, has_shift=False)
