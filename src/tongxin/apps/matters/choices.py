"""What may be done to a matter now, and what may not and why: the page's buttons and the API's answer."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from tongxin.apps.matters import kinds
from tongxin.apps.matters.kinds import Kind
from tongxin.apps.matters.models import Deadline, Matter
from tongxin.apps.matters.standing import Standing
from tongxin.apps.people.queries import offices, stands
from tongxin.rules.area_codes import Level
from tongxin.rules.deadlines import Clock
from tongxin.rules.errors import NotAllowed, Refused
from tongxin.rules.lifecycles.matter import (
    TIME,
    Act,
    Ask,
    Because,
    CloseKind,
    Facts,
    Ground,
    Master,
    Sort,
    State,
    decide,
    steps_from,
)
from tongxin.rules.permissions import Actor, duties_at
from tongxin.rules.routing import Case, Offices, Route, route
from tongxin.rules.units import COMMAND, UnitKind

# stands for what the form will ask: a button is refused for what cannot be mended by filling in its form
FILLED = {
    "reason": "-",
    "ground": Ground.NOT_OURS,
    "route": "-",
    "close_as": CloseKind.LATE,
    "reply": "-",
    "suggested_unit": -1,
    "because": Because.APPEAL,
}


class Choice(NamedTuple):
    """One act that the matter's state knows, for this actor: open when `refused` is None."""

    act: Act
    refused: Refused | None
    is_mine: bool  # an act of one of the actor's own posts, open or not


def choices(actor: Actor, matter: Matter, clocks: Sequence[Deadline], now: datetime) -> list[Choice]:
    """Return the acts possible from the matter's state, in the table's order; no statement but the template's."""
    facts = read(matter, clocks, now)
    roles = frozenset(
        duties_at(
            actor,
            area=matter.area,
            desk_id=matter.desk_id,
            unit_id=matter.unit_id,
            reported=actor.reported(matter),
            channel=matter.channel,
        )
    )
    first = frozenset(
        duties_at(actor, area=matter.area, desk_id=matter.first_desk_id, unit_id=None, channel=matter.channel)
    )
    filled = FILLED | {
        "unit_id": matter.ruled_unit or -1,
        "master": Master(-1, State.AWAITING_ACCEPTANCE, matter.is_sealed),
        "sort": Sort("-", matter.is_sealed),
    }
    ask = Ask(now, actor.person_id, **filled)  # type: ignore[arg-type]
    found = []
    for step in steps_from(State(matter.state)):
        if step.by == TIME:
            continue  # nobody's button
        try:
            decide(step.act, facts, ask, roles, at_first_desk=first)
        except Refused as refusal:
            found.append(Choice(step.act, refusal, not isinstance(refusal, NotAllowed)))
        else:
            found.append(Choice(step.act, None, True))
    return found


class Rings(NamedTuple):
    """The desks above and below the one that owns a matter, on the line of its area; and the level each stands for."""

    upper: int | None
    upper_level: str
    lower: int | None
    lower_level: str


LETTERS = {Level.VILLAGE: "V", Level.TOWN: "T", Level.COUNTY: "C", Level.CITY: "Y"}
DESKS = (Level.TOWN, Level.COUNTY, Level.CITY)


def rings(matter: Standing | Matter) -> Rings:
    """Return where a matter can be raised or handed to. What a village is at goes to its town's desk first."""
    known, all_ = stands(), offices()
    own = len(known[matter.desk_id][1]) if matter.desk_id in known else int(Level.TOWN)
    lies = matter.unit_id in known and known[matter.unit_id][0] is UnitKind.VILLAGE_STATION
    upper: tuple[int | None, str] = (None, "")
    if lies and own < Level.VILLAGE:
        upper = (matter.desk_id, LETTERS[Level(own)])
    else:
        upper = next(_desks(all_, matter.area, [level for level in DESKS if level < own]), upper)
    lower = next(_desks(all_, matter.area, [level for level in reversed(DESKS) if level > own]), (None, ""))
    return Rings(*upper, *lower)


def desk_above(matter: Standing | Matter) -> int | None:
    """Return the desk above the one that owns a matter, whoever handles it; None at the top."""
    known = stands()
    own = len(known[matter.desk_id][1]) if matter.desk_id in known else int(Level.TOWN)
    above = next(_desks(offices(), matter.area, [level for level in DESKS if level < own]), None)
    return above[0] if above else None


def _desks(known: Offices, area: str, levels: Iterable[Level]) -> Iterator[tuple[int, str]]:
    for level in levels:
        desk = known.get((COMMAND[level], area[:level])) if len(area) >= level else None
        if desk:
            yield desk, LETTERS[level]


def rerouted(matter: Standing, level: str) -> int:
    """Return the unit the rules name when the matter is handled at this level."""
    return routed(matter, level).unit_id


def routed(matter: Standing, level: str) -> Route:
    """Return the unit and the rule that name it when the matter is handled at this level."""
    case = Case(matter.template_code, level, matter.urgency, matter.channel, matter.area)
    return route(case, kinds.routing(), offices())


def facts_of(
    matter: Standing | Matter,
    kind: Kind,
    sign_due_at: datetime | None,
    is_overdue: bool,
    *,
    merged_from: State | None = None,
) -> Facts:
    """Return what the rules look at, from a matter locked for a step or read for a page."""
    around = rings(matter)
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
        id=matter.id,
        level=matter.level,
        template_level=kind.level,
        overlays=matter.overlays,
        waits=matter.waits,
        ruled_unit=matter.ruled_unit,
        dispatched_at=matter.dispatched_at,
        first_desk=matter.first_desk_id,
        desk=matter.desk_id,
        upper_desk=around.upper,
        lower_desk=around.lower,
        children=matter.children,
        merged_from=merged_from,
        wants_reply=matter.wants_reply,
        replied_at=matter.replied_at,
        rehandled=matter.rehandled,
        closed_by=matter.closed_by,
        is_held=matter.stopped_at is not None,
        reported_at=matter.reported_at,
        template=matter.template_code,
    )


def read(matter: Matter, clocks: Sequence[Deadline], now: datetime) -> Facts:
    """Return the facts of a matter read for a page, with its clocks in the order of their ids."""
    last = {Clock(each.clock): each for each in clocks if each.outcome != "dropped" and not each.of}
    sign = last.get(Clock.SIGN)
    is_overdue = any(
        each is not None and (each.ended_at or now) > each.due_at
        for each in (last.get(Clock.HANDLE), last.get(Clock.WHOLE))
    )
    kind = kinds.kind_of(matter.template_code, matter.template_version)
    return facts_of(matter, kind, sign.due_at if sign and sign.ended_at is None else None, is_overdue)
