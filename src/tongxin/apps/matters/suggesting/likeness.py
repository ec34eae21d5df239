"""Near duplicates: what lies close by, came in lately and tells of the same, each with its distance, hours and words.

Char 2 to 4 TF-IDF of the texts without names of places: where they lie is compared as metres, not as words. Only what
the actor may see is looked at, and nothing is done about it: merging is a person's act.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from tongxin.apps.areas.locator import METRES_PER_DEGREE, locator
from tongxin.apps.matters.models import Matter
from tongxin.apps.matters.scoping import Clause, area_clause, scope_parts, union
from tongxin.apps.matters.suggesting import serving
from tongxin.apps.matters.suggesting.gazetteer import gazetteer
from tongxin.apps.matters.suggesting.grams import GAP, Span, folded, without
from tongxin.apps.matters.suggesting.model import WARM, WORDS, Guesser, marked
from tongxin.postgres.batches import run
from tongxin.rules.area_codes import Level
from tongxin.rules.lifecycles.matter import State
from tongxin.rules.likeness import Bounds, Likeness
from tongxin.rules.permissions import Actor, scope

REACH_METRES = 300.0
WINDOW = timedelta(days=7)
MOST = 60  # candidates compared, the newest: a hot spot of a big town
COMPARED = 400  # characters of a text
LONGEST_SHARED = 12  # characters of one word of the reasons
# of the whole: what is told, the same kind, how close. A lamp told in quite other words is still the lamp at this pole
TOLD, SAME_KIND, SAME_CLASS, CLOSE = 0.5, 0.25, 0.1, 0.25
IN_GRID, IN_VILLAGE = 0.5, 0.2  # how close where there is no point to measure from
ALIKE = 0.3  # of the texts alone
BOUNDS = Bounds(somewhat=0.4, rather=0.52, very=0.68)
GONE = (State.REFUSED, State.VOIDED, State.MERGED)  # who follows another matter is found through that one
COLUMNS = "id, number, title, place, template_code, state, area, lon, lat, reported_at, closed_at"
WITH_TEXT = """
    SELECT near.*, coalesce(r.text, '') FROM {near} AS near LEFT JOIN matters_report r ON r.matter_id = near.id
    ORDER BY near.reported_at DESC, near.id DESC"""


@dataclass(frozen=True, slots=True)
class Told:
    """What others are compared with. A point or an area says where; `matter_id` leaves a matter itself out."""

    text: str
    template: str = ""
    area: str = ""
    lon: float | None = None
    lat: float | None = None
    matter_id: int | None = None
    at: datetime | None = None  # when it was reported, else now


class Other(NamedTuple):
    """A matter near enough to be compared, in the order of COLUMNS, and its text."""

    id: int
    number: str
    title: str
    place: str
    template_code: str
    state: str
    area: str
    lon: float | None
    lat: float | None
    reported_at: datetime
    closed_at: datetime | None
    text: str


class Near(NamedTuple):
    """A matter that may be the same, and why: `metres` (None: the same grid), `hours` apart, words both texts have.

    `share` (0 to 1) orders them and belongs in the log; people read `likeness`.
    """

    matter: Other
    likeness: Likeness
    share: float
    metres: float | None
    hours: float
    words: tuple[str, ...]


def of_matter(matter: Matter, text: str) -> Told:
    """Return a matter as one with which others are compared."""
    return Told(text, matter.template_code, matter.area, matter.lon, matter.lat, matter.pk, matter.reported_at)


def near_duplicates(actor: Actor, told: Told, now: datetime, limit: int = 5) -> list[Near]:
    """Return matters of the week that may be the same, the likest first; none while suggestions are off.

    Open, or closed within the week. One statement at most.
    """
    in_force = serving.current()
    if in_force.basis is serving.Basis.OFF:
        return []
    others = candidates(actor, told, (told.at or now) - WINDOW)
    return Comparison(told, others, in_force.guesser).duplicates(now)[:limit]


def candidates(actor: Actor, told: Told, since: datetime) -> list[Other]:
    """Return what the actor may see within reach since then, the newest first, with its text. One statement."""
    where = _within_reach(told)
    if where is None:
        return []
    rest = (
        f"{where[0]} AND reported_at > %s::timestamptz AND state <> ALL(%s::text[]) AND id <> %s::bigint",
        [*where[1], since, [state.value for state in GONE], told.matter_id or 0],
    )
    newest = ("ORDER BY reported_at DESC, id DESC LIMIT %s", [MOST])
    near, params = union(COLUMNS, scope_parts(scope(actor)), rest, newest)
    return [Other(*row) for row in run(WITH_TEXT.format(near=near), params)]


class Comparison:
    """One telling beside what lies around it. `guesser` knows which words are common; without one all tell alike."""

    def __init__(self, told: Told, others: Sequence[Other], guesser: Guesser | None) -> None:
        self._told, self._others = told, others
        self._text = _Text(told.text, guesser)
        self._likes = [self._text.share(other.text) for other in others]
        self._kinds = {told.template: 1.0} if told.template or not guesser else self._text.kinds(guesser)
        self._likeliest = max(self._kinds, key=self._kinds.__getitem__)

    def duplicates(self, now: datetime) -> list[Near]:
        """Return what may be the same matter, the likest first: open, or closed within the week."""
        at = self._told.at or now
        found = []
        for other, like in zip(self._others, self._likes, strict=True):
            apart = abs(at - other.reported_at)
            if apart > WINDOW or (other.closed_at and now - other.closed_at > WINDOW):
                continue
            metres = _metres(self._told, other)
            share = like * TOLD + self._kind_share(other) + _close_share(self._told, other, metres) * CLOSE
            if likeness := BOUNDS.likeness(share):
                words = self._text.common(other.text)
                found.append(Near(other, likeness, share, metres, apart.total_seconds() / 3600, words))
        return sorted(found, key=lambda near: (-near.share, near.hours))

    def _kind_share(self, other: Other) -> float:
        """Return what the kind adds: as much as that of the text is likely to be the other's, beside its likeliest."""
        same_class = SAME_CLASS if other.template_code.startswith(self._likeliest[:1]) else 0.0
        return max(SAME_KIND * self._kinds.get(other.template_code, 0.0), same_class)

    def alike(self, least: float = ALIKE) -> list[Other]:
        """Return those that tell the like, whenever it was and however it ended."""
        return [other for other, like in zip(self._others, self._likes, strict=True) if like >= least]


