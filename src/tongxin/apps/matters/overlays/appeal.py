"""申诉复核: upheld for the reporter, the matter is handled anew; for the unit, a mark is set right."""

from datetime import datetime
from typing import Any

from django.db.models import Max, Q, QuerySet

from tongxin.apps.matters.models import Answer, Appeal
from tongxin.apps.matters.overlaying import Scene, does
from tongxin.apps.matters.seats import knows
from tongxin.apps.matters.standing import Standing
from tongxin.apps.matters.stepping import Asked
from tongxin.rules.lifecycles.matter import Act as Step
from tongxin.rules.lifecycles.matter import Because, CloseKind
from tongxin.rules.lifecycles.matter import State as Matter
from tongxin.rules.overlays.appeal import Act, Kind, Mark, Side, mark
from tongxin.rules.overlays.frame import Overlay
from tongxin.rules.permissions import SYSTEM
from tongxin.rules.ratings import Rating


@knows(Overlay.APPEAL)
def appealed(matter: Standing, row: Any, now: datetime) -> dict[str, object]:
    """Two statements before an appeal is raised, none after."""
    days = matter.book.appeal_days
    if row is not None:
        return {"days": days}
    last = dict(
        Appeal.objects.filter(matter_id=matter.id)
        .values_list("about")
        .annotate(Max("opened_at"))
        .values_list("about", "opened_at__max")
    )
    poor = poor_answers(matter.id).filter(unit_id=matter.unit_id).order_by("-at").values_list("at", flat=True).first()
    since: dict[Kind, datetime | None] = {
        Kind.RATING: poor,
        Kind.MISTAKE: matter.closed_at if matter.close_as == CloseKind.MISTAKE or matter.mistakes else None,
        Kind.REWORK: matter.closed_at if matter.reworks else None,
    }
    marks: dict[Kind, Mark] = {kind: mark(at, last.get(kind.value), days, now) for kind, at in since.items()}
    return {"days": days, "reporter_appealed_at": last.get(""), "marks": marks}


@does(Act.RAISE)
def raise_(scene: Scene) -> None:
    row = scene.row
    row.side, row.about, row.unit_id = Side.REPORTER.value, "", scene.matter.unit_id
    scene.data |= {"side": row.side}


@does(Act.CONTEST)
def contest(scene: Scene) -> None:
    row = scene.row
    row.side, row.about, row.unit_id = Side.UNIT.value, scene.ask.kind, scene.matter.unit_id
    scene.data |= {"side": row.side, "about": row.about, "unit": row.unit_id}


@does(Act.UPHOLD)
def uphold(scene: Scene) -> None:
    match scene.row.about:
        case Kind.RATING:
            _set_aside(scene)
        case Kind.MISTAKE:
            _was_no_mistake(scene)
        case Kind.REWORK:
            scene.columns["reworks"] = max(scene.matter.reworks - 1, 0)
        case _ if scene.matter.state == Matter.CLOSED:  # else it is being handled anew already
            scene.then.append(
                Asked(
                    Step.REHANDLE, scene.matter.id, SYSTEM, scene.now, reason=scene.ask.reason, because=Because.APPEAL
                )
            )


def poor_answers(matter_id: int) -> QuerySet[Answer]:
    """Return the answers of one matter that ask for more, and are not set aside."""
    poor = Q(rating=Rating.DISSATISFIED.value) | Q(is_solved=False)
    return Answer.objects.filter(poor, matter_id=matter_id, set_aside_at__isnull=True)


def _set_aside(scene: Scene) -> None:
    """Keep the answer raw and leave it out of every formula; the matter shows the one before it, if any."""
    matter, row = scene.matter, scene.row
    found = poor_answers(matter.id).filter(unit_id=row.unit_id, at__lte=row.opened_at).order_by("-at").first()
    if found is None:
        return
    found.set_aside_at = scene.now
    found.save(update_fields=["set_aside_at"])
    left = Answer.objects.filter(matter_id=matter.id, set_aside_at__isnull=True).order_by("-at").first()
    scene.columns |= {"rating": left.rating if left else "", "is_solved": left.is_solved if left else None}
    scene.data["answer"] = found.pk


def _was_no_mistake(scene: Scene) -> None:
    """It was closed as a mistake, or a dispatch of it was ruled one: the first is what its unit bears."""
    matter = scene.matter
    if matter.close_as == CloseKind.MISTAKE:
        scene.columns["close_as"] = (CloseKind.LATE if matter.is_late else CloseKind.NORMAL).value
    elif matter.mistakes:
        scene.columns["mistakes"] = matter.mistakes - 1
