"""延期: more time, asked for before the limit runs out, twice at most, approved on one or two levels.

The clock runs on while it is asked for, and the old due moment is kept for every report. Source: domain.md §3.1 row 13.
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
    Table,
    no_reason,
    on_hold,
    one_is_open,
    own_request,
)
from tongxin.rules.permissions import Role


class State(StrEnum):
    """Where a request for more time stands."""

    ASKED = "asked"  # 待审批
    TO_ENDORSE = "to_endorse"  # 待单位签字
    ENDORSED = "endorsed"  # 待分管领导审批
    GRANTED = "granted"  # 已延期
    DENIED = "denied"  # 未批准
    WITHDRAWN = "withdrawn"  # 已撤回
    LAPSED = LAPSED  # 已失效


class Act(StrEnum):
    """What can be done about it."""

    ASK = "extension.ask"  # 申请延期
    ASK_MORE = "extension.ask_more"  # 再次或工程类延期
    ENDORSE = "extension.endorse"  # 单位签字
    GRANT = "extension.grant"  # 批准延期
    DENY = "extension.deny"  # 不批准延期
    WITHDRAW = "extension.withdraw"  # 撤回延期申请


def too_late(facts: Facts) -> Refused | None:
    if facts.handle_due_at is None or facts.now <= facts.handle_due_at:
        return None
    return StepRefused("extension.too_late", due=facts.handle_due_at)


def twice_at_most(facts: Facts) -> Refused | None:
    most = facts.more["most"]
    return StepRefused("extension.twice_at_most", most=most) if facts.had >= most else None  # type: ignore[operator]


def had_one(facts: Facts) -> Refused | None:
    return StepRefused("extension.second_needs_two") if facts.had else None


def wrong_limit(facts: Facts, ask: Ask) -> Refused | None:
    """One extension adds at most the limit itself, counted as the limit is counted."""
    if ask.limit is None:
        return StepRefused("extension.no_limit")
    own = facts.handle_limit
    if own is None:
        return StepRefused("extension.no_clock")
    if ask.limit.unit is not own.unit:
        return StepRefused("extension.other_unit", unit=own.unit)
    most = own.amount * int(facts.more["share"]) // 100  # type: ignore[call-overload]
    return StepRefused("extension.too_long", most=f"{most}", unit=own.unit) if ask.limit.amount > most else None


R, S, A = Role, State, Act
HANDLERS = frozenset({R.HANDLER, R.HANDLER_HEAD})
WAITING = frozenset({S.ASKED, S.TO_ENDORSE, S.ENDORSED})

TABLE = Table(
    Overlay.EXTENSION,
    (
        Step(
            A.ASK,
            NEW,
            S.ASKED,
            HANDLERS,
            Seat.UNIT,
            (one_is_open, too_late, twice_at_most, had_one, on_hold),
            (wrong_limit, no_reason),
            starts=Clock.EXTENSION,
            asks=("limit", "reason"),
        ),
        # the second one, and engineering or bulk work, on two levels: the unit's head signs, the commander decides
        Step(
            A.ASK_MORE,
            NEW,
            S.TO_ENDORSE,
            HANDLERS,
            Seat.UNIT,
            (one_is_open, too_late, twice_at_most, on_hold),
            (wrong_limit, no_reason),
            starts=Clock.EXTENSION,
            asks=("limit", "reason"),
        ),
        Step(A.ENDORSE, frozenset({S.TO_ENDORSE}), S.ENDORSED, frozenset({R.HANDLER_HEAD}), Seat.UNIT, (own_request,)),
        Step(
            A.GRANT,
            frozenset({S.ASKED}),
            S.GRANTED,
            frozenset({R.DUTY_CHIEF, R.COMMANDER}),
            Seat.DESK,
            (own_request,),
            asks=("reason?",),
        ),
        Step(
            A.GRANT,
            frozenset({S.ENDORSED}),
            S.GRANTED,
            frozenset({R.COMMANDER}),
            Seat.DESK,
            (own_request,),
            asks=("reason?",),
        ),
        Step(
            A.DENY,
            frozenset({S.ASKED}),
            S.DENIED,
            frozenset({R.DUTY_CHIEF, R.COMMANDER}),
            Seat.DESK,
            (own_request,),
            (no_reason,),
            asks=("reason",),
        ),
        Step(
            A.DENY,
            frozenset({S.ENDORSED}),
            S.DENIED,
            frozenset({R.COMMANDER}),
            Seat.DESK,
            (own_request,),
            (no_reason,),
            asks=("reason",),
        ),
        Step(
            A.DENY,
            frozenset({S.TO_ENDORSE}),
            S.DENIED,
            frozenset({R.HANDLER_HEAD}),
            Seat.UNIT,
            (own_request,),
            (no_reason,),
            asks=("reason",),
        ),
        Step(A.WITHDRAW, WAITING, S.WITHDRAWN, HANDLERS, Seat.UNIT),
    ),
    lives=frozenset({Matter.HANDLING}),
    ended=frozenset(S) - WAITING,
)
