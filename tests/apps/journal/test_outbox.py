"""The outbox: each reaction gets each entry once, whatever fails or dies."""

import itertools
import os
import subprocess
import sys
import threading
import time
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.utils import timezone

from tests.apps.journal import ledger
from tongxin.apps.journal import actions, outbox, queries
from tongxin.apps.journal.entries import Draft, record, record_many
from tongxin.apps.journal.models import TRIES, Delivery, Entry
from tongxin.postgres import batches
from tongxin.rules.errors import NotAllowed, Refused
from tongxin.rules.permissions import SYSTEM


def steps(count, now, kind="matter.step"):
    """Record so many entries, each of its own matter."""
    record_many([Draft(kind, f"matter:{nth}", "person:7", None, now, {"nth": nth}) for nth in range(count)], fresh=True)


def paid():
    return [number for (number,) in batches.run("SELECT entry_id FROM journal_test_paid ORDER BY 1")]


@pytest.fixture
def till(db):
    batches.run(ledger.PAID)


@pytest.fixture
def lasting_till(transactional_db):
    batches.run(ledger.PAID)
    yield
    batches.run("DROP TABLE journal_test_paid")


@pytest.mark.django_db
def test_a_reaction_gets_its_entries_in_one_batch_and_in_order(now, reactions):
    got = []
    reactions("matter.step", name="tests.read")(lambda entries, at: got.append((entries, at)))
    steps(3, now)
    steps_elsewhere = record("matter.close", "matter:9", by=SYSTEM, at=now)

    drained = outbox.drain(now)

    ((entries, at),) = got
    assert drained == (3, 0)
    assert [(entry.subject, entry.data["nth"]) for entry in entries] == [
        ("matter:0", 0),
        ("matter:1", 1),
        ("matter:2", 2),
    ]
    assert at == now
    assert steps_elsewhere.subject not in {entry.subject for entry in entries}
    assert outbox.drain(now) == (0, 0)


@pytest.mark.django_db
def test_a_kind_is_read_by_name_and_by_noun_but_once_by_each_reader(now, reactions):
    reactions("matter.step", "matter.*", name="tests.both")(lambda entries, now: None)
    reactions("matter.*", name="tests.noun")(lambda entries, now: None)
    reactions("place.*", name="tests.other")(lambda entries, now: None)

    steps(1, now)

    assert set(Delivery.objects.values_list("reaction", flat=True)) == {"tests.both", "tests.noun"}


def test_two_reactions_cannot_share_a_name(reactions):
    reactions("matter.step", name="tests.read")(lambda entries, now: None)

    with pytest.raises(ValueError, match=r"tests\.read"):
        reactions("matter.step", name="tests.read")(lambda entries, now: None)


@pytest.mark.django_db
def test_an_idle_drain_asks_once(now, reactions, django_assert_num_queries):
    for name in ("tests.a", "tests.b"):
        reactions("matter.step", name=name)(lambda entries, now: None)

    with django_assert_num_queries(1):
        outbox.drain(now)


@pytest.mark.django_db
def test_one_bad_entry_delays_only_itself(now, reactions, till):
    @reactions("matter.step", name="tests.pay")
    def pay_all_but_the_fifth(entries, at):
        ledger.pay(entries, at)
        if any(entry.data["nth"] == 5 for entry in entries):
            raise Refused("purse.empty", name="某某人")

    steps(40, now)

    drained = outbox.drain(now)

    assert drained == (39, 1)
    (left,) = Delivery.objects.all()
    bad = Entry.objects.get(pk=left.entry_id)
    assert bad.data["nth"] == 5
    assert paid() == sorted(set(Entry.objects.values_list("pk", flat=True)) - {bad.pk})
    assert (left.tries, left.next_try_at) == (1, now + timedelta(seconds=15))
    assert left.error.startswith("Refused purse.empty (test_outbox.py:")
    assert "某某人" not in left.error


@pytest.mark.django_db
def test_a_key_checked_at_the_commit_delays_only_its_entry(now, reactions):
    batches.run("CREATE TABLE journal_test_owner (id int PRIMARY KEY)")
    batches.run(
        "CREATE TABLE journal_test_owned (owner int REFERENCES journal_test_owner DEFERRABLE INITIALLY DEFERRED)"
    )
    batches.run("INSERT INTO journal_test_owner VALUES (1), (2)")

    @reactions("matter.step", name="tests.own")
    def own(entries, at):
        batches.run(
            "INSERT INTO journal_test_owned SELECT * FROM unnest(%s::int[])",
            ([entry.data["nth"] for entry in entries],),
        )

    steps(4, now)

    assert outbox.drain(now) == (2, 2)
    assert batches.run("SELECT owner FROM journal_test_owned ORDER BY 1") == [(1,), (2,)]


