"""吹哨: a blow calls every unit at once, each by a summons on three clocks; the conclusion ends them all."""

from datetime import datetime
from typing import Any

from tongxin.apps.matters.models import Deadline, Summons
from tongxin.apps.matters.overlaying import Scene, does
from tongxin.apps.matters.seats import knows
from tongxin.apps.matters.standing import Standing
from tongxin.apps.people.queries import stands
from tongxin.rules.deadlines import Clock, Urgency
from tongxin.rules.overlays import summons
from tongxin.rules.overlays.frame import Overlay
from tongxin.rules.overlays.whistle import Act, Kind
from tongxin.rules.units import UnitKind
from tongxin.rules.whistling import is_routine


@knows(Overlay.WHISTLE)
def known(matter: Standing, row: Any, now: datetime) -> dict[str, object]:
    """Return who may be called, who was, and whom the town still awaits. Two statements for a whistle that is blown."""
    places = stands()
    town = places.get(matter.desk_id)
    found = list(Summons.objects.filter(whistle_id=row.pk)) if row is not None else []
    awaited = {each.pk for each in found if each.state in summons.AWAITED}
    due = [at for id_, at in _arrivals(matter.id) if id_ in awaited and at >= now] if awaited else []
    return {
        "is_town": town is not None and town[0] is UnitKind.COMMAND_ROOM,
        "stands": places,
        "area": matter.area,
        "called": frozenset(each.unit_id for each in found),
        "awaited": len(due),
        "until": max(due, default=None),
        "came": any(each.arrived_at for each in found),
    }


def _arrivals(matter_id: int) -> list[tuple[int, datetime]]:
    clocks = Deadline.objects.filter(matter_id=matter_id, of=Overlay.SUMMONS.value, ended_at__isnull=True)
    return list(clocks.filter(clock=Clock.TURNOUT_ARRIVE.value).values_list("of_id", "due_at"))


@does(Act.BLOW, Act.BLOW_HARD)
def blow(scene: Scene) -> None:
    matter, row, places = scene.matter, scene.row, stands()
    row.unit_id = matter.desk_id
    row.kind = Kind.HARD.value if scene.act == Act.BLOW_HARD else scene.ask.kind
    kind = matter.kind
    row.is_routine = is_routine(kind.level, kind.unit_kinds, [places[unit][0] for unit in scene.ask.units])
    _call(scene)
    scene.data |= {"kind": row.kind}


@does(Act.CALL)
def call(scene: Scene) -> None:
    _call(scene)


def _call(scene: Scene) -> None:
    units = list(dict.fromkeys(scene.ask.units))
    limits = summons.limits_of(scene.row.kind, Urgency(scene.matter.urgency), scene.matter.book)
    for unit in units:
        scene.another(Overlay.SUMMONS, summons.State.CALLED, unit_id=unit, clocks=limits, whistle=scene.row)
    scene.data |= {"units": units}


@does(Act.CONCLUDE)
def conclude(scene: Scene) -> None:
    """Who came has answered, who did not has not: by now the time to come is over for all of them."""
    scene.row.outcome, scene.row.answer = scene.ask.outcome, scene.seq
    missed = []
    for each in _open(scene):
        came = each.state == summons.State.ARRIVED
        scene.end(Overlay.SUMMONS, each, summons.State.DONE if came else summons.State.MISSED)
        missed += [] if came else [each.unit_id]
    scene.data |= {"outcome": scene.row.outcome, "missed": missed}


@does(Act.CANCEL)
def cancel(scene: Scene) -> None:
    scene.row.answer = scene.seq
    for each in _open(scene):
        scene.end(Overlay.SUMMONS, each, summons.State.CANCELLED)


def _open(scene: Scene) -> list[Summons]:
    called = Summons.objects.select_for_update().filter(whistle_id=scene.row.pk, ended_at__isnull=True)
    return list(called.order_by("pk"))
