"""When the calendar changes, running clocks are counted by the new one, chunk by chunk, and matters are told."""

from datetime import date, datetime, timedelta

import pytest
from django.db import transaction

from tests.apps.matters.test_holds import go_on, held
from tests.apps.matters.test_timers import all_told, clock_of, told
from tests.town import NOW, a_matter, a_report, kinds_of
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import actions
from tongxin.apps.matters.actions.timing import count_anew
from tongxin.apps.matters.models import Deadline, Extension
from tongxin.apps.people import calendar
from tongxin.apps.people.actions import clear_day, set_day
from tongxin.rules.errors import NotAllowed
from tongxin.rules.overlays.extension import Act as Extending
from tongxin.rules.working_time import SHANGHAI, Limit

MONDAY = date(2026, 11, 23)  # the next working day after the town's Friday


def day_off(town, day: date = MONDAY, *, now: datetime = NOW) -> None:
    set_day(day=day, is_working=False, source="市政府办通知", by=town.system_admin, now=now)


def all_counted(now: datetime = NOW) -> int:
    counted = 0
    while many := count_anew(now=now):
        counted += many
    return counted


def recounts(matter) -> list[dict]:
    return list(
        Entry.objects.filter(subject=f"matter:{matter.pk}", kind="clock.recompute")
        .order_by("seq")
        .values_list("data", flat=True)
    )


@pytest.mark.django_db
def test_a_day_off_moves_the_end_of_what_runs_and_the_matter_says_so(town):
    matter = a_matter(town, "HANDLING")
    before = clock_of(matter, "handle")

    day_off(town)
    all_counted()

    after = clock_of(matter, "handle")
    assert after.due_at > before.due_at
    assert after.calendar_version == calendar.calendar().version != before.calendar_version
    (data,) = [each for each in recounts(matter) if each["clock"] == "handle"]
    assert data == {
        "clock": "handle",
        "deadline": before.pk,
        "from_due_at": before.due_at.isoformat(),
        "due_at": after.due_at.isoformat(),
        "calendar": after.calendar_version,
    }


@pytest.mark.django_db
def test_the_clocks_are_then_those_of_a_matter_reported_under_the_new_calendar(town):
    old = a_matter(town, "HANDLING")
    day_off(town)
    all_counted()
    new = a_matter(town, "HANDLING")

    def counted(matter):
        return list(
            Deadline.objects.filter(matter=matter, ended_at=None)
            .order_by("clock")
            .values_list("clock", "limit", "due_at", "amber_at", "is_provisional", "next_fire_at", "calendar_version")
        )

    old.refresh_from_db()
    assert counted(old) == counted(new)
    assert (old.due_at, old.amber_at, old.return_until) == (new.due_at, new.amber_at, new.return_until)


@pytest.mark.django_db
def test_a_day_off_taken_back_brings_the_old_end_again(town):
    matter = a_matter(town, "HANDLING")
    before = list(Deadline.objects.order_by("id").values())
    day_off(town)
    all_counted()

    clear_day(day=MONDAY, by=town.system_admin, now=NOW)
    all_counted()

    assert list(Deadline.objects.order_by("id").values()) == before
    there, back = (each for each in recounts(matter) if each["clock"] == "handle")
    assert (back["from_due_at"], back["due_at"]) == (there["due_at"], there["from_due_at"])


@pytest.mark.django_db
def test_what_does_not_move_is_counted_in_silence_and_only_once(town):
    matter = a_matter(town, "HANDLING")
    before = kinds_of(matter)

    day_off(town, date(2026, 12, 31))
    counted, again = all_counted(), all_counted()

    assert (counted, again) == (Deadline.objects.filter(ended_at=None).count(), 0)
    assert kinds_of(matter) == before


@pytest.mark.django_db
def test_what_ended_stays_as_it_was_judged(town):
    matter = a_matter(town, "CLOSED")
    before = list(Deadline.objects.filter(matter=matter).order_by("id").values())

    day_off(town)
    all_counted()

    after = list(Deadline.objects.filter(matter=matter).order_by("id").values())
    ended = [row for row in before if row["ended_at"]]
    assert [row for row in after if row["ended_at"]] == ended != []


@pytest.mark.django_db
def test_what_was_promised_elsewhere_is_no_calendars_of_ours(town):
    matter = a_matter(town, "HANDLING")
    Deadline.objects.filter(matter=matter).update(calendar_version=0)

    day_off(town)

    assert all_counted() == 0


