"""Figures of matters: counts by period and area, of what the reader may see. Places and units, never people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from tongxin.apps.matters.scoping import area_clause, nothing, scope_parts
from tongxin.postgres.batches import run
from tongxin.rules.area_codes import Level
from tongxin.rules.indices import Counts
from tongxin.rules.permissions import Actor, scope
from tongxin.rules.working_time import SHANGHAI

GROUPS = {"county": int(Level.COUNTY), "town": int(Level.TOWN), "village": int(Level.VILLAGE)}


@dataclass(frozen=True, slots=True)
class Period:
    """Local days, both in; matters belong to the day they were reported."""

    day_from: date
    day_to: date


class Group(NamedTuple):
    """The counts of one area ("" for all of it)."""

    area: str
    counts: Counts


# in the order of Counts; `w.due_at` is the whole limit of an open matter
_COUNTED = """
    count(*),
    count(*) FILTER (WHERE m.state = 'voided'),
    count(*) FILTER (WHERE m.state = 'refused'),
    count(*) FILTER (WHERE m.state = 'closed'),
    count(*) FILTER (WHERE m.state = 'closed' AND m.is_late IS NOT TRUE),
    count(*) FILTER (WHERE m.closed_at IS NULL AND m.stopped_at IS NULL AND w.due_at < %s::timestamptz),
    count(*) FILTER (WHERE m.closed_at IS NULL AND m.stopped_at IS NULL
                     AND (w.due_at IS NULL OR w.due_at >= %s::timestamptz)),
    count(*) FILTER (WHERE m.closed_at IS NULL AND m.stopped_at IS NOT NULL),
    count(*) FILTER (WHERE m.stopped_at IS NOT NULL AND m.overlays ? 'hold' AND EXISTS (
        SELECT FROM matters_hold h WHERE h.matter_id = m.id AND h.ended_at IS NULL AND h.is_backlog)),
    count(*) FILTER (WHERE m.state = 'closed' AND m.level = 'G'),
    count(*) FILTER (WHERE m.state = 'closed' AND m.level = 'V'),
    count(*) FILTER (WHERE m.state = 'closed' AND m.level = 'T'),
    count(*) FILTER (WHERE m.state = 'closed' AND m.level = 'C'),
    count(*) FILTER (WHERE m.state = 'closed' AND m.level = 'Y'),
    count(*) FILTER (WHERE m.escalations > 0),
    coalesce(sum(m.dispatches), 0),
    coalesce(sum(m.mistakes), 0),
    count(*) FILTER (WHERE m.dispatches > 0),
    count(*) FILTER (WHERE m.reworks > 0),
    count(*) FILTER (WHERE m.extensions > 0)"""


def counted(
    actor: Actor, now: datetime, *, period: Period | None = None, area: str = "", by: str = "", template: str = ""
) -> list[Group]:
    """Return the counts of what the actor may see, all of it first, then by `county`, `town` or `village`.

    One statement. `template` narrows to a code or its beginning.
    """
    seen, values = _seen(actor)
    rest, more = _narrowed(period, area, template)
    place = f"left(m.area, {GROUPS.get(by, 0)})"
    found = run(
        f"""SELECT CASE WHEN grouping({place}) = 1 THEN '' ELSE {place} END, {_COUNTED}
        FROM matters_matter m LEFT JOIN LATERAL (
            SELECT due_at FROM matters_deadline d
            WHERE m.closed_at IS NULL AND d.matter_id = m.id AND d.clock = 'whole' AND d.ended_at IS NULL
            ORDER BY d.id DESC LIMIT 1) w ON true
        WHERE {seen} AND {rest}
        GROUP BY ROLLUP ({place}) ORDER BY grouping({place}) DESC, 1""",
        [now, now, *values, *more],
    )
    groups = [Group(row[0], Counts(*(int(each) for each in row[1:]))) for row in found]
    every = [group for group in groups if not group.area][:1] or [Group("", Counts())]
    return [*every, *(group for group in groups if group.area)]


def _seen(actor: Actor) -> tuple[str, list[Any]]:
    parts = scope_parts(scope(actor)) or [nothing()]
    text = " OR ".join(f"({clause})" for clause, _ in parts).replace("matters_matter.", "m.")
    return f"({text})", [value for _, values in parts for value in values]


def _narrowed(period: Period | None, area: str, template: str) -> tuple[str, Sequence[Any]]:
    parts, values = ["m.close_as <> 'withdrawn'"], []  # what its reporter took back counts in no rate
    if period:
        start = datetime.combine(period.day_from, time.min, SHANGHAI)
        end = datetime.combine(period.day_to + timedelta(days=1), time.min, SHANGHAI)
        parts.append("m.reported_at >= %s::timestamptz AND m.reported_at < %s::timestamptz")
        values += [start, end]
    if area:
        clause, given = area_clause(area)
        parts.append(clause.replace("matters_matter.", "m."))
        values += given
    if template:
        parts.append("starts_with(m.template_code, %s)")
        values.append(template)
    return " AND ".join(parts), values
