"""Reads of supervision orders, each from what the reader may see: who sees one of its matters sees the order."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tongxin.apps.matters.queries import PAGE
from tongxin.apps.matters.scoping import scope_clause
from tongxin.postgres.batches import run
from tongxin.rules.errors import Invalid, Missing
from tongxin.rules.overlays.order import Grade, State
from tongxin.rules.permissions import Actor, scope


@dataclass(frozen=True, slots=True)
class Order:
    """One order with the counts of its matters, of those the reader sees, in the order of COLUMNS."""

    id: int
    number: str
    grade: Grade
    trigger: str  # the rule that raised it; empty: by hand
    text: str
    issuer_unit_id: int | None
    issued_at: datetime
    reply_by: datetime
    ended_at: datetime | None
    items: int
    unsigned: int
    unanswered: int  # signed, and not replied to yet
    unjudged: int  # replied to, and not accepted yet
    accepted: int
    overdue: int  # without a reply, though its day has passed

    @property
    def is_open(self) -> bool:
        return self.ended_at is None


@dataclass(frozen=True, slots=True)
class Item:
    """One matter of an order, in the order of ITEM. `reply` holds the words of the last reply."""

    id: int
    matter_id: int
    number: str
    title: str
    area: str
    matter_state: str
    unit_id: int | None
    state: State
    due_at: datetime | None
    signed_at: datetime | None
    replied_at: datetime | None
    sent_back: int
    ended_at: datetime | None
    reply: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page of orders, the newest first; `next` is the cursor behind its last row, None at the end."""

    rows: list[Order] = field(default_factory=list)
    next: str | None = None


COUNTED = """
    count(*), count(*) FILTER (WHERE i.state = 'issued'), count(*) FILTER (WHERE i.state = 'signed'),
    count(*) FILTER (WHERE i.state = 'replied'), count(*) FILTER (WHERE i.state = 'accepted'),
    count(*) FILTER (WHERE i.state IN ('issued', 'signed') AND i.due_at < %s::timestamptz)"""
COLUMNS = """o.id, o.number, o.grade, o.trigger, o.text, o.issuer_unit_id, o.issued_at, o.reply_by, o.ended_at"""
ITEM = """i.id, i.matter_id, matters_matter.number, matters_matter.title, matters_matter.area, matters_matter.state,
    i.unit_id, i.state, i.due_at, i.signed_at, i.replied_at, i.sent_back, i.ended_at, coalesce(reply.text, '')"""
WORDS = """LEFT JOIN LATERAL (
    SELECT n.text FROM journal_entry e JOIN matters_note n ON n.matter_id = i.matter_id AND n.seq = e.seq
    WHERE e.subject = 'matter:' || i.matter_id AND e.kind = 'order.reply' AND (e.data ->> 'id')::bigint = i.id
    ORDER BY e.seq DESC LIMIT 1) reply ON true"""


def orders(
    actor: Actor, now: datetime, *, is_open: bool | None = None, grade: Grade | None = None, unit_id: int | None = None,
    after: str = "", size: int = PAGE,
) -> Page:  # fmt: skip
    """Return a page of the orders the actor sees, the newest first: running, over or (None) both.

    `unit_id` narrows to orders that ask this unit. One statement. Raises Invalid for a bad cursor.
    """
    clauses, params = ["true"], []
    if is_open is not None:
        clauses.append(f"o.ended_at IS {'' if is_open else 'NOT '}NULL")
    if grade:
        clauses.append("o.grade = %s")
        params.append(grade.value)
    if unit_id is not None:
        clauses.append("EXISTS (SELECT FROM matters_orderitem a WHERE a.order_id = o.id AND a.unit_id = %s)")
        params.append(unit_id)
    if after:
        clauses.append("o.id < %s")
        params.append(_read_cursor(after))
    found = _orders(actor, now, " AND ".join(clauses), params, size + 1)
    return Page(found[:size], str(found[size - 1].id) if len(found) > size else None)


def order(actor: Actor, number: str, now: datetime) -> tuple[Order, list[Item]]:
    """Return an order by its number with those of its matters that the actor sees. Two statements. Raises Missing."""
    found = _orders(actor, now, "o.number = %s", [number.strip().upper()], 1)
    if not found:
        raise Missing("order.missing")
    seen, params = scope_clause(scope(actor))
    rows = run(
        f"""SELECT {ITEM} FROM matters_orderitem i JOIN matters_matter ON matters_matter.id = i.matter_id {WORDS}
        WHERE i.order_id = %s AND {seen} ORDER BY i.id""",
        [found[0].id, *params],
    )
    return found[0], [Item(*row[:7], State(row[7]), *row[8:]) for row in rows]


def _orders(actor: Actor, now: datetime, which: str, values: list[Any], most: int) -> list[Order]:
    seen, params = scope_clause(scope(actor))
    rows = run(
        f"""SELECT {COLUMNS}, counted.* FROM matters_order o CROSS JOIN LATERAL (
            SELECT {COUNTED} FROM matters_orderitem i JOIN matters_matter ON matters_matter.id = i.matter_id
            WHERE i.order_id = o.id AND {seen}) AS counted (items)
        WHERE counted.items > 0 AND {which} ORDER BY o.id DESC LIMIT %s""",
        [now, *params, *values, most],
    )
    return [Order(*row[:2], Grade(row[2]), *row[3:]) for row in rows]


def _read_cursor(cursor: str) -> int:
    if not cursor.isdecimal() or int(cursor) >= 2**63:
        raise Invalid("cursor.invalid", cursor=cursor[:40])
    return int(cursor)
