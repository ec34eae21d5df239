"""The outbox: who reacts to which entries, what is still owed to them, and the drain that delivers it.

A reaction is a function over a batch of entries. What it is owed is written with the entry, in the same statement; it
runs later, in the transaction that strikes the debt, so that its effects in the database happen exactly once, whatever
is killed in between. What it sends outside may be sent again after a crash: give it the entry's id to know it by.
"""

import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from django.db import connection, transaction

from tongxin.apps.journal.models import TRIES, Entry
from tongxin.postgres import batches
from tongxin.rules.errors import Refused

log = structlog.get_logger()

FIRST_WAIT = timedelta(seconds=15)  # then three times longer each time: the eighth try comes after 4½ hours

Reaction = Callable[[Sequence[Entry], datetime], None]

_REACTIONS: dict[str, Reaction] = {}
_READERS: dict[str, list[str]] = {}  # kind, or "matter.*" → names of reactions


def reacts_to(*kinds: str, name: str = "") -> Callable[[Reaction], Reaction]:
    """Register a reaction to these kinds of entries ("matter.report"), or to all of a noun ("matter.*").

    It is called with a batch of entries, oldest first as far as one drain sees, and the clock. It must not count on
    order between batches. Its name is kept in the rows of the outbox: by default `<app>.<function>`; renaming one
    needs a migration of what is owed.
    """

    def register(reaction: Reaction) -> Reaction:
        known_as = name or f"{reaction.__module__.split('.')[-2]}.{reaction.__name__}"
        if known_as in _REACTIONS:
            raise ValueError(f"two reactions are called {known_as}")
        _REACTIONS[known_as] = reaction
        for kind in kinds:
            _READERS.setdefault(kind, []).append(known_as)
        return reaction

    return register


def owed(kinds: Iterable[str]) -> list[tuple[str, str]]:
    """Return the pairs (kind, reaction) that entries of these kinds owe."""
    if not _READERS:
        return []
    return [
        (kind, reaction)
        for kind in kinds
        for reaction in dict.fromkeys(_READERS.get(kind, []) + _READERS.get(kind.partition(".")[0] + ".*", []))
    ]


def reactions() -> list[str]:
    """Return the names of all reactions."""
    return list(_REACTIONS)


# --- delivering ------------------------------------------------------------------------------------------

_DUE = f"""SELECT name FROM unnest(%s::text[]) WITH ORDINALITY known (name, place)
    WHERE EXISTS (SELECT FROM journal_delivery WHERE reaction = name AND next_try_at <= %s AND tries < {TRIES})
    ORDER BY place"""
# MATERIALIZED: joined freely, a planner that thinks the outbox empty may walk the whole journal to find the entries.
_TAKE = f"""WITH due AS MATERIALIZED (
        SELECT id, entry_id, tries FROM journal_delivery
        WHERE reaction = %s AND next_try_at <= %s AND tries < {TRIES}
        ORDER BY entry_id LIMIT %s FOR UPDATE SKIP LOCKED)
    SELECT due.id, due.tries, e.id, subject, seq, kind, actor, post_id, at, recorded_at, data, prev, hash
    FROM due JOIN journal_entry e ON e.id = due.entry_id ORDER BY e.id"""
_STRIKE = "DELETE FROM journal_delivery WHERE id = ANY(%s::bigint[])"
_DELAY = """UPDATE journal_delivery d SET tries = f.tries, next_try_at = f.at, error = f.error
    FROM unnest(%s::bigint[], %s::int[], %s::timestamptz[], %s::text[]) f (id, tries, at, error) WHERE d.id = f.id"""


class Drained(NamedTuple):
    """How many deliveries were made and how many failed."""

    done: int
    failed: int


class _Owed(NamedTuple):
    """One delivery, taken: its id, the tries so far, the entry."""

    id: int
    tries: int
    entry: Entry


class _Failure(NamedTuple):
    id: int
    tries: int
    next_try_at: datetime
    error: str


def drain(now: datetime, limit: int = 500) -> Drained:
    """Deliver what is due, up to `limit` entries to each reaction; call again until nothing is done or failed.

    Any number of drains may run side by side: each delivery is made by one of them.
    """
    done = failed = 0
    for ((name),) in batches.run(_DUE, (list(_REACTIONS), now)):
        made, delayed = _drain(name, now, limit)
        done, failed = done + made, failed + delayed
    return Drained(done, failed)


@transaction.atomic
def _drain(name: str, now: datetime, limit: int) -> tuple[int, int]:
    rows = batches.run(_TAKE, (name, now, limit))
    taken = [_Owed(row[0], row[1], Entry(*row[2:])) for row in rows]
    failures = list(_deliver(name, taken, now)) if taken else []

    late = {failure.id for failure in failures}
    batches.send(_STRIKE, ([owed.id for owed in taken if owed.id not in late],))
    if failures:
        batches.send(_DELAY, [list(column) for column in zip(*failures, strict=True)])
    return len(taken) - len(failures), len(failures)


def _deliver(name: str, taken: Sequence[_Owed], now: datetime) -> Iterator[_Failure]:
    """Run a reaction on a batch; if it fails, on each half of it, until the entries it fails on stand alone."""
    try:
        with transaction.atomic():
            _REACTIONS[name]([owed.entry for owed in taken], now)
            connection.check_constraints()  # deferred keys would fail at the commit, and with them the whole batch
    except Exception as error:
        if not connection.is_usable():
            raise  # the database has gone, which says nothing about these entries
        if len(taken) == 1:
            yield _failure(name, taken[0], error, now)
            return
    else:
        return
    half = len(taken) // 2
    yield from _deliver(name, taken[:half], now)
    yield from _deliver(name, taken[half:], now)


def _failure(name: str, owed: _Owed, error: Exception, now: datetime) -> _Failure:
    what = without_words(error)
    tries = owed.tries + 1
    log.warning("journal.delivery_failed", reaction=name, entry=owed.entry.pk, tries=tries, error=what)
    return _Failure(owed.id, tries, now + FIRST_WAIT * 3 ** (tries - 1), what)


def without_words(error: Exception) -> str:
    """Name an error by its kind, code and last places: its message may hold what neither journal nor log may keep."""
    code = f" {error.code}" if isinstance(error, Refused) else ""
    places = [
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)
    ]
    return f"{type(error).__name__}{code} ({' < '.join(places[:-4:-1])})"[:200]
