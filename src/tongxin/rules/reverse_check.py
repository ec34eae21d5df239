"""倒逼: what citizens called about, held against what the grid had reported before. It counts grids, never callers.

A hotline matter of a kind that a patrol sees, at a known place, is matched when the grid had reported the same kind
nearby in the days before. Otherwise it may be that the grid should have reported it (应报未报): people look at each,
and the grid may explain, before it counts. Source: domain.md §3.6, seed row S3-15.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.permissions import Actor, Duty, Role

TEXT_LIMIT = 500
RADIUS_METRES = (10, 1_000)
DAYS = (1, 60)
SPAN_DAYS = 1_100  # compared at one asking: three years


class Standing(StrEnum):
    """Where one comparison stands."""

    MATCHED = "matched"  # the grid had reported it
    OPEN = "open"  # perhaps it should have been reported: waits for the grid's word and for somebody to look
    EXPLAINED = "explained"
    MISSED = "missed"  # it should have been reported
    EXCUSED = "excused"  # nothing was missed


class Excuse(StrEnum):
    """Why nothing was missed."""

    NOT_VISIBLE = "not_visible"
    JUST_HAPPENED = "just_happened"
    KNOWN_OTHERWISE = "known_otherwise"
    NO_DUTY = "no_duty"
    WRONG_DATA = "wrong_data"


class Review(StrEnum):
    """What people do about a comparison."""

    EXPLAIN = "explain"
    CONFIRM = "confirm"
    EXCUSE = "excuse"


R = Role
EXPLAINERS = frozenset({R.GRID_WORKER, R.GRID_HEAD, R.VILLAGE_SECRETARY})
REVIEWERS = frozenset({R.ASSESSOR, R.SUPERVISOR, R.DUTY_CHIEF})
UNDECIDED = frozenset({Standing.OPEN, Standing.EXPLAINED})
TARGET: Mapping[Review, Standing] = {
    Review.EXPLAIN: Standing.EXPLAINED,
    Review.CONFIRM: Standing.MISSED,
    Review.EXCUSE: Standing.EXCUSED,
}


@dataclass(frozen=True, slots=True)
class Settings:
    """How far the comparison reaches, for kinds of matters (template codes) that a patrol sees."""

    radius_m: int = 100
    days: int = 7
    explain_days: int = 3  # the grid is heard first, for so many days
    templates: frozenset[str] = frozenset()

    def check(self) -> None:
        """Raise Invalid where a setting is out of reason."""
        for name, value, (least, most) in (
            ("radius_m", self.radius_m, RADIUS_METRES),
            ("days", self.days, DAYS),
            ("explain_days", self.explain_days, (0, 30)),
        ):
            if not least <= value <= most:
                raise Invalid("reverse.out_of_range", field=name, least=least, most=most)


class Facts(NamedTuple):
    """One comparison, as far as it matters who may do what. `explained_by` is asked for one rule only."""

    standing: Standing
    area: str
    found_at: datetime
    explained_by: int | None
    explain_days: int


def decide(
    act: Review, facts: Facts, *, by: Actor, now: datetime, text: str, excuse: Excuse | None = None
) -> tuple[Standing, Duty]:
    """Return where the comparison stands after an act, and the duty by which it is done.

    Nobody judges what they explained, and the grid is heard before it is judged. Raises Refused, Invalid.
    """
    holders = EXPLAINERS if act is Review.EXPLAIN else REVIEWERS
    duty = next((duty for duty in by.holding(holders) if facts.area.startswith(duty.area)), None)
    if duty is None:
        raise Refused("reverse.not_yours", act=act)
    if facts.standing not in UNDECIDED:
        raise Refused("reverse.decided", standing=facts.standing)
    if not text.strip():
        raise Invalid("reverse.no_text", act=act)
    if len(text) > TEXT_LIMIT:
        raise Invalid("reverse.too_long", limit=TEXT_LIMIT, found=len(text))
    if act is not Review.EXPLAIN:
        _check_judgment(act, facts, by, now, excuse)
    return TARGET[act], duty


def _check_judgment(act: Review, facts: Facts, by: Actor, now: datetime, excuse: Excuse | None) -> None:
    if facts.explained_by is not None and facts.explained_by == by.person_id:
        raise Refused("reverse.own_word")
    until = facts.found_at + timedelta(days=facts.explain_days)
    if act is Review.CONFIRM and facts.standing is Standing.OPEN and now < until:
        raise Refused("reverse.grid_not_heard", until=until)
    if act is Review.EXCUSE and excuse is None:
        raise Invalid("reverse.no_excuse")


class Tally(NamedTuple):
    """Comparisons of an area and period by where they stand."""

    matched: int = 0
    open: int = 0
    explained: int = 0
    missed: int = 0
    excused: int = 0

    @property
    def judged(self) -> int:
        """What the rate rests on: matched, or found to be missed. Undecided and excused ones do not count."""
        return self.matched + self.missed

    @property
    def compared(self) -> int:
        return sum(self)
