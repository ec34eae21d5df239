"""Reads of plans and rounds: one's own today, the plans of one's ground, how much of it was covered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from tongxin.apps.patrols.models import CheckIn, Plan, Point, Round
from tongxin.apps.patrols.reach import seen_by, walked_by
from tongxin.postgres.batches import run
from tongxin.rules.area_codes import Level, span
from tongxin.rules.errors import Missing
from tongxin.rules.lamps import Lamp
from tongxin.rules.patrols import Found, Window
from tongxin.rules.permissions import Actor, scope

SOON = timedelta(hours=1)  # a round with points left turns amber this long before it is due. Design default
GROUPS = {"grid": int(Level.GRID), "village": int(Level.VILLAGE), "town": int(Level.TOWN)}


def visible_plans(actor: Actor) -> QuerySet[Plan]:
    """Return the open plans an actor may see, by area and name."""
    return Plan.objects.filter(seen_by(actor), is_open=True).select_related("unit").order_by("area", "name", "id")


def plan(actor: Actor, plan_id: int) -> Plan:
    """Return a plan with its points. Raises Missing, also out of scope."""
    found = visible_plans(actor).filter(pk=plan_id).prefetch_related(_open_points()).first()
    if found is None:
        raise Missing("patrol.missing")
    return found


def _open_points() -> Prefetch:
    return Prefetch("points", Point.objects.filter(is_open=True))


def visible_rounds(actor: Actor) -> QuerySet[Round]:
    """Return the rounds an actor may see."""
    return Round.objects.filter(seen_by(actor))


@dataclass(frozen=True, slots=True)
class Place:
    """A point of a round, with what was found there; `check` None: not yet."""

    point: Point
    check: CheckIn | None

    @property
    def is_done(self) -> bool:
        return self.check is not None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A round with its places in their order."""

    round: Round
    places: tuple[Place, ...]

    @property
    def done(self) -> int:
        return sum(place.is_done for place in self.places)

    @property
    def next(self) -> Place | None:
        """The first place that waits."""
        return next((place for place in self.places if not place.is_done), None)

    @property
    def hours(self) -> Window:
        return Window(self.round.opens_at, self.round.due_at)

    def lamp(self, now: datetime) -> Lamp | None:
        """Return how the round stands; None where nothing waits any more."""
        return None if self.next is None else _lamp(self.round.due_at, now)


def _lamp(due_at: datetime, now: datetime) -> Lamp:
    return Lamp.RED if now > due_at else Lamp.AMBER if now >= due_at - SOON else Lamp.GREEN


def today(actor: Actor, now: datetime) -> list[Sheet]:
    """Return the rounds an actor walks now, the first due on top. Four statements.

    Those of today, and those of last night that are not over. Only of the own team and ground: nobody else's list.
    """
    day = timezone.localdate(now)
    rounds = Round.objects.filter(walked_by(actor), day__in=(day, day - timedelta(days=1)))
    return [
        sheet for sheet in sheets(rounds.order_by("due_at", "id")) if sheet.round.day == day or now < sheet.hours.due_at
    ]


def sheet(actor: Actor, round_id: int) -> Sheet:
    """Return a round of the own team. Raises Missing."""
    found = sheets(Round.objects.filter(walked_by(actor), pk=round_id))
    if not found:
        raise Missing("patrol.missing")
    return found[0]


def sheets(rounds: QuerySet[Round]) -> list[Sheet]:
    """Return rounds with their places. Three statements; the caller has narrowed them to what may be seen."""
    found = list(rounds.select_related("plan", "unit"))
    ids = {point_id for each in found for point_id in each.points}
    points = Point.objects.in_bulk(ids)
    made = {
        (check.round_id, check.point_id): check
        for check in CheckIn.objects.filter(round__in=found).select_related("matter")
    }
    return [Sheet(each, tuple(_places(each, points, made))) for each in found]


def _places(round_: Round, points: dict[int, Point], made: dict[tuple[int, int], CheckIn]) -> Iterable[Place]:
    return (Place(points[id_], made.get((round_.pk, id_))) for id_ in round_.points if id_ in points)


# --- coverage --------------------------------------------------------------------------------------------


class Covered(NamedTuple):
    """How much of an area or of a team's rounds was covered in a period.

    `due` points of rounds that fell due or run; `seen` were checked in at, `late` of them after the hour, `problems`
    led to a matter, `unreached` could not be reached; `missed` were due and left; `soon` run out within the hour.
    """

    key: str
    rounds: int
    due: int
    seen: int
    late: int
    problems: int
    unreached: int
    missed: int
    soon: int

    @property
    def share(self) -> float | None:
        """Points seen or reported unreachable, of those due."""
        return self.seen / self.due if self.due else None

    @property
    def lamp(self) -> Lamp | None:
        """The colour of what is still to do: nothing is green for being many."""
        if self.missed:
            return Lamp.RED
        if self.soon:
            return Lamp.AMBER
        return Lamp.GREEN if self.due else None


def coverage(actor: Actor, now: datetime, *, day_from: date, day_to: date, by: str, area: str = "") -> list[Covered]:
    """Return what was covered of the ground an actor sees, by "grid", "village", "town" or "team". One statement.

    Days are both in. Keys are area codes, or ids of units. In the order of codes: no league, and nobody's name.
    """
    where, values = _seen(actor)
    key = "r.unit_id::text" if by == "team" else f"left(r.area, {GROUPS[by]})"
    low, high = span(area)
    found = run(
        f"""SELECT {key}, count(*), sum(cardinality(r.points)), coalesce(sum(c.made), 0), coalesce(sum(c.late), 0),
            coalesce(sum(c.problems), 0), coalesce(sum(c.unreached), 0),
            coalesce(sum(cardinality(r.points) - coalesce(c.made, 0)) FILTER (WHERE r.due_at < %s::timestamptz), 0),
            coalesce(sum(cardinality(r.points) - coalesce(c.made, 0))
                FILTER (WHERE r.due_at >= %s::timestamptz AND r.due_at <= %s::timestamptz), 0)
        FROM patrols_round r LEFT JOIN LATERAL (
            SELECT count(*) AS made, count(*) FILTER (WHERE is_late) AS late,
                count(*) FILTER (WHERE found = '{Found.REPORTED.value}') AS problems,
                count(*) FILTER (WHERE found = '{Found.UNREACHED.value}') AS unreached
            FROM patrols_checkin WHERE round_id = r.id) c ON true
        WHERE r.day >= %s::date AND r.day <= %s::date AND r.area >= %s AND r.area < %s AND {where}
        GROUP BY 1 ORDER BY 1""",
        [now, now, now + SOON, day_from, day_to, low, high, *values],
    )
    return [Covered(row[0], *(int(each) for each in row[1:])) for row in found]


def _seen(actor: Actor) -> tuple[str, list[object]]:
    """Return the same condition as `reach.seen_by`, for the table `r`."""
    seen = scope(actor)
    parts, values = ["false"], []
    for each in seen.areas:
        parts.append("(r.area >= %s AND r.area < %s)")
        values += span(each)
    if seen.units:
        parts.append("r.unit_id = ANY(%s::bigint[])")
        values.append(list(seen.units))
    return f"({' OR '.join(parts)})", values
