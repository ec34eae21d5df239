"""督办: somebody above presses for a matter; its unit signs, replies by a date, and the issuer accepts or sends back.

Three grades: ordinary, key, a leader's note. An order lies over every state: refusing or voiding a matter does not
shake it off, and a matter under order cannot be closed. Source: domain.md §3.1 row 15.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from tongxin.rules.deadlines import Clock
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import LIVE, StepRefused
from tongxin.rules.lifecycles.matter import State as Matter
from tongxin.rules.overlays.frame import (
    NEW,
    Ask,
    Facts,
    Overlay,
    Seat,
    Step,
    Table,
    no_reason,
    own_handling,
)
from tongxin.rules.permissions import DESK, Duty, Role
from tongxin.rules.working_time import SHANGHAI, Limit, Unit, WorkingCalendar, due_at


class State(StrEnum):
    """Where one matter of an order stands."""

    ISSUED = "issued"  # 待签收
    SIGNED = "signed"  # 待答复
    REPLIED = "replied"  # 待销号
    ACCEPTED = "accepted"  # 已销号
    CANCELLED = "cancelled"  # 已撤销


class Act(StrEnum):
    """What can be done about it."""

    ISSUE = "order.issue"  # 普通督办
    ISSUE_KEY = "order.issue_key"  # 重点督办
    ISSUE_LEADER = "order.issue_leader"  # 领导批示督办
    RAISE = "order.raise"  # 自动督办
    SIGN = "order.sign"  # 签收督办
    REPLY = "order.reply"  # 答复督办
    ACCEPT = "order.accept"  # 销号
    SEND_BACK = "order.send_back"  # 退回重报
    CANCEL = "order.cancel"  # 撤销督办


class Grade(StrEnum):
    """How hard an order presses, the lightest first."""

    ORDINARY = "ordinary"  # 普通督办
    KEY = "key"  # 重点督办
    LEADER = "leader"  # 领导批示


class Trigger(StrEnum):
    """The rule that raised an order by itself. Source: domain.md §3.1 row 15."""

    OVERDUE = "overdue"  # 超期
    RETURNED = "returned"  # 多次退回
    DISSATISFIED = "dissatisfied"  # 再次不满意


class Issued(NamedTuple):
    """An order as far as it matters who answers for it: the post that issued it, over which ground."""

    grade: Grade
    trigger: str
    person_id: int | None
    unit_id: int | None
    role: str
    area: str


MOST = 200  # matters of one order: more is a campaign
RANK = {grade: rank for rank, grade in enumerate(Grade)}
A_MOMENT = timedelta(microseconds=1)


# --- who ---------------------------------------------------------------------------------------------------

ISSUERS: Mapping[Grade, frozenset[Role]] = {
    Grade.ORDINARY: frozenset({Role.DUTY_CHIEF, Role.SUPERVISOR}),
    Grade.KEY: frozenset({Role.COMMANDER, Role.SUPERVISOR}),
    Grade.LEADER: frozenset({Role.LEADER, Role.SUPERVISOR}),
}
PRESSERS = frozenset[Role]().union(*ISSUERS.values())


def may_press(duty: Duty, *, area: str, desk_id: int, desk_area: str) -> bool:
    """Tell whether a duty presses for matters of this ground: of the desk that owns them, or of one above it."""
    if duty.role not in PRESSERS or not area.startswith(duty.area):
        return False
    return duty.role not in DESK or duty.unit_id == desk_id or len(duty.area) < len(desk_area)


def is_issuers(order: Issued, duty: Duty, person_id: int | None) -> bool:
    """Tell whether a duty is the issuer's: the person, in a post that issues, or who holds the post it came from."""
    if duty.role in PRESSERS and person_id is not None and person_id == order.person_id:
        return True
    return duty.unit_id == order.unit_id and duty.role == order.role


def may_accept(order: Issued, duty: Duty, person_id: int | None, desk_id: int) -> bool:
    """Tell whether a duty judges the reply: the issuer, a supervisor at the issuer's height or above, or a stand-in.

    So that no order waits for somebody who has left: the commander of the owning desk accepts ordinary ones, its duty
    chief too where a rule raised it.
    """
    if is_issuers(order, duty, person_id):
        return True
    if duty.role is Role.SUPERVISOR or (duty.role is Role.LEADER and order.grade is Grade.LEADER):
        return order.area.startswith(duty.area)
    owners = {Role.COMMANDER} if order.grade is Grade.ORDINARY else set()
    owners |= {Role.DUTY_CHIEF, Role.COMMANDER} if order.trigger else set()
    return duty.role in owners and duty.unit_id == desk_id


# --- by when -----------------------------------------------------------------------------------------------


def first_day(limit: Limit, now: datetime, days: WorkingCalendar) -> date:
    """Return the first day for which a reply may be asked: the last of the grade's own limit."""
    return (due_at(now, limit, days).at - A_MOMENT).astimezone(SHANGHAI).date()


