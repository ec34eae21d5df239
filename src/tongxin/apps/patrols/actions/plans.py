"""Patrol plans: drawn up, redrawn and closed by who answers for the ground."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from django.db import transaction

from tongxin.apps.journal.entries import record
from tongxin.apps.patrols.models import Plan, Point
from tongxin.apps.patrols.reach import lies_in
from tongxin.apps.people.queries import stands
from tongxin.rules.area_codes import Level
from tongxin.rules.errors import Invalid, Missing, Stale
from tongxin.rules.patrols import MOST_POINTS, RADIUS_M, GridDuty, Rhythm, check_rhythm, overlaps
from tongxin.rules.permissions import Actor, Permission, duty_for, require


@dataclass(frozen=True, slots=True)
class Spot:
    """A point as somebody puts it on a plan. `id`: the point it was before; None: a new one."""

    name: str
    lon: float
    lat: float
    radius_m: int = 50
    look_at: str = ""
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan as somebody wants it. `on_day` is of the week or month; `closes` no later than `opens`: at night."""

    name: str
    area: str
    duty: GridDuty
    unit_id: int
    rhythm: Rhythm
    opens: time
    closes: time
    spots: Sequence[Spot]
    on_day: int | None = None

    @property
    def columns(self) -> dict[str, object]:
        on_day = self.on_day if self.rhythm in (Rhythm.WEEKLY, Rhythm.MONTHLY) else None
        told = {"area": self.area, "duty": self.duty, "unit_id": self.unit_id, "rhythm": self.rhythm}
        return told | {"name": self.name.strip(), "on_day": on_day, "opens": self.opens, "closes": self.closes}


@transaction.atomic
def draw_up(draft: Draft, *, by: Actor, now: datetime) -> Plan:
    """Draw up a patrol plan; its rounds begin on the next day it falls due. Raises NotAllowed, Invalid."""
    require(by, Permission.PLAN_PATROLS, draft.area)
    _check(draft)

    plan = Plan.objects.create(**draft.columns)
    _put(plan, draft.spots)

    _record("patrol.plan", plan, by, now)
    return plan


@transaction.atomic
def redraw(draft: Draft, *, plan_id: int, version: int, by: Actor, now: datetime) -> Plan:
    """Change a plan and its points; rounds that were made already stay as they were. Raises Missing, Stale, Invalid."""
    plan = _locked(plan_id, by)
    require(by, Permission.PLAN_PATROLS, draft.area)
    _check(draft)
    if plan.version != version:
        raise Stale("patrol.changed")

    for name, value in draft.columns.items():
        setattr(plan, name, value)
    plan.version += 1
    plan.save()
    _put(plan, draft.spots)

    _record("patrol.replan", plan, by, now)
    return plan


@transaction.atomic
def close_plan(*, plan_id: int, by: Actor, now: datetime) -> None:
    """Let no more rounds come of a plan. Raises Missing, NotAllowed."""
    plan = _locked(plan_id, by)

    plan.is_open = False
    plan.version += 1
    plan.save(update_fields=["is_open", "version"])

    _record("patrol.close_plan", plan, by, now)


def _locked(plan_id: int, by: Actor) -> Plan:
    plan = Plan.objects.select_for_update().filter(pk=plan_id, is_open=True).first()
    if plan is None:
        raise Missing("patrol.missing")
    require(by, Permission.PLAN_PATROLS, plan.area)
    return plan


def _check(draft: Draft) -> None:
    check_rhythm(draft.rhythm, draft.on_day)
    if not 1 <= len(draft.spots) <= MOST_POINTS:
        raise Invalid("patrol.no_points", most=MOST_POINTS)
    if not all(name.strip() for name in (draft.name, *(spot.name for spot in draft.spots))):
        raise Invalid("patrol.unnamed")
    stand = stands().get(draft.unit_id)
    if stand is None or not overlaps(stand[1], draft.area):
        raise Invalid("patrol.no_team")
    for spot in draft.spots:
        if spot.radius_m not in RADIUS_M:
            raise Invalid("patrol.radius", point=spot.name, least=RADIUS_M.start, most=RADIUS_M.stop - 1)
        # a point may lie on the other side of the street: outside of a grid, but not of its village
        if not lies_in(draft.area[: Level.VILLAGE], spot.lon, spot.lat):
            raise Invalid("patrol.outside", point=spot.name)


def _put(plan: Plan, spots: Sequence[Spot]) -> None:
    """Write the points in this order. One that was moved is a new one: rounds of the past keep the old."""
    known = {point.pk: point for point in plan.points.filter(is_open=True)}
    kept = set()
    for position, spot in enumerate(spots, 1):
        told = {"name": spot.name.strip(), "look_at": spot.look_at.strip(), "radius_m": spot.radius_m}
        old = known.get(spot.id) if spot.id else None
        if old is not None and (old.lon, old.lat) == (spot.lon, spot.lat):
            Point.objects.filter(pk=old.pk).update(position=position, **told)
            kept.add(old.pk)
        else:
            Point.objects.create(plan=plan, position=position, lon=spot.lon, lat=spot.lat, **told)
    Point.objects.filter(pk__in=known.keys() - kept).update(is_open=False)


def _record(kind: str, plan: Plan, by: Actor, now: datetime) -> None:
    duty = duty_for(by, Permission.PLAN_PATROLS, plan.area)
    told = {"area": plan.area, "duty": plan.duty, "unit": plan.unit_id}
    record(kind, f"plan:{plan.pk}", by=by, at=now, post_id=duty.post_id if duty else None, **told)
