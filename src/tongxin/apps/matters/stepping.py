"""What a decided step changes: the clocks it moves, the columns it sets, the entry it leaves."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from tongxin.apps.journal.entries import Draft
from tongxin.apps.matters.choices import Rings, rerouted
from tongxin.apps.matters.clockwork import DROPPED, Clockwork
from tongxin.apps.matters.reclassifying import recount
from tongxin.apps.matters.standing import Standing
from tongxin.rules import deadlines
from tongxin.rules.deadlines import Clock, Running, Urgency
from tongxin.rules.lifecycles.matter import (
    LAMP_CLOCK,
    OPEN,
    STATE_CLOCK,
    Act,
    Because,
    CloseKind,
    Ground,
    Move,
    State,
    Step,
)
from tongxin.rules.overlays.tables import lapsing
from tongxin.rules.permissions import Actor, Duty
from tongxin.rules.returning import return_until
from tongxin.rules.sampling import is_sampled
from tongxin.rules.working_time import Limit


@dataclass(frozen=True, slots=True)
class Asked:
    """One step somebody asks for. `rev` guards against somebody else's change; None: whatever it is now."""

    act: Act
    matter_id: int
    by: Actor
    now: datetime
    reason: str = ""
    ground: Ground | None = None
    route: str = ""
    unit_id: int | None = None
    close_as: CloseKind | None = None
    rev: int | None = None
    reply: str = ""
    suggested_unit: int | None = None
    master_id: int | None = None
    because: Because | None = None
    is_late: bool | None = None  # as its master was, for a matter that follows
    done_at: datetime | None = None  # when it was done, where it could be told only later
    template: str = ""  # of which kind it is, where it is sorted anew
    was: str = ""  # and of which it was: found, never asked for


class Taken(NamedTuple):
    """The answer to one step: where the matter stands now."""

    id: int
    number: str
    state: State
    rev: int
    due_at: datetime | None
    unit_id: int | None


CHANGED = (
    ("id", "bigint"),
    ("state", "text"),
    ("desk_id", "bigint"),
    ("suggested_id", "bigint"),
    ("unit_id", "bigint"),
    ("keeper", "bigint"),
    ("dispatched_at", "timestamptz"),
    ("dispatches", "smallint"),
    ("return_until", "timestamptz"),
    ("due_at", "timestamptz"),
    ("amber_at", "timestamptz"),
    ("stopped_at", "timestamptz"),
    ("is_provisional", "boolean"),
    ("verified", "boolean"),
    ("void_proposed_by", "bigint"),
    ("ruled_unit", "bigint"),
    ("returns", "smallint"),
    ("reworks", "smallint"),
    ("reopened", "smallint"),
    ("rehandled", "smallint"),
    ("escalations", "smallint"),
    ("urged", "smallint"),
    ("master_id", "bigint"),
    ("entered_at", "timestamptz"),
    ("replied_at", "timestamptz"),
    ("closed_at", "timestamptz"),
    ("closed_by", "bigint"),
    ("close_as", "text"),
    ("is_late", "boolean"),
    ("level", "text"),
    ("new_handler", "bigint"),
    ("new_returner", "bigint"),
)


@dataclass(slots=True)
class Change:
    """All that one step will write."""

    asked: Asked
    before: Standing
    matter: tuple[Any, ...]
    taken: Taken
    work: Clockwork
    note: str
    entry: Draft
    new: dict[str, Any]


RAISES = frozenset({Act.ESCALATE, Act.HAND_DOWN})  # another desk's state clock begins, even in the same state

# --- the clocks --------------------------------------------------------------------------------------------


def move_clocks(step: Step, matter: Standing, after: State, work: Clockwork, rings: Rings) -> Running | None:
    """Move the clocks as the step says; return the one the lamp shows afterwards."""
    before = State(matter.state)
    level = {Act.ESCALATE: rings.upper_level, Act.HAND_DOWN: rings.lower_level}.get(step.act, matter.level)
    if step.act is Act.MERGE:
        work.stop()
        return None
    if step.act is Act.RECLASSIFY:
        recount(work, matter)
    elif step.act is Act.UNMERGE:
        work.go()
    elif step.act is Act.FOLLOW:
        work.end_all()
    elif step.act is Act.WITHDRAW:
        work.end_all(DROPPED)
    elif after is not before or step.act in RAISES:
        if ends := STATE_CLOCK.get(before):
            work.end(ends)
        if starts := STATE_CLOCK.get(after):
            work.start(starts, limit_of(starts, matter, work))
    for clock, move in step.clocks.items():
        _move(clock, move, matter, work, level)
    enters = after is State.AWAITING_CLOSING and after is not before
    if enters and matter.wants_reply and matter.replied_at is None:
        work.start(Clock.REPLY, limit_of(Clock.REPLY, matter, work))
    return work.running(LAMP_CLOCK[after]) if after in LAMP_CLOCK else None


