"""Where a simulated matter stands: its time, its luck, whose turn it is, and what is asked for next."""

from collections.abc import Generator
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from tongxin.apps.journal.models import EvidenceKind
from tongxin.apps.matters.actions import Asked, Reported
from tongxin.interfaces.console.simulation import chances, phrases
from tongxin.interfaces.console.simulation.layout import NATURAL, along
from tongxin.interfaces.console.simulation.stage import Stage, sees
from tongxin.interfaces.console.simulation.tales import Tale
from tongxin.rules import deadlines
from tongxin.rules.area_codes import Level
from tongxin.rules.deadlines import Clock
from tongxin.rules.lifecycles.matter import LAMP_CLOCK, Act, State
from tongxin.rules.overlays.frame import Overlay
from tongxin.rules.permissions import DESK, GRID, UNIT, Actor, Role
from tongxin.rules.sealing import is_handed_over, seal_of
from tongxin.rules.working_time import due_at

SEATS: dict[Act, tuple[Role, ...]] = {
    **dict.fromkeys((Act.ACCEPT, Act.REFUSE, Act.VERIFY), (Role.ACCEPTOR, Role.DUTY_CHIEF)),
    **dict.fromkeys((Act.DISPATCH, Act.RECALL), (Role.DISPATCHER, Role.DUTY_CHIEF)),
    **dict.fromkeys(
        (Act.FILE, Act.DECLINE, Act.CLOSE, Act.PROPOSE_VOID, Act.VOID, Act.REOPEN, Act.REINSTATE), (Role.DUTY_CHIEF,)
    ),
    **dict.fromkeys((Act.SIGN, Act.RETURN, Act.PROGRESS, Act.HANDLE), (Role.HANDLER, Role.HANDLER_HEAD)),
    **dict.fromkeys((Act.REVIEW, Act.REDO), (Role.HANDLER_HEAD,)),
    **dict.fromkeys(
        (Act.SETTLE, Act.CONFIRM, Act.DENY, Act.CHECK, Act.REWORK),
        (Role.GRID_WORKER, Role.GRID_HEAD, Role.VILLAGE_SECRETARY),
    ),
}
NOT_OWN = frozenset({Act.REVIEW, Act.CHECK, Act.REWORK, Act.CLOSE})
BY_HAND = frozenset({Act.SIGN, Act.HANDLE, Act.PROGRESS, Act.SETTLE})
MOMENT = timedelta(minutes=1)


class Photo(NamedTuple):
    """A photo somebody takes of a matter."""

    matter_id: int
    kind: EvidenceKind
    template: str
    by: Actor
    now: datetime


class Over(NamedTuple):
    """An act on what lies over a matter. `on`: on each open one of this kind; None: it lays a new one."""

    act: str
    matter_id: int
    by: Actor
    now: datetime
    on: Overlay | None = None
    unit_id: int | None = None  # only on the one that asks this unit
    said: tuple[tuple[str, Any], ...] = ()


class Dues(NamedTuple):
    """When the two great clocks of a matter run out now."""

    handle: datetime | None
    whole: datetime | None
    is_open: bool


Telling = Generator[Asked | Photo | Over, Any, None]


class Pause(Exception):
    """It stands there: what would come next has not happened yet, or there is nobody to do it."""


