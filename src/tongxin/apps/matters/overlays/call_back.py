"""回访: each answer is kept as it was given; a poor one has the matter handled anew, once."""

from datetime import datetime
from typing import Any

from django.db.models import Max

from tongxin.apps.matters.models import Answer
from tongxin.apps.matters.overlaying import Scene, does
from tongxin.apps.matters.seats import knows
from tongxin.apps.matters.standing import Standing
from tongxin.apps.matters.stepping import Asked
from tongxin.rules.lifecycles.matter import Act as Step
from tongxin.rules.lifecycles.matter import Because
from tongxin.rules.overlays.call_back import Act, Source, State, after_miss, is_negative
from tongxin.rules.overlays.frame import Overlay
from tongxin.rules.permissions import SYSTEM


@knows(Overlay.CALL_BACK)
def asked(matter: Standing, row: Any, now: datetime) -> dict[str, object]:
    """One statement where there is no call-back yet, else none."""
    given = Answer.objects.filter(matter_id=matter.id, at__gte=matter.closed_at) if matter.closed_at else None
    return {
        "channel": matter.channel,
        "last_try_at": row.last_try_at if row else None,
        "is_answered": row is None and given is not None and given.exists(),
    }


@does(Act.OPEN)
def open_(scene: Scene) -> None:
    scene.row.unit_id = scene.matter.unit_id


@does(Act.MISS)
def miss(scene: Scene) -> None:
    row, tries = scene.row, scene.row.tries + 1
    row.tries, row.last_try_at = tries, scene.now
    row.state = after_miss(tries, scene.matter.book.call_backs.tries).value
    if row.state == State.UNREACHED:
        row.ended_at = scene.now
    scene.data["tries"] = tries


@does(Act.ANSWER, Act.RATE)
def answer(scene: Scene) -> None:
    given, matter = scene.ask, scene.matter
    source = Source.SELF if scene.act == Act.RATE else Source.CALL_BACK
    scene.row.unit_id = matter.unit_id
    kept = Answer.objects.create(
        matter_id=matter.id,
        round=_round(matter),
        source=source.value,
        rating=given.rating,
        is_solved=bool(given.is_solved),
        unit_id=matter.unit_id,
        at=scene.now,
        said=scene.seq if given.reason.strip() else None,
    )
    scene.columns |= {"rating": kept.rating, "is_solved": kept.is_solved}
    scene.data |= {"answer": kept.pk, "round": kept.round, "rating": kept.rating, "solved": kept.is_solved}
    if is_negative(kept.rating, kept.is_solved) and not matter.rehandled:
        scene.then.append(
            Asked(Step.REHANDLE, matter.id, SYSTEM, scene.now, reason=given.reason, because=Because.DISSATISFIED)
        )


def _round(matter: Standing) -> int:
    """Return the round of handling that is being judged: it was handled anew as often as it was closed before.

    An upheld appeal is a new round too, which no column counts: then it is the one after the last that was judged.
    """
    last = Answer.objects.filter(matter_id=matter.id).aggregate(last=Max("round"))["last"] or 0
    return max(1 + matter.reopened + matter.rehandled, last + 1)
