"""吹哨: a town that cannot settle a matter alone calls departments to the spot, and they conclude it together.

Citizens' requests, enforcement and emergencies are the three kinds of 北京; what is hard is called by the town's
commander only (南京鼓楼). Each called unit answers by a summons of its own. Source: domain.md §2.3, §3.1 row 11.
"""

from enum import StrEnum

from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import LIVE, StepRefused
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
    one_is_open,
)
from tongxin.rules.permissions import Role
from tongxin.rules.units import UnitKind, works_at


class State(StrEnum):
    """Where a whistle stands."""

    BLOWN = "blown"  # 会商中
    CONCLUDED = "concluded"  # 已会商
    CANCELLED = "cancelled"  # 已撤哨
    LAPSED = LAPSED  # 已失效


class Act(StrEnum):
    """What the town can do about it."""

    BLOW = "whistle.blow"  # 吹哨
    BLOW_HARD = "whistle.blow_hard"  # 吹攻坚哨
    CALL = "whistle.call"  # 增加应哨单位
    CONCLUDE = "whistle.conclude"  # 会商结论
    CANCEL = "whistle.cancel"  # 撤哨


class Kind(StrEnum):
    """What a whistle is blown for."""

    REQUEST = "request"  # 群众诉求哨
    ENFORCEMENT = "enforcement"  # 综合执法哨
    HARD = "hard"  # 攻坚克难哨
    EMERGENCY = "emergency"  # 应急处置哨


class Outcome(StrEnum):
    """What came out of it."""

    SETTLED = "settled"  # 现场解决
    SHARED = "shared"  # 明确分工
    IDLE = "idle"  # 无需部门办理: the town could have done without them


MOST = 12  # units of one whistle


def only_towns(facts: Facts) -> Refused | None:
    return None if facts.more["is_town"] else StepRefused("whistle.only_towns")


def wrong_kind(_: Facts, ask: Ask) -> Refused | None:
    if ask.kind not in set(Kind):
        return StepRefused("whistle.no_kind")
    return StepRefused("whistle.hard_by_commander") if ask.kind == Kind.HARD else None


def wrong_units(facts: Facts, ask: Ask) -> Refused | None:
    """Departments and their stations that work at the place: no desk, no village, and none that is called already."""
    called, stands, area = set(ask.units), facts.more["stands"], facts.more["area"]
    if not called:
        return StepRefused("whistle.no_unit")
    if len(called) + len(facts.more["called"]) > MOST:  # type: ignore[arg-type]
        return StepRefused("whistle.too_many", most=MOST, found=len(called))
    if called & set(facts.more["called"]):  # type: ignore[call-overload]
        return StepRefused("whistle.called_already")
    for unit in called:
        kind, ground = stands.get(unit, (UnitKind.COMMAND_ROOM, ""))  # type: ignore[attr-defined]
        if kind is UnitKind.VILLAGE_STATION or not works_at(kind, ground, area):  # type: ignore[arg-type]
            return StepRefused("whistle.not_a_department")
    return None


def still_awaited(facts: Facts) -> Refused | None:
    """Until everybody has come or answered, or the time to come is over, there is nothing to conclude."""
    awaited = facts.more["awaited"]
    return StepRefused("whistle.awaited", awaited=awaited, until=facts.more["until"]) if awaited else None


def somebody_came(facts: Facts) -> Refused | None:
    return StepRefused("whistle.somebody_came") if facts.more["came"] else None


def no_outcome(_: Facts, ask: Ask) -> Refused | None:
    return None if ask.outcome in set(Outcome) else StepRefused("whistle.no_outcome")


R, S, A = Role, State, Act
CHIEFS = frozenset({R.DUTY_CHIEF, R.COMMANDER})
HEADS = frozenset({R.COMMANDER})  # 书记, 主任
BLOWN = frozenset({S.BLOWN})

TABLE = Table(
    Overlay.WHISTLE,
    (
        Step(
            A.BLOW,
            NEW,
            S.BLOWN,
            CHIEFS,
            Seat.DESK,
            (only_towns, one_is_open),
            (wrong_kind, wrong_units, no_reason),
            asks=("kind", "units", "reason"),
        ),
        Step(
            A.BLOW_HARD,
            NEW,
            S.BLOWN,
            HEADS,
            Seat.DESK,
            (only_towns, one_is_open),
            (wrong_units, no_reason),
            asks=("units", "reason"),
        ),
        Step(A.CALL, BLOWN, S.BLOWN, CHIEFS, Seat.HOLDER, (), (wrong_units, no_reason), asks=("units", "reason")),
        Step(
            A.CONCLUDE,
            BLOWN,
            S.CONCLUDED,
            CHIEFS,
            Seat.HOLDER,
            (still_awaited,),
            (no_outcome, no_reason),
            asks=("outcome", "reason"),
        ),
        Step(A.CANCEL, BLOWN, S.CANCELLED, CHIEFS, Seat.HOLDER, (somebody_came,), (no_reason,), asks=("reason",)),
    ),
    lives=LIVE,
    ended=frozenset(S) - BLOWN,
)
