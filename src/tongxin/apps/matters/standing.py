"""Matters as a step finds them: locked rows, the clocks that may still move, and the heads of their chains."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from tongxin.apps.journal.entries import HEAD_SQL, Head
from tongxin.apps.matters import kinds
from tongxin.apps.matters.kinds import Kind
from tongxin.postgres.batches import pipeline, send
from tongxin.rules.deadlines import Clock, Running
from tongxin.rules.working_time import Limit


class Open(NamedTuple):
    """A deadline row that may still move; `ended_at` is set on a handling clock that stands finished until checked."""

    id: int
    running: Running
    ended_at: datetime | None


class Standing(NamedTuple):
    """A locked matter: the columns that steps read or write, in the order of LOCK."""

    id: int
    number: str
    template_code: str
    template_version: int
    level: str
    urgency: str
    is_sealed: bool
    area: str
    state: str
    reported_by: int | None
    desk_id: int
    suggested_id: int | None
    unit_id: int | None
    dispatched_at: datetime | None
    return_until: datetime | None
    due_at: datetime | None
    amber_at: datetime | None
    is_provisional: bool
    handlers: list[int]
    returned_by: list[int]
    before_photos: int
    after_photos: int
    verified: bool | None
    void_proposed_by: int | None
    returns: int
    reworks: int
    reopened: int
    entered_at: datetime
    closed_at: datetime | None
    close_as: str
    is_late: bool | None
    rev: int

    @property
    def kind(self) -> Kind:
        return kinds.kind_of(self.template_code, self.template_version)


LOCK = f"""
    SELECT {", ".join(Standing._fields)} FROM matters_matter
    WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE"""
# a statement of its own after the lock: what the lock waited for is seen only by the next snapshot
STANDING = f"""
    SELECT m.id, head.seq, head.hash,
        d.id, d.clock, d."limit", d.started_at, d.due_at, d.amber_at, d.is_provisional, d.ended_at
    FROM unnest(%s::bigint[]) AS m(id)
    {HEAD_SQL.format(subject="'matter:' || m.id")}
    LEFT JOIN matters_deadline d
        ON d.matter_id = m.id AND (d.ended_at IS NULL OR d.clock = 'handle' AND d.outcome <> 'dropped')
    ORDER BY d.id"""


def locked(ids: Sequence[int]) -> tuple[dict[int, Standing], dict[int, list[Open]], dict[str, Head]]:
    """Lock these matters in the order of their ids; return them, their clocks and chain heads. One round trip."""
    open_clocks: dict[int, list[Open]] = {}
    heads: dict[str, Head] = {}
    with pipeline():
        locked, clocks = send(LOCK, [list(ids)]), send(STANDING, [list(ids)])
        standing = {row[0]: Standing(*row) for row in locked.fetchall()}
        for matter_id, seq, hash_, id_, clock, limit, *moments, is_provisional, ended_at in clocks.fetchall():
            if seq is not None:
                heads[f"matter:{matter_id}"] = (seq, hash_)
            if id_ is not None:
                started_at, due_at, amber_at = moments
                running = Running(Clock(clock), started_at, Limit.parse(limit), due_at, amber_at, is_provisional)
                open_clocks.setdefault(matter_id, []).append(Open(id_, running, ended_at))
    return standing, open_clocks, heads
