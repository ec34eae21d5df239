"""The area code is the tree: fixed widths by level, ancestor = prefix."""

from enum import IntEnum


class Level(IntEnum):
    """A level of the tree; the value is the width of its codes. Source: design.md §4, GB/T 2260, GB/T 10114."""

    PROVINCE = 2
    CITY = 4
    COUNTY = 6
    TOWN = 9
    VILLAGE = 12
    GRID = 15
    MICRO_GRID = 17


def level_of(code: str) -> Level:
    """Return the level of a code. Raises ValueError for a width that no level has."""
    if not (code.isascii() and code.isdigit()):
        raise ValueError(code)
    return Level(len(code))


def up_to(code: str, level: Level) -> str:
    """Return the ancestor of this code at that level, or the code itself where it is shorter."""
    return code[:level]


def parent_of(code: str) -> str | None:
    """Return the code one level up; None above a province."""
    level = level_of(code)
    wider = [each for each in Level if each < level]
    return code[: wider[-1]] if wider else None


def lineage(code: str) -> list[str]:
    """Return the code's ancestors from the top down, itself last."""
    return [code[:level] for level in Level if level <= len(code)]


def is_within(code: str, area: str) -> bool:
    """Tell whether the code lies in the area (or is it)."""
    return code.startswith(area)


def span(area: str) -> tuple[str, str]:
    """Return `(from, to)` so that `from <= code < to` holds for exactly the codes within the area.

    ":" follows "9" in ASCII. A half-open span uses any b-tree, whatever the collation's view of LIKE.
    """
    return area, area + ":"
