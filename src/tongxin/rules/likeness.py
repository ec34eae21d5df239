"""How like one thing is to another, said in words: a suggestion shows its reasons, its figures stay in the log."""

from enum import StrEnum
from typing import NamedTuple


class Likeness(StrEnum):
    """Three words for how like it is; below the third nothing is said. Source: ui.md §4 (tx-sug)."""

    VERY = "very"  # 很像
    RATHER = "rather"  # 较像
    SOMEWHAT = "somewhat"  # 有点像


class Bounds(NamedTuple):
    """From which share on (0 to 1) something is said, and by which word."""

    somewhat: float
    rather: float
    very: float

    def likeness(self, share: float) -> Likeness | None:
        """Return the word for a share; None where it is too little to be told."""
        if share >= self.very:
            return Likeness.VERY
        if share >= self.rather:
            return Likeness.RATHER
        return Likeness.SOMEWHAT if share >= self.somewhat else None
