"""The area code is the tree: fixed widths by level, ancestor = prefix."""

from enum import IntEnum, StrEnum


class Level(IntEnum):
    """A level of the tree; the value is the width of its codes. Source: design.md §4, GB/T 2260, GB/T 10114."""

    PROVINCE = 2
    CITY = 4
    COUNTY = 6
    TOWN = 9
    VILLAGE = 12
    GRID = 15
    MICRO_GRID = 17


LETTERS = {
    "G": Level.GRID,
    "V": Level.VILLAGE,
    "T": Level.TOWN,
    "C": Level.COUNTY,
    "Y": Level.CITY,
}  # as rules write them


class AreaKind(StrEnum):
    """What an area is cut for. Source: domain.md §1 S0-12, §2.1."""

    ORDINARY = "ordinary"
    SPECIAL = "special"  # 专属网格: a park, a market, an office tower, a seat of government


class VillageKind(StrEnum):
    """What stands at the level of villages. Source: GB/T 10114, domain.md §2.9."""

    RESIDENTS = "residents"  # 居委: 001–199, the ground is urban
    VILLAGERS = "villagers"  # 村委: 200–399, the ground is rural
    OTHER = "other"  # 类似: 400 and above


class Change(StrEnum):
    """What joins an area that ended to one that follows it."""

    SPLIT = "split"
    MERGE = "merge"
    RENAME = "rename"
    RECODE = "recode"


class How(StrEnum):
    """How a point was matched to an area."""

    INSIDE = "inside"
    ON_EDGE = "on_edge"  # on the line between several: the smallest code is taken
    OVERLAP = "overlap"  # inside several, whose outlines overlap: the smallest code is taken
    NEAREST = "nearest"  # in none, but within reach of this one
    OUTSIDE = "outside"
    GIVEN = "given"  # no point was told, the area itself was


SPECIAL_SERIALS = range(900, 1000)  # serials of special grids inside their village. Source: domain.md §2.1


def level_of(code: str) -> Level:
    """Return the level of a code. Raises ValueError for a width that no level has."""
    if not (code.isascii() and code.isdigit()):
        raise ValueError(code)
    return Level(len(code))


def canonical(code: str) -> str:
    """Return the shortest form of an official code: `330800` and `330800000000` are both the city `3308`.

    No serial is zero, so trailing groups of zeros are padding. Source: GB/T 2260, statistical codes of 12 digits.
    """
    for level, parent in ((12, 9), (9, 6), (6, 4), (4, 2)):
        if len(code) == level and not code[parent:].strip("0"):
            code = code[:parent]
    return code


def is_special(code: str) -> bool:
    """Tell whether this is the code of a special grid, or of a part of one."""
    return len(code) >= Level.GRID and int(code[Level.VILLAGE : Level.GRID]) in SPECIAL_SERIALS


def village_kind(code: str) -> VillageKind | None:
    """Return what kind of village this code lies in, by its serial; None where no village is known."""
    if len(code) < Level.VILLAGE:
        return None
    serial = int(code[Level.TOWN : Level.VILLAGE])
    if serial < 200:
        return VillageKind.RESIDENTS
    return VillageKind.VILLAGERS if serial < 400 else VillageKind.OTHER


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
