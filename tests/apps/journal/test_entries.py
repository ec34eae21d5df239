"""Entries: a chain per subject, written in the transaction of the act, and never changed again."""

import hashlib
import json
import threading
from datetime import UTC, datetime, timedelta
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, InternalError, OperationalError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from tongxin.apps.journal import chain, entries, queries
from tongxin.apps.journal.entries import Draft, record, record_many
from tongxin.apps.journal.models import Delivery, Entry
from tongxin.postgres import batches
from tongxin.rules.errors import Stale

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abcxyz_", max_size=5), inner),
    max_leaves=4,
)


def drafts_for(subject, count, now, kind="matter.step"):
    return [Draft(kind, subject, "person:7", 3, now, {"nth": nth}) for nth in range(count)]


@pytest.mark.slow
@given(st.dictionaries(st.text("abcxyz_", max_size=5), plain))
def test_anybody_can_recompute_a_hash_with_the_standard_library(data):
    row = ["matter:1", 1, "matter.report", "person:7", None, "2026-11-20T01:30:00.000000Z", data]
    theirs = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    ours = chain.link(chain.SHA256, b"before", tuple(row[:-1]), chain.encoded(data))

    assert ours == b"s" + hashlib.sha256(b"before" + theirs).digest()


def test_sm3_hashes_as_its_standard_says():
    # Source: GB/T 32905-2016, appendix A.1, the message "abc"
    published = bytes.fromhex("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")

    assert chain.digest(chain.SM3, b"abc") == b"m" + published


@pytest.mark.parametrize("value", [0.5, [1, 0.5], {"a": {"b": 1e16}}, datetime(2026, 1, 1, tzinfo=UTC), b"x"])
def test_what_has_no_single_way_to_be_written_is_refused(value):
    with pytest.raises(TypeError, match="the journal cannot keep"):
        chain.encoded({"value": value})


def test_one_moment_is_written_in_one_way():
    here = datetime(2026, 11, 20, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))

    assert chain.written(here) == chain.written(here.astimezone(UTC)) == "2026-11-20T01:30:00.000000Z"


@pytest.mark.django_db
def test_entries_of_a_subject_follow_each_other(worker, now):
    record("matter.report", "matter:1", by=worker, at=now, post_id=3, unit=5)
    record("matter.report", "matter:2", by=worker, at=now)
    record("matter.accept", "matter:1", by=worker, at=now)

    first, second = queries.story("matter:1")
    assert (first.seq, first.kind, first.actor, first.post_id, first.at, first.data) == (
        (1, "matter.report", "person:7", 3, now, {"unit": 5})
    )
    assert bytes(first.prev) == b""
    assert (second.seq, bytes(second.prev)) == (2, bytes(first.hash))


@pytest.mark.django_db
def test_a_batch_chains_its_own_entries_and_those_before(worker, now):
    record("matter.report", "matter:1", by=worker, at=now)

    written = record_many(drafts_for("matter:1", 3, now) + drafts_for("matter:2", 2, now))

    assert [entry.seq for entry in written] == [2, 3, 4, 1, 2]
    for subject in ("matter:1", "matter:2"):
        story = list(queries.story(subject))
        assert [bytes(entry.prev) for entry in story[1:]] == [bytes(entry.hash) for entry in story[:-1]]


@pytest.mark.django_db
def test_each_entry_keeps_its_own_clock(now):
    times = [now, now - timedelta(days=400), now]

    written = record_many(
        [draft._replace(at=at) for draft, at in zip(drafts_for("matter:1", 3, now), times, strict=True)]
    )

    assert [entry.at for entry in queries.story("matter:1")] == times
    assert [entry.at for entry in written] == [chain.written(at) for at in times]


@pytest.mark.django_db
def test_known_heads_and_fresh_subjects_need_no_reading(now, django_assert_num_queries):
    with django_assert_num_queries(1):
        (first,) = record_many(drafts_for("matter:1", 1, now), fresh=True)
    with django_assert_num_queries(1):
        record_many(drafts_for("matter:1", 1, now), heads={"matter:1": (1, first.hash)})
    with django_assert_num_queries(2):
        record_many(drafts_for("matter:1", 1, now))

    assert [entry.seq for entry in queries.story("matter:1")] == [1, 2, 3]


@pytest.mark.django_db
def test_nothing_to_record_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert record_many([], fresh=True) == []


