"""Checking the journal: every chain is computed again, and every seal."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from django.db import transaction

from tongxin.apps.journal import chain, seals
from tongxin.apps.journal.models import Seal
from tongxin.postgres import batches


class Fault(StrEnum):
    """What can be wrong with an entry or a seal."""

    ALTERED = "altered"  # its content is not what was hashed
    MISSING = "missing"  # there is no entry with this number, but later ones
    UNLINKED = "unlinked"  # it does not follow from the one before
    UNKNOWN = "unknown"  # its hash names no algorithm known here
    SEAL_ALTERED = (
        "seal_altered"  # the heads of the day are not those that were sealed: an end cut off, or a chain rewritten
    )
    SEAL_UNLINKED = "seal_unlinked"  # the seal does not follow from the seal before


class Break(NamedTuple):
    """One place where the journal is not what was written: an entry, or a sealed day."""

    fault: Fault
    place: str
    seq: int | None = None


Stored = tuple[str, int, str, str, int | None, str, str, bytes, bytes]

# `at` comes in its canonical text, so that even a time Python cannot hold is just a wrong one
_FROM = """FROM journal_entry WHERE (%s::text IS NULL OR subject = %s)
    AND (%s::timestamptz IS NULL OR subject IN (SELECT subject FROM journal_entry WHERE recorded_at >= %s))"""
_ROWS = f"""SELECT subject, seq, kind, actor, post_id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    data::text, prev, hash {_FROM} ORDER BY subject, seq"""


def entries_to_check(*, subject: str | None = None, since: date | None = None) -> int:
    """Return how many entries `broken_entries` will read."""
    ((many,),) = batches.run(f"SELECT count(*) {_FROM}", _which(subject, since))
    return int(many)


@transaction.atomic
def broken_entries(
    advance: Callable[[int], object], *, subject: str | None = None, since: date | None = None
) -> list[Break]:
    """Compute again the chains of one subject, or of all that changed since a local day, or of all.

    `advance` is told how many entries were read since it was last called. Some 50,000 entries a second.
    """
    return list(breaks(_told(batches.stream(_ROWS, _which(subject, since)), advance)))


@transaction.atomic
def broken_seals(*, since: date | None = None) -> list[Break]:
    """Compute again the seals of all days, or of those since a local day."""
    found = []
    prev = None if since else chain.NONE
    for seal in Seal.objects.filter(day__gte=since or date.min).order_by("day").iterator():
        day, hash = seal.day.isoformat(), bytes(seal.hash)
        if prev is not None and bytes(seal.prev) != prev:
            found.append(Break(Fault.SEAL_UNLINKED, day))
        try:
            if seals.recomputed(hash[:1], bytes(seal.prev), seal.day) != (seal.heads, hash):
                found.append(Break(Fault.SEAL_ALTERED, day))
        except KeyError:
            found.append(Break(Fault.UNKNOWN, day))
        prev = hash
    return found


def breaks(rows: Iterable[Stored]) -> Iterator[Break]:
    """Yield where these entries, sorted by subject and seq, are not the unbroken chains they should be."""
    last = ("", 0, chain.NONE)
    for subject, seq, kind, actor, post_id, at, data, prev, hash in rows:
        last_seq, last_hash = last[1:] if last[0] == subject else (0, chain.NONE)
        if seq != last_seq + 1:
            yield Break(Fault.MISSING, subject, last_seq + 1)
        elif prev != last_hash:
            yield Break(Fault.UNLINKED, subject, seq)
        try:
            if hash != chain.link(hash[:1], prev, (subject, seq, kind, actor, post_id, at), chain.recoded(data)):
                yield Break(Fault.ALTERED, subject, seq)
        except KeyError:
            yield Break(Fault.UNKNOWN, subject, seq)
        last = (subject, seq, hash)


def _which(subject: str | None, since: date | None) -> tuple[object, ...]:
    start = seals.midnight(since) if since else None
    return (subject, subject, start, start)


def _told(rows: Iterable[tuple[object, ...]], advance: Callable[[int], object]) -> Iterator[Stored]:
    nth = 0
    for nth, row in enumerate(rows, 1):
        if nth % 5000 == 0:
            advance(5000)
        yield row  # type: ignore[misc]
    advance(nth % 5000)
