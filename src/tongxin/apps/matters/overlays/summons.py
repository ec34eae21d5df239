"""报到: what a called unit's answers change: moments in its row, clocks that end, never where anybody was."""

from datetime import datetime
from typing import Any

from tongxin.apps.matters.models import Matter
from tongxin.apps.matters.overlaying import Scene, does
from tongxin.apps.matters.seats import knows
from tongxin.apps.matters.standing import Standing
from tongxin.rules.deadlines import Clock
from tongxin.rules.overlays.frame import Overlay
from tongxin.rules.overlays.summons import Act, meters_away


@knows(Overlay.SUMMONS)
def known(matter: Standing, row: Any, _: datetime) -> dict[str, object]:
    lon, lat = Matter.objects.filter(pk=matter.id).values_list("lon", "lat")[0]
    return {"lon": lon, "lat": lat, "near_m": matter.book.whistles.near_m, "rating": row.rating if row else ""}


@does(Act.SIGN)
def sign(scene: Scene) -> None:
    scene.row.signed_at = scene.now
    scene.data |= {"unit": scene.row.unit_id}


@does(Act.CONTACT)
def contact(scene: Scene) -> None:
    scene.row.contacted_at = scene.now
    scene.data |= {"unit": scene.row.unit_id}


@does(Act.ARRIVE)
def arrive(scene: Scene) -> None:
    """The point that was given is measured and forgotten."""
    row, away = scene.row, meters_away(scene.facts, scene.ask)
    row.arrived_at = scene.now
    row.contacted_at = row.contacted_at or scene.now
    row.arrived_m = None if away is None else round(away)
    scene.data |= {"unit": row.unit_id, "meters": row.arrived_m}


@does(Act.ADVISE)
def advise(scene: Scene) -> None:
    scene.row.answer = scene.seq
    scene.data |= {"unit": scene.row.unit_id}


@does(Act.DECLINE)
def decline(scene: Scene) -> None:
    """Who says that he cannot come has answered, and has not come."""
    row = scene.row
    row.answer = scene.seq
    row.signed_at, row.contacted_at = row.signed_at or scene.now, row.contacted_at or scene.now
    scene.work.end_of(Overlay.SUMMONS.value, row.pk, Clock.TURNOUT_SIGN, Clock.TURNOUT_CONTACT)
    scene.work.drop_of(Overlay.SUMMONS.value, row.pk)
    scene.data |= {"unit": row.unit_id}


@does(Act.RATE)
def rate(scene: Scene) -> None:
    scene.row.rating = scene.ask.rating
    scene.data |= {"unit": scene.row.unit_id, "rating": scene.row.rating}
