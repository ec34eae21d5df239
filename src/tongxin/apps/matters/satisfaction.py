"""What citizens said, read by unit or desk: figures of a period, and whom the first desk still has to call back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from tongxin.apps.matters import kinds
from tongxin.apps.matters.figures import Period
from tongxin.apps.matters.queries import PAGE
from tongxin.apps.matters.scoping import scope_clause
from tongxin.postgres.batches import run
from tongxin.rules import cursors
from tongxin.rules.indices import Rate
from tongxin.rules.overlays.call_back import BETWEEN_TRIES, CALLERS
from tongxin.rules.permissions import Actor, scope
from tongxin.rules.satisfaction import By, Told, first_replied, rates
from tongxin.rules.working_time import SHANGHAI


@dataclass(frozen=True, slots=True)
class Figure:
    """What was said of one unit or desk, in numbers; without `unit_id` of all, or of what no unit handles."""

    unit_id: int | None
    told: Told
    rates: tuple[Rate, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a period: of all that the reader sees, and of each unit or desk."""

    whole: Figure
    parts: list[Figure]


# Each source is read by its own index of the period: answers, call-backs that brought none, replies that were owed.
# A reply counts on the day it was given; where none was given, on the day it was due.
WITHIN = "BETWEEN %s::timestamptz AND %s::timestamptz - interval '1 microsecond'"
TOLD = f"""
    SELECT a.matter_id, a.unit_id, a.rating AS what, a.is_solved FROM matters_answer a
    WHERE a.at {WITHIN} AND a.set_aside_at IS NULL
    UNION ALL
    SELECT c.matter_id, c.unit_id, c.state, false FROM matters_callback c
    WHERE c.ended_at {WITHIN} AND c.state IN ('unreached', 'declined')
    UNION ALL
    SELECT d.matter_id, NULL, CASE d.outcome WHEN 'on_time' THEN 'in_time' ELSE 'owed' END, false
    FROM matters_deadline d WHERE d.clock = 'reply' AND d.ended_at {WITHIN} AND d.outcome <> 'dropped'
    UNION ALL
    SELECT d.matter_id, NULL, 'owed', false FROM matters_deadline d
    WHERE d.clock = 'reply' AND d.ended_at IS NULL AND d.due_at {WITHIN} AND d.stopped_at IS NULL"""
GROUPS: Mapping[By, str] = {
    By.UNIT: "coalesce(told.unit_id, matters_matter.unit_id)",
    By.DESK: "matters_matter.first_desk_id",
}
IS = {what: f"told.what = '{what}'" for what in Told._fields}
IS |= {"solved": "told.is_solved", "owed": "told.what IN ('owed', 'in_time')"}
COUNTED = ", ".join(f"count(*) FILTER (WHERE {IS[what]})" for what in Told._fields)


def figures(actor: Actor, period: Period, now: datetime, *, by: By = By.UNIT) -> Figures:
    """Return the figures of what the actor may see, by handling unit or first desk, never by person.

    An answer belongs to the day it was given. The first rate is 首接答复及时率 by desk, 响应率 by unit. One statement.
    """
    start = datetime.combine(period.day_from, time.min, SHANGHAI)
    end = datetime.combine(period.day_to + timedelta(days=1), time.min, SHANGHAI)
    seen, params = scope_clause(scope(actor))
    found = run(
        f"""SELECT grouping({GROUPS[by]}), {GROUPS[by]}, {COUNTED} FROM ({TOLD}) AS told
        JOIN matters_matter ON matters_matter.id = told.matter_id WHERE {seen}
        GROUP BY GROUPING SETS ((), ({GROUPS[by]})) ORDER BY 1 DESC, 2""",
        [*([start, end] * 3), start, min(end, now), *params],
    )
    whole, *parts = (_figure(unit, Told(*told), by) for _, unit, *told in found)
    return Figures(whole, parts)


def _figure(unit_id: int | None, told: Told, by: By) -> Figure:
    responded, *rest = rates(told, kinds.current_book().formulas)
    return Figure(unit_id, told, (first_replied(told) if by is By.DESK else responded, *rest))


# --- whom to call ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Call:
    """One reporter to call back, in the order of CALL. `next_try_at`: the next call counts from then on."""

    id: int
    matter_id: int
    number: str
    title: str
    place: str
    area: str
    unit_id: int | None
    closed_at: datetime
    due_at: datetime | None
    tries: int
    last_try_at: datetime | None

    @property
    def next_try_at(self) -> datetime | None:
        return self.last_try_at + BETWEEN_TRIES if self.last_try_at else None


@dataclass(frozen=True, slots=True)
class Calls:
    """A page of call-backs, the first due first; `next` is the cursor behind its last row, None at the end."""

    rows: list[Call] = field(default_factory=list)
    next: str | None = None


CALL = ", ".join(
    (
        "c.id, c.matter_id",
        *(f"matters_matter.{name}" for name in ("number", "title", "place", "area")),
        "c.unit_id, matters_matter.closed_at, c.due_at, c.tries, c.last_try_at",
    )
)


def queue(actor: Actor, now: datetime, *, after: str = "", size: int = PAGE) -> Calls:
    """Return whom the actor may call back now: first received at one of the desks, closed and handled by others.

    What was tried a moment ago waits its turn. One statement. Raises Invalid for a bad cursor.
    """
    desks = [duty.unit_id for duty in actor.holding(CALLERS)]
    if not desks:
        return Calls()
    seen, params = scope_clause(scope(actor))
    clause, more = _behind(after)
    found = run(
        f"""SELECT {CALL} FROM matters_callback c JOIN matters_matter ON matters_matter.id = c.matter_id
        WHERE c.state = 'waiting' AND c.ended_at IS NULL AND {seen} AND {clause}
            AND matters_matter.first_desk_id = ANY(%s::bigint[])
            AND NOT matters_matter.handlers @> ARRAY[%s::bigint]
            AND matters_matter.closed_by IS DISTINCT FROM %s::bigint
            AND (c.last_try_at IS NULL OR c.last_try_at <= %s::timestamptz)
        ORDER BY c.due_at, c.id LIMIT %s""",
        [*params, *more, desks, actor.person_id, actor.person_id, now - BETWEEN_TRIES, size + 1],
    )
    rows = [Call(*row) for row in found[:size]]
    return Calls(rows, cursors.cursor(rows[-1].due_at, rows[-1].id) if len(found) > size else None)


def _behind(cursor: str) -> tuple[str, list[object]]:
    if not cursor:
        return "true", []
    return "(c.due_at, c.id) > (%s::timestamptz, %s::bigint)", [*cursors.read(cursor)]
