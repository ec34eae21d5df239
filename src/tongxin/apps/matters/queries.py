"""Reads of matters, each from what the reader may see; figures for pages and API come from the same query."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from tongxin.apps.matters.models import Matter
from tongxin.apps.matters.unsealings import open_to
from tongxin.postgres.batches import run, stream
from tongxin.rules import cursors, lamps
from tongxin.rules.area_codes import Level, span
from tongxin.rules.errors import Missing
from tongxin.rules.lamps import Lamp
from tongxin.rules.lifecycles.matter import OPEN, State
from tongxin.rules.matching import words_of
from tongxin.rules.numbers import is_number
from tongxin.rules.permissions import Actor, Scope, scope
from tongxin.rules.working_time import SHANGHAI

PAGE = 50
CAP = 1_000  # counts stop here and show "1000+"

Clause = tuple[str, list[Any]]
AREA = "matters_matter.area"


def nothing() -> Clause:
    """Return the condition that holds for no matter; a fresh list, for callers add to it."""
    return "false", []


def scope_parts(seen: Scope) -> list[Clause]:
    """Return the SQL form of `Scope.sees` as alternatives, each of which an index answers; none: nothing is seen."""
    parts: list[Clause] = []
    for area in seen.areas:
        clause, values = area_clause(area)
        parts.append((f"NOT matters_matter.is_sealed AND {clause}", values))
    for area, seals in seen.sealed:
        clause, values = area_clause(area)
        named = "matters_matter.is_sealed AND matters_matter.seal = ANY(%s::text[])"
        parts.append((f"{named} AND {clause}", [list(seals), *values]))
    parts += [("matters_matter.unit_id = %s", [unit]) for unit in seen.units]
    if seen.units:  # joint handling, whistles and orders bring in units beside the handling one
        parts.append(
            ("matters_matter.involved && %s::bigint[] AND matters_matter.involved <> '{}'", [list(seen.units)])
        )
    if seen.person_id is not None:
        parts.append(("matters_matter.reported_by = %s", [seen.person_id]))
    if seen.matter_id is not None:
        parts.append(("matters_matter.id = %s", [seen.matter_id]))
    return parts


def scope_clause(seen: Scope) -> Clause:
    """Return the alternatives as one condition."""
    parts = scope_parts(seen)
    if not parts:
        return nothing()
    return f"({' OR '.join(f'({clause})' for clause, _ in parts)})", [value for _, values in parts for value in values]


def _union(columns: str, parts: Sequence[Clause], rest: Clause, tail: Clause) -> Clause:
    """Return a selection that takes each alternative of the scope by its own index, in order, then merges what is few.

    One condition with OR would make PostgreSQL walk a whole city's queue to fill one page of a town.
    """
    selects = [
        (
            f"(SELECT {columns} FROM matters_matter WHERE {clause} AND {rest[0]} {tail[0]})",
            [*values, *rest[1], *tail[1]],
        )
        for clause, values in parts or [nothing()]
    ]
    sql = " UNION ".join(text for text, _ in selects)
    params = [value for _, values in selects for value in values]
    if len(selects) == 1:
        return sql, params
    return f"(SELECT {columns} FROM ({sql}) AS merged {tail[0]})", [*params, *tail[1]]


def area_clause(area: str) -> Clause:
    """Return the SQL for "lies within this area"; from towns down by the indexed town code."""
    if len(area) < Level.TOWN:
        return f'{AREA} >= %s COLLATE "C" AND {AREA} < %s COLLATE "C"', list(span(area))
    if len(area) == Level.TOWN:
        return f"left({AREA}, {int(Level.TOWN)}) = %s", [area]
    return (
        f'left({AREA}, {int(Level.TOWN)}) = %s AND {AREA} >= %s COLLATE "C" AND {AREA} < %s COLLATE "C"',
        [area[: Level.TOWN], *span(area)],
    )


def visible_to(actor: Actor, among: QuerySet[Matter] | None = None) -> QuerySet[Matter]:
    """Return the matters an actor may see, of all or of these."""
    clause, params = scope_clause(scope(actor))
    return (Matter.objects if among is None else among).filter(RawSQL(clause, params, output_field=BooleanField()))


def one(actor: Actor, number: str, *, now: datetime | None = None) -> Matter:
    """Return a matter by its number, with what was said of it. Raises Missing, also out of scope. One statement.

    Given the clock, also a sealed one that is open to the actor now because the glass was broken, to be read only:
    `scope(actor).sees` it no more than before. One statement more where it is not in scope.
    """
    asked = Matter.objects.filter(number=number.strip().upper() if is_number(number) else "")
    asked = asked.select_related("report", "contact", "desk", "unit", "suggested", "first_desk")
    matter = visible_to(actor, asked).first()
    if matter is None and now is not None:
        matter = asked.filter(pk__in=open_to(actor, now).values("matter_id")).first()
    if matter is None:
        raise Missing("matter.missing", number=number[:24])
    return matter


def id_of(number: str) -> int:
    """Return the id behind a number, for actions, which check the scope themselves. Raises Missing. One statement."""
    if is_number(number):
        for (id_,) in run("SELECT id FROM matters_matter WHERE number = %s", [number.strip().upper()]):
            return int(id_)
    raise Missing("matter.missing", number=number[:24])


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; an empty field narrows nothing. `day_from` to `day_to` are local days, both in."""

    states: tuple[State, ...] = ()
    area: str = ""
    template: str = ""
    lamp: Lamp | None = None
    unit_id: int | None = None
    channel: str = ""
    urgency: str = ""
    level: str = ""
    words: str = ""
    day_from: date | None = None
    day_to: date | None = None

    @property
    def is_queue(self) -> bool:
        """Are only open matters asked for? Then the most urgent comes first, else the newest."""
        return bool(self.states) and set(self.states) <= OPEN


