"""Holding hotline matters against grid reports: one statement a month, whatever the numbers.

Places fall into cells as wide as the radius and into spans of time as long as the days: what is near enough lies in
one of nine cells and one of two spans, so PostgreSQL joins by equality and measures only what is left. Cell and span
are one number: given three, the planner joined by two and sought the third in every pair (1 M × 1 M took 934 s).
"""

from datetime import datetime
from math import cos, radians
from typing import NamedTuple

from tongxin.postgres.batches import run
from tongxin.rules.reverse_check import Settings

METRES_A_DEGREE = 111_320.0

# x, y and t side by side in a bigint: 65,536 spans, 4,194,304 rows (radius 10 m: 2,000,000); a neighbor is a sum away
CELL = """((((floor(lon / %(wide)s)::bigint << 22) + floor(lat / %(high)s)::bigint) << 16)
           + floor(extract(epoch FROM reported_at) / %(span)s)::bigint)"""
COMPARE = """
WITH called AS (
    SELECT id, area, template_code, lon, lat, reported_at, {cell} AS cell
    FROM matters_matter
    WHERE channel = 'hotline' AND reported_at >= %(start)s AND reported_at < %(end)s AND lon IS NOT NULL
      AND NOT is_sealed AND master_id IS NULL AND state NOT IN ('refused', 'voided')
      AND template_code = ANY(%(templates)s::text[])
), told AS (
    SELECT id, template_code, lon, lat, reported_at, {cell} AS cell
    FROM matters_matter
    WHERE channel = 'grid' AND reported_at >= %(start)s::timestamptz - %(days)s::int * interval '1 day'
      AND reported_at < %(end)s AND lon IS NOT NULL AND NOT is_sealed AND state NOT IN ('refused', 'voided')
      AND template_code = ANY(%(templates)s::text[])
), around AS (
    SELECT id, template_code, lon, lat, reported_at, cell + (dx::bigint << 38) + (dy::bigint << 16) + dt AS near_cell
    FROM called, generate_series(-1, 1) dx, generate_series(-1, 1) dy, generate_series(-1, 0) dt
    OFFSET 0  -- a fence: all neighbors first, then the join
), near AS (
    SELECT DISTINCT ON (around.id) around.id, told.id AS match, away.metres
    FROM around JOIN told ON told.template_code = around.template_code AND told.cell = around.near_cell
    CROSS JOIN LATERAL (SELECT {a_degree} * sqrt(
         ((told.lon - around.lon) * cos(radians(around.lat))) ^ 2 + (told.lat - around.lat) ^ 2) AS metres) AS away
    WHERE away.metres <= %(radius)s AND told.reported_at <= around.reported_at
      AND told.reported_at >= around.reported_at - %(days)s::int * interval '1 day'
    ORDER BY around.id, away.metres, told.id
), written AS (
    INSERT INTO insight_finding (matter_id, rule_id, area, template_code, reported_at, found_at, standing, match_id,
                                 metres, explanation, judgment, excuse)
    SELECT called.id, %(rule)s, called.area, called.template_code, called.reported_at, %(now)s,
           CASE WHEN near.id IS NULL THEN 'open' ELSE 'matched' END, near.match, near.metres, '', '', ''
    FROM called LEFT JOIN near USING (id)
    ON CONFLICT (matter_id) DO UPDATE
        SET standing = excluded.standing, match_id = excluded.match_id, metres = excluded.metres,
            rule_id = excluded.rule_id
        WHERE insight_finding.standing = 'open' AND excluded.standing = 'matched'
    RETURNING standing
)
SELECT count(*), count(*) FILTER (WHERE standing = 'open') FROM written
"""
# what the desk found out since: no call to count, another kind or place, a report of the grid that was none
LAPSED = """
DELETE FROM insight_finding WHERE matter_id IN (
    SELECT found.matter_id FROM insight_finding AS found
    JOIN matters_matter AS called ON called.id = found.matter_id
    LEFT JOIN matters_matter AS told ON told.id = found.match_id
    WHERE found.standing IN ('open', 'matched') AND found.reported_at >= %s AND found.reported_at < %s
      AND (called.state IN ('refused', 'voided') OR called.master_id IS NOT NULL OR called.area <> found.area
           OR called.template_code <> found.template_code OR told.state IN ('refused', 'voided')))
"""
# towards its northern edge a degree of longitude is shortest: the widest cells hold everywhere
NORTH = """
SELECT coalesce(max(abs(lat)), 0) FROM matters_matter
WHERE channel = 'hotline' AND reported_at >= %s AND reported_at < %s
"""


class Compared(NamedTuple):
    """How many were written anew, and how many of these are open."""

    written: int
    open: int


def compare(start: datetime, end: datetime, *, settings: Settings, rule_id: int, now: datetime) -> Compared:
    """Compare what was called about in `[start, end)`; what was judged stays, what is matched late is matched.

    What nobody has looked at goes where the desk found the call to be none, or another. Three statements. Runs of the
    same period at once write the same rows once.
    """
    if not settings.templates or start >= end:
        return Compared(0, 0)
    run(LAPSED, [start, end])
    [(north,)] = run(NORTH, [start, end])
    high = settings.radius_m / METRES_A_DEGREE
    told = {
        "start": start,
        "end": end,
        "templates": sorted(settings.templates),
        "high": high,
        "wide": high / max(cos(radians(min(north + 0.01, 89.0))), 0.01),
        "span": settings.days * 86_400,
        "days": settings.days,
        "radius": float(settings.radius_m),
        "rule": rule_id,
        "now": now,
    }
    [(written, left)] = run(COMPARE.format(cell=CELL, a_degree=METRES_A_DEGREE), told)
    return Compared(written, left)
