"""Writing the journal: every act of every app becomes an entry here, in the transaction of the act.

The caller has locked the subject's row; nothing else can add to its chain meanwhile. The unique (subject, seq) is the
last guard. Nothing is permitted here: the action that records has already asked `rules.permissions`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from django.db import IntegrityError

from tongxin.apps.journal import chain, outbox
from tongxin.postgres import batches
from tongxin.rules.errors import Stale
from tongxin.rules.permissions import Actor

COPY_FROM = 5000  # entries in a batch; from here on COPY beats arrays

Head = tuple[int, bytes]  # seq and hash of a subject's last entry

# Joins the head of a subject as (seq, hash), both null without entries: `{subject}` is an SQL expression.
# Not for the statement that takes the lock: if that one has to wait, it still reads the journal as before the wait.
HEAD_SQL = """LEFT JOIN LATERAL (
    SELECT seq, hash FROM journal_entry WHERE subject = {subject} ORDER BY seq DESC LIMIT 1
) head ON true"""

_HEADS = f"SELECT s.subject, head.seq, head.hash FROM unnest(%s::text[]) s (subject) {HEAD_SQL}".format(
    subject="s.subject"
)
_COLUMNS = ("subject", "seq", "kind", "actor", "post_id", "at", "data", "prev", "hash")
_INSERT = f"""INSERT INTO journal_entry ({", ".join(_COLUMNS)})
    SELECT * FROM unnest(%s::text[], %s::int[], %s::text[], %s::text[], %s::bigint[], %s::timestamptz[], %s::jsonb[],
                         %s::bytea[], %s::bytea[])"""
_INSERT_AND_OWE = f"""WITH fresh AS ({_INSERT} RETURNING id, kind, at)
    INSERT INTO journal_delivery (entry_id, reaction, next_try_at)
    SELECT fresh.id, owed.reaction, fresh.at
    FROM fresh JOIN unnest(%s::text[], %s::text[]) owed (kind, reaction) USING (kind)"""
# A writer that gives `recorded_at` itself takes the table lock first, so that the seal waits for it (see `seals`).
_LOCK = "LOCK TABLE journal_entry IN ROW EXCLUSIVE MODE"
_NUMBERS = """SELECT nextval(pg_get_serial_sequence('journal_entry', 'id')), clock_timestamp()
    FROM generate_series(1, %s::int)"""


class Draft(NamedTuple):
    """An act about to be recorded. `actor` is a reference ("person:7"), `at` the aware clock of the act."""

    kind: str
    subject: str
    actor: str
    post_id: int | None
    at: datetime
    data: Mapping[str, Any]


class Written(NamedTuple):
    """An entry as it was written; `at` and `data` in their canonical text (see `chain`)."""

    subject: str
    seq: int
    kind: str
    actor: str
    post_id: int | None
    at: str
    data: str
    prev: bytes
    hash: bytes


def record(kind: str, subject: str, /, *, by: Actor, at: datetime, post_id: int | None = None, **data: Any) -> Written:
    """Write one act into the journal. Two statements. Raises Stale if somebody else wrote on this subject meanwhile."""
    return record_many([Draft(kind, subject, by.ref, post_id, at, data)])[0]


def record_many(
    drafts: Sequence[Draft], *, fresh: bool = False, heads: Mapping[str, Head] | None = None
) -> list[Written]:
    """Write acts in this order, with what is owed to their readers, in one statement; one more reads the heads.

    `fresh`: these subjects have no entries yet. `heads`: the caller has read them; a subject not in it has no entries.
    Either saves the reading, and nothing is then fetched, so that it can ride in the caller's pipeline; a pipeline
    belongs in `guarded()`. Raises Stale if somebody else wrote on one of the subjects meanwhile.
    """
    if heads is None:
        heads = {} if fresh else heads_of({draft.subject for draft in drafts})
    written = _chained(drafts, heads)
    with guarded():
        if fresh and len(written) >= COPY_FROM and not batches.in_pipeline():
            _copy(written)
        elif written:
            _insert(written)
    return written


def heads_of(subjects: Iterable[str]) -> dict[str, Head]:
    """Return the last entry of each subject that has one, as (seq, hash). One statement."""
    return {subject: (seq, hash) for subject, seq, hash in batches.run(_HEADS, (list(subjects),)) if seq is not None}


@contextmanager
def guarded() -> Iterator[None]:
    """Turn a broken chain into Stale: two writers took the same head, and this one came second."""
    try:
        yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if diagnosis is not None and diagnosis.constraint_name == "journal_entry_once":
            raise Stale("journal.moved") from error
        raise


def _chained(drafts: Iterable[Draft], heads: Mapping[str, Head]) -> list[Written]:
    letter = chain.chosen()
    last = dict(heads)
    written = []
    clock, at = None, ""
    for draft in drafts:
        if draft.at is not clock:
            clock, at = draft.at, chain.written(draft.at)
        seq, prev = last.get(draft.subject, (0, chain.NONE))
        data = chain.encoded(draft.data)
        hash = chain.link(letter, prev, (draft.subject, seq + 1, draft.kind, draft.actor, draft.post_id, at), data)
        last[draft.subject] = (seq + 1, hash)
        written.append(
            Written(draft.subject, seq + 1, draft.kind, draft.actor, draft.post_id, at, data.decode(), prev, hash)
        )
    return written


def _insert(written: Sequence[Written]) -> None:
    columns = [list(column) for column in zip(*written, strict=True)]
    owed = outbox.owed({entry.kind for entry in written})
    if owed:
        batches.send(_INSERT_AND_OWE, (*columns, [kind for kind, _ in owed], [reaction for _, reaction in owed]))
    else:
        batches.send(_INSERT, columns)


def _copy(written: Sequence[Written]) -> None:
    batches.run(_LOCK)
    numbers = batches.run(_NUMBERS, (len(written),))
    batches.copy_rows(
        "journal_entry",
        ("id", "recorded_at", *_COLUMNS),
        ((*number, *entry) for number, entry in zip(numbers, written, strict=True)),
    )
    owed: dict[str, list[str]] = {}
    for kind, reaction in outbox.owed({entry.kind for entry in written}):
        owed.setdefault(kind, []).append(reaction)
    if owed:
        batches.copy_rows(
            "journal_delivery",
            ("entry_id", "reaction", "next_try_at"),
            (
                (number, reaction, entry.at)
                for (number, _), entry in zip(numbers, written, strict=True)
                for reaction in owed.get(entry.kind, ())
            ),
        )
