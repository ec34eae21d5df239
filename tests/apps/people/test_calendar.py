"""The calendar of this house: published years, days written by hand, years nobody has published."""

from datetime import date, datetime

import pytest

from tongxin.apps.people import calendar as calendars
from tongxin.apps.people.calendar import STATUTORY, built, calendar, differing_days, forget, missing_from_notice
from tongxin.apps.people.models import CalendarOverride
from tongxin.rules.working_time import SHANGHAI, CalendarTooShort, Limit, due_at

UNPUBLISHED = calendars.LAST_YEAR + 1
NOTICE = {date(UNPUBLISHED, month, day): False for month, day in STATUTORY}


@pytest.fixture(autouse=True)
def _a_fresh_process(monkeypatch):
    monkeypatch.setattr(calendars, "_kept", None)


def override(day: date, is_working: bool) -> None:
    CalendarOverride.objects.create(date=day, is_working=is_working, source="国办发明电")


def test_two_publishers_agree_on_every_day():
    assert differing_days(range(2010, 2027)) == []


def test_2026_is_published_and_the_year_after_the_last_is_a_guess():
    known = built({})

    assert known.working_days(date(2026, 1, 1), date(2027, 1, 1)) == 248
    assert known.first == date(2004, 1, 1)
    assert known.provisional_from == date(UNPUBLISHED, 1, 1)
    assert known.last == date(UNPUBLISHED + 2, 12, 31)


def test_days_off_dated_by_law_are_no_guess_to_work_on():
    known = built({})

    assert not known.is_working(date(UNPUBLISHED, 1, 1))
    assert not known.is_working(date(UNPUBLISHED, 10, 1))


def test_before_2004_and_beyond_the_horizon_is_refused():
    for day in (date(2003, 12, 31), date(UNPUBLISHED + 3, 1, 1)):
        with pytest.raises(CalendarTooShort):
            built({}).is_working(day)


def test_a_notice_written_down_whole_publishes_its_year():
    known = built({**NOTICE, date(UNPUBLISHED, 2, 8): False})

    assert known.provisional_from == date(UNPUBLISHED + 1, 1, 1)
    assert known.last == date(UNPUBLISHED + 3, 12, 31)


def test_a_single_day_off_publishes_nothing():
    alone = {date(UNPUBLISHED, 10, 1): False}

    assert built(alone).provisional_from == date(UNPUBLISHED, 1, 1)
    assert len(missing_from_notice(UNPUBLISHED, alone)) == len(STATUTORY) - 1


def test_the_version_follows_the_rows_and_nothing_else():
    day, other = date(2026, 11, 23), date(2026, 11, 24)

    assert built({day: False, other: True}).version == built({other: True, day: False}).version
    assert len({built(rows).version for rows in ({}, {day: False}, {day: True}, {other: False})}) == 4


@pytest.mark.django_db
def test_an_override_moves_a_deadline_once_it_is_noticed():
    friday, limit = datetime(2026, 11, 20, 9, tzinfo=SHANGHAI), Limit.parse("1wd")
    before = due_at(friday, limit, calendar()).at

    override(date(2026, 11, 23), False)
    forget()

    assert before == datetime(2026, 11, 24, tzinfo=SHANGHAI)
    assert due_at(friday, limit, calendar()).at == datetime(2026, 11, 25, tzinfo=SHANGHAI)


@pytest.mark.django_db
def test_what_another_process_wrote_is_noticed_within_two_seconds(monkeypatch):
    now = 100.0
    monkeypatch.setattr(calendars, "monotonic", lambda: now)
    before = calendar()
    override(date(2026, 11, 23), False)

    still = calendar()
    now += calendars.SECONDS_KEPT
    after = calendar()

    assert still is before
    assert after.version != before.version
    assert not after.is_working(date(2026, 11, 23))


@pytest.mark.django_db
def test_the_kept_calendar_costs_no_statement_and_an_unchanged_one_is_not_built_again(django_assert_num_queries):
    first = calendar()

    with django_assert_num_queries(0):
        kept = calendar()
    forget()
    with django_assert_num_queries(1):
        again = calendar()

    assert kept is first and again is first
