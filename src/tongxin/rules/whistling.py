"""健康哨: whether whistles are blown often enough, and not for nothing. Of towns and units, never of persons.

A whistle that left departments nothing to do is idle (空哨); one whose matter the town could have handled is routine.
Every share keeps its numerator and denominator, and one of few is not judged. Source: domain.md §2.3, §3.1 row 11.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from tongxin.rules.rulebook import Whistles


class Health(StrEnum):
    """Where a share lies beside its band."""

    FEW = "few"  # 样本少
    BELOW = "below"  # 偏低
    HEALTHY = "healthy"  # 健康
    ABOVE = "above"  # 偏高


class Share(NamedTuple):
    """So many of so many."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        """Return the share of a hundred; None where there is nothing to share."""
        return self.part * 100 / self.whole if self.whole else None

    def health(self, few: int, *, least: int = 0, most: int = 100) -> Health:
        """Judge it by a band in percent, both edges healthy."""
        if self.whole < few:
            return Health.FEW
        if self.part * 100 < least * self.whole:
            return Health.BELOW
        return Health.ABOVE if self.part * 100 > most * self.whole else Health.HEALTHY


@dataclass(frozen=True, slots=True)
class Town:
    """A town's whistles of a period."""

    unit_id: int
    area: str
    blown: Share  # whistles, of the town's matters of a town's level and above
    idle: Share  # concluded with nothing for a department, or called off; of those that are over
    routine: Share  # of all that were blown

    def health(self, book: Whistles) -> dict[str, Health]:
        """Return the three judgements by the names of the fields."""
        return {
            "blown": self.blown.health(book.few, least=book.least, most=book.most),
            "idle": self.idle.health(book.few, most=book.idle),
            "routine": self.routine.health(book.few, most=book.routine),
        }


@dataclass(frozen=True, slots=True)
class Unit:
    """How a unit answered the whistles of a period: what was done in time, of what was due."""

    unit_id: int
    summons: int
    signed: Share
    in_touch: Share
    arrived: Share
    declined: int = 0  # said that it could not come: due, and not come
    ratings: dict[str, int] = field(default_factory=dict)  # by the towns: rating → how many

    def health(self, book: Whistles) -> dict[str, Health]:
        """Return the three judgements by the names of the fields."""
        steps = {"signed": self.signed, "in_touch": self.in_touch, "arrived": self.arrived}
        return {name: share.health(book.few, least=book.on_time) for name, share in steps.items()}


TOWNS_OWN = frozenset("GVT")


def is_routine(template_level: str, duties: Iterable[str], called: Iterable[str]) -> bool:
    """Tell whether a town could have handled it: its own level, and none who was called has a duty by the template."""
    return template_level in TOWNS_OWN and set(duties).isdisjoint(called)
