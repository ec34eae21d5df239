"""Reads of whistles: those of a matter with every unit's answer, and the figures of a period by town and by unit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from tongxin.apps.matters import kinds
from tongxin.apps.matters.figures import Period
from tongxin.apps.matters.models import Matter
from tongxin.apps.matters.scoping import Clause, scope_clause
from tongxin.apps.people.queries import offices
from tongxin.postgres.batches import Rows, run
from tongxin.rules import lamps
from tongxin.rules.deadlines import Clock
from tongxin.rules.lamps import Lamp
from tongxin.rules.overlays import summons, whistle
from tongxin.rules.permissions import Actor, scope
from tongxin.rules.ratings import Rating
from tongxin.rules.rulebook import Whistles
from tongxin.rules.units import UnitKind
from tongxin.rules.whistling import Share, Town, Unit
from tongxin.rules.working_time import SHANGHAI

MOST_OWN = 50
STAGES = (Clock.TURNOUT_SIGN, Clock.TURNOUT_CONTACT, Clock.TURNOUT_ARRIVE)


class Stage(NamedTuple):
    """One of the three things a called unit owes: by when, and when it was done."""

    clock: Clock
    due_at: datetime
    amber_at: datetime
    done_at: datetime | None
    outcome: str  # on_time, overdue, dropped; empty while it runs

    def lamp(self, now: datetime) -> Lamp | None:
        """Return the lamp of its clock while that runs."""
        return None if self.outcome else lamps.lamp(now, self.due_at, self.amber_at)


@dataclass(frozen=True, slots=True)
class Called:
    """One unit's answer to a whistle. Never who came, and of where only how far from the matter."""

    id: int
    whistle_id: int
    number: str
    unit_id: int
    state: summons.State
    stages: tuple[Stage, ...]  # sign, in touch, on the spot
    arrived_m: int | None
    answer: str  # its opinion, or why it cannot come
    rating: Rating | None


@dataclass(frozen=True, slots=True)
class Blown:
    """One whistle about a matter, with those it called."""

    id: int
    unit_id: int  # the town that blew
    kind: whistle.Kind
    state: whistle.State
    outcome: whistle.Outcome | None
    is_routine: bool
    asked: str
    conclusion: str  # or why it was called off
    opened_at: datetime
    ended_at: datetime | None
    called: tuple[Called, ...] = ()

    @property
    def awaited(self) -> int:
        """Return how many have neither come nor answered."""
        return sum(each.state in summons.AWAITED for each in self.called)


WHISTLES = """
    SELECT w.id, w.unit_id, w.kind, w.state, w.outcome, w.is_routine, said.text, answer.text, w.opened_at, w.ended_at
    FROM matters_whistle w JOIN matters_matter ON matters_matter.id = w.matter_id
    LEFT JOIN matters_note said ON said.matter_id = w.matter_id AND said.seq = w.said
    LEFT JOIN matters_note answer ON answer.matter_id = w.matter_id AND answer.seq = w.answer"""
SUMMONSES = """
    SELECT s.id, s.whistle_id, matters_matter.number, s.unit_id, s.state, s.arrived_m, answer.text, s.rating,
        d.clock, d.due_at, d.amber_at,
        CASE d.clock WHEN 'turn_sign' THEN s.signed_at WHEN 'turn_contact' THEN s.contacted_at ELSE s.arrived_at END,
        d.outcome
    FROM matters_summons s JOIN matters_matter ON matters_matter.id = s.matter_id
    LEFT JOIN matters_note answer ON answer.matter_id = s.matter_id AND answer.seq = s.answer
    JOIN matters_deadline d ON d.matter_id = s.matter_id AND d."of" = 'summons' AND d.of_id = s.id"""
ABOUT = 8  # columns of SUMMONSES that are the unit's; the rest are a stage's


def whistles_of(actor: Actor, matter: Matter) -> list[Blown]:
    """Return the whistles about a matter the actor may see, running and over, oldest first. Two statements."""
    seen, params = scope_clause(scope(actor))
    wanted = [matter.pk, *params]
    blown = [_blown(*row) for row in run(f"{WHISTLES} WHERE w.matter_id = %s AND {seen} ORDER BY w.id", wanted)]
    if not blown:
        return []
    called = _called((f"s.matter_id = %s AND {seen} ORDER BY s.id, d.id", wanted))
    return [replace(each, called=tuple(row for row in called if row.whistle_id == each.id)) for each in blown]


def own_summonses(actor: Actor) -> list[Called]:
    """Return how the actor's own units answered, the newest first: over, it is in no list else. One statement."""
    units = list(scope(actor).units)
    last = "s.id IN (SELECT id FROM matters_summons WHERE unit_id = ANY(%s::bigint[]) ORDER BY id DESC LIMIT %s)"
    return _called((f"{last} ORDER BY s.id DESC, d.id", [units, MOST_OWN])) if units else []


def _blown(
    id_: int, unit_id: int, kind: str, state: str, outcome: str, is_routine: bool, asked: str | None,
    conclusion: str | None, opened_at: datetime, ended_at: datetime | None,
) -> Blown:  # fmt: skip
    came_of_it = whistle.Outcome(outcome) if outcome else None
    return Blown(
        id_, unit_id, whistle.Kind(kind), whistle.State(state), came_of_it, is_routine, asked or "", conclusion or "",
        opened_at, ended_at,
    )  # fmt: skip