def _move(clock: Clock, move: Move, matter: Standing, work: Clockwork, level: str) -> None:
    match move:
        case Move.START:
            if clock is not Clock.HANDLE or not work.resume(clock):
                work.start(clock, limit_of(clock, matter, work))
        case Move.RESUME:
            work.resume(clock)
        case Move.END:
            if clock is Clock.REPLY and matter.wants_reply and matter.replied_at is None:
                work.start(clock, limit_of(clock, matter, work))  # before it was owed: kept, and counted as kept
            work.end(clock)
        case Move.DROP:
            work.end(clock, DROPPED)
        case Move.AFRESH:
            work.end(clock)
            work.start(clock, limit_of(clock, matter, work, level))
        case Move.UNDO:
            work.undo(clock, matter.dispatched_at)


def limit_of(clock: Clock, matter: Standing, work: Clockwork, level: str = "") -> Limit:
    """Return how long a clock of this matter may run, by the edition of the book it lives under."""
    urgency = Urgency(matter.urgency)
    if clock is Clock.RING and (limit := work.book.levels.get(level or matter.level)):
        return deadlines.hastened(limit, urgency)
    return work.book.limit(clock, urgency, matter.kind.limit)


def is_asked_back(matter: Standing) -> bool:
    """Tell whether the reporter will be called back: drawn from where and when it was reported, the same every time."""
    shares = matter.book.call_backs
    share = shares.hotline if matter.channel == "hotline" else shares.others
    return matter.wants_reply and is_sampled(f"{matter.area}/{matter.reported_at.timestamp()}", share)


# --- the row -----------------------------------------------------------------------------------------------


def change_of(
    asked: Asked,
    matter: Standing,
    state: State,
    duty: Duty,
    late: bool,
    work: Clockwork,
    shown: Running | None,
    rings: Rings,
) -> Change:
    """Return everything a decided step will write."""
    act = asked.act
    new = _after(asked, matter, state, late, shown)
    new |= _of_act(asked, matter, late, work, rings)
    handler = asked.by.person_id if act in {Act.SIGN, Act.HANDLE, Act.PROGRESS, Act.SETTLE} else None
    returner = matter.unit_id if act is Act.RETURN else None
    return Change(
        asked,
        matter,
        (*(new[name] for name, _ in CHANGED[:-2]), handler, returner),
        Taken(matter.id, matter.number, state, matter.rev + 1, new["due_at"], new["unit_id"]),
        work,
        "\n".join(filter(None, (asked.reason.strip(), asked.route.strip(), asked.reply.strip()))),
        _entry(asked, matter, state, new, duty),
        new,
    )


def _after(asked: Asked, matter: Standing, state: State, late: bool, shown: Running | None) -> dict[str, Any]:
    """Return the row's columns after any step."""
    now = asked.now
    return matter._asdict() | {
        "state": state.value,
        "entered_at": now if state != matter.state else matter.entered_at,
        "due_at": shown.due_at if shown else None,
        "amber_at": shown.amber_at if shown else None,
        "is_provisional": bool(shown and shown.is_provisional),
        "closed_at": None if state in OPEN else (matter.closed_at or now),
    }


