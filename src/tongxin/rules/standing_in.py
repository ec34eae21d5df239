"""代班: somebody else does the duty of a post for a time, from a day to the day before another.

What is lent ends by itself, is not lent on, and is never lent to oneself. Rules that look at persons (nobody checks
what he handled himself) go on looking at persons, whatever post they sit at. Source: domain.md §3.1c.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.permissions import ADMINS, Role
from tongxin.rules.units import COMMAND, UnitKind

LONGEST_DAYS = 92  # a quarter; who is away longer is followed by somebody else. Design default


class Within(StrEnum):
    """From where somebody may be taken to stand in."""

    UNIT = "unit"  # the unit of the post
    LINE = "line"  # or a unit above it on the command line


class Held(NamedTuple):
    """A post as far as standing in looks at it, held over `[start_on, end_on)`."""

    post_id: int
    person_id: int
    role: Role
    unit_id: int
    unit_kind: UnitKind
    unit_area: str
    start_on: date
    end_on: date | None = None
    stands_in_for: int | None = None

    def covers(self, start_on: date, end_on: date) -> bool:
        """Tell whether the post is held all the time between."""
        return self.start_on <= start_on and (self.end_on is None or end_on <= self.end_on)


class Wish(NamedTuple):
    """Who shall stand in for a post, from when to when (the first day no longer), and who wishes it, on which day."""

    person_id: int
    start_on: date
    end_on: date
    asked_by: int | None
    today: date


def refusal(
    post: Held, wish: Wish, held: Iterable[Held], taken: Sequence[tuple[date, date]], within: Within
) -> Refused | None:
    """Return what forbids it, or None.

    `held` are the posts of who shall stand in, `taken` the periods in which somebody stands in for the post already.
    """
    if wish.end_on <= wish.start_on:
        return Invalid("stand_in.period")
    if wish.start_on < wish.today:
        return Invalid("stand_in.past", today=wish.today)
    if (wish.end_on - wish.start_on).days > LONGEST_DAYS:
        return Invalid("stand_in.too_long", most=LONGEST_DAYS)
    if post.stands_in_for is not None:
        return Refused("stand_in.passed_on")
    if not post.covers(wish.start_on, wish.end_on):
        return Refused("stand_in.not_held", end=post.end_on or post.start_on)
    if wish.person_id in (post.person_id, wish.asked_by):
        return Refused("stand_in.oneself")
    if any(start < wish.end_on and wish.start_on < end for start, end in taken):
        return Refused("stand_in.taken")
    return _unfit(post, wish, [each for each in held if each.covers(wish.start_on, wish.end_on)], within)


def _unfit(post: Held, wish: Wish, held: Sequence[Held], within: Within) -> Refused | None:
    own = [each for each in held if each.stands_in_for is None]
    if not any(is_near(each, post, within) for each in own):
        return Refused("stand_in.stranger")
    if post.role in ADMINS and any(each.role in ADMINS - {post.role} for each in held):
        return Refused("stand_in.two_administrators")
    return None


def is_near(held: Held, post: Held, within: Within) -> bool:
    """Tell whether who holds the one post may stand in for the other: same unit, or above it on the command line."""
    if held.unit_id == post.unit_id:
        return True
    above = held.unit_kind in COMMAND.values() and post.unit_area.startswith(held.unit_area)
    return within is Within.LINE and above