def _called(wanted: Clause) -> list[Called]:
    found = run(f"{SUMMONSES} WHERE {wanted[0]}", wanted[1])
    return [_one(list(rows)) for _, rows in groupby(found, key=lambda row: row[0])]


def _one(rows: Sequence[Sequence[Any]]) -> Called:
    id_, whistle_id, number, unit_id, state, arrived_m, answer, rating = rows[0][:ABOUT]
    stages = {Clock(row[ABOUT]): Stage(Clock(row[ABOUT]), *row[ABOUT + 1 :]) for row in rows}
    return Called(
        id_,
        whistle_id,
        number,
        unit_id,
        summons.State(state),
        tuple(stages[clock] for clock in STAGES if clock in stages),
        arrived_m,
        answer or "",
        Rating(rating) if rating else None,
    )


# --- figures ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figures:
    """What a period's whistles come to, by town and by unit in the order of their codes: no table of best and worst."""

    towns: tuple[Town, ...]
    units: tuple[Unit, ...]
    book: Whistles  # the band in force


MATTERS = """
    SELECT left(area, 9), count(*) FROM matters_matter
    WHERE level IN ('T', 'C', 'Y') AND reported_at >= %s::timestamptz AND reported_at < %s::timestamptz AND {seen}
    GROUP BY 1"""
BY_TOWN = """
    SELECT u.area, w.unit_id, count(*), count(*) FILTER (WHERE w.state IN ('concluded', 'cancelled')),
        count(*) FILTER (WHERE w.state = 'cancelled' OR w.outcome = 'idle'), count(*) FILTER (WHERE w.is_routine)
    FROM matters_whistle w
    JOIN matters_matter ON matters_matter.id = w.matter_id JOIN people_unit u ON u.id = w.unit_id
    WHERE w.opened_at >= %s::timestamptz AND w.opened_at < %s::timestamptz AND {seen}
    GROUP BY 1, 2"""
# due is what was done, or whose time is over; who said that it cannot come owed it and has not come
DUE = """d.outcome IN ('on_time', 'overdue') OR (d.outcome = '' AND d.due_at < %s::timestamptz)
    OR (d.clock = 'turn_arrive' AND s.state = 'declined')"""
BY_UNIT = f"""
    SELECT s.unit_id, count(DISTINCT s.id),
        {
    ", ".join(
        f"count(*) FILTER (WHERE d.clock = '{clock}' AND d.outcome = 'on_time'),"
        f" count(*) FILTER (WHERE d.clock = '{clock}' AND ({DUE}))"
        for clock in STAGES
    )
},
        count(DISTINCT s.id) FILTER (WHERE s.state = 'declined'),
        {", ".join(f"count(DISTINCT s.id) FILTER (WHERE s.rating = '{rating}')" for rating in Rating)}
    FROM matters_summons s JOIN matters_whistle w ON w.id = s.whistle_id
    JOIN matters_matter ON matters_matter.id = s.matter_id JOIN people_unit u ON u.id = s.unit_id
    JOIN matters_deadline d ON d.matter_id = s.matter_id AND d."of" = 'summons' AND d.of_id = s.id
    WHERE w.opened_at >= %s::timestamptz AND w.opened_at < %s::timestamptz
        AND ({{seen}} OR s.unit_id = ANY(%s::bigint[]))
    GROUP BY s.unit_id, u.area, u.code ORDER BY u.area, u.code"""


def figures(actor: Actor, period: Period, now: datetime) -> Figures:
    """Return the figures of the whistles blown in a period, as far as the actor sees the matters. Three statements.

    A unit reads how it answered itself, also where the matter is no longer its business.
    """
    start = datetime.combine(period.day_from, time.min, SHANGHAI)
    end = datetime.combine(period.day_to + timedelta(days=1), time.min, SHANGHAI)
    seen, params = scope_clause(scope(actor))
    matters = dict(run(MATTERS.format(seen=seen), [start, end, *params]))
    blown = run(BY_TOWN.format(seen=seen), [start, end, *params])
    units = run(BY_UNIT.format(seen=seen), [now] * len(STAGES) + [start, end, *params, list(scope(actor).units)])
    return Figures(tuple(_towns(matters, blown)), tuple(_unit(*row) for row in units), kinds.current_book().whistles)


def _towns(matters: Mapping[str, int], blown: Rows) -> Iterator[Town]:
    """Yield every town that had matters or blew a whistle, in the order of the codes."""
    rooms = {area: unit for (kind, area), unit in offices().items() if kind is UnitKind.COMMAND_ROOM}
    by_area = {area: (unit, *counts) for area, unit, *counts in blown}
    for area in sorted({*by_area, *(area for area in matters if area in rooms)}):
        unit, whistles, over, idle, routine = by_area.get(area) or (rooms[area], 0, 0, 0, 0)
        of = matters.get(area, 0)
        yield Town(unit, area, Share(whistles, of), Share(idle, over), Share(routine, whistles))


def _unit(unit_id: int, many: int, *counts: int) -> Unit:
    signed, in_touch, arrived = (Share(*counts[n : n + 2]) for n in (0, 2, 4))
    return Unit(unit_id, many, signed, in_touch, arrived, counts[6], dict(zip(Rating, counts[7:], strict=True)))
