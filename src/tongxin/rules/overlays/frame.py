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


class Still(StrEnum):
    """What a step does to the clocks of the matter itself."""

    STOP = "stop"  # they stand still from now on
    GO = "go"  # they run on, the time that stood still added


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at: the matter, and the overlay over it; `state` is empty where it is not there yet.

    `people` acted on this overlay before and may not decide on it; `open` and `had` count the matter's others of the
    same kind: those running, and those that were granted.
    """

    matter: matter.Facts
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
    """What somebody asks for: who and when, and whatever the act's form asks."""

    now: datetime
    person_id: int | None = None
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
    reply_by: datetime | None = None
    lon: float | None = None
    lat: float | None = None


Guard = Callable[[Facts, Ask], Refused | None]


class Step(NamedTuple):
    """One row of an overlay's table."""

    act: StrEnum
    sources: frozenset[str]  # {""}: the step opens a new one
    target: str
    by: frozenset[Role]
    seat: Seat
    unless: tuple[Guard, ...] = ()
    within: frozenset[matter.State] | None = None  # states of the matter in which it may be taken; None: any
    starts: Clock | None = None  # a clock of the overlay; the one that ran before ends
    still: Still | None = None
    asks: tuple[str, ...] = ()  # what its form asks for, in this order; "?" at the end: may be left empty


NEW = frozenset({""})


class Table(NamedTuple):
    """One kind of overlay: its states, those in which it is over, and its steps."""

    overlay: Overlay
    ended: frozenset[str]
    steps: tuple[Step, ...]

    def step(self, act: str, state: str) -> Step | None:
        return next((step for step in self.steps if step.act == act and state in step.sources), None)

    def steps_from(self, state: str) -> Iterable[Step]:
        return (step for step in self.steps if state in step.sources)


def decide(table: Table, act: str, facts: Facts, ask: Ask, roles: Callable[[Seat], frozenset[Role]]) -> Step:
    """Return the step if it may be taken now. Raises StepRefused or NotAllowed, saying why not."""
    step = table.step(act, facts.state)
    if step is None:
        raise StepRefused("overlay.wrong_state", act=_of(table, act), state=facts.state)
    if step.within is not None and facts.matter.state not in step.within:
        raise StepRefused("step.wrong_state", act=step.act, state=facts.matter.state)
    if not roles(step.seat) & step.by:
        raise NotAllowed("step.wrong_role", act=step.act, roles=sorted(step.by))
    for guard in step.unless:
        if refusal := guard(facts, ask):
            raise refusal
    return step


def _of(table: Table, act: str) -> StrEnum | str:
    return next((step.act for step in table.steps if step.act == act), act)


# --- guards that several overlays need ---------------------------------------------------------------------


def no_reason(_: Facts, ask: Ask) -> Refused | None:
    return None if ask.reason.strip() else StepRefused("step.no_reason")


def one_is_open(facts: Facts, _: Ask) -> Refused | None:
    return StepRefused("overlay.one_is_open") if facts.open else None


def own_request(facts: Facts, ask: Ask) -> Refused | None:
    """Nobody decides on what he asked for himself. Source: domain.md §3.1c."""
    mine = ask.person_id is not None and ask.person_id in (facts.opened_by, *facts.people)
    return StepRefused("overlay.own_request") if mine else None


def on_hold(facts: Facts, _: Ask) -> Refused | None:
    return StepRefused("step.on_hold") if facts.matter.is_held else None
