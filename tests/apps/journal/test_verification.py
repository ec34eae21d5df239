"""Seals and verification: whatever is done to the journal behind its back is found."""

import hashlib
import json
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from tongxin.apps.journal import chain, seals
from tongxin.apps.journal.entries import Draft, _chained, record_many
from tongxin.apps.journal.models import Seal
from tongxin.apps.journal.verification import Break, Fault, breaks, broken_entries, broken_seals
from tongxin.postgres import batches
from tongxin.rules.errors import Refused


def tomorrow(days=1):
    """Return when so many days from today are over and no more, at whatever hour the suite runs."""
    return seals.midnight(timezone.localdate() + timedelta(days=days)) + timedelta(hours=1)


def drafts(lengths, now=None):
    now = now or timezone.now()
    return [
        Draft(
            "matter.step", f"matter:{subject}", "person:7", 3, now, {"nth": nth, "state": "working", "why": [1, None]}
        )
        for subject, length in enumerate(lengths)
        for nth in range(length)
    ]


def stored(lengths, now):
    return [tuple(entry) for entry in sorted(_chained(drafts(lengths, now), {}))]


def tamper(sql, *params):
    """Do what only the owner of the tables can: switch their guards off."""
    table = "journal_seal" if "journal_seal" in sql else "journal_entry"
    batches.run(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
    batches.run(sql, params)
    batches.run(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only")


def found():
    return [*broken_entries(lambda read: None), *broken_seals()]


CHANGES = {
    0: st.just("matter:x"),
    1: st.integers(1, 9),
    2: st.text(),
    3: st.text(),
    4: st.none() | st.integers(0, 9),
    5: st.just("2026-11-20T01:30:00.000001Z"),
    6: st.dictionaries(st.text("ab"), st.integers()).map(lambda data: chain.encoded(data).decode()),
    7: st.binary(max_size=34),
    8: st.binary(max_size=34),
}


# --- the law ---


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4))
def test_what_was_recorded_is_unbroken(lengths):
    assert list(breaks(stored(lengths, timezone.now()))) == []


@pytest.mark.slow
@given(st.data(), st.lists(st.integers(1, 4), min_size=1, max_size=4))
def test_any_change_to_any_row_is_found(data, lengths):
    rows = stored(lengths, timezone.now())
    nth = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.sampled_from(sorted(CHANGES)))
    changed = list(rows[nth])
    changed[column] = data.draw(CHANGES[column].filter(lambda value: value != rows[nth][column]))

    assert list(breaks([*rows[:nth], tuple(changed), *rows[nth + 1 :]]))


@given(st.data(), st.integers(2, 6))
def test_an_entry_taken_out_or_exchanged_is_found(data, length):
    rows = stored([length], timezone.now())
    one, other = sorted(data.draw(st.lists(st.integers(0, length - 1), min_size=2, max_size=2, unique=True)))
    exchanged = list(rows)
    exchanged[one], exchanged[other] = (
        (rows[other][0], rows[one][1], *rows[other][2:]),
        (rows[one][0], rows[other][1], *rows[one][2:]),
    )

    assert list(breaks(exchanged))
    assert next(iter(breaks(rows[:one] + rows[one + 1 :]))) == Break(Fault.MISSING, "matter:0", one + 1)


def test_an_unknown_algorithm_is_said_to_be_unknown(now):
    ((subject, *rest, hash),) = stored([1], now)

    assert [b.fault for b in breaks([(subject, *rest, b"z" + hash[1:])])] == [Fault.UNKNOWN]


# --- in the database ---


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("UPDATE journal_entry SET data = '{\"unit\": 9}' WHERE subject = 'matter:1' AND seq = 2", {Fault.ALTERED}),
        ("UPDATE journal_entry SET at = 'infinity' WHERE subject = 'matter:1' AND seq = 2", {Fault.ALTERED}),
        ("UPDATE journal_entry SET at = at + interval '1 us' WHERE subject = 'matter:1' AND seq = 1", {Fault.ALTERED}),
        ("UPDATE journal_entry SET post_id = NULL WHERE subject = 'matter:1' AND seq = 3", {Fault.ALTERED}),
        ("DELETE FROM journal_entry WHERE subject = 'matter:1' AND seq = 2", {Fault.MISSING}),
        ("DELETE FROM journal_entry WHERE subject = 'matter:1' AND seq = 3", {Fault.SEAL_ALTERED}),
        ("DELETE FROM journal_entry WHERE subject = 'matter:1'", {Fault.SEAL_ALTERED}),
        ("UPDATE journal_entry SET recorded_at = recorded_at - interval '2 days' WHERE seq = 3", {Fault.SEAL_ALTERED}),
        ("UPDATE journal_seal SET heads = heads + 1", {Fault.SEAL_ALTERED}),
        ("UPDATE journal_seal SET prev = 'x'", {Fault.SEAL_ALTERED, Fault.SEAL_UNLINKED}),
        ("UPDATE journal_seal SET hash = 'z'", {Fault.UNKNOWN}),
    ],
)
def test_what_is_done_behind_its_back_is_found(change, expected):
    record_many(drafts([3, 3, 3]))
    seals.seal_days(tomorrow())
    assert found() == []

    tamper(change)

    assert {each.fault for each in found()} == expected


