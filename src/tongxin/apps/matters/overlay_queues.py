"""What waits for somebody over matters: rows of overlays whose state knows an act of his, the first due first.

From what the actor may see, as all reads; the seat of each step is turned into SQL as `seats.duties_of` turns it
into duties. It lists; whether a step may be taken, the row's own acts tell.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from tongxin.apps.matters import queries
from tongxin.apps.matters.overlaying import MODELS
from tongxin.apps.matters.queries import CAP, PAGE, Row, Tally
from tongxin.apps.matters.scoping import Clause, area_clause, scope_clause
from tongxin.apps.people.queries import rooms_below, stands
from tongxin.postgres.batches import run
from tongxin.rules import cursors, lamps
from tongxin.rules.lamps import Lamp
from tongxin.rules.lifecycles.matter import State
from tongxin.rules.overlays import appeal, branch, call_back, extension, hold, objection, order, summons, whistle
from tongxin.rules.overlays.frame import Overlay, Seat, Step
from tongxin.rules.overlays.tables import TABLES
from tongxin.rules.permissions import DESK, GRID_OR_OVERSIGHT, UNIT, VOICES, Actor, Duty, Role, scope


class Queue(NamedTuple):
    """What waits: rows of one kind that know one of these acts. Without acts: all that runs, for whoever sees it."""

    kind: Overlay
    acts: tuple[StrEnum, ...] = ()

    def steps(self) -> Iterator[Step]:
        return (step for step in TABLES[self.kind].steps if step.act in self.acts and "" not in step.sources)


# by the name in its address; the acts are those that somebody waits for, not those by which one steps back
QUEUES: Mapping[str, Queue] = {
    "objection": Queue(Overlay.OBJECTION, (objection.Act.UPHOLD,)),
    "extension": Queue(Overlay.EXTENSION, (extension.Act.GRANT, extension.Act.ENDORSE)),
    "hold": Queue(Overlay.HOLD, (hold.Act.GRANT,)),
    "branch": Queue(Overlay.BRANCH, (branch.Act.APPROVE, branch.Act.SIGN, branch.Act.DONE, branch.Act.BIND)),
    "summons": Queue(Overlay.SUMMONS, (summons.Act.SIGN, summons.Act.CONTACT, summons.Act.ARRIVE, summons.Act.ADVISE)),
    "whistle": Queue(Overlay.WHISTLE, (whistle.Act.CONCLUDE,)),
    "order": Queue(Overlay.ORDER, (order.Act.SIGN, order.Act.REPLY)),
    "verdict": Queue(Overlay.ORDER, (order.Act.ACCEPT,)),
    "call_back": Queue(Overlay.CALL_BACK, (call_back.Act.ANSWER,)),
    "appeal": Queue(Overlay.APPEAL, (appeal.Act.TAKE, appeal.Act.UPHOLD)),
    "held": Queue(Overlay.HOLD),
    "extended": Queue(Overlay.EXTENSION),
}


class Waiting(NamedTuple):
    """One line: the overlay, in the order of COLUMNS, and its matter."""

    id: int
    state: str
    unit_id: int | None
    opened_at: datetime
    due_at: datetime | None
    amber_at: datetime | None
    stands_still: bool
    matter: Row

    def lamp(self, now: datetime) -> Lamp | None:
        """Return the lamp of the overlay's own clock; the matter's is another one."""
        if self.due_at is None or self.amber_at is None:
            return None
        return Lamp.HOLD if self.stands_still else lamps.lamp(now, self.due_at, self.amber_at)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of what waits; `next` is the cursor behind its last row, None at the end."""

    rows: list[Waiting] = field(default_factory=list)
    next: str | None = None


COLUMNS = ", ".join(
    (
        "o.id, o.state, o.unit_id, o.opened_at, o.due_at, d.amber_at, coalesce(d.stands_still, false)",
        *(f"matters_matter.{name}" for name in Row._fields),
    )
)
CLOCK = """LEFT JOIN LATERAL (
    SELECT min(amber_at) AS amber_at, bool_or(stopped_at IS NOT NULL) AS stands_still FROM matters_deadline d
    WHERE d.matter_id = o.matter_id AND d."of" = %s AND d.of_id = o.id AND d.ended_at IS NULL) d ON true"""


