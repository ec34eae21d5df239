"""协办, 会办: the lead unit invites others to a part of its matter; the command room approves; the lead waits.

Each part runs on a clock of its own inside the master's, which never stops for it.
Source: domain.md §3.1 row 10, §3.1d.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from tongxin.rules.deadlines import Clock
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import Ground, StepRefused
from tongxin.rules.lifecycles.matter import State as Matter
from tongxin.rules.overlays.frame import (
    LAPSED,
    NEW,
    Ask,
    Facts,
    Overlay,
    Seat,
    Step,
    Table,
    no_reason,
    on_hold,
    own_request,
)
from tongxin.rules.permissions import Role
from tongxin.rules.units import works_at
from tongxin.rules.working_time import Limit, Unit, WorkingCalendar, due_at


class State(StrEnum):
    """Where an invited unit's part stands."""

    ASKED = "asked"  # 待审批
    INVITED = "invited"  # 待签收
    WORKING = "working"  # 协办中
    OBJECTED = "objected"  # 待裁定
    DONE = "done"  # 已完成
    DENIED = "denied"  # 未批准
    RELEASED = "released"  # 已免办
    CANCELLED = "cancelled"  # 已取消
    LAPSED = LAPSED  # 已失效


class Act(StrEnum):
    """What can be done about it."""

    INVITE = "branch.invite"  # 邀请协办
    APPROVE = "branch.approve"  # 同意协办
    DENY = "branch.deny"  # 不同意协办
    SIGN = "branch.sign"  # 签收协办
    DONE = "branch.done"  # 完成协办
    OBJECT = "branch.object"  # 提出不承担
    BIND = "branch.bind"  # 裁定承担
    RELEASE = "branch.release"  # 裁定免办
    CANCEL = "branch.cancel"  # 取消协办


class Kind(StrEnum):
    """What the invited unit is there for."""

    ASSIST = "assist"  # 协办: it does a part of the work
    CONSULT = "consult"  # 会办: it gives its opinion


class Join(StrEnum):
    """For whom of one invitation the lead waits."""

    ALL = "all"  # 全部完成
    LEAD = "lead"  # 主办决定: for nobody
    ANY = "any"  # 任一完成


MOST = 9  # units of one invitation: more is a campaign, not joint handling


class Part(NamedTuple):
    """One unit's part; those of one invitation (the seq of the entry that invited) are joined by one rule."""

    invitation: int | None
    join: str
    state: str


OPEN = frozenset({State.INVITED, State.WORKING, State.OBJECTED})  # approved, and not over


def waits(parts: Iterable[Part]) -> int:
    """Return for how many units the lead must wait before it reports the matter handled.

    Of an invitation joined by all: each that is open; by any: one, until one is done; by the lead: none.
    """
    total = 0
    by_invitation = sorted(parts, key=lambda part: part.invitation or 0)
    for _, group in groupby(by_invitation, key=lambda part: part.invitation):
        found = list(group)
        still = sum(part.state in OPEN for part in found)
        match found[0].join:
            case Join.ALL:
                total += still
            case Join.ANY:
                total += min(still, 1) if all(part.state != State.DONE for part in found) else 0
    return total


A_MINUTE, AN_HOUR = timedelta(minutes=1), timedelta(hours=1)
MOST_AMOUNT = 9_999  # what a limit can say, of whatever unit