@pytest.mark.django_db
def test_a_chain_written_anew_from_end_to_end_breaks_the_seal():
    record_many(drafts([2]))
    seals.seal_days(tomorrow())

    tamper("DELETE FROM journal_entry")
    record_many([draft._replace(actor="person:8") for draft in drafts([2])])

    assert [each.fault for each in found()] == [Fault.SEAL_ALTERED]


@pytest.mark.django_db
def test_jsonb_may_reorder_and_space_the_data_as_it_likes(now):
    data = {"z": 1, "aa": {"y": [True, None, '\u2028\x7f\\"/'], "b": -(2**62)}, "名": "", "b": 0}

    record_many([Draft("matter.step", "matter:1", "person:7", None, now, data)])

    assert found() == []


@pytest.mark.django_db
def test_only_what_was_asked_for_is_checked():
    record_many(drafts([2, 2]))
    tamper("UPDATE journal_entry SET recorded_at = recorded_at - interval '9 days' WHERE subject = 'matter:0'")
    tamper("UPDATE journal_entry SET kind = 'x'")

    def places(**which):
        return {each.place for each in broken_entries(lambda read: None, **which)}

    assert places() == {"matter:0", "matter:1"}
    assert places(subject="matter:0") == {"matter:0"}
    assert places(since=timezone.localdate() - timedelta(days=1)) == {"matter:1"}


# --- seals ---


@pytest.mark.django_db
def test_each_day_that_is_over_is_sealed_once_and_in_order(now):
    record_many(drafts([2, 2]))
    today = timezone.localdate()

    sealed = seals.seal_days(tomorrow(3))

    assert [seal.day for seal in sealed] == [today, today + timedelta(days=1), today + timedelta(days=2)]
    assert [seal.heads for seal in sealed] == [2, 0, 0]
    assert [bytes(seal.prev) for seal in sealed] == [b"", sealed[0].hash, sealed[1].hash]
    assert seals.seal_days(tomorrow(3)) == []
    assert seals.seal_day(today, tomorrow(3)) == sealed[0]


@pytest.mark.django_db
def test_a_day_is_sealed_neither_before_its_end_nor_before_the_last_one():
    record_many(drafts([1]))
    today = timezone.localdate()

    assert seals.seal_days(timezone.now()) == []
    with pytest.raises(Refused, match=r"seal\.day_not_over"):
        seals.seal_day(today, timezone.now())
    seals.seal_days(tomorrow())
    with pytest.raises(Refused, match=r"seal\.out_of_order"):
        seals.seal_day(today - timedelta(days=1), tomorrow())


@pytest.mark.django_db
def test_an_empty_journal_needs_no_seal(now):
    assert seals.seal_days(now) == []


@pytest.mark.django_db
def test_a_seal_can_be_recomputed_with_the_standard_library():
    record_many(drafts([2, 1]))
    (seal,) = seals.seal_days(tomorrow())

    heads = batches.run("SELECT DISTINCT ON (subject) subject, seq, hash FROM journal_entry ORDER BY subject, seq DESC")
    lines = [[subject, seq, hash.hex()] for subject, seq, hash in heads] + [[seal.day.isoformat(), 2]]
    text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
    assert seal.hash == b"s" + hashlib.sha256(text.encode()).digest()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_seal_waits_for_a_writer_under_way_but_not_for_ever():
    record_many(drafts([1]))
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("LOCK TABLE journal_entry IN ROW EXCLUSIVE MODE")

        with pytest.raises(OperationalError, match="lock timeout"):
            seals.seal_days(tomorrow())

        other.rollback()
        assert len(seals.seal_days(tomorrow())) == 1
    finally:
        other.close()


@pytest.mark.django_db
def test_the_letter_of_another_hash_is_written_and_verified(settings):
    record_many(drafts([2]))
    settings.JOURNAL_HASH = "m"
    record_many(drafts([2]))
    seals.seal_days(tomorrow())

    assert found() == []
    assert bytes(Seal.objects.get().hash)[:1] == b"m"


# --- the command ---


@pytest.mark.django_db
def test_the_command_says_that_all_is_well(capsys):
    record_many(drafts([3, 3]))
    seals.seal_days(tomorrow())

    call_command("verify_journal")

    said = capsys.readouterr().out.replace("\n", "")
    assert "共校验 6 条记录，全部完好。" in said
    assert bytes(Seal.objects.get().hash).hex() in said


@pytest.mark.django_db
def test_the_command_lists_what_is_broken_and_fails(capsys):
    record_many(drafts([3, 3]))
    tamper("UPDATE journal_entry SET kind = 'x' WHERE subject = 'matter:1' AND seq = 2")

    with pytest.raises(SystemExit) as leaving:
        call_command("verify_journal", since=date(2020, 1, 1))

    said = capsys.readouterr().out
    assert leaving.value.code == 1
    assert "matter:1" in said
    assert "内容与写入时不一致" in said
    with transaction.atomic():
        call_command("verify_journal", subject="matter:0")
    assert "共校验 3 条记录，全部完好。" in capsys.readouterr().out
