"""派单异议: a unit returned a matter as not its own; the command room hears it, and its ruling binds.

Within a working day; what the room cannot tell goes to the office for staffing or justice, three working days more. A
confirmed mistake counts against dispatch accuracy. Source: domain.md §3.1 row 8, §3.1d 争议件.
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
    own_request,
)
from tongxin.rules.permissions import Role


class State(StrEnum):
    """Where an objection stands."""

    RAISED = "raised"  # 待裁定
    REFERRED = "referred"  # 已提请编办、司法
    UPHELD = "upheld"  # 异议成立
    OVERRULED = "overruled"  # 异议不成立
    LAPSED = LAPSED  # 已失效


class Act(StrEnum):
    """What can be done about it."""

    RAISE = "objection.raise"  # 提出异议: comes with every return
    REFER = "objection.refer"  # 提请编办、司法
    UPHOLD = "objection.uphold"  # 异议成立
    OVERRULE = "objection.overrule"  # 异议不成立


def no_unit(facts: Facts, ask: Ask) -> Refused | None:
    """An upheld objection names who it is, and that is not who objected."""
    if not ask.unit_id:
        return StepRefused("step.no_unit")
    return StepRefused("objection.same_unit") if ask.unit_id == facts.unit_id else None


R, S, A = Role, State, Act
JUDGES = frozenset({R.DUTY_CHIEF, R.COMMANDER})
OPEN = frozenset({S.RAISED, S.REFERRED})

TABLE = Table(
    Overlay.OBJECTION,
    (
        Step(
            A.RAISE,
            NEW,
            S.RAISED,
            frozenset({R.PLATFORM}),
            Seat.DESK,
            starts=Clock.HEARING,
        ),
        Step(
            A.REFER,
            frozenset({S.RAISED}),
            S.REFERRED,
            JUDGES,
            Seat.DESK,
            (),
            (no_reason,),
            starts=Clock.HEARING,
            asks=("reason",),
        ),
        Step(
            A.UPHOLD,
            OPEN,
            S.UPHELD,
            JUDGES,
            Seat.DESK,
            (own_request,),
            (no_unit, no_reason),
            asks=("unit_id", "reason"),
        ),
        Step(A.OVERRULE, OPEN, S.OVERRULED, JUDGES, Seat.DESK, (own_request,), (no_reason,), asks=("reason",)),
    ),
    lives=frozenset({Matter.AWAITING_DISPATCH}),
    ended=frozenset(S) - OPEN,
)