@pytest.mark.django_db
def test_what_fails_waits_longer_each_time_and_then_for_a_person(now, reactions, administrator, worker):
    @reactions("matter.step", name="tests.fail")
    def fail(entries, at):
        raise ValueError("a secret")

    steps(1, now)
    start, waits = now, []
    for _ in range(TRIES):
        assert outbox.drain(now) == (0, 1)
        assert outbox.drain(now + timedelta(seconds=14)) == (0, 0)
        next_try_at = Delivery.objects.get().next_try_at
        waits.append(next_try_at - now)
        now = next_try_at

    assert all(later > sooner for sooner, later in itertools.pairwise(waits))
    assert timedelta(hours=4) < now - waits[-1] - start < timedelta(hours=5)
    assert outbox.drain(now + timedelta(days=99)) == (0, 0)
    (stuck,) = queries.stuck()
    assert "a secret" not in stuck.error

    with pytest.raises(NotAllowed):
        actions.retry(delivery_ids=[stuck.pk], by=worker, now=now)
    assert actions.retry(delivery_ids=[stuck.pk, 0], by=administrator, now=now) == 1
    assert outbox.drain(now) == (0, 1)
    assert not queries.stuck()
    (note,) = queries.story(f"delivery:{stuck.pk}")
    assert (note.kind, note.actor, note.data["tries"]) == ("outbox.retry", "person:1", TRIES)


@pytest.mark.django_db
def test_what_is_owed_to_a_reaction_nobody_knows_is_stuck(now, reactions, monkeypatch):
    reactions("matter.step", name="tests.gone")(lambda entries, now: None)
    steps(1, now)
    monkeypatch.setattr(outbox, "_REACTIONS", {})

    assert outbox.drain(now) == (0, 0)
    assert [delivery.reaction for delivery in queries.stuck()] == ["tests.gone"]


@pytest.mark.slow
def test_four_drains_side_by_side_pay_each_entry_once(now, reactions, lasting_till):
    @reactions("matter.step", name="tests.pay")
    def pay(entries, at):
        time.sleep(0.002)
        ledger.pay(entries, at)

    steps(1000, now)
    shares = []

    def drain():
        done = 0
        while drained := outbox.drain(now, limit=25).done:
            done += drained
        shares.append(done)
        connection.close()

    drains = [threading.Thread(target=drain) for _ in range(4)]
    for each in drains:
        each.start()
    for each in drains:
        each.join()

    assert paid() == sorted(Entry.objects.filter(kind="matter.step").values_list("pk", flat=True))
    assert sum(shares) == 1000
    assert sum(share > 0 for share in shares) > 1
    assert not Delivery.objects.exists()


@pytest.mark.slow
def test_a_drain_killed_in_the_middle_loses_and_repeats_nothing(reactions, lasting_till):
    reactions("matter.step", name="tests.pay")(ledger.pay)
    steps(200, timezone.now())

    drain = subprocess.Popen(
        [sys.executable, "-m", "tests.apps.journal.ledger"], stdout=subprocess.PIPE, env=in_this_database()
    )
    for _ in range(3):
        assert drain.stdout.readline() == b"paying\n"
    drain.kill()
    drain.wait()
    drain.stdout.close()

    assert 0 < len(paid()) < 200
    patience = time.monotonic() + 10
    while Delivery.objects.exists() and time.monotonic() < patience:  # its backend lets go of the rows a moment later
        outbox.drain(timezone.now())
    assert paid() == sorted(Entry.objects.filter(kind="matter.step").values_list("pk", flat=True))


def in_this_database():
    """Return an environment in which a process of its own finds the test database."""
    given = {name: quote(str(value), safe="") for name, value in connection.settings_dict.items()}
    port = f":{given['PORT']}" if given["PORT"] else ""
    address = f"postgresql://{given['USER']}:{given['PASSWORD']}@{given['HOST']}{port}/{given['NAME']}"
    return {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "tests.settings"}
