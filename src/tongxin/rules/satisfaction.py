"""响应率、解决率、满意率、综合满意率: what citizens said, counted by unit or desk, never by person.

Raw answers are kept, so a formula is a setting (`rulebook.Formulas`). Whom nobody reached, who would not rate, and what
an upheld appeal set aside is no valid call-back (有效回访). Source: domain.md §2.3, §3.1d.
"""

from enum import StrEnum
from typing import NamedTuple, Self

from tongxin.rules.indices import Index, Rate
from tongxin.rules.ratings import Rating
from tongxin.rules.rulebook import Formulas


class By(StrEnum):
    """Whose figures they are."""

    UNIT = "unit"  # 按承办单位
    DESK = "desk"  # 按首接单位


class Told(NamedTuple):
    """What was said of a period's matters, and how many reporters were owed an answer by the first desk."""

    very_satisfied: int = 0
    satisfied: int = 0
    fairly: int = 0
    dissatisfied: int = 0
    solved: int = 0
    unreached: int = 0
    declined: int = 0
    owed: int = 0  # answers given, and those whose time has passed
    in_time: int = 0

    @property
    def rated(self) -> int:
        """How many said something that counts."""
        return self.very_satisfied + self.satisfied + self.fairly + self.dissatisfied

    def plus(self, other: Self) -> "Told":
        """Return both together."""
        return Told(*(one + another for one, another in zip(self, other, strict=True)))


def valid(told: Told, formulas: Formulas) -> int:
    """Return the valid call-backs: what was rated, and what else a city counts."""
    unreached = told.unreached if formulas.counts_unreached else 0
    return told.rated + unreached + (told.declined if formulas.counts_unrated else 0)


def rates(told: Told, formulas: Formulas) -> tuple[Rate, ...]:
    """Return 响应率, 解决率, 满意率 and 综合满意率, each with its numerator and denominator.

    Contact is the reply to the reporter: 按时联系 is one in time. The overall rate is the two rates by weight; as they
    share their denominator it is a fraction as well, of a hundred times as many.
    """
    base, weight = valid(told, formulas), formulas.overall_weight
    satisfied = sum(getattr(told, Rating(each).value) for each in formulas.satisfied)
    return (
        Rate(Index.RESPONDED, told.in_time, told.owed),
        Rate(Index.SOLVED, told.solved, base),
        Rate(Index.SATISFIED, satisfied, base),
        Rate(Index.OVERALL, weight * satisfied + (100 - weight) * told.solved, 100 * base),
    )


def first_replied(told: Told) -> Rate:
    """Return 首接答复及时率: how many reporters the first desk answered in time. Source: domain.md §3.1d."""
    return Rate(Index.FIRST_REPLIED, told.in_time, told.owed)
