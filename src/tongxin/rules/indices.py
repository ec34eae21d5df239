"""Indices: every rate with its numerator and its denominator, by definitions that stand side by side.

Two definitions of the closing rate are in use, and neither is wrong: of everything reported (S3-14), or of what ought
to be closed by now (GB/T 30428.4 as systems in use apply it). Source: domain.md §2.2 "Denominator rule found".
"""

from enum import StrEnum
from typing import NamedTuple

SMALL = 30  # below this denominator a rate says little, and pages say so (ui.md §7)


class Index(StrEnum):
    """What is measured."""

    CLOSED_OF_REPORTED = "closed_of_reported"  # 结案率（结案/上报）
    CLOSED_OF_DUE = "closed_of_due"  # 结案率（结案/应结案）
    CLOSED_IN_TIME = "closed_in_time"  # 按期结案率
    SETTLED_BELOW = "settled_below"  # 就地化解率
    DISPATCH_ACCURACY = "dispatch_accuracy"  # 派遣准确率
    REWORKED = "reworked"  # 返工率
    EXTENDED = "extended"  # 延期率
    # what citizens said (`rules.satisfaction`)
    RESPONDED = "responded"  # 响应率
    SOLVED = "solved"  # 解决率
    SATISFIED = "satisfied"  # 满意率
    OVERALL = "overall"  # 综合满意率
    FIRST_REPLIED = "first_replied"  # 首接答复及时率
    GRID_FIRST = "grid_first"  # 网格先报率 (`rules.reverse_check`)


class Rate(NamedTuple):
    """One figure: so many of so many."""

    of: Index
    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        """Return the rate in percent, rounded half up to two decimals; None where there is nothing to divide by."""
        if not self.whole:
            return None
        return (self.part * 20_000 // self.whole + 1) // 2 / 100

    @property
    def sample(self) -> int:
        """How many it rests on; the overall rate is written over a hundred times as many (`rules.satisfaction`)."""
        return self.whole // 100 if self.of is Index.OVERALL else self.whole

    @property
    def is_small(self) -> bool:
        """Whether the sample is too small to compare."""
        return 0 < self.sample < SMALL


class Counts(NamedTuple):
    """What is counted of the matters of a period. `overdue` are open ones whose whole limit has passed."""

    reported: int = 0
    voided: int = 0
    refused: int = 0
    closed: int = 0
    closed_in_time: int = 0
    overdue: int = 0
    within: int = 0  # open, and still inside the limit
    stopped: int = 0  # on hold or following another matter: their clock stands still, so they are not due
    backlog: int = 0  # of these, held longer than sixty days
    closed_by_grid: int = 0
    closed_by_village: int = 0
    closed_by_town: int = 0
    closed_by_county: int = 0
    closed_by_city: int = 0
    raised: int = 0  # raised to an upper ring at least once
    dispatches: int = 0
    mistakes: int = 0
    handled: int = 0
    reworked: int = 0
    extended: int = 0

    @property
    def due(self) -> int:
        """应结案: closed already, or open past the limit; what is inside its limit or voided does not count."""
        return self.closed + self.overdue


def rates(counts: Counts) -> tuple[Rate, ...]:
    """Return every index of these counts. Source: domain.md §2.2 Indicators."""
    below = counts.closed_by_grid + counts.closed_by_village
    return (
        Rate(Index.CLOSED_OF_REPORTED, counts.closed, counts.reported),
        Rate(Index.CLOSED_OF_DUE, counts.closed, counts.due),
        Rate(Index.CLOSED_IN_TIME, counts.closed_in_time, counts.due),
        Rate(Index.SETTLED_BELOW, below, counts.closed),
        Rate(Index.DISPATCH_ACCURACY, counts.dispatches - counts.mistakes, counts.dispatches),
        Rate(Index.REWORKED, counts.reworked, counts.handled),
        Rate(Index.EXTENDED, counts.extended, counts.handled),
    )
