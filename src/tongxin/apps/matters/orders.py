"""Reads of supervision orders: those whose matters the reader may see, with how far they are."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from tongxin.apps.matters.models import OrderItem
from tongxin.apps.matters.overlay_queues import CLOCK, COLUMNS, Waiting
from tongxin.apps.matters.queries import PAGE, Row
from tongxin.apps.matters.scoping import scope_clause
from tongxin.postgres.batches import run
from tongxin.rules.errors import Missing
from tongxin.rules.overlays.frame import Overlay
from tongxin.rules.permissions import Actor, scope


class Line(NamedTuple):
    """One order, in the order of LINE: how many of the matters one sees it presses for, are open,
    replied, late, and the title of the first."""

    id: int
    number: str
    grade: str
    trigger: str
    text: str
    issuer_unit_id: int | None
    issued_at: datetime
    reply_by: datetime
    ended_at: datetime | None
    items: int
    open: int
    replied: int
    late: int
    first: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page of orders; `next` is the cursor behind its last one, None at the end."""

    rows: list[Line] = field(default_factory=list)
    next: int | None = None


LINE = """
    SELECT r.id, r.number, r.grade, r.trigger, r.text, r.issuer_unit_id, r.issued_at, r.reply_by, r.ended_at, seen.*
    FROM matters_order r JOIN LATERAL (
        SELECT count(*) AS items, count(*) FILTER (WHERE o.ended_at IS NULL),
            count(*) FILTER (WHERE o.state = 'replied'),
            count(*) FILTER (WHERE o.ended_at IS NULL AND o.due_at < %s::timestamptz),
            (array_agg(matters_matter.title ORDER BY o.id))[1]
        FROM matters_orderitem o JOIN matters_matter ON matters_matter.id = o.matter_id
        WHERE o.order_id = r.id AND {seen}
    ) AS seen ON seen.items > 0"""


def orders(
    actor: Actor, now: datetime, *, is_open: bool | None = None, before: int | None = None, size: int = PAGE
) -> Page:
    """Return orders of which the actor may see a matter, the newest first. One statement."""
    seen, params = scope_clause(scope(actor))
    where = [{True: "r.ended_at IS NULL", False: "r.ended_at IS NOT NULL", None: "true"}[is_open]]
    if before is not None:
        where.append("r.id < %s")
    found = run(
        f"{LINE.format(seen=seen)} WHERE {' AND '.join(where)} ORDER BY r.id DESC LIMIT %s",
        [now, *params, *([before] if before is not None else []), size + 1],
    )
    rows = [Line(*row) for row in found[:size]]
    return Page(rows, rows[-1].id if len(found) > size else None)


def one(actor: Actor, number: str, now: datetime) -> tuple[Line, list[tuple[OrderItem, Waiting]]]:
    """Return an order and its matters as far as the actor sees them. Raises Missing. Three statements."""
    seen, params = scope_clause(scope(actor))
    found = run(f"{LINE.format(seen=seen)} WHERE r.number = %s", [now, *params, number.strip().upper()[:24]])
    if not found:
        raise Missing("order.missing")
    line = Line(*found[0])
    source = f"""FROM matters_orderitem o JOIN matters_matter ON matters_matter.id = o.matter_id {CLOCK}
        WHERE o.order_id = %s AND {seen} ORDER BY o.id"""
    rows = run(f"SELECT {COLUMNS} {source}", [Overlay.ORDER.value, line.id, *params])
    waiting = [Waiting(*row[:7], Row(*row[7:])) for row in rows]
    items = OrderItem.objects.select_related("order").in_bulk([each.id for each in waiting])
    return line, [(items[each.id], each) for each in waiting]
