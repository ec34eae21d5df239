"""Matters as a step finds them: locked rows, the clocks that may still move, and the heads of their chains."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from tongxin.apps.journal.entries import HEAD_SQL, Head
from tongxin.apps.matters import kinds
from tongxin.apps.matters.clockwork import Open
from tongxin.apps.matters.kinds import Kind
from tongxin.postgres.batches import pipeline, send
from tongxin.rules.deadlines import Clock, Running
from tongxin.rules.rulebook import Rulebook
from tongxin.rules.working_time import Limit


class Standing(NamedTuple):
    """A locked matter: the columns that steps read or write, in the order of LOCK."""

    id: int
    number: str
    template_code: str
    template_version: int
    channel: str
    level: str
    urgency: str
    is_sealed: bool
    seal: str
    area: str
    state: str
    reported_at: datetime
    reported_by: int | None
    desk_id: int
    first_desk_id: int
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
    overlays: dict[str, int]
    stopped_at: datetime | None
    involved: list[int]
    waits: int
    keeper: int | None
    closed_by: int | None
    dispatches: int
    mistakes: int
    ruled_unit: int | None
    escalations: int
    extensions: int
    urged: int
    master_id: int | None
    children: int
    households: int
    wants_reply: bool
    replied_at: datetime | None
    rating: str
    rehandled: int
    rulebook: int

    @property
    def kind(self) -> Kind:
        return kinds.kind_of(self.template_code, self.template_version)

    @property
    def book(self) -> Rulebook:
        return kinds.book(self.rulebook)


LOCK = f"""
    SELECT {", ".join(Standing._fields)} FROM matters_matter
    WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE"""
# a statement of its own after the lock: what the lock waited for is seen only by the next snapshot
STANDING = f"""
    SELECT m.id, head.seq, head.hash,
        d.id, d.clock, d."limit", d.started_at, d.due_at, d.amber_at, d.is_provisional, d.ended_at, d.outcome,
        d."of", d.of_id, d.stops, d.stopped_at
    FROM unnest(%s::bigint[]) AS m(id)
    {HEAD_SQL.format(subject="'matter:' || m.id")}
    LEFT JOIN matters_deadline d
        ON d.matter_id = m.id
            AND (d.ended_at IS NULL OR d.clock IN ('handle', 'ring') AND d."of" = '' AND d.outcome <> 'dropped')
    ORDER BY d.id"""


def locked(ids: Sequence[int]) -> tuple[dict[int, Standing], dict[int, list[Open]], dict[str, Head]]:
    """Lock these matters in the order of their ids; return them, their clocks and chain heads. One round trip."""
    open_clocks: dict[int, list[Open]] = {}
    heads: dict[str, Head] = {}
    with pipeline():
        locked, clocks = send(LOCK, [list(ids)]), send(STANDING, [list(ids)])
        standing = {row[0]: Standing(*row) for row in locked.fetchall()}
        for matter_id, seq, hash_, id_, *clock in clocks.fetchall():
            if seq is not None:
                heads[f"matter:{matter_id}"] = (seq, hash_)
            if id_ is not None:
                open_clocks.setdefault(matter_id, []).append(_open(id_, *clock))
    return standing, open_clocks, heads


def _open(
    id_: int, clock: str, limit: str, started_at: datetime, due_at: datetime, amber_at: datetime,
    is_provisional: bool, ended_at: datetime | None, outcome: str, of: str, of_id: int | None,
    stops: list[datetime], stopped_at: datetime | None,
) -> Open:  # fmt: skip
    running = Running(Clock(clock), started_at, Limit.parse(limit), due_at, amber_at, is_provisional)
    return Open(id_, running, ended_at, outcome, of, of_id, tuple(stops), stopped_at)
