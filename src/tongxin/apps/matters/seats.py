"""Who sits where over a matter: the duties that count at each seat of an overlay, and what its rules look at there."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tongxin.apps.matters import pressing
from tongxin.apps.matters.choices import desk_above, facts_of
from tongxin.apps.matters.clockwork import Clockwork
from tongxin.apps.matters.models import Matter, OrderItem
from tongxin.apps.matters.standing import Standing
from tongxin.rules.deadlines import Clock
from tongxin.rules.errors import NotAllowed
from tongxin.rules.overlays.frame import Facts, Seat, Step
from tongxin.rules.overlays.frame import Overlay as Kind
from tongxin.rules.permissions import SYSTEM, Actor, Duty, Role, duties_at, scope

Knowing = Callable[[Standing, Any, datetime], dict[str, object]]
_KNOWS: dict[Kind, Knowing] = {}


def knows(kind: Kind) -> Callable[[Knowing], Knowing]:
    """Register what the rules of this kind look at beyond the common facts (`Facts.more`)."""

    def register(knowing: Knowing) -> Knowing:
        _KNOWS[kind] = knowing
        return knowing

    return register


def sees(by: Actor, matter: Standing) -> bool:
    """Return whether the matter is inside the actor's scope."""
    return by is SYSTEM or scope(by).sees(matter)


def facts_about(kind: Kind, matter: Standing | Matter, row: Any, work: Clockwork, by: Actor, now: datetime) -> Facts:
    """Return what the rules of an overlay look at."""
    sign, handle = work.own.get(Clock.SIGN), work.own.get(Clock.HANDLE)
    late = any(each and (each.ended_at or now) > each.running.due_at for each in (work.own.get(Clock.WHOLE), handle))
    about = facts_of(matter, matter.kind, sign.running.due_at if sign and sign.runs else None, late)
    knowing = _KNOWS.get(kind)
    running = handle.running if handle and handle.runs else None
    return Facts(
        about,
        now,
        by.person_id,
        row.state if row else "",
        row.unit_id if row else None,
        row.opened_by if row else None,
        tuple(filter(None, (getattr(row, "endorsed_by", None),))),
        matter.overlays.get(kind.value, 0),
        matter.extensions if kind is Kind.EXTENSION else 0,
        row.due_at if row else None,
        running.due_at if running else None,
        running.limit if running else None,
        knowing(matter, row, now) if knowing else {},
    )


def duties_of(by: Actor, matter: Standing | Matter, row: Any, seat: Seat) -> dict[Role, Duty]:
    """Return the actor's duties that count at one seat of this matter, by role."""
    if seat is Seat.OVERSEER or (seat is Seat.HOLDER and isinstance(row, OrderItem)):
        return pressing.seated(by, matter, row, seat)
    desk: int | None = None
    unit: int | None = None
    match seat:
        case Seat.DESK:
            desk = matter.desk_id
        case Seat.UNIT:
            unit = matter.unit_id
        case Seat.ASKED:
            desk = unit = row.unit_id if row else None
        case Seat.FIRST:
            desk = matter.first_desk_id
        case Seat.ABOVE:
            desk = desk_above(matter)
        case Seat.HOLDER:
            opened = getattr(row, "whistle", row)
            desk = unit = opened.unit_id if opened else None
    heard = matter.channel if seat is Seat.FIRST else ""  # who answers the hotline shares the first desk's part
    return duties_at(by, area=matter.area, desk_id=desk, unit_id=unit, reported=by.reported(matter), channel=heard)


def duty_of(by: Actor, matter: Standing, row: Any, step: Step) -> Duty:
    """Return the duty that lets the actor take this step. Raises NotAllowed: step.wrong_role."""
    for seat in (step.seat,) if isinstance(step.seat, Seat) else step.seat:
        for role, duty in duties_of(by, matter, row, seat).items():
            if role in step.by:
                return duty
    raise NotAllowed("step.wrong_role", act=step.act, roles=sorted(step.by))