def _of_act(asked: Asked, matter: Standing, late: bool, work: Clockwork, rings: Rings) -> dict[str, Any]:
    """Return the columns that this act sets."""
    now, free = asked.now, {"unit_id": None, "keeper": None}
    match asked.act:
        case Act.SETTLE:
            return {"level": "G"}
        case Act.CONFIRM | Act.DENY:
            return {"verified": asked.act is Act.CONFIRM}
        case Act.DISPATCH:
            handle = work.running(Clock.HANDLE)
            until = return_until(handle, work.days) if handle else None
            given = {"unit_id": asked.unit_id, "keeper": None, "dispatched_at": now, "return_until": until}
            return given | {"dispatches": matter.dispatches + 1}
        case Act.SIGN:
            return {"keeper": asked.by.person_id}
        case Act.RECALL:
            return free
        case Act.TAKE_BACK:
            return free | {"dispatches": matter.dispatches - 1}
        case Act.RETURN:
            return free | {"returns": matter.returns + 1}
        case Act.REWORK:
            return {"reworks": matter.reworks + 1}
        case Act.PROPOSE_VOID:
            return {"void_proposed_by": asked.by.person_id}
        case Act.CLOSE:
            closed = {"close_as": asked.close_as, "is_late": late, "closed_by": asked.by.person_id}
            return closed | ({"replied_at": now} if asked.reply.strip() else {})
        case Act.ANSWER:
            return {
                "close_as": CloseKind.LATE if late else CloseKind.NORMAL,
                "is_late": late,
                "closed_by": asked.by.person_id,
                "replied_at": now,
            }
        case Act.FOLLOW:
            return {"close_as": asked.close_as or "", "is_late": asked.is_late, "stopped_at": None, "replied_at": now}
        case Act.REOPEN:
            return free | _ANEW | {"reopened": matter.reopened + 1}
        case Act.REHANDLE:
            said_no = asked.because is Because.DISSATISFIED
            return free | _ANEW | {"rehandled": matter.rehandled + said_no}
        case Act.REINSTATE:
            return free | {"void_proposed_by": None, "close_as": ""}
        case Act.MERGE:
            return {"master_id": asked.master_id, "stopped_at": now}
        case Act.UNMERGE:
            return {"master_id": None, "stopped_at": None}
        case Act.WITHDRAW:
            return {"close_as": CloseKind.WITHDRAWN.value, "master_id": None, "stopped_at": None}
        case Act.ESCALATE:
            up = {"desk_id": rings.upper, "level": rings.upper_level}
            up |= {"suggested_id": rerouted(matter, rings.upper_level)}
            return free | up | {"escalations": matter.escalations + 1, "ruled_unit": None}
        case Act.HAND_DOWN:
            down = {"desk_id": rings.lower, "level": rings.lower_level}
            down |= {"suggested_id": rerouted(matter, rings.lower_level)}
            return free | down | {"ruled_unit": None}
        case Act.URGE:
            return {"urged": matter.urged + 1}
        case Act.REPLY:
            return {"replied_at": now}
    return {}


_ANEW = {"close_as": "", "is_late": None, "closed_by": None, "replied_at": None}


def _answered(asked: Asked) -> int | None:
    """Return how many letters of the note are the answer: its last ones; what stands before them is among staff."""
    if asked.act in (Act.REFUSE, Act.DECLINE):  # the reporter is told why, and where to turn (domain.md §3.1 row 2)
        return len("\n".join(filter(None, (asked.reason.strip(), asked.route.strip())))) or None
    words = asked.reason if asked.act is Act.REPLY else asked.reply
    return len(words.strip()) or None


def _entry(asked: Asked, matter: Standing, state: State, new: dict[str, Any], duty: Duty) -> Draft:
    act = asked.act
    data: dict[str, Any] = {"from": matter.state, "state": state.value}
    is_moved = act in RAISES
    given = {
        "ground": asked.ground.value if asked.ground else None,
        "unit": asked.unit_id if act is Act.DISPATCH else matter.unit_id if act is Act.RETURN else None,
        "suggested": asked.suggested_unit if act is Act.RETURN else None,
        "close_as": asked.close_as.value if asked.close_as else None,
        "because": asked.because.value if asked.because else None,
        "master": asked.master_id if act is Act.MERGE else matter.master_id if act is Act.UNMERGE else None,
        "template": matter.template_code if act is Act.RECLASSIFY else None,
        "was": asked.was if act is Act.RECLASSIFY else None,
        "desk": new["desk_id"] if is_moved else None,
        "level": new["level"] if is_moved else None,
        "answered": _answered(asked),
        "noted": True if asked.reason.strip() or asked.reply.strip() else None,
        "overdue": asked.is_late,
        "done_at": asked.done_at.isoformat(timespec="seconds") if asked.done_at else None,
        "lapsed": [kind.value for kind in lapsing(matter.overlays, state)] or None,
    }
    data |= {name: value for name, value in given.items() if value is not None}
    return Draft(f"matter.{act.value}", f"matter:{matter.id}", asked.by.ref, duty.post_id, asked.now, data)