def inside(limit: Limit, lead_due_at: datetime | None, now: datetime, days: WorkingCalendar) -> Limit:
    """Return the limit cut so that it ends with the lead's own at the latest, which has not run out yet."""
    if lead_due_at is None or lead_due_at - now < A_MINUTE or due_at(now, limit, days).at <= lead_due_at:
        return limit
    left = lead_due_at - now
    return Limit(left // A_MINUTE, Unit.MINUTE) if left <= MOST_AMOUNT * A_MINUTE else Limit(left // AN_HOUR, Unit.HOUR)


def wrong_kind(_: Facts, ask: Ask) -> Refused | None:
    if ask.kind not in set(Kind):
        return StepRefused("branch.no_kind")
    return None if ask.join in set(Join) else StepRefused("branch.no_join")


def wrong_units(facts: Facts, ask: Ask) -> Refused | None:
    """Others than the lead, who work at the place, and none that is invited already."""
    invited, lead = set(ask.units), facts.matter.unit_id
    stands, area = facts.more["stands"], facts.more["area"]
    if not invited:
        return StepRefused("branch.no_unit")
    if len(invited) > MOST:
        return StepRefused("branch.too_many", most=MOST, found=len(invited))
    if lead in invited:
        return StepRefused("branch.lead_itself")
    if invited & set(facts.more["invited"]):  # type: ignore[call-overload]
        return StepRefused("branch.invited_already")
    if not all(unit in stands and works_at(*stands[unit], area) for unit in invited):  # type: ignore
        return StepRefused("branch.not_here")
    return None


def beyond_lead(facts: Facts, ask: Ask) -> Refused | None:
    """A part ends with the lead's own limit at the latest, unless the lead says that it may end later."""
    if ask.limit is None:
        return None
    if ask.limit.amount > MOST_AMOUNT:
        return StepRefused("branch.too_long", most=MOST_AMOUNT)
    ends_at = due_at(facts.now, ask.limit, facts.more["days"]).at  # type: ignore[arg-type]
    lead_due_at = facts.handle_due_at
    if ask.is_beyond or lead_due_at is None or lead_due_at <= facts.now:
        return None
    return StepRefused("branch.beyond_lead", due=lead_due_at) if ends_at > lead_due_at else None


def said_no(facts: Facts) -> Refused | None:
    return StepRefused("branch.bound") if facts.more["is_bound"] else None


def no_ground(_: Facts, ask: Ask) -> Refused | None:
    return None if ask.ground in set(Ground) else StepRefused("step.no_ground")


R, S, A = Role, State, Act
HANDLERS = frozenset({R.HANDLER, R.HANDLER_HEAD})
ROOM = frozenset({R.DISPATCHER, R.DUTY_CHIEF, R.COMMANDER})
JUDGES = frozenset({R.DUTY_CHIEF, R.COMMANDER})
RUNNING = OPEN | {S.ASKED}

TABLE = Table(
    Overlay.BRANCH,
    (
        Step(
            A.INVITE,
            NEW,
            S.ASKED,
            HANDLERS,
            Seat.UNIT,
            (on_hold,),
            (wrong_kind, wrong_units, beyond_lead, no_reason),
            asks=("kind", "units", "join", "reason", "limit?", "is_beyond?"),
        ),
        Step(
            A.APPROVE,
            frozenset({S.ASKED}),
            S.INVITED,
            ROOM,
            Seat.DESK,
            (own_request, on_hold),
            starts=Clock.BRANCH,
            asks=("reason?",),
        ),
        Step(A.DENY, frozenset({S.ASKED}), S.DENIED, ROOM, Seat.DESK, (own_request,), (no_reason,), asks=("reason",)),
        Step(A.SIGN, frozenset({S.INVITED}), S.WORKING, HANDLERS, Seat.ASKED),
        Step(A.DONE, frozenset({S.WORKING}), S.DONE, HANDLERS, Seat.ASKED, (), (no_reason,), asks=("reason",)),
        # once, and while the ruling is awaited its clock runs on: a no must not buy time
        Step(
            A.OBJECT,
            frozenset({S.INVITED, S.WORKING}),
            S.OBJECTED,
            HANDLERS,
            Seat.ASKED,
            (said_no,),
            (no_ground, no_reason),
            asks=("ground", "reason"),
        ),
        Step(
            A.BIND,
            frozenset({S.OBJECTED}),
            S.WORKING,
            JUDGES,
            Seat.DESK,
            (own_request,),
            (no_reason,),
            asks=("reason",),
        ),
        Step(
            A.RELEASE,
            frozenset({S.OBJECTED}),
            S.RELEASED,
            JUDGES,
            Seat.DESK,
            (own_request,),
            (no_reason,),
            asks=("reason",),
        ),
        Step(A.CANCEL, RUNNING, S.CANCELLED, HANDLERS, Seat.UNIT, (), (no_reason,), asks=("reason",)),
    ),
    lives=frozenset({Matter.HANDLING}),
    ended=frozenset(S) - RUNNING,
    unasked=frozenset({S.ASKED}),
)
