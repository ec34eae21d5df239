"""Reads of matters, each from what the reader may see; figures for pages and API come from the same query."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from tongxin.apps.matters.models import Matter
from tongxin.apps.matters.scoping import Clause, area_clause, nothing, scope_clause, scope_parts, union
from tongxin.apps.matters.unsealings import open_to
from tongxin.apps.matters.wording import among, bound_clause, is_worded, newest, words_clause
from tongxin.postgres.batches import Rows, run, stream
from tongxin.rules import cursors, lamps
from tongxin.rules.errors import Missing
from tongxin.rules.lamps import Lamp
from tongxin.rules.lifecycles.matter import OPEN, State
from tongxin.rules.numbers import is_number
from tongxin.rules.permissions import Actor, Scope, scope
from tongxin.rules.working_time import SHANGHAI

PAGE = 50
AT_FIRST, AGAIN = 2, 32  # so many times a page is looked up of what holds the words: some of it is not to be seen
CAP = 1_000  # counts stop here and show "1000+"


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

    One statement, keyset-paged; two where going back leads to less than a full page: then it is the first one. Words
    are looked for among the newest first: two statements, up to four where these are not enough.
    """
    key = "due_at" if filters.is_queue else "reported_at"
    falls = filters.is_queue is bool(before)  # queues rise in time, other lists fall; going back turns it round
    clause, params = _narrowed(replace(filters, words=""), now)
    if cursor := before or after:
        moment, id_ = cursors.read(cursor)
        clause += f" AND ({key}, id) {'<' if falls else '>'} (%s::timestamptz, %s::bigint)"
        params += [moment, id_]
    order = f"ORDER BY {key} DESC, id DESC LIMIT %s" if falls else f"ORDER BY {key}, id LIMIT %s"
    tail: Clause = order, [size + 1]
    found = None
    if falls and not (filters.is_queue or before) and is_worded(filters.words):
        found = _newest(actor, filters, now, (clause, params), tail, (moment, id_) if cursor else None)
    if found is None:
        words, said = words_clause(filters.words)
        rest = f"{clause} AND {words}", [*params, *said]
        found = run(*union(COLUMNS, _parts(actor, filters), rest, tail), prepare=not filters.words)
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
    narrowed = _narrowed(replace(filters, words=""), now)
    few, params = union("id", _worded(actor, filters), narrowed, ("LIMIT %s", [cap + 1]))
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
    waiting, params = union(
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


def _worded(actor: Actor, filters: Filters) -> list[Clause]:
    """Return the alternatives, each with the words that are looked for, in an area among those of this area alone.

    For counting. In a list PostgreSQL would take area and mark for two things, and what is frequent there for rare.
    """
    parts = _parts(actor, filters)
    areas = [*_areas(scope(actor), filters), *[filters.area] * len(parts)]  # in the order of the parts
    worded = [(*part, *words_clause(filters.words, area)) for part, area in zip(parts, areas, strict=False)]
    return [(f"{clause} AND {words}", [*values, *said]) for clause, values, words, said in worded]


def _areas(seen: Scope, filters: Filters) -> list[str]:
    """Return the area of each part of the scope that is one, or the narrower one that is asked for."""
    return [max(area, filters.area, key=len) for area in (*seen.areas, *(area for area, _ in seen.sealed))]


def _newest(
    actor: Actor, filters: Filters, now: datetime, rest: Clause, tail: Clause, behind: tuple[datetime, int] | None
) -> Rows | None:
    """Return the newest rows that hold the words, out of the newest reports that do; None where these do not suffice.

    What the actor reported stands beside, by its own index. Units have no mark among the words: theirs are not here.
    """
    seen, (*_, many) = scope(actor), tail[1]
    if seen.units or not (areas := _areas(seen, filters)):
        return None
    clause, values = scope_clause(replace(seen, person_id=None, matter_id=None))
    said, bound = bound_clause(filters.words)
    own = [(f"{part} AND {said}", [*of, *bound]) for part, of in scope_parts(replace(seen, areas=(), sealed=()))]
    is_all = replace(filters, words="", area="", day_from=None, day_to=None) == Filters()
    for times in (AT_FIRST, AGAIN) if is_all else (AT_FIRST,):
        told, latest = _told(filters, behind), behind[0] if behind else now
        found = newest(filters.words, areas, told, latest, most=times * many)
        if found is None:
            return None
        chosen, ids = among(found, filters.words)
        rows = run(*union(COLUMNS, [(f"{chosen} AND {clause}", [*ids, *values]), *own], rest, tail))
        last = Row(*rows[-1]) if len(rows) == many else None
        if found.last is None or (last and (last.reported_at, last.id) >= found.last):
            return rows
    return None


def _told(filters: Filters, behind: tuple[datetime, int] | None) -> Clause:
    """Return when a report may have been told: within the days asked for, and behind where the page before ended."""
    parts = _by_day(filters, "told_at")
    if behind:
        parts.append(("(told_at, matter_id) < (%s::timestamptz, %s::bigint)", list(behind)))
    return " AND ".join(text for text, _ in parts) or "true", [value for _, values in parts for value in values]


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
    for text, values in (*_by_lamp(filters.lamp, now), *_by_day(filters), words_clause(filters.words)):
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


def _by_day(filters: Filters, column: str = "reported_at") -> list[Clause]:
    clauses: list[Clause] = []
    if filters.day_from:
        clauses.append((f"{column} >= %s::timestamptz", [datetime.combine(filters.day_from, time.min, SHANGHAI)]))
    if filters.day_to:
        end = datetime.combine(filters.day_to + timedelta(days=1), time.min, SHANGHAI)
        clauses.append((f"{column} < %s::timestamptz", [end]))
    return clauses


def _cursor(row: Row, key: str) -> str | None:
    """Return the place of a row in its list; None where it has none, as a matter without a clock in a queue."""
    moment = getattr(row, key)
    return None if moment is None else cursors.cursor(moment, row.id)