@pytest.mark.django_db
def test_a_warning_that_lies_ahead_again_is_given_again_and_nothing_else_twice(town):
    matter = a_matter(town, "HANDLING")
    warned_at = clock_of(matter, "handle").amber_at
    all_told(warned_at)

    day_off(town, warned_at.astimezone(SHANGHAI).date(), now=warned_at)
    all_counted(warned_at)
    at_once = told(matter, "handle")
    for hours in range(1, 30 * 24):
        all_told(warned_at + timedelta(hours=hours))

    assert at_once == ["clock.amber", "clock.recompute"]
    assert told(matter, "handle")[2:] == ["clock.amber", "clock.overdue", "clock.urge", "clock.notice"]


@pytest.mark.django_db
def test_what_was_told_and_stays_past_is_not_told_twice(town):
    matter = a_matter(town, "HANDLING")
    overdue_at = clock_of(matter, "handle").due_at + timedelta(minutes=1)
    all_told(overdue_at)
    before = told(matter, "handle")

    day_off(town, overdue_at.astimezone(SHANGHAI).date() + timedelta(days=1), now=overdue_at)
    all_counted(overdue_at)
    all_told(overdue_at)

    assert told(matter, "handle") == before == ["clock.overdue"]


@pytest.mark.django_db
def test_a_clock_that_stands_still_is_counted_and_still_tells_nothing(town):
    matter = a_matter(town, "HANDLING")
    before = clock_of(matter, "handle")
    Deadline.objects.filter(pk=before.pk).update(stopped_at=NOW, next_fire_at=None)

    day_off(town)
    all_counted()

    after = clock_of(matter, "handle")
    assert after.due_at > before.due_at
    assert after.next_fire_at is None


@pytest.mark.django_db
def test_what_an_overlay_owes_moves_with_its_clock(town):
    matter = a_matter(town, "HANDLING")
    asked = actions.take_over(
        Extending.ASK, matter_id=matter.pk, by=town.handler, now=NOW, limit=Limit.parse("2wh"), reason="车坏了"
    )
    before = Extension.objects.get(pk=asked.id).due_at

    day_off(town)
    all_counted()

    after = Extension.objects.get(pk=asked.id).due_at
    assert after == Deadline.objects.get(of="extension", of_id=asked.id).due_at
    assert after > before


@pytest.mark.django_db
def test_the_time_a_clock_stood_still_is_counted_by_the_new_calendar_too(town):
    matter, hold = held(town, NOW)
    go_on(town, matter, hold, datetime(2026, 11, 23, 9, tzinfo=SHANGHAI))
    before = clock_of(matter, "handle")

    day_off(town, MONDAY)
    all_counted()

    after = clock_of(matter, "handle")
    left = before.due_at - datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)
    assert left == timedelta(hours=5, minutes=53)  # 3 h 53 and the two of the break
    assert after.due_at == datetime(2026, 11, 24, 14, 23, tzinfo=SHANGHAI)  # from the opening of the day after


@pytest.mark.django_db
def test_it_goes_on_chunk_by_chunk_where_it_was_killed(town):
    matters = [a_matter(town, "HANDLING") for _ in range(3)]
    running = Deadline.objects.filter(ended_at=None).count()
    day_off(town)

    first = count_anew(now=NOW, limit=2)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        count_anew(now=NOW, limit=2)
        1 / 0  # noqa: B018
    rest = all_counted()

    assert (first, rest) == (2, running - 2)
    assert [len(recounts(matter)) for matter in matters] == [len(recounts(matters[0]))] * 3


@pytest.mark.django_db
def test_a_year_that_is_published_makes_its_clocks_certain(town):
    december = datetime(2026, 12, 31, 10, tzinfo=SHANGHAI)
    matter = a_matter(town, "HANDLING", now=december)
    guessed = clock_of(matter, "whole").is_provisional
    matter.refresh_from_db()
    shown = matter.is_provisional

    for month, day in calendar.STATUTORY:
        day_off(town, date(2027, month, day), now=december)
    all_counted(december)

    matter.refresh_from_db()
    assert (guessed, clock_of(matter, "whole").is_provisional) == (True, False)
    assert (shown, matter.is_provisional) == (shown, False)


@pytest.mark.django_db
@pytest.mark.parametrize("matters", [1, 40])
def test_a_chunk_takes_few_statements_however_many_clocks(town, matters, django_assert_max_num_queries):
    actions.report_many([a_report() for _ in range(matters)], by=town.grid_worker, now=NOW)
    day_off(town)

    with django_assert_max_num_queries(10):  # two of them are the savepoint's, one reads the book of settings
        counted = count_anew(now=NOW)

    assert counted == 2 * matters


@pytest.mark.django_db
def test_nobody_but_the_worker_and_the_system_administrator_counts_anew(town):
    with pytest.raises(NotAllowed):
        count_anew(now=NOW, by=town.dispatcher)
