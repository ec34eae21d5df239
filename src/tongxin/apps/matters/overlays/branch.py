"""协办: an invitation makes one row a unit; each runs on its own clock, and the lead waits by the join rule."""

from datetime import datetime
from typing import Any

from tongxin.apps.matters.models import Branch
from tongxin.apps.matters.overlaying import Scene, does
from tongxin.apps.matters.seats import knows
from tongxin.apps.matters.standing import Standing
from tongxin.apps.people.calendar import calendar
from tongxin.apps.people.queries import stands
from tongxin.rules.deadlines import Clock, Urgency
from tongxin.rules.overlays.branch import Act, Part, State, inside, waits
from tongxin.rules.overlays.frame import Overlay
from tongxin.rules.working_time import Limit


@knows(Overlay.BRANCH)
def known(matter: Standing, row: Any, _: datetime) -> dict[str, object]:
    """Return who may be invited; of a part that is there already, only whether a ruling bound it."""
    if row is not None:
        return {"is_bound": row.is_bound}
    invited = Branch.objects.filter(matter_id=matter.id, ended_at__isnull=True).values_list("unit_id", flat=True)
    return {"stands": stands(), "area": matter.area, "invited": frozenset(invited), "days": calendar()}


@does(Act.INVITE)
def invite(scene: Scene) -> None:
    asked = scene.ask
    first, *others = dict.fromkeys(asked.units)
    part = {
        "kind": asked.kind,
        "join": asked.join,
        "limit": str(asked.limit) if asked.limit else "",
        "is_beyond": asked.is_beyond,
    }
    scene.row.unit_id = first
    for name, value in part.items():
        setattr(scene.row, name, value)
    for unit in others:
        scene.another(Overlay.BRANCH, State.ASKED, unit_id=unit, **part)
    scene.data |= {"units": [first, *others]} | part


@does(Act.APPROVE)
def approve(scene: Scene) -> None:
    row, lead = scene.row, scene.work.running(Clock.HANDLE)
    limit = Limit.parse(row.limit) if row.limit else _by_the_book(scene)
    scene.limit = limit if row.is_beyond else inside(limit, lead and lead.due_at, scene.now, scene.days)
    row.limit = str(scene.limit)
    scene.data |= {"unit": row.unit_id, "limit": row.limit}
    _wait(scene)


def _by_the_book(scene: Scene) -> Limit:
    return scene.matter.book.limit(Clock.BRANCH, Urgency(scene.matter.urgency))


@does(Act.SIGN, Act.DENY)
def tell(scene: Scene) -> None:
    scene.data |= {"unit": scene.row.unit_id}


@does(Act.DONE)
def done(scene: Scene) -> None:
    scene.row.answer = scene.seq
    scene.data |= {"unit": scene.row.unit_id}
    _wait(scene)


@does(Act.OBJECT)
def object_(scene: Scene) -> None:
    scene.row.ground, scene.row.answer = str(scene.ask.ground), scene.seq
    scene.data |= {"unit": scene.row.unit_id, "ground": scene.row.ground}


@does(Act.BIND)
def bind(scene: Scene) -> None:
    scene.row.is_bound = True
    scene.data |= {"unit": scene.row.unit_id}


@does(Act.RELEASE, Act.CANCEL)
def let_go(scene: Scene) -> None:
    scene.work.drop_of(Overlay.BRANCH.value, scene.row.pk)
    scene.data |= {"unit": scene.row.unit_id}
    _wait(scene)


def _wait(scene: Scene) -> None:
    """Count anew for whom the lead waits, with this part as it is now."""
    row = scene.row
    others = Branch.objects.filter(matter_id=scene.matter.id).exclude(pk=row.pk).values_list("said", "join", "state")
    scene.columns["waits"] = waits([*(Part(*each) for each in others), Part(row.said, row.join, row.state)])