# --- where -----------------------------------------------------------------------------------------------


def _within_reach(told: Told) -> Clause | None:
    """Return the SQL for what lies within reach of the point or in the same grid; None where nobody knows where."""
    if told.lon is None or told.lat is None:
        return area_clause(told.area) if len(told.area) >= Level.VILLAGE else None
    high = REACH_METRES / METRES_PER_DEGREE
    wide = high / max(math.cos(math.radians(told.lat)), 0.01)
    around = [(told.lon + x * wide, told.lat + y * high) for x in (-1, 0, 1) for y in (-1, 0, 1)]
    located = locator()
    codes = [located.at(*point).code for point in around]
    towns = {code[: Level.TOWN] for code in codes if code}
    if not towns:
        return None
    clause = (
        f"left(matters_matter.area, {int(Level.TOWN)}) = ANY(%s::text[])"
        " AND (lon BETWEEN %s AND %s AND lat BETWEEN %s AND %s OR lon IS NULL AND area = %s)"
    )
    box = [told.lon - wide, told.lon + wide, told.lat - high, told.lat + high]
    return clause, [sorted(towns), *box, codes[4] or ""]


def _metres(told: Told, other: Other) -> float | None:
    if told.lon is None or told.lat is None or other.lon is None or other.lat is None:
        return None
    east = (other.lon - told.lon) * math.cos(math.radians(told.lat))
    return math.hypot(east, other.lat - told.lat) * METRES_PER_DEGREE


def _close_share(told: Told, other: Other, metres: float | None) -> float:
    if metres is not None:
        return max(1 - metres / REACH_METRES, 0.0)
    is_same_grid = len(other.area) >= Level.GRID and told.area[: Level.GRID] == other.area[: Level.GRID]
    return IN_GRID if is_same_grid else IN_VILLAGE


# --- what ------------------------------------------------------------------------------------------------


class _Text:
    """A text made ready to be compared with many."""

    def __init__(self, text: str, guesser: Guesser | None) -> None:
        self._text = text[:COMPARED]
        self._plain = _what(self._text)
        self._telling: Mapping[str, float] = guesser.telling if guesser else {}
        self._rare = guesser.rare if guesser else 1.0
        self._weights = self._weighed(self._plain)
        self._length = math.sqrt(sum(weight * weight for weight in self._weights.values()))

    def kinds(self, guesser: Guesser) -> dict[str, float]:
        """Return how likely each kind is, beside the likeliest, which is 1: also where that is not sure at all."""
        shares = guesser.shares(self._plain)
        return dict(zip(guesser.codes, (shares / shares.max()).tolist(), strict=True))

    def share(self, text: str) -> float:
        """Return the cosine of the two texts, 0 to 1."""
        weights = self._weighed(_what(text[:COMPARED]))
        length = math.sqrt(sum(weight * weight for weight in weights.values()))
        own = self._weights
        both = sum(weight * weight for gram, weight in weights.items() if gram in own)
        return both / (length * self._length) if both else 0.0

    def common(self, text: str) -> tuple[str, ...]:
        """Return the words both texts have, those that tell most first, as they stand in this one."""
        theirs = _what(text[:COMPARED])
        found: list[tuple[float, Span]] = []
        at = 0
        while at < len(self._plain) - 1:
            end = at
            last = min(at + LONGEST_SHARED, len(self._plain))
            while end < last and self._plain[end] != GAP and self._plain[at : end + 1] in theirs:
                end += 1
            if end - at > 1:
                found.append((self._tells(self._plain[at:end]), (at, end)))
            at = max(end, at + 1)
        best = max((tells for tells, _ in found), default=0.0)
        told = sorted((each for each in found if each[0] >= WARM * best), key=lambda each: -each[0])
        return marked(self._text, [span for _, span in told[:WORDS]])

    def _tells(self, word: str) -> float:
        """Return how much a word tells: as the best of its grams."""
        return max(self._weights[word[at : at + 2]] for at in range(len(word) - 1))

    def _weighed(self, plain: str) -> dict[str, float]:
        """Return how much each gram tells; one of four characters as much as the rarer of its parts."""
        telling, rare = self._telling, self._rare
        weights: dict[str, float] = {}
        for text in plain.split():
            twos = [text[at : at + 2] for at in range(len(text) - 1)]
            threes = [text[at : at + 3] for at in range(len(text) - 2)]
            told = [telling.get(gram, rare) for gram in threes]
            weights.update(zip(twos, [telling.get(gram, rare) for gram in twos], strict=True))
            weights.update(zip(threes, told, strict=True))
            weights.update((text[at : at + 4], max(told[at], told[at + 1])) for at in range(len(text) - 3))
        return weights


def _what(text: str) -> str:
    """Return the folded text without the names of places."""
    return without(folded(text), gazetteer().spans(text))
