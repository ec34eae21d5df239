"""挂账: the clocks stand still until the review day, then run on by themselves unless it is booked as backlog."""

from datetime import date, datetime, timedelta
from typing import Any

from tongxin.apps.matters.overlaying import Scene, does
from tongxin.apps.matters.seats import knows
from tongxin.apps.matters.standing import Standing
from tongxin.rules.overlays.frame import Overlay
from tongxin.rules.overlays.hold import Act, Kind
from tongxin.rules.working_time import SHANGHAI, Limit, Unit


@knows(Overlay.HOLD)
def allowed(matter: Standing, row: Any, now: datetime) -> dict[str, object]:
    rules, today = matter.book.holds, now.astimezone(SHANGHAI).date()
    days = {Kind.SUSPENSION: rules.days, Kind.MATERIAL: rules.material_days, Kind.APPRAISAL: rules.appraisal_days}
    last = {kind.value: today + timedelta(days=many) for kind, many in days.items()}
    if row is not None:  # looked at again: the kind it has
        last[""] = last[row.kind]
    return {"today": today, "last_days": last}


@does(Act.ASK)
def ask(scene: Scene) -> None:
    asked = scene.ask
    scene.row.kind, scene.row.ground, scene.row.review_on = asked.kind, str(asked.ground), asked.until
    scene.data |= {"kind": asked.kind, "ground": str(asked.ground), "review_on": _written(asked.until)}


@does(Act.GRANT)
def grant(scene: Scene) -> None:
    scene.row.stopped_at = scene.now
    scene.limit = _until(scene, scene.row.review_on)


@does(Act.BOOK)
def book(scene: Scene) -> None:
    scene.row.is_backlog, scene.row.review_on = True, scene.ask.until
    scene.limit = _until(scene, scene.row.review_on)
    scene.data |= {"review_on": _written(scene.ask.until)}


def _until(scene: Scene, day: date) -> Limit:
    """Return the natural days until a review day; one that has passed before it was approved is tomorrow."""
    return Limit(max((day - scene.now.astimezone(SHANGHAI).date()).days, 1), Unit.DAY)


def _written(day: date | None) -> str | None:
    return day.isoformat() if day else None