def is_for(actor: Actor, queue: Queue) -> bool:
    """Tell whether a queue can hold anything for the actor's posts. No statement."""
    return not queue.acts or any(actor.roles & step.by for step in queue.steps())


def waiting(actor: Actor, queue: Queue, *, after: str = "", size: int = PAGE) -> Page:
    """Return a page of what waits for the actor, the first due first. One statement. Raises Invalid.

    Each state and seat is taken by its own index, in order, then what is few is merged.
    """
    rest, more = _behind(after) if after else ("true", [])
    tail = f"AND {rest} ORDER BY o.due_at, o.id LIMIT {size + 1}"
    few = [(f"(SELECT o.id {source} {tail})", [*params, *more]) for source, params in _sources(actor, queue)]
    if not few:
        return Page()
    sql = f"""SELECT {COLUMNS} FROM {_table(queue)} o JOIN matters_matter ON matters_matter.id = o.matter_id {CLOCK}
        WHERE o.id IN ({" UNION ".join(text for text, _ in few)}) ORDER BY o.due_at, o.id LIMIT {size + 1}"""
    params = [value for _, values in few for value in values]
    found = run(sql, [queue.kind.value, *params])
    rows = [Waiting(*row[:7], Row(*row[7:])) for row in found[:size]]
    return Page(rows, cursors.cursor(rows[-1].due_at, rows[-1].id) if len(found) > size else None)


def count(actor: Actor, queue: Queue, *, cap: int = CAP) -> int:
    """Return how much waits, at most one more than the cap. One statement."""
    few, params = _few(actor, queue, cap)
    return min(int(run(f"SELECT count(*) FROM ({few}) AS few", params)[0][0]), cap + 1)


def tallies(
    actor: Actor, states: Sequence[State], names: Sequence[str], now: datetime, more: Sequence[Clause] = ()
) -> tuple[dict[State, Tally], dict[str, Tally]]:
    """Return how much waits in these states of matters and in these queues, each capped. One statement for all.

    `more` counts what apps above keep, each as one line that `tally_of` made.
    """
    parts = [queries.queues_clause(actor, states, now)] if states else []
    parts += [tally_of(name, _few(actor, QUEUES[name], CAP), now) for name in names]
    parts += more
    if not parts:
        return {}, {}
    sql = " UNION ALL ".join(text for text, _ in parts)
    found = {name: Tally(*counts) for name, *counts in run(sql, [value for _, values in parts for value in values])}
    return (
        {State(name): tally for name, tally in found.items() if not name.startswith("o/")},
        {name.removeprefix("o/"): tally for name, tally in found.items() if name.startswith("o/")},
    )


def tally_of(name: str, few: Clause, now: datetime) -> Clause:
    """Return the line that counts a selection of `due_at` up to the cap; what is overdue comes first in it."""
    text, params = few
    sql = f"""SELECT %s::text, count(*), count(*) FILTER (WHERE few.due_at < %s::timestamptz), 0::bigint, 0::bigint
        FROM ({text}) AS few"""
    return sql, [f"o/{name}", now, *params]


# --- from where, and which -------------------------------------------------------------------------------


def _few(actor: Actor, queue: Queue, cap: int) -> Clause:
    """Return the selection of what waits, of each state and seat at most one more than the cap.

    The number is written into the text: with any number in its place no plan of such a statement would ever be kept,
    and planning it takes longer than its answer.
    """
    selects = [
        (f"(SELECT o.id, o.due_at {source} ORDER BY o.due_at LIMIT {cap + 1})", params)
        for source, params in _sources(actor, queue)
    ]
    if not selects:
        return "SELECT NULL::timestamptz AS due_at WHERE false", []
    return " UNION ".join(text for text, _ in selects), [value for _, values in selects for value in values]


def _table(queue: Queue) -> str:
    return str(MODELS[queue.kind]._meta.db_table)