@pytest.mark.django_db
def test_recording_rides_in_the_callers_pipeline(now, reactions):
    reactions("matter.step", name="tests.read")(lambda entries, now: None)

    with entries.guarded(), batches.pipeline():
        record_many(drafts_for("matter:1", 2, now), fresh=True)
        record_many(drafts_for("matter:2", 2, now), fresh=True)

    assert Entry.objects.count() == Delivery.objects.count() == 4


@pytest.mark.django_db
@pytest.mark.parametrize("copy_from", [1, 5000], ids=["by copy", "by arrays"])
def test_copy_and_arrays_write_the_same(copy_from, now, reactions, monkeypatch):
    monkeypatch.setattr(entries, "COPY_FROM", copy_from)
    reactions("matter.*", name="tests.read")(lambda entries, now: None)
    odd = Draft("matter.odd", "matter:1", "system", None, now, {"code": 'a\tb"\\c\n名', "list": [1, None, True]})

    written = record_many(
        [odd, *drafts_for("matter:1", 2, now), *drafts_for("place:1", 1, now, "place.open")], fresh=True
    )

    stored = Entry.objects.order_by("id")
    assert [(e.subject, e.seq, e.kind, bytes(e.hash)) for e in stored] == [
        (w.subject, w.seq, w.kind, w.hash) for w in written
    ]
    assert stored[0].data == odd.data
    assert set(Delivery.objects.values_list("entry_id", "next_try_at")) == {(e.pk, now) for e in stored[:3]}


@pytest.mark.django_db
def test_the_second_writer_on_one_head_is_stale(now):
    (first,) = record_many(drafts_for("matter:1", 1, now))
    head = {"matter:1": (0, b"")}

    with pytest.raises(Stale, match=r"journal\.moved"), transaction.atomic():
        record_many(drafts_for("matter:1", 1, now), heads=head)
    with pytest.raises(Stale), transaction.atomic(), entries.guarded(), batches.pipeline():
        record_many(drafts_for("matter:1", 1, now), fresh=True)

    assert [bytes(entry.hash) for entry in queries.story("matter:1")] == [first.hash]


@pytest.mark.django_db(transaction=True)
def test_of_two_writers_without_a_lock_one_is_stale(now):
    held, refused = threading.Event(), []

    def second():
        held.wait()
        try:
            with transaction.atomic():
                record_many(drafts_for("matter:1", 1, now), fresh=True)
        except Stale:
            refused.append("second")
        finally:
            connection.close()

    other = threading.Thread(target=second)
    other.start()
    with transaction.atomic():
        record_many(drafts_for("matter:1", 1, now), fresh=True)
        held.set()
    other.join()

    assert refused == ["second"]
    assert queries.story("matter:1").count() == 1


@pytest.mark.django_db
def test_a_rolled_back_act_owes_nothing(now, reactions):
    reactions("matter.step", name="tests.read")(lambda entries, now: None)

    with transaction.atomic():
        record_many(drafts_for("matter:1", 2, now))
        transaction.set_rollback(True)

    assert not Entry.objects.exists()
    assert not Delivery.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE journal_entry SET data = '{}'",
        "UPDATE journal_entry SET kind = 'matter.close' WHERE false",
        "DELETE FROM journal_entry",
        "DELETE FROM journal_seal",
        "UPDATE journal_seal SET heads = 0",
    ],
)
def test_the_database_refuses_to_change_what_is_written(change, now):
    record_many(drafts_for("matter:1", 1, now))

    with pytest.raises((IntegrityError, InternalError, OperationalError), match="append-only"), transaction.atomic():
        batches.run(change)

    assert Entry.objects.count() == 1


@pytest.mark.django_db
def test_only_a_test_database_can_be_emptied(now):
    ((source,),) = batches.run("SELECT prosrc FROM pg_proc WHERE proname = 'journal_refuse'")
    ((name,),) = batches.run("SELECT current_database()")

    assert name.startswith("test_")
    assert r"TG_OP = 'TRUNCATE' AND current_database() LIKE 'test\_%'" in source


@pytest.mark.slow
@pytest.mark.django_db
def test_recording_costs_little_python(now):
    drafts = [
        Draft("matter.dispatch", f"matter:{nth}", "person:7", 5, now, {"unit": nth, "state": "dispatched", "ring": 3})
        for nth in range(4000)
    ]
    entries._chained(drafts[:100], {})

    took = []
    for _ in range(3):
        start = process_time()
        entries._chained(drafts, {})
        took.append((process_time() - start) / len(drafts) * 1e6)

    assert min(took) < 12  # microseconds an entry