class Standing:
    """Where one matter stands after its report: its state and clocks, and who had a hand in it."""

    def __init__(
        self, stage: Stage, tale: Tale, kind: Any, matter: Reported, desk_id: int, suggested_id: int, wants_reply: bool
    ) -> None:
        self.stage, self.tale, self.kind, self.matter = stage, tale, kind, matter
        is_sealed = kind.is_sealed or is_handed_over(kind.code, tale.channel)
        self.seal = seal_of(kind.code, {}, is_sealed=is_sealed, is_secret=False) or ""
        self.rng = Random(f"{stage.seed}/{tale.number}/life")
        self.desk_id, self.suggested_id, self.unit_id = desk_id, suggested_id, None
        self.state, self.at = State(matter.state), tale.at
        self.whole_due = matter.due_at
        self.due = due_at(tale.at, deadlines.LIMITS[Clock.ACCEPT][kind.urgency], stage.calendar).at
        self.dispatched_at = self.handled_at = self.handle_due = None
        self.handlers: set[int] = set()
        self.shown: set[EvidenceKind] = set()
        self.proposer: int | None = None
        self.wants_reply = wants_reply
        self.closer: int | None = None
        self.is_open = True
        self.laid = iter(tale.pose.moments) if tale.pose else None
        self.is_stuck = self.chance("stuck")

    # --- time and chance -------------------------------------------------------------------------------

    def chance(self, name: str) -> bool:
        """Tell whether it happens; a laid matter goes its way straight to where it shall stand."""
        if self.tale.pose is not None:
            return name == "verify" and self.tale.pose.state is State.VERIFYING
        return self.rng.random() < chances.CHANCE[name]

    def wait(self, times: float = 1.0) -> None:
        """Let as much of the running clock pass as people take. Raises Pause past the end."""
        if self.laid is not None:
            moment = next(self.laid, None)
            if moment is None:
                raise Pause
            self.at = max(moment, self.at + MOMENT)
        else:
            median, spread = chances.PACE[self.state]
            share = self.rng.lognormvariate(0, spread) * median * times * self._pace()
            self.at = max(self._share_of_clock(share), self.at + MOMENT)
        if self.at > self.stage.end:
            raise Pause

    def _pace(self) -> float:
        if self.state in (State.AWAITING_SIGNATURE, State.HANDLING, State.AWAITING_REVIEW):
            return self.stage.pace(self.unit_id)
        return 1.0 if self.state in (State.AWAITING_CHECK, State.VERIFYING) else self.stage.pace(self.desk_id)

    def _share_of_clock(self, share: float) -> datetime:
        clock, start, due = LAMP_CLOCK[self.state], self.at, self.due
        if clock is Clock.HANDLE:  # from dispatch
            limit = deadlines.hastened(self.kind.limit, self.kind.urgency)
            start = self.dispatched_at if self.handled_at is None else self.at
            if self.is_stuck:
                share *= self.rng.uniform(*chances.STUCK_TIMES)
        else:
            limit = deadlines.LIMITS[clock][self.kind.urgency]
        if due is None or due <= start:  # overdue already: as if it had just begun
            due = due_at(start, limit, self.stage.calendar).at
        return along(start, due, share, self.stage.calendar, is_natural=limit.unit in NATURAL)

    # --- who and what ----------------------------------------------------------------------------------

    def who(self, act: Act) -> Actor:
        """Return somebody who may: the post of the desk, the unit or the ground, and nobody for their own handling."""
        for role in SEATS[act]:
            able = [
                actor
                for place in self._places(role)
                for actor in self.stage.sitting(role, place)
                if not (act in NOT_OWN and actor.person_id in self.handlers)
                and not (act is Act.VOID and actor.person_id == self.proposer)
                and sees(actor, area=self.matter.area, unit_id=self.unit_id, seal=self.seal)
            ]
            if able:
                return self.rng.choice(able)
        raise Pause

    def _places(self, role: Role) -> tuple[int | str, ...]:
        if role in DESK:
            return (self.desk_id,)
        if role in UNIT:
            return (self.unit_id,) if self.unit_id else ()
        assert role in GRID
        return (self.matter.area, self.matter.area[: Level.VILLAGE])

    def take(self, act: Act, by: Actor | None = None, **details: Any) -> Telling:
        """Take one step, here and now. Raises Pause where nobody could."""
        by = by or self.who(act)
        taken = yield Asked(act, self.matter.id, by, self.at, **details)
        assert taken is not None
        self.state, self.due, self.unit_id = taken.state, taken.due_at, taken.unit_id
        if act in BY_HAND and by.person_id:
            self.handlers.add(by.person_id)
        if self.state is State.HANDLING:
            self.handle_due = taken.due_at

    def due_at(self, dues: Dues | None) -> None:
        """Take note of what an act on an overlay did to the clocks."""
        if dues is not None:
            self.handle_due, self.whole_due = dues.handle or self.handle_due, dues.whole or self.whole_due
            self.is_open = dues.is_open

    def say(self, act: Act) -> str:
        return self.rng.choice(phrases.REASONS[act])

    def photo(self, kind: EvidenceKind, by: Actor | None) -> Telling:
        """Take the photo the template wants, once."""
        wanted = self.kind.before_photos if kind is EvidenceKind.BEFORE else self.kind.after_photos
        is_seen = by is not None and sees(by, area=self.matter.area, unit_id=self.unit_id, seal=self.seal)
        if wanted and is_seen and by.duties and kind not in self.shown:
            self.shown.add(kind)
            yield Photo(self.matter.id, kind, self.kind.code, by, self.at)
