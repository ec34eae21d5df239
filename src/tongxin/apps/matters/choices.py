"""What may be done to a matter now, and what may not and why: the page's buttons and the API's answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from tongxin.apps.matters import kinds
from tongxin.apps.matters.kinds import Kind
from tongxin.apps.matters.models import Deadline, Matter
from tongxin.apps.matters.standing import Standing
from tongxin.rules.deadlines import Clock
from tongxin.rules.errors import NotAllowed, Refused
from tongxin.rules.lifecycles.matter import Act, Ask, CloseKind, Facts, Ground, State, decide, steps_from
from tongxin.rules.permissions import Actor, duties_at

# stands for what the form will ask: a button is refused for what cannot be mended by filling in its form
FILLED = {"reason": "-", "ground": Ground.NOT_OURS, "route": "-", "close_as": CloseKind.LATE, "unit_id": -1}


class Choice(NamedTuple):
    """One act that the matter's state knows, for this actor: open when `refused` is None."""

    act: Act
    refused: Refused | None
    is_mine: bool  # an act of one of the actor's own posts, open or not


def choices(actor: Actor, matter: Matter, clocks: Sequence[Deadline], now: datetime) -> list[Choice]:
    """Return the acts possible from the matter's state, in the table's order; no statement but the template's."""
    facts = _read(matter, clocks, now)
    roles = frozenset(duties_at(actor, area=matter.area, desk_id=matter.desk_id, unit_id=matter.unit_id))
    ask = Ask(now, actor.person_id, **FILLED)  # type: ignore[arg-type]
    found = []
    for step in steps_from(State(matter.state)):
        try:
            decide(step.act, facts, ask, roles)
        except Refused as refusal:
            found.append(Choice(step.act, refusal, not isinstance(refusal, NotAllowed)))
        else:
            found.append(Choice(step.act, None, True))
    return found


def facts_of(matter: Standing | Matter, kind: Kind, sign_due_at: datetime | None, is_overdue: bool) -> Facts:
    """Return what the rules look at, from a matter locked for a step or read for a page."""
    return Facts(
        state=State(matter.state),
        unit_id=matter.unit_id,
        handlers=tuple(matter.handlers),
        returned_by=tuple(matter.returned_by),
        return_until=matter.return_until,
        sign_due_at=sign_due_at,
        before_photos=matter.before_photos,
        before_photos_wanted=kind.before_photos,
        after_photos=matter.after_photos,
        after_photos_wanted=kind.after_photos,
        may_settle=kind.may_settle,
        closed_at=matter.closed_at,
        reopened=matter.reopened,
        void_proposed_by=matter.void_proposed_by,
        is_overdue=is_overdue,
        is_sealed=matter.is_sealed,
    )


def _read(matter: Matter, clocks: Sequence[Deadline], now: datetime) -> Facts:
    last = {Clock(each.clock): each for each in clocks if each.outcome != "dropped"}
    sign = last.get(Clock.SIGN)
    is_overdue = any(
        each is not None and (each.ended_at or now) > each.due_at
        for each in (last.get(Clock.HANDLE), last.get(Clock.WHOLE))
    )
    kind = kinds.kind_of(matter.template_code, matter.template_version)
    return facts_of(matter, kind, sign.due_at if sign and sign.ended_at is None else None, is_overdue)