class Row(NamedTuple):
    """One line of a list, in the order of COLUMNS."""

    id: int
    number: str
    title: str
    place: str
    template_code: str
    area: str
    state: str
    level: str
    urgency: str
    channel: str
    is_sealed: bool
    unit_id: int | None
    suggested_id: int | None
    due_at: datetime | None
    amber_at: datetime | None
    reported_at: datetime
    entered_at: datetime
    closed_at: datetime | None
    is_late: bool | None
    is_provisional: bool
    reworks: int
    lon: float | None
    lat: float | None
    keeper: int | None
    stopped_at: datetime | None
    added: int
    is_unwanted: bool

    def lamp(self, now: datetime) -> Lamp | None:
        """Return the lamp of the clock that runs now; a closed matter keeps that of its whole life."""
        if self.due_at is None or self.amber_at is None:
            return None if self.is_late is None else Lamp.RED if self.is_late else Lamp.GREEN
        return lamps.lamp(now, self.due_at, self.amber_at, is_stopped=self.stopped_at is not None)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list; `next` is the cursor behind its last row, `previous` that of its first, None at the ends."""

    rows: list[Row]
    next: str | None
    filters: Filters = field(default_factory=Filters)
    previous: str | None = None


COLUMNS = ", ".join(Row._fields)


def worklist(
    actor: Actor, filters: Filters, now: datetime, *, after: str = "", before: str = "", size: int = PAGE
) -> Page:
    """Return a page of what the actor may see, behind one cursor or before another. Raises Invalid for a bad cursor.

    One statement, keyset-paged; two where going back leads to less than a full page: then it is the first one.
    """
    key = "due_at" if filters.is_queue else "reported_at"
    falls = filters.is_queue is bool(before)  # queues rise in time, other lists fall; going back turns it round
    clause, params = _narrowed(filters, now)
    if cursor := before or after:
        moment, id_ = cursors.read(cursor)
        clause += f" AND ({key}, id) {'<' if falls else '>'} (%s::timestamptz, %s::bigint)"
        params += [moment, id_]
    order = f"ORDER BY {key} DESC, id DESC LIMIT %s" if falls else f"ORDER BY {key}, id LIMIT %s"
    found = run(*_union(COLUMNS, _parts(actor, filters), (clause, params), (order, [size + 1])))
    if before and len(found) < size:
        return worklist(actor, filters, now, size=size)
    rows, more = [Row(*row) for row in found[:size]][:: -1 if before else 1], len(found) > size
    first, last = (_cursor(rows[0], key), _cursor(rows[-1], key)) if rows else (after, None)
    return Page(rows, last if more or before else None, filters, first if after or (before and more) else None)


def each_of(actor: Actor, filters: Filters, now: datetime, *, most: int) -> Iterator[Row]:
    """Yield the rows of a list in the order of their ids, at most so many: as many as fit a round trip are in memory.

    One snapshot, read through a cursor, which needs a transaction for as long as rows are taken. Two statements.
    """
    clause, params = _where(actor, filters, now)
    sql = f"SELECT {COLUMNS} FROM matters_matter WHERE {clause} ORDER BY id LIMIT %s"
    with transaction.atomic():
        run("SET LOCAL cursor_tuple_fraction = 1")  # all of it is wanted: no plan that is only fast at the beginning
        for row in stream(sql, [*params, most]):
            yield Row(*row)


def count(actor: Actor, filters: Filters, now: datetime, *, cap: int = CAP) -> int:
    """Return how many matters a list holds, at most one more than the cap. One statement."""
    return int(run(*count_clause(actor, filters, now, cap=cap))[0][0])


def count_clause(actor: Actor, filters: Filters, now: datetime, *, cap: int = CAP) -> Clause:
    """Return the statement that counts a list."""
    few, params = _union("id", _parts(actor, filters), _narrowed(filters, now), ("LIMIT %s", [cap + 1]))
    return f"SELECT count(*) FROM {few} AS counted", params


class Tally(NamedTuple):
    """How much waits in one state: a capped count, how much of it is overdue or soon due, how much stands still."""

    count: int
    overdue: int
    amber: int
    held: int


def queues(actor: Actor, states: Sequence[State], now: datetime) -> Mapping[State, Tally]:
    """Return the tallies of open matters by state, each capped. One statement."""
    found = run(*queues_clause(actor, states, now))
    return {State(state): Tally(*counts) for state, *counts in found}


def queues_clause(actor: Actor, states: Sequence[State], now: datetime) -> Clause:
    """Return the statement that counts open matters by state: state, how many, overdue, amber, held."""
    waiting, params = _union(
        "id, due_at, amber_at, stopped_at",
        _work(actor),
        ("state = s.state AND closed_at IS NULL", []),
        ("ORDER BY due_at LIMIT %s", [CAP + 1]),
    )
    return (
        f"""
        SELECT s.state, count(waiting.due_at),
            count(*) FILTER (WHERE waiting.stopped_at IS NULL AND waiting.due_at < %s::timestamptz),
            count(*) FILTER (WHERE waiting.stopped_at IS NULL AND waiting.due_at >= %s::timestamptz
                AND waiting.amber_at <= %s::timestamptz),
            count(waiting.due_at) FILTER (WHERE waiting.stopped_at IS NOT NULL)
        FROM unnest(%s::text[]) AS s(state) LEFT JOIN LATERAL {waiting} AS waiting ON true
        GROUP BY s.state""",
        [now, now, now, [state.value for state in states], *params],
    )


def near(actor: Actor, matter: Matter, now: datetime, *, days: int = 30, limit: int = 5) -> list[Row]:
    """Return other matters of the same kind in the same place lately, newest first. One statement."""
    clause, params = _where(actor, Filters(area=matter.area, template=matter.template_code), now)
    found = run(
        f"SELECT {COLUMNS} FROM matters_matter WHERE {clause} AND id <> %s AND reported_at > %s::timestamptz"
        " ORDER BY reported_at DESC LIMIT %s",
        [*params, matter.pk, matter.reported_at - timedelta(days=days), limit],
    )
    return [Row(*row) for row in found]


def _work(actor: Actor) -> list[Clause]:
    """A queue is work to do: what somebody merely reported stands in lists, not in queues."""
    return scope_parts(replace(scope(actor), person_id=None))


def _parts(actor: Actor, filters: Filters) -> list[Clause]:
    return _work(actor) if filters.is_queue else scope_parts(scope(actor))


def _where(actor: Actor, filters: Filters, now: datetime) -> Clause:
    """Return scope and filters as one condition, for reads that look at all of it anyway."""
    parts = _parts(actor, filters)
    if not parts:
        return nothing()
    rest, more = _narrowed(filters, now)
    seen = " OR ".join(f"({clause})" for clause, _ in parts)
    return f"({seen}) AND {rest}", [*(value for _, values in parts for value in values), *more]


def _narrowed(filters: Filters, now: datetime) -> Clause:
    parts = ["true"]
    params: list[Any] = []
    if filters.states:
        if len(filters.states) == 1:
            parts.append("state = %s")
            params.append(filters.states[0].value)
        elif set(filters.states) != OPEN:
            parts.append("state = ANY(%s::text[])")
            params.append([state.value for state in filters.states])
    if filters.is_queue:
        parts.append("closed_at IS NULL")
    if filters.area:
        within, values = area_clause(filters.area)
        parts.append(within)
        params += values
    for column in ("template", "unit_id", "channel", "urgency", "level"):
        if value := getattr(filters, column):
            parts.append(f"{'template_code' if column == 'template' else column} = %s")
            params.append(value)
    for text, values in (*_by_lamp(filters.lamp, now), *_by_day(filters), *_by_words(filters.words)):
        parts.append(text)
        params += values
    return " AND ".join(parts), params


def _by_lamp(wanted: Lamp | None, now: datetime) -> list[Clause]:
    match wanted:
        case Lamp.RED:
            return [("due_at < %s::timestamptz AND stopped_at IS NULL", [now])]
        case Lamp.AMBER:
            return [("due_at >= %s::timestamptz AND amber_at <= %s::timestamptz AND stopped_at IS NULL", [now, now])]
        case Lamp.GREEN:
            return [("amber_at > %s::timestamptz AND stopped_at IS NULL", [now])]
        case Lamp.HOLD:
            return [("stopped_at IS NOT NULL AND due_at IS NOT NULL", [])]
    return []


def _by_day(filters: Filters) -> list[Clause]:
    clauses: list[Clause] = []
    if filters.day_from:
        clauses.append(("reported_at >= %s::timestamptz", [datetime.combine(filters.day_from, time.min, SHANGHAI)]))
    if filters.day_to:
        end = datetime.combine(filters.day_to + timedelta(days=1), time.min, SHANGHAI)
        clauses.append(("reported_at < %s::timestamptz", [end]))
    return clauses


def _by_words(words: str) -> list[Clause]:
    """A number finds itself; other words must all stand in the report. The index finds, LIKE has the last word."""
    words = words.strip()[:60]
    if not words:
        return []
    if is_number(words):
        return [("number = %s", [words.upper()])]
    lexemes = words_of(words)
    if not lexemes:
        return [nothing()]
    # Written into the statement, not bound: PostgreSQL must know the word to choose between walking the newest, for a
    # frequent one, and the index of words. Lexemes hold nothing but letters, digits and Chinese characters.
    query = " & ".join(f"''{lexeme}''" for lexeme in lexemes)
    pattern = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return [
        (
            "EXISTS (SELECT FROM matters_report r WHERE r.matter_id = matters_matter.id"
            f" AND r.words @@ '{query}'::tsquery AND (r.text ILIKE %s OR title ILIKE %s OR place ILIKE %s))",
            [pattern, pattern, pattern],
        )
    ]


def _cursor(row: Row, key: str) -> str | None:
    """Return the place of a row in its list; None where it has none, as a matter without a clock in a queue."""
    moment = getattr(row, key)
    return None if moment is None else cursors.cursor(moment, row.id)
