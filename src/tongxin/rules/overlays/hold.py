"""挂账, 补正, 鉴定: the only reasons for which a matter's clocks stand still while it is handled.

Until a review day at the latest; then it runs on by itself, or is booked as backlog.
Source: domain.md §3.1 row 14, §3.1d.
"""

from enum import StrEnum

from tongxin.rules.deadlines import Clock
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import State as Matter
from tongxin.rules.lifecycles.matter import StepRefused
from tongxin.rules.overlays.frame import (
    LAPSED,
    NEW,
    Ask,
    Facts,
    Overlay,
    Seat,
    Step,
    Still,
    Table,
    no_reason,
    one_is_open,
    own_request,
)
from tongxin.rules.permissions import Role


class State(StrEnum):
    """Where a hold stands."""

    ASKED = "asked"  # 待审批
    HELD = "held"  # 已挂账
    BACKLOG = "backlog"  # 积存
    RESUMED = "resumed"  # 已恢复
    DENIED = "denied"  # 未批准
    WITHDRAWN = "withdrawn"  # 已撤回
    LAPSED = LAPSED  # 已失效


class Act(StrEnum):
    """What can be done about it."""

    ASK = "hold.ask"  # 申请挂账
    GRANT = "hold.grant"  # 批准挂账
    DENY = "hold.deny"  # 不批准挂账
    WITHDRAW = "hold.withdraw"  # 撤回挂账申请
    RESUME = "hold.resume"  # 恢复办理
    EXPIRE = "hold.expire"  # 到期恢复
    BOOK = "hold.book"  # 转积存


class Kind(StrEnum):
    """For what the clock stands still."""

    SUSPENSION = "suspension"  # 挂账
    MATERIAL = "material"  # 补正: the applicant's material is awaited
    APPRAISAL = "appraisal"  # 鉴定: a court, an expert or a survey is awaited


class Ground(StrEnum):
    """Why it cannot be handled now."""

    SEASON = "season"  # 季节
    PLANNING = "planning"  # 规划
    OWNERSHIP = "ownership"  # 产权
    LITIGATION = "litigation"  # 诉讼
    FUNDS = "funds"  # 资金立项
    MATERIAL = "material"  # 待申请人补充材料
    APPRAISAL = "appraisal"  # 待鉴定评估


FITS = {Kind.MATERIAL: {Ground.MATERIAL}, Kind.APPRAISAL: {Ground.APPRAISAL, Ground.LITIGATION}}
SUSPENDS = frozenset(Ground) - {Ground.MATERIAL, Ground.APPRAISAL}


def no_kind(_: Facts, ask: Ask) -> Refused | None:
    return None if ask.kind in set(Kind) else StepRefused("hold.no_kind")


def wrong_ground(_: Facts, ask: Ask) -> Refused | None:
    fits = ask.ground in FITS.get(Kind(ask.kind), SUSPENDS)
    return None if fits else StepRefused("hold.wrong_ground")


def wrong_day(facts: Facts, ask: Ask) -> Refused | None:
    """The review day lies ahead, and within the days the book gives this kind."""
    if ask.until is None:
        return StepRefused("hold.no_day")
    last = facts.more["last_days"][ask.kind]  # type: ignore[index]
    if not facts.more["today"] < ask.until <= last:  # type: ignore[operator]
        return StepRefused("hold.wrong_day", last=last)
    return None


def not_yet(facts: Facts) -> Refused | None:
    due = facts.due_at
    return None if due is None or facts.now >= due else StepRefused("hold.not_yet", due=due)


R, S, A = Role, State, Act
HANDLERS = frozenset({R.HANDLER, R.HANDLER_HEAD})
DECIDERS = frozenset({R.COMMANDER})
STOPPED = frozenset({S.HELD, S.BACKLOG})

TABLE = Table(
    Overlay.HOLD,
    (
        Step(
            A.ASK,
            NEW,
            S.ASKED,
            HANDLERS,
            Seat.UNIT,
            (one_is_open,),
            (no_kind, wrong_ground, wrong_day, no_reason),
            asks=("kind", "ground", "until", "reason"),
        ),
        Step(
            A.GRANT,
            frozenset({S.ASKED}),
            S.HELD,
            DECIDERS,
            Seat.DESK,
            (own_request,),
            starts=Clock.HOLD,
            still=Still.STOP,
            asks=("reason?",),
        ),
        Step(
            A.DENY, frozenset({S.ASKED}), S.DENIED, DECIDERS, Seat.DESK, (own_request,), (no_reason,), asks=("reason",)
        ),
        Step(A.WITHDRAW, frozenset({S.ASKED}), S.WITHDRAWN, HANDLERS, Seat.UNIT),
        Step(
            A.RESUME,
            STOPPED,
            S.RESUMED,
            HANDLERS | DECIDERS,
            (Seat.UNIT, Seat.DESK),
            (),
            (no_reason,),
            still=Still.GO,
            asks=("reason",),
        ),
        Step(A.EXPIRE, frozenset({S.HELD}), S.RESUMED, frozenset({R.PLATFORM}), Seat.DESK, (not_yet,), still=Still.GO),
        # sixty days are over and it still cannot be handled: counted on its own, looked at again
        Step(
            A.BOOK,
            STOPPED,
            S.BACKLOG,
            DECIDERS,
            Seat.DESK,
            (own_request,),
            (wrong_day, no_reason),
            starts=Clock.HOLD,
            asks=("until", "reason"),
        ),
    ),
    lives=frozenset({Matter.HANDLING}),
    ended=frozenset(S) - {S.ASKED, S.HELD, S.BACKLOG},
)
