"""Taking a step back: for a short while after a dispatch or a merge the lists offer to undo it, by one key.

It is offered, no more: whether it may be undone, the lifecycle decides when it is asked for.
"""

from datetime import datetime
from typing import NamedTuple

from django.http import HttpRequest
from django.utils.translation import get_language

from tongxin import words
from tongxin.apps.matters.actions import Taken
from tongxin.interfaces.desk import lines
from tongxin.rules.lifecycles.matter import BY_ACT_AND_STATE, UNDO, Act

KEPT = "undo"  # the session's key
UNDOES = {Act.DISPATCH: Act.TAKE_BACK, Act.MERGE: Act.UNMERGE}


class Undo(NamedTuple):
    """What may be taken back: the act that does it, where, and for how many seconds it is offered."""

    number: str
    label: str
    url: str
    rev: int
    seconds: int


def offer(request: HttpRequest, act: Act, taken: Taken, now: datetime) -> None:
    """Remember a step that may be taken back, where one of the person's posts could."""
    back = UNDOES.get(act)
    if back is None or not request.actor.roles & BY_ACT_AND_STATE[back, taken.state].by:  # type: ignore[attr-defined]
        request.session.pop(KEPT, None)
        return
    request.session[KEPT] = [taken.number, back.value, taken.rev, now.timestamp()]


def waiting(request: HttpRequest, now: datetime) -> Undo | None:
    """Return what may still be taken back, if anything."""
    if KEPT not in request.session:
        return None
    number, back, rev, at = request.session[KEPT]
    left = UNDO.total_seconds() - (now.timestamp() - at)
    if left < 1:
        del request.session[KEPT]
        return None
    label = words.label(Act(back), get_language() or "zh-hans")
    return Undo(number, label, f"{lines.base()}{number}/act/{back}/", rev, int(left))
