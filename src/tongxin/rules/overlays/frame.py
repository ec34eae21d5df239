"""What all overlays share: rows that lie over a matter's life, each with a small table of steps of its own.

An overlay never is a state of the matter: fourteen states times eight flags would explode. It may stop the matter's
clocks, it may hold a step back, and it may ask for a step; that is all. Source: design.md §4, domain.md §3.1.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from tongxin.rules.deadlines import Clock
from tongxin.rules.errors import NotAllowed, Refused
from tongxin.rules.lifecycles import matter
from tongxin.rules.lifecycles.matter import Ground, StepRefused
from tongxin.rules.permissions import Role
from tongxin.rules.working_time import Limit


class Overlay(StrEnum):
    """What may lie over a matter."""

    EXTENSION = "extension"  # 延期
    HOLD = "hold"  # 挂账
    BRANCH = "branch"  # 协办
    WHISTLE = "whistle"  # 吹哨
    SUMMONS = "summons"  # 报到
    ORDER = "order"  # 督办
    OBJECTION = "objection"  # 派单异议
    CALL_BACK = "call_back"  # 回访
    APPEAL = "appeal"  # 申诉复核


class Seat(StrEnum):
    """Whose seat a step is taken from."""

    DESK = "desk"  # the desk that owns the matter, and the grid staff of the ground
    UNIT = "unit"  # the unit that handles it
    ASKED = "asked"  # the unit the overlay asks
    FIRST = "first"  # the desk that first received it
    ABOVE = "above"  # the desk above the one that owns it
    HOLDER = "holder"  # the unit the overlay was opened from (a whistle's town, an order's issuer)
    OVERSEER = "overseer"  # the owning desk and those above it; of an order, who may accept the reply


class Still(StrEnum):
    """What a step does to the clocks of the matter itself."""

    STOP = "stop"  # they stand still from now on
    GO = "go"  # they run on, the time that stood still added


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at: the matter, and the overlay over it; `state` is empty where it is not there yet.

    `people` backed this overlay before and may not decide on it; `open` and `had` count the matter's others of the
    same kind: those running, and those that were granted.
    """

    matter: matter.Facts
    now: datetime
    who: int | None = None  # the person who asks
    state: str = ""
    unit_id: int | None = None
    opened_by: int | None = None
    people: tuple[int, ...] = ()
    open: int = 0
    had: int = 0
    due_at: datetime | None = None
    handle_due_at: datetime | None = None
    handle_limit: Limit | None = None
    more: Mapping[str, object] = field(default_factory=dict)  # what only this overlay knows


@dataclass(frozen=True, slots=True)
class Ask:
    """What the form of an act says; each act reads what its row lists under `asks`."""

    reason: str = ""
    ground: Ground | str | None = None
    kind: str = ""
    limit: Limit | None = None
    until: date | None = None
    units: tuple[int, ...] = ()
    unit_id: int | None = None
    join: str = ""
    is_special: bool = False
    rating: str = ""
    is_solved: bool | None = None
    reply_by: date | None = None
    order_id: int | None = None  # the order that takes in one matter more, while it is being issued
    lon: float | None = None
    lat: float | None = None
    outcome: str = ""
    is_beyond: bool = False  # a branch may end after the lead's own due moment


Guard = Callable[[Facts], Refused | None]
Need = Callable[[Facts, Ask], Refused | None]


class Step(NamedTuple):
    """One row of an overlay's table."""

    act: StrEnum
    sources: frozenset[str]  # {""}: the step opens a new one
    target: str
    by: frozenset[Role]
    seat: Seat | tuple[Seat, ...]
    unless: tuple[Guard, ...] = ()  # what stands in the way, whatever the form says
    needs: tuple[Need, ...] = ()  # what the form must say
    within: frozenset[matter.State] | None = None  # states of the matter in which it may be taken; None: any
    starts: Clock | None = None  # a clock of the overlay; the one that ran before ends
    still: Still | None = None
    asks: tuple[str, ...] = ()  # fields of Ask its form shows, in this order; "?" at the end: may be left empty
    ends: tuple[Clock, ...] = ()  # clocks of the overlay that end with it, while its others run on


NEW = frozenset({""})


class Table(NamedTuple):
    """One kind of overlay: its states, those in which it is over, and its steps."""

    overlay: Overlay
    steps: tuple[Step, ...]
    lives: frozenset[matter.State]  # the matter's states over which it may lie; when the matter leaves them, it lapses
    ended: frozenset[str]
    unasked: frozenset[str] = frozenset()  # open states in which the unit is not asked yet, and reads nothing

    def step(self, act: str, state: str) -> Step | None:
        return next((step for step in self.steps if step.act == act and state in step.sources), None)

    def steps_from(self, state: str) -> Iterable[Step]:
        return (step for step in self.steps if state in step.sources)


LAPSED = "lapsed"  # every overlay's end when the matter goes on without it


def decide(table: Table, act: str, facts: Facts, ask: Ask | None, roles: Callable[[Seat], frozenset[Role]]) -> Step:
    """Return the step if it may be taken now. Raises StepRefused or NotAllowed, saying why not.

    Without an ask only what stands in the way counts: that is how a page knows which buttons to offer.
    """
    step = table.step(act, facts.state)
    if step is None:
        raise StepRefused("overlay.wrong_state", act=_of(table, act), state=facts.state)
    if facts.matter.state not in (table.lives if step.within is None else step.within):
        raise StepRefused("step.wrong_state", act=step.act, state=facts.matter.state)
    seats = (step.seat,) if isinstance(step.seat, Seat) else step.seat
    if not any(roles(seat) & step.by for seat in seats):
        raise NotAllowed("step.wrong_role", act=step.act, roles=sorted(step.by))
    for guard in step.unless:
        if refusal := guard(facts):
            raise refusal
    for need in step.needs if ask else ():
        if refusal := need(facts, ask):  # type: ignore[arg-type]
            raise refusal
    return step


def _of(table: Table, act: str) -> StrEnum | str:
    return next((step.act for step in table.steps if step.act == act), act)


# --- guards that several overlays need ---------------------------------------------------------------------


def no_reason(_: Facts, ask: Ask) -> Refused | None:
    return None if ask.reason.strip() else StepRefused("step.no_reason")


def one_is_open(facts: Facts) -> Refused | None:
    return StepRefused("overlay.one_is_open") if facts.open else None


def own_request(facts: Facts) -> Refused | None:
    """Nobody decides on what he asked for himself. Source: domain.md §3.1c."""
    mine = facts.who is not None and facts.who in (facts.opened_by, *facts.people)
    return StepRefused("overlay.own_request") if mine else None


def own_handling(facts: Facts) -> Refused | None:
    mine = facts.who is not None and facts.who in (*facts.matter.handlers, facts.matter.closed_by)
    return StepRefused("step.own_handling") if mine else None


def on_hold(facts: Facts) -> Refused | None:
    return StepRefused("step.on_hold") if facts.matter.is_held else None
