"""Timers: each clock tells what it has to tell, once, in order, whoever is killed; none waits for anybody."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction

from tests.apps.journal.test_outbox import in_this_database
from tests.apps.matters.test_holds import ask, go_on
from tests.town import NOW, a_matter, a_report, kinds_of
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import actions
from tongxin.apps.matters.actions.timing import fire_due
from tongxin.apps.matters.models import Deadline
from tongxin.postgres.batches import run
from tongxin.rules.errors import NotAllowed
from tongxin.rules.lifecycles.matter import Act
from tongxin.rules.overlays.hold import Act as Holding

SECOND = timedelta(seconds=1)


def told(matter, clock=None) -> list[str]:
    """Return what the clocks of a matter have told, oldest first."""
    entries = Entry.objects.filter(subject=f"matter:{matter.pk}", kind__startswith="clock.").order_by("seq")
    return [entry.kind for entry in entries if clock in (None, entry.data["clock"])]


def clock_of(matter, clock: str) -> Deadline:
    return Deadline.objects.get(matter=matter, clock=clock, ended_at=None)


def all_told(now: datetime) -> int:
    """Fire until nothing is due; return how many clocks were looked at."""
    looked = 0
    while many := fire_due(now=now):
        looked += many
    return looked


@pytest.mark.django_db
def test_a_clock_warns_on_its_matter_when_its_moment_has_come(town):
    matter = a_matter(town)
    clock = clock_of(matter, "accept")

    too_early = fire_due(now=clock.amber_at - SECOND)
    fire_due(now=clock.amber_at)

    entry = Entry.objects.filter(subject=f"matter:{matter.pk}").latest("seq")
    assert too_early == 0
    assert (entry.kind, entry.actor, entry.at) == ("clock.amber", "system", clock.amber_at)
    assert entry.data == {"clock": "accept", "deadline": clock.pk, "due_at": clock.due_at.isoformat()}


@pytest.mark.django_db
def test_it_tells_each_thing_once_and_in_order_while_weeks_pass(town):
    matter = a_matter(town, "HANDLING")

    for hours in range(30 * 24):
        all_told(NOW + timedelta(hours=hours))

    assert told(matter, "handle") == ["clock.amber", "clock.overdue", "clock.urge", "clock.notice"]
    assert told(matter, "whole") == ["clock.amber", "clock.overdue"]
    assert told(matter, "accept") == []  # kept in time: it never warned
    assert not Deadline.objects.filter(next_fire_at__isnull=False, matter=matter).exists()


@pytest.mark.django_db
def test_one_is_told_overdue_right_after_its_moment_and_not_at_it(town):
    matter = a_matter(town)
    due_at = clock_of(matter, "accept").due_at

    all_told(due_at)
    at_its_moment = told(matter, "accept")
    all_told(due_at + SECOND)

    assert (at_its_moment, told(matter, "accept")) == (["clock.amber"], ["clock.amber", "clock.overdue"])


@pytest.mark.django_db
def test_a_worker_that_slept_through_a_limit_says_overdue_and_does_not_warn(town):
    matter = a_matter(town)

    all_told(clock_of(matter, "accept").due_at + SECOND)

    assert told(matter, "accept") == ["clock.overdue"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "silent",
    [{"stopped_at": NOW}, {"ended_at": NOW + timedelta(days=1), "outcome": "dropped"}],
    ids=["stopped", "ended"],
)
def test_a_clock_that_stands_still_or_has_ended_tells_nothing_whatever_its_row_waits_for(town, silent):
    matter = a_matter(town)
    Deadline.objects.filter(matter=matter, clock="accept").update(**silent)

    all_told(NOW + timedelta(days=30))

    row = Deadline.objects.get(matter=matter, clock="accept")
    assert told(matter, "accept") == []
    assert row.next_fire_at is None


@pytest.mark.django_db
def test_nothing_is_told_while_a_matter_is_held_and_nothing_twice_when_it_runs_on(town):
    overdue_at = NOW + timedelta(days=5)
    matter = a_matter(town, "HANDLING")
    all_told(overdue_at)
    before = told(matter, "handle")
    asked = ask(town, matter, overdue_at)
    actions.take_over(Holding.GRANT, matter_id=matter.pk, overlay_id=asked.id, by=town.commander, now=overdue_at)

    all_told(overdue_at + timedelta(days=20))
    while_held = told(matter, "handle")
    go_on(town, matter, asked, overdue_at + timedelta(days=21))
    all_told(overdue_at + timedelta(days=21, hours=1))

    assert before == while_held == ["clock.overdue", "clock.urge"]
    assert told(matter, "handle") == ["clock.overdue", "clock.urge", "clock.notice"]


@pytest.mark.django_db
def test_a_clock_of_an_overlay_says_whose_it_is(town):
    matter = a_matter(town)
    Deadline.objects.filter(matter=matter, clock="accept").update(of="extension", of_id=7)

    all_told(clock_of(matter, "accept").amber_at)

    data = Entry.objects.filter(subject=f"matter:{matter.pk}").latest("seq").data
    assert (data["of"], data["of_id"]) == ("extension", 7)


@pytest.mark.django_db
def test_who_waits_longest_is_told_first_and_nobody_is_passed_by(town):
    early, late = a_matter(town, now=NOW), a_matter(town, now=NOW - timedelta(hours=3))
    now = NOW + timedelta(hours=1)

    turns = []
    while fire_due(now=now, limit=1):
        turns.append(Entry.objects.latest("id").subject)

    assert turns == [f"matter:{late.pk}", f"matter:{early.pk}"]


@pytest.mark.django_db
@pytest.mark.parametrize("matters", [1, 40])
def test_a_batch_takes_few_statements_however_many_clocks(town, matters, django_assert_num_queries):
    actions.report_many([a_report() for _ in range(matters)], by=town.grid_worker, now=NOW)
    fire_due(now=NOW)  # the calendar is remembered from here on

    with django_assert_num_queries(6):  # two of them are the savepoint's
        looked = fire_due(now=NOW + timedelta(hours=1))

    assert looked == matters


@pytest.mark.django_db
def test_what_was_rolled_back_is_told_later_and_once(town):
    matter = a_matter(town)
    now = clock_of(matter, "accept").amber_at

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        fire_due(now=now)
        1 / 0  # noqa: B018
    nothing = told(matter)
    all_told(now)

    assert (nothing, told(matter)) == ([], ["clock.amber"])


@pytest.mark.django_db
def test_nobody_but_the_worker_and_the_system_administrator_lets_clocks_tell(town):
    a_matter(town)

    with pytest.raises(NotAllowed):
        fire_due(now=NOW, by=town.dispatcher)
    fire_due(now=NOW + timedelta(hours=1), by=town.system_admin)

    assert Entry.objects.filter(kind="clock.overdue", actor=town.system_admin.ref).exists()


@pytest.mark.django_db
def test_a_step_after_a_telling_goes_on_in_the_same_chain(town):
    matter = a_matter(town)
    all_told(clock_of(matter, "accept").due_at + SECOND)

    actions.take(Act.ACCEPT, matter_id=matter.pk, by=town.acceptor, now=NOW + timedelta(hours=1))
    all_told(NOW + timedelta(hours=1))

    assert kinds_of(matter) == ["matter.report", "clock.overdue", "matter.accept"]


@pytest.mark.django_db(transaction=True)
def test_whoever_is_held_by_a_long_act_is_passed_over_and_waited_for_by_nobody(town):
    held, free = a_matter(town, now=NOW - timedelta(hours=1)), a_matter(town)
    now = NOW + timedelta(hours=2)

    with in_another_connection("SELECT id FROM matters_matter WHERE id = %s FOR NO KEY UPDATE", held.pk):
        run("SET lock_timeout = '500ms'")
        all_told(now)
        meanwhile = told(held), told(free)
    all_told(now)

    assert meanwhile == ([], ["clock.overdue"])
    assert told(held) == ["clock.overdue"]


class in_another_connection:
    """Hold what a statement locks, in another session, for as long as the block lasts."""

    def __init__(self, sql: str, *params: object) -> None:
        self.sql, self.params = sql, params

    def __enter__(self) -> None:
        self.other = connection.copy()
        self.other.set_autocommit(False)
        self.other.cursor().execute(self.sql, self.params)

    def __exit__(self, *_: object) -> None:
        self.other.rollback()
        self.other.close()


# --- several workers, some of them killed ----------------------------------------------------------------

FIRE = """
import django, sys, time
django.setup()
from datetime import datetime
from tongxin.apps.matters.actions.timing import fire_due
now = datetime.fromisoformat(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
idle = 0
while idle < 20:
    if fire_due(now=now, limit=25):
        idle = 0
    else:
        idle += 1
        time.sleep(0.05)
print("done", flush=True)
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_four_workers_of_which_two_are_killed_tell_each_clock_once(town):
    many = 2_000
    actions.report_many([a_report() for _ in range(many)], by=town.grid_worker, now=NOW)
    now = NOW + timedelta(hours=4)

    workers = [
        subprocess.Popen(
            [sys.executable, "-c", FIRE, now.isoformat()],
            env=in_this_database(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(4)
    ]  # fmt: skip
    for worker in workers:
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        worker.stdin.write("\n")
        worker.stdin.flush()
    until(lambda: 0 < Entry.objects.filter(kind="clock.overdue").count() < many)
    for worker in workers[:2]:
        os.kill(worker.pid, signal.SIGKILL)
    in_between = Entry.objects.filter(kind="clock.overdue").count()
    said = [worker.communicate()[0] for worker in workers]

    told = Counter(Entry.objects.filter(kind="clock.overdue").values_list("subject", flat=True))
    assert in_between < many
    assert said == ["", "", "done\n", "done\n"]
    assert len(told) == many
    assert set(told.values()) == {1}


def until(condition) -> None:
    patience = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < patience
        time.sleep(0.01)