def _sources(actor: Actor, queue: Queue) -> Iterator[Clause]:
    """Yield FROM and WHERE of what waits for an actor, within what he may see: one for each state and seat."""
    seen, seen_params = scope_clause(scope(actor))
    above = {
        Overlay.ORDER: " JOIN matters_order r ON r.id = o.order_id",
        Overlay.SUMMONS: " JOIN matters_whistle w ON w.id = o.whistle_id",
    }.get(queue.kind, "")
    tables = f"FROM {_table(queue)} o JOIN matters_matter ON matters_matter.id = o.matter_id{above}"
    for state, seat, params in _alternatives(actor, queue):
        where = f"WHERE o.ended_at IS NULL AND o.state = %s AND {seat} AND {seen}"
        yield f"{tables} {where}", [state, *params, *seen_params]


def _alternatives(actor: Actor, queue: Queue) -> Iterator[tuple[str, str, list[object]]]:
    """Yield each way in which a row waits: its state, and the seat from which the actor takes the step it knows."""
    table = TABLES[queue.kind]
    if not queue.acts:
        running = {state for step in table.steps for state in (*step.sources, step.target)} - table.ended - {""}
        yield from ((str(state), "true", []) for state in sorted(running))
    for step in queue.steps():
        duties = list(actor.holding(step.by))
        for seat in step.seat if isinstance(step.seat, tuple) else (step.seat,):
            for clause, params in _seats(actor, duties, seat, queue.kind):
                yield from ((str(state), f"({clause})", params) for state in sorted(step.sources))


def _seats(actor: Actor, duties: Sequence[Duty], seat: Seat, kind: Overlay) -> Iterator[Clause]:
    desks = [duty.unit_id for duty in duties if duty.role in DESK]
    units = [duty.unit_id for duty in duties if duty.role in UNIT]
    both = [*desks, *units]
    if seat is Seat.OVERSEER or (seat is Seat.HOLDER and kind is Overlay.ORDER):
        yield from _orders(actor, duties)
        return
    column, sits = {
        Seat.DESK: ("matters_matter.desk_id", desks),
        Seat.FIRST: ("matters_matter.first_desk_id", desks),
        Seat.ABOVE: ("matters_matter.desk_id", [below for desk in desks for below in _below(desk)]),
        Seat.UNIT: ("matters_matter.unit_id", units),
        Seat.ASKED: ("o.unit_id", both),
        Seat.HOLDER: ("w.unit_id" if kind is Overlay.SUMMONS else "o.unit_id", both),
    }[seat]
    if sits:
        yield f"{column} = ANY(%s::bigint[])", [sits]
    for duty in duties if seat is Seat.FIRST else ():
        if duty.role in VOICES:
            clause, params = area_clause(duty.area)
            yield f"matters_matter.channel = 'hotline' AND {clause}", params
    for duty in duties:
        if duty.role in GRID_OR_OVERSIGHT:
            yield area_clause(duty.area)


def _orders(actor: Actor, duties: Sequence[Duty]) -> Iterator[Clause]:
    """Yield the orders whose replies these duties judge, as `rules.overlays.order.may_accept` says."""
    yield "r.issued_by = %s", [actor.person_id]
    for duty in duties:
        yield "r.issuer_unit_id = %s AND r.issuer_role = %s", [duty.unit_id, duty.role.value]
        if duty.role is Role.SUPERVISOR:
            yield "starts_with(r.area, %s)", [duty.area]
        if duty.role is Role.LEADER:
            yield "r.grade = 'leader' AND starts_with(r.area, %s)", [duty.area]
        if duty.role is Role.COMMANDER:
            yield "(r.grade = 'ordinary' OR r.trigger <> '') AND matters_matter.desk_id = %s", [duty.unit_id]
        if duty.role is Role.DUTY_CHIEF:
            yield "r.trigger <> '' AND matters_matter.desk_id = %s", [duty.unit_id]


def _below(desk: int) -> list[int]:
    """Return the desks whose next one above is this one. No statement."""
    if desk not in stands():
        return []
    _, own = stands()[desk]
    rooms = (room for width in range(len(own) + 1) for room in rooms_below().get(own[:width], ()))
    return [unit for unit, area in rooms if len(area) > len(own) and area.startswith(own)]


def _behind(cursor: str) -> Clause:
    """Return what comes after a row; what has no due moment comes last."""
    moment, id_ = cursors.read_open(cursor)
    if moment is None:
        return "o.due_at IS NULL AND o.id > %s::bigint", [id_]
    return "((o.due_at, o.id) > (%s::timestamptz, %s::bigint) OR o.due_at IS NULL)", [moment, id_]
