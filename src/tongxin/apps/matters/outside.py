"""What other systems read of matters: lists by dates, and what happened lately. With a key, what its actor may see;
without one, what `rules.publicity` shows singly, and no word that anybody wrote.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from tongxin.apps.matters.scoping import Clause, nothing, scope_parts
from tongxin.postgres.batches import run
from tongxin.rules import publicity
from tongxin.rules.permissions import Actor, scope

M = "matters_matter"
# of a closed matter when it was closed, else when something last happened that outsiders are told of
UPDATED = f"""coalesce({M}.closed_at, (
    SELECT e.at FROM journal_entry e
    WHERE e.subject = 'matter:' || {M}.id AND e.kind = ANY(%s::text[]) ORDER BY e.seq DESC LIMIT 1
), {M}.reported_at)"""
# the journal is appended in time: an act is not recorded before it happened, so the index of `recorded_at` finds it
SKEW = timedelta(minutes=5)  # but the clock of a web server may run ahead of the database's
TOUCHED = """
    WITH touched AS MATERIALIZED (
        SELECT substr(subject, 8)::bigint AS id, max(at) AS at FROM journal_entry
        WHERE recorded_at >= %s::timestamptz AND starts_with(subject, 'matter:') AND kind = ANY(%s::text[])
        GROUP BY subject)"""
LINE = f"""
    SELECT {M}.id, number, template_code, template_version, state, is_sealed, area, place, lon, lat, unit_id, desk_id,
           {M}.reported_at, {M}.closed_at, {UPDATED}, whole.due_at, {{text}}
    FROM ({{page}}) AS page JOIN {M} ON {M}.id = page.id
    LEFT JOIN matters_report r ON r.matter_id = {M}.id
    LEFT JOIN LATERAL (
        SELECT due_at FROM matters_deadline d WHERE d.matter_id = {M}.id AND d.clock = 'whole' AND d.of = ''
        ORDER BY d.id DESC LIMIT 1
    ) AS whole ON true
    ORDER BY {M}.reported_at DESC, {M}.id DESC"""
HAPPENED = f"""
    SELECT {M}.id, number, e.seq, e.kind, e.at, e.data, {M}.state, unit_id, {{text}}
    FROM journal_entry e
    JOIN {M} ON {M}.id = CASE WHEN starts_with(e.subject, 'matter:') THEN substr(e.subject, 8)::bigint END
    LEFT JOIN matters_note n ON n.matter_id = {M}.id AND n.seq = e.seq AND e.kind = ANY(%s::text[]) AND NOT is_sealed
    WHERE e.recorded_at >= %s::timestamptz AND e.kind = ANY(%s::text[])
      AND date_trunc('second', e.at) BETWEEN %s::timestamptz AND %s::timestamptz AND {{seen}}
    ORDER BY e.at, e.id LIMIT %s OFFSET %s"""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which matters: by number, which leaves all else aside, or by dates, kinds and whether they are open.

    Moments are aware, both ends belong to the span. `told` are the kinds of journal entries that outsiders hear of.
    """

    told: Sequence[str]
    numbers: Sequence[str] = ()
    templates: Sequence[str] = ()
    is_open: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    changed: tuple[datetime, datetime] | None = None
    size: int = 1_000
    skip: int = 0


class Line(NamedTuple):
    """One matter as outsiders read it. `text` is None for whoever has no key."""

    id: int
    number: str
    template_code: str
    template_version: int
    state: str
    is_sealed: bool
    area: str
    place: str
    lon: float | None
    lat: float | None
    unit_id: int | None
    desk_id: int
    reported_at: datetime
    closed_at: datetime | None
    updated_at: datetime
    due_at: datetime | None
    text: str | None


class Happened(NamedTuple):
    """One thing that happened. `text` is the city's own answer to the reporter, None for whoever has no key."""

    matter_id: int
    number: str
    seq: int
    kind: str
    at: datetime
    data: dict[str, Any]
    state: str
    unit_id: int | None
    text: str | None


def lines(actor: Actor | None, asked: Asked) -> list[Line]:
    """Return matters, newest first. One statement, whose parts each follow an index of the scope."""
    rest, values = _narrowed(asked)
    newest = "ORDER BY reported_at DESC, id DESC LIMIT %s"
    source = f"{M} JOIN touched USING (id)" if asked.changed else M
    parts = _parts(actor) or [nothing()]
    selects = [f"(SELECT id, reported_at FROM {source} WHERE {clause} AND {rest} {newest})" for clause, _ in parts]
    params = [value for _, own in parts for value in (*own, *values, asked.size + asked.skip)]
    page = f"SELECT id FROM ({' UNION '.join(selects)}) AS merged {newest} OFFSET %s"
    sql = LINE.format(page=page, text="r.text" if actor else "NULL")
    params = [list(asked.told), *params, asked.size, asked.skip]
    if asked.changed:
        sql, params = TOUCHED + sql, [asked.changed[0] - SKEW, list(asked.told), *params]
    return [Line(*row) for row in run(sql, params)]


def happened(
    actor: Actor | None,
    since: datetime,
    until: datetime,
    *,
    told: Sequence[str],
    answers: Sequence[str],
    numbers: Sequence[str] = (),
    size: int,
    skip: int = 0,
) -> list[Happened]:
    """Return what happened from `since` to `until`, both in, to the second, oldest first. One statement.

    `told` are the kinds of entries, `answers` those whose words were written for the reporter; of sealed matters not
    even these are told.
    """
    parts = _parts(actor) or [nothing()]
    seen, values = " OR ".join(f"({clause})" for clause, _ in parts), [value for _, own in parts for value in own]
    if numbers:
        seen, values = f"({seen}) AND number = ANY(%s::text[])", [*values, list(numbers)]
    sql = HAPPENED.format(text="n.text" if actor else "NULL", seen=f"({seen})")
    params = [list(answers), since - SKEW, list(told), since, until, *values, size, skip]
    return [Happened(*row) for row in run(sql, params)]


def number_of_receipt(receipt: str) -> str | None:
    """Return the number of the matter whose secret this is; its holder is its reporter. One statement.

    No scope: whoever holds the receipt may see the matter, and is told nothing here but its number.
    """
    for (number,) in run(f"SELECT number FROM {M} WHERE receipt = %s::uuid", [receipt]):
        return str(number)
    return None


def _parts(actor: Actor | None) -> list[Clause]:
    if actor:
        return scope_parts(scope(actor))
    return [(f"NOT {M}.is_sealed AND {M}.template_code ~ %s", [publicity.SINGLY])]


def _narrowed(asked: Asked) -> Clause:
    if asked.numbers:
        return "number = ANY(%s::text[])", [list(asked.numbers)]
    clauses: list[Clause] = []
    if asked.templates:
        clauses.append(("template_code = ANY(%s::text[])", [list(asked.templates)]))
    if asked.is_open is not None:
        clauses.append((f"closed_at IS {'' if asked.is_open else 'NOT '}NULL", []))
    if asked.since:
        clauses.append(("reported_at >= %s::timestamptz", [asked.since]))
    if asked.until:
        clauses.append(("reported_at <= %s::timestamptz", [asked.until]))
    if asked.changed:
        changed = f"date_trunc('second', coalesce({M}.closed_at, touched.at))"
        clauses.append((f"{changed} BETWEEN %s::timestamptz AND %s::timestamptz", [*asked.changed]))
    return " AND ".join(text for text, _ in clauses) or "true", [value for _, own in clauses for value in own]
