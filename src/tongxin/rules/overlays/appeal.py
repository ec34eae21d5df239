"""申诉复核: the reporter against a result, or the unit against a rating or a mark of it, heard by somebody else.

By the desk above or a supervisor, within ten working days, and by nobody who handled it, closed it or appealed.
Source: domain.md §3.1 row 21, §3.1c.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from tongxin.rules.deadlines import Clock
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import State as Matter
from tongxin.rules.lifecycles.matter import StepRefused
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
from tongxin.rules.permissions import Role


class State(StrEnum):
    """Where an appeal stands."""

    RAISED = "raised"  # 待复核
    HEARD = "heard"  # 复核中
    UPHELD = "upheld"  # 复核成立
    DISMISSED = "dismissed"  # 复核不成立


class Act(StrEnum):
    """What can be done about it."""

    RAISE = "appeal.raise"  # 申诉
    CONTEST = "appeal.contest"  # 单位申诉
    TAKE = "appeal.take"  # 受理复核
    UPHOLD = "appeal.uphold"  # 复核成立
    DISMISS = "appeal.dismiss"  # 复核不成立


class Side(StrEnum):
    """Whose appeal it is."""

    REPORTER = "reporter"  # 报事人
    UNIT = "unit"  # 承办单位


class Kind(StrEnum):
    """What a unit appeals against; a reporter always against the result."""

    RATING = "rating"  # 差评
    MISTAKE = "mistake"  # 差错
    REWORK = "rework"  # 返工


class Mark(StrEnum):
    """Whether a unit may appeal against something now."""

    OPEN = "open"  # 可申诉
    NONE = "none"  # 没有这项记录
    ONCE = "once"  # 已申诉过
    OVER = "over"  # 已过期限


def mark(at: datetime | None, appealed_at: datetime | None, days: int, now: datetime) -> Mark:
    """Return whether a mark of this moment may be appealed against; `appealed_at` is the last appeal against its like.

    A mark is appealed against once; a later one is another.
    """
    if at is None:
        return Mark.NONE
    if appealed_at is not None and appealed_at >= at:
        return Mark.ONCE
    return Mark.OVER if now > at + timedelta(days=days) else Mark.OPEN


def appeal_period_over(facts: Facts) -> Refused | None:
    closed_at, days = facts.matter.closed_at, facts.more["days"]
    if closed_at is None or facts.now <= closed_at + timedelta(days=days):  # type: ignore[arg-type]
        return None
    until = closed_at + timedelta(days=days)  # type: ignore[arg-type]
    return StepRefused("appeal.period_over", until=until, days=days)


def appealed_already(facts: Facts) -> Refused | None:
    """Once for each closing. Closed anew, it may be appealed against anew."""
    last, closed_at = facts.more["reporter_appealed_at"], facts.matter.closed_at
    again = isinstance(last, datetime) and closed_at is not None and last >= closed_at
    return StepRefused("appeal.once") if again else None


def nothing_to_contest(facts: Facts) -> Refused | None:
    marks: Mapping[Kind, Mark] = facts.more["marks"]  # type: ignore[assignment]
    if Mark.OPEN in marks.values():
        return None
    return _refusal(next((each for each in marks.values() if each is not Mark.NONE), Mark.NONE), facts)


def wrong_kind(facts: Facts, ask: Ask) -> Refused | None:
    if ask.kind not in set(Kind):
        return StepRefused("appeal.no_kind")
    marks: Mapping[Kind, Mark] = facts.more["marks"]  # type: ignore[assignment]
    found = marks[Kind(ask.kind)]
    return None if found is Mark.OPEN else _refusal(found, facts)


def _refusal(found: Mark, facts: Facts) -> Refused:
    match found:
        case Mark.ONCE:
            return StepRefused("appeal.once")
        case Mark.OVER:
            return StepRefused("appeal.mark_over", days=facts.more["days"])
    return StepRefused("appeal.no_mark")


def own_appeal(facts: Facts) -> Refused | None:
    mine = facts.who is not None and facts.who == facts.opened_by
    return StepRefused("overlay.own_request") if mine else None


R, S, A = Role, State, Act
APPELLANTS = frozenset({R.REPORTER, R.CALLER_BACK, R.OPERATOR, R.DUTY_CHIEF})
HEARERS = frozenset({R.COMMANDER, R.DUTY_CHIEF, R.SUPERVISOR})
INDEPENDENT = (own_handling, own_appeal)
HEARD = frozenset({S.HEARD})

TABLE = Table(
    Overlay.APPEAL,
    (
        Step(
            A.RAISE,
            NEW,
            S.RAISED,
            APPELLANTS,
            Seat.FIRST,
            (appeal_period_over, appealed_already),
            (no_reason,),
            within=frozenset({Matter.CLOSED}),
            starts=Clock.APPEAL,
            asks=("reason",),
        ),
        # a poor rating has the matter handled anew at once: its unit appeals whatever state that is in by now
        Step(
            A.CONTEST,
            NEW,
            S.RAISED,
            frozenset({R.HANDLER_HEAD}),
            Seat.UNIT,
            (nothing_to_contest,),
            (wrong_kind, no_reason),
            starts=Clock.APPEAL,
            asks=("kind", "reason"),
        ),
        Step(A.TAKE, frozenset({S.RAISED}), S.HEARD, HEARERS, Seat.ABOVE, INDEPENDENT),
        Step(A.UPHOLD, HEARD, S.UPHELD, HEARERS, Seat.ABOVE, INDEPENDENT, (no_reason,), asks=("reason",)),
        Step(A.DISMISS, HEARD, S.DISMISSED, HEARERS, Seat.ABOVE, INDEPENDENT, (no_reason,), asks=("reason",)),
    ),
    lives=frozenset(Matter),
    ended=frozenset({S.UPHELD, S.DISMISSED}),
)
