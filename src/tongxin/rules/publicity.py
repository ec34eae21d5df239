"""What is shown to everybody: which matters singly, which only counted, and how few are too few to count.

One rule for every public door (docs/adr/0008): a single matter is shown where its kind lies on public ground, to its
grid and without a word of its reporter; all others are only counted, never fewer than k.

Source: domain.md §8 (public map of reports: k ≥ 5, no free text until reviewed).
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from tongxin.rules.area_codes import Level
from tongxin.rules.errors import Invalid

FEWEST = 5  # k: smaller counts are not told
WINDOW = timedelta(days=90)  # what the public map counts
TITLE_LIMIT, NOTICE_LIMIT, WORDS_LIMIT = 60, 2000, 300  # characters
NEAR_METERS, NEAR_STEP, NEAR_MOST = 300, 50, 3  # what may be the same: how far, told in which steps, how many
NEAR_WINDOW = timedelta(days=14)
PUBLIC_GROUND = ("C", "D", "E", "H", "B01", "B18", "B22")  # kinds that lie where everybody walks, by their codes
# among them, what happens to persons or in their homes
NOT_GROUND = ("C24", "H11", "H12")
SINGLY = f"^(?!{'|'.join(NOT_GROUND)})({'|'.join(PUBLIC_GROUND)})"  # the same as a pattern of codes
NEVER_SHOWN = ("A",)  # disputes: their words are for the parties and who mediates (domain.md §3.2)
LONGEST_NOTICE = timedelta(days=366)


class Showing(StrEnum):
    """Whether the words of a matter are public. 已公开, 不公开, 已撤下."""

    SHOWN = "shown"
    KEPT = "kept"
    TAKEN_DOWN = "taken_down"


class Count(NamedTuple):
    """How many matters an area has, as it may be told: `many` is None where they are fewer than k."""

    area: str
    many: int | None


def is_singly(template: str, *, is_sealed: bool) -> bool:
    """Tell whether a single matter may be shown to everybody: not sealed, and of a kind that anybody walks past."""
    return not is_sealed and template.startswith(PUBLIC_GROUND) and not template.startswith(NOT_GROUND)


def told(singly: Mapping[str, int], others: Mapping[str, int]) -> dict[str, Count]:
    """Return the counts of areas as they may be told: of what is shown singly, and of what is only counted.

    The latter is added where it is k by itself: else whoever takes the list from the sum would know of one of them.
    """
    found = {}
    for area in {*singly, *others}:
        rest = others.get(area, 0)
        many = singly.get(area, 0) + (rest if rest >= FEWEST else 0)
        found[area] = Count(area, many if many >= FEWEST else None)
    return found


def told_within(singly: Mapping[str, int], others: Mapping[str, int]) -> dict[str, Count]:
    """Return the counts of the grids of one village as they may be told beside the village's own.

    What is only counted is told where it is k in the grid and what is left of the village's is none or k: else who
    takes the grids from the village would know of fewer. What lies in no grid is always among what is left.
    """
    kept = sorted((many, area) for area, many in others.items() if many >= FEWEST and len(area) == Level.GRID)
    left = sum(others.values()) - sum(many for many, _ in kept)
    if 0 < left < FEWEST:
        kept = kept[1:]  # with the smallest it is k
    found = told(singly, {area: many for many, area in kept})
    return {area: count for area, count in found.items() if len(area) == Level.GRID}


def span(today: date) -> tuple[date, date]:
    """Return the days `[from, to)` that are counted: today is left out, so that nobody sees a single report arrive."""
    return today - WINDOW, today


def roughly(meters: float) -> int:
    """Return a distance as it is told to strangers: rounded up to whole steps, so that three of them find no door."""
    return max(-(-int(meters) // NEAR_STEP), 1) * NEAR_STEP


def check_notice(title: str, text: str, start_at: datetime, end_at: datetime) -> None:
    """Raise Invalid where a notice cannot stand as written."""
    for name, said, limit in (("title", title, TITLE_LIMIT), ("text", text, NOTICE_LIMIT)):
        if not said.strip():
            raise Invalid("notice.empty", field=name)
        if len(said) > limit:
            raise Invalid("notice.too_long", field=name, limit=limit, found=len(said))
        if "\x00" in said:
            raise Invalid("report.nul", field=name)
    if end_at <= start_at:
        raise Invalid("notice.period", start=start_at, end=end_at)
    if end_at - start_at > LONGEST_NOTICE:
        raise Invalid("notice.too_lasting", days=LONGEST_NOTICE.days)


def check_words(text: str, *, template: str, is_sealed: bool, number: str) -> None:
    """Raise Invalid where reviewed words cannot be shown: as written, or of this matter at all."""
    if is_sealed or template.startswith(NEVER_SHOWN):
        raise Invalid("publication.sealed", number=number)
    if not text.strip():
        raise Invalid("publication.empty")
    if len(text) > WORDS_LIMIT:
        raise Invalid("publication.too_long", limit=WORDS_LIMIT, found=len(text))
    if "\x00" in text:
        raise Invalid("report.nul", field="text")
