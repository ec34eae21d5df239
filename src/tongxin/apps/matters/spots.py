"""Open matters on the map: how many each area holds, and single ones where the eye is close enough."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from tongxin.apps.matters.scoping import Clause, area_clause, scope_clause
from tongxin.postgres.batches import run
from tongxin.rules.area_codes import Level
from tongxin.rules.lamps import Lamp
from tongxin.rules.permissions import Actor, scope

MOST_POINTS = 500
# the lamp as SQL: the same sentence as `rules.lamps.lamp` for a clock that has not ended
LAMP = """CASE WHEN stopped_at IS NOT NULL AND due_at IS NOT NULL THEN 'hold' WHEN due_at < %s::timestamptz THEN 'red'
    WHEN amber_at <= %s::timestamptz THEN 'amber' ELSE 'green' END"""


class Narrowed(NamedTuple):
    """What the map shows of the open matters: a template's code or its beginning ("C02", "C"), a lamp."""

    template: str = ""
    lamp: Lamp | None = None


EVERYTHING = Narrowed()


class Spot(NamedTuple):
    """Open matters of one area."""

    area: str
    count: int
    amber: int
    red: int


class Point(NamedTuple):
    """One open matter with its place."""

    number: str
    title: str
    template_code: str
    lon: float
    lat: float
    due_at: datetime | None
    lamp: Lamp


class Box(NamedTuple):
    """A piece of the earth in WGS-84 degrees."""

    west: float
    south: float
    east: float
    north: float


def counted(
    actor: Actor, level: Level, now: datetime, *, within: str = "", narrowed: Narrowed = EVERYTHING
) -> list[Spot]:
    """Return how many open matters each area of a level holds, for who may see them. One statement.

    What is only known to lie somewhere above the level stands under the code that is known.
    """
    clause, params = _open(actor, within, narrowed)
    found = run(
        f"""
        SELECT left(area, {int(level)}) AS code, count(*), count(*) FILTER (WHERE lamp = 'amber'),
            count(*) FILTER (WHERE lamp = 'red')
        FROM (SELECT area, {LAMP} AS lamp FROM matters_matter WHERE {clause}) AS waiting
        WHERE %s::text IS NULL OR lamp = %s GROUP BY 1""",
        [now, now, *params, narrowed.lamp, narrowed.lamp],
    )
    return [Spot(*row) for row in found]


def points(
    actor: Actor, box: Box, towns: Sequence[str], now: datetime, *, narrowed: Narrowed = EVERYTHING
) -> list[Point]:
    """Return the most urgent open matters in a box that touches only these towns; sealed ones never. One statement."""
    clause, params = _open(actor, "", narrowed)
    found = run(
        f"""
        SELECT number, title, template_code, lon, lat, due_at, lamp
        FROM (SELECT *, {LAMP} AS lamp FROM matters_matter WHERE {clause} AND NOT is_sealed
            AND left(area, {int(Level.TOWN)}) = ANY(%s::text[])
            AND lon BETWEEN %s AND %s AND lat BETWEEN %s AND %s) AS waiting
        WHERE %s::text IS NULL OR lamp = %s ORDER BY due_at, number LIMIT {MOST_POINTS}""",
        [now, now, *params, list(towns), box.west, box.east, box.south, box.north, narrowed.lamp, narrowed.lamp],
    )
    return [Point(*row[:6], Lamp(row[6])) for row in found]


def _open(actor: Actor, within: str, narrowed: Narrowed) -> Clause:
    clause, params = scope_clause(scope(actor))
    parts: list[str] = [clause, "closed_at IS NULL"]
    values: list[Any] = [*params]
    if within:
        text, more = area_clause(within)
        parts.append(text)
        values += more
    if narrowed.template:
        parts.append("starts_with(template_code, %s)")
        values.append(narrowed.template)
    return " AND ".join(parts), values