def reply_limit(own: Limit, reply_by: date | None, now: datetime, days: WorkingCalendar) -> Limit:
    """Return the limit of the reply: the grade's own, or natural days until the end of a later day."""
    if reply_by is None or reply_by <= first_day(own, now, days):
        return own
    return Limit((reply_by - now.astimezone(days.tz).date()).days, Unit.DAY)


def is_overdue_by(working_days: int, due: datetime, now: datetime, days: WorkingCalendar) -> bool:
    """Tell whether so many whole working days have passed since a clock ran out; its last day is none of them."""
    return now >= due_at(due - A_MOMENT, Limit(working_days, Unit.WORKING_DAY), days).at


# --- what refuses ------------------------------------------------------------------------------------------


def pressed_by(grade: Grade) -> Callable[[Facts], Refused | None]:
    """Return the guard: no second order of this grade or a higher one over the same matter."""

    def already_pressed(facts: Facts) -> Refused | None:
        heavier = [each for each in facts.more["grades"] if RANK[each] >= RANK[grade]]  # type: ignore[attr-defined]
        return StepRefused("order.already_pressed", grade=max(heavier, key=RANK.__getitem__)) if heavier else None

    return already_pressed


def by_a_day(grade: Grade | None) -> Callable[[Facts, Ask], Refused | None]:
    """Return the need: a day of its own for the reply lies not before the grade's limit, and not months ahead.

    Without a grade it is the order's own.
    """

    def wrong_day(facts: Facts, ask: Ask) -> Refused | None:
        if ask.reply_by is None:
            return None
        first, last = facts.more["days"][grade or facts.more["grade"]]  # type: ignore[index]
        if first <= ask.reply_by <= last:
            return None
        return StepRefused("order.wrong_day", first=first, last=last)

    return wrong_day


def own_reply(facts: Facts) -> Refused | None:
    """Nobody accepts what he replied himself. Source: domain.md §3.1c."""
    mine = facts.who is not None and facts.who == facts.more["replied_by"]
    return StepRefused("order.own_reply") if mine else None


# --- the table ---------------------------------------------------------------------------------------------

R, S, A = Role, State, Act
ASKED = frozenset({R.HANDLER, R.HANDLER_HEAD, R.DISPATCHER, R.DUTY_CHIEF, R.COMMANDER})
JUDGES = PRESSERS
ACT_OF: Mapping[Grade, Act] = {
    Grade.ORDINARY: A.ISSUE,
    Grade.KEY: A.ISSUE_KEY,
    Grade.LEADER: A.ISSUE_LEADER,
}
GRADE_OF: Mapping[str, Grade] = {act: grade for grade, act in ACT_OF.items()}
OPEN = frozenset({S.ISSUED, S.SIGNED, S.REPLIED})


def _issue(grade: Grade) -> Step:
    return Step(
        ACT_OF[grade],
        NEW,
        S.ISSUED,
        ISSUERS[grade],
        Seat.OVERSEER,
        (pressed_by(grade),),
        (by_a_day(grade), no_reason),
        within=LIVE,
        starts=Clock.ORDER,
        asks=("reason", "reply_by?"),
    )


TABLE = Table(
    Overlay.ORDER,
    (
        *(_issue(grade) for grade in Grade),
        # of a closed matter too: its reporter was dissatisfied a second time
        Step(
            A.RAISE,
            NEW,
            S.ISSUED,
            frozenset({R.PLATFORM}),
            Seat.DESK,
            (pressed_by(Grade.ORDINARY),),
            within=LIVE | {Matter.CLOSED},
            starts=Clock.ORDER,
        ),
        Step(A.SIGN, frozenset({S.ISSUED}), S.SIGNED, ASKED, Seat.ASKED),
        Step(
            A.REPLY,
            frozenset({S.ISSUED, S.SIGNED}),
            S.REPLIED,
            ASKED,
            Seat.ASKED,
            (),
            (no_reason,),
            asks=("reason",),
            ends=(Clock.ORDER,),
        ),
        Step(
            A.ACCEPT,
            frozenset({S.REPLIED}),
            S.ACCEPTED,
            JUDGES,
            Seat.OVERSEER,
            (own_reply, own_handling),
            asks=("reason?",),
        ),
        Step(
            A.SEND_BACK,
            frozenset({S.REPLIED}),
            S.SIGNED,
            JUDGES,
            Seat.OVERSEER,
            (own_reply, own_handling),
            (by_a_day(None), no_reason),
            starts=Clock.ORDER,
            asks=("reason", "reply_by?"),
        ),
        Step(A.CANCEL, OPEN, S.CANCELLED, JUDGES, Seat.HOLDER, (), (no_reason,), asks=("reason",)),
    ),
    lives=frozenset(Matter),
    ended=frozenset({S.ACCEPTED, S.CANCELLED}),
)
