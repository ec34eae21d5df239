"""Acts on what lies over a matter, each with the steps of the matter it brings about: all in one transaction."""

from datetime import datetime
from typing import Any

from django.db import transaction

from tongxin.apps.matters import overlaying, overlays
from tongxin.apps.matters.actions.steps import take as take_step
from tongxin.apps.matters.overlaying import Overlaid
from tongxin.rules.permissions import Actor

__all__ = ["Overlaid", "overlays", "take_over"]


@transaction.atomic
def take_over(
    act: str, *, matter_id: int, by: Actor, now: datetime, overlay_id: int | None = None, rev: int | None = None,
    **details: Any,
) -> Overlaid:  # fmt: skip
    """Take one act on an overlay: `details` are the fields of `rules.overlays.frame.Ask`.

    Raises StepRefused, NotAllowed, Missing, Stale, Invalid.
    """
    answer, then = overlaying.act(act, matter_id=matter_id, by=by, now=now, overlay_id=overlay_id, rev=rev, **details)
    for asked in then:
        taken = take_step(
            asked.act,
            matter_id=asked.matter_id,
            by=asked.by,
            now=asked.now,
            reason=asked.reason,
            because=asked.because,
        )
        answer = answer._replace(rev=taken.rev)
    return answer
