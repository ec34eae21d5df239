"""Reading areas: names, chains, children, search, shapes for maps. Areas are public: no scope narrows them.

Names, chains, children and search read a register kept in the process, at no statement.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import zip_longest

import numpy as np
import shapely
from django.db.models import Q, QuerySet

from tongxin.apps.areas import editions
from tongxin.apps.areas.models import Area, Lineage
from tongxin.apps.areas.tables import aliases_of
from tongxin.rules.area_codes import AreaKind, Level, canonical, lineage, parent_of, span

COARSENESS = {  # degrees: about half a pixel at the zoom where a level is first drawn, 0.0001 being some ten metres
    Level.PROVINCE: 0.005,
    Level.CITY: 0.002,
    Level.COUNTY: 0.0008,
    Level.TOWN: 0.0003,
    Level.VILLAGE: 0.0001,
    Level.GRID: 0.00002,
    Level.MICRO_GRID: 0.0,
}
OUTLINE_STEPS = 200  # a small map is not drawn wider than some 200 units


@dataclass(frozen=True, slots=True)
class Named:
    """An area as lists and menus need it."""

    code: str
    name: str
    pinyin: str
    kind: AreaKind
    is_synthetic: bool
    is_valid: bool  # today
    aliases: tuple[str, ...] = ()

    @property
    def level(self) -> Level:
        return Level(len(self.code))

    @property
    def calls(self) -> Iterator[tuple[str, str, str]]:
        """Name and aliases, each with how it is typed: 荷花菜场, hehuacaichang, hhcc."""
        keys = self.pinyin.split(" ")
        return zip_longest((self.name, *self.aliases), keys[::2], keys[1::2], fillvalue="")


@dataclass(frozen=True, slots=True)
class Register:
    """All areas ever by code, the names alone, the valid ones below each (below None: the tops), and as one types them.

    `typed` holds name, pinyin and code in one text: what is not in it, the area does not answer to.
    """

    areas: Mapping[str, Named]
    names: Mapping[str, str]
    below: Mapping[str | None, tuple[Named, ...]]
    typed: Sequence[tuple[str, Named]]


def valid_on(day: date) -> QuerySet[Area]:
    """Return the areas valid on that day."""
    return Area.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=day), Q(valid_to__isnull=True) | Q(valid_to__gt=day)
    )


def _build_register(day: date) -> Register:
    rows = Area.objects.order_by("code").values_list("code", "name", "pinyin", "kind", "is_synthetic", "aliases")
    valid = set(valid_on(day).values_list("code", flat=True))
    areas = {
        code: Named(code, name, pinyin, AreaKind(kind), is_drawn, code in valid, aliases_of(aliases))
        for code, name, pinyin, kind, is_drawn, aliases in rows
    }
    below: dict[str | None, list[Named]] = defaultdict(list)
    for code in valid:
        parent = parent_of(code)
        below[parent if parent in areas else None].append(areas[code])
    ordered = {parent: tuple(sorted(children, key=lambda each: each.code)) for parent, children in below.items()}
    called = ((" ".join((each.name, *each.aliases)).lower(), each) for each in areas.values() if each.is_valid)
    typed = [(f"{names} {each.pinyin} {each.code}", each) for names, each in called]
    return Register(areas, {code: each.name for code, each in areas.items()}, ordered, typed)


register = editions.Kept(_build_register, editions.WATCH)


def names() -> Mapping[str, str]:
    """Return the names of all areas, ended ones too, by code."""
    return register().names


def named(code: str) -> Named | None:
    """Return the area of this code as lists need it, whether or not it is still valid."""
    return register().areas.get(canonical(code))


def _build_centers(day: date) -> dict[str, tuple[float, float]]:
    return {
        code: (lon, lat) for code, lon, lat in Area.objects.filter(lon__isnull=False).values_list("code", "lon", "lat")
    }


centers = editions.Kept(_build_centers, editions.WATCH)


def center(code: str) -> tuple[float, float] | None:
    """Return the middle of an area as `(lon, lat)`, None where it has no shape. No statement while the areas stand."""
    return centers().get(canonical(code))


def chain(code: str) -> list[str]:
    """Return the names from the top down, its own last: 衢州市, 柯城区, 荷花街道, 松园社区, 松园社区 03 网格."""
    known = register().names
    return [known[each] for each in lineage(canonical(code)) if each in known]


def said(code: str) -> list[str]:
    """Return the names as one says them, none twice: 荷花街道, 松园社区 03 网格, which names 松园社区 itself."""
    names = chain(code)
    return [name for name, below in zip(names, [*names[1:], ""], strict=True) if not below.startswith(name)]


def children(code: str | None) -> tuple[Named, ...]:
    """Return the valid areas one level below, by code; of None, the tops of the tree."""
    return register().below.get(None if code is None else canonical(code), ())


def search(words: str, limit: int = 20, level: Level | None = None) -> list[Named]:
    """Return valid areas whose name, alias, pinyin or initials hold the words; a word may instead name an area above.

    `荷花 松园` finds 松园社区 in 荷花街道. Whole names first, then beginnings, then the wider area before the smaller.
    """
    asked = words.lower().split()
    found = []
    for typed, each in register().typed:
        if any(word in typed for word in asked) and level in (None, each.level):
            rank = _rank(each, asked)
            if rank is not None:
                found.append((rank, len(each.code), each.pinyin, each.code))
    return [register().areas[code] for *_, code in sorted(found)[:limit]]


def _rank(area: Named, asked: list[str]) -> int | None:
    """Return how well the area answers (0 best), or None: every word must match, at least one the area itself."""
    own = [rank for word in asked if (rank := _match(area, word)) is not None]
    if not own:
        return None
    if len(own) < len(asked):
        areas = register().areas
        above = [areas[code] for code in lineage(area.code)[:-1] if code in areas]
        for word in asked:
            if _match(area, word) is None and all(_match(each, word) is None for each in above):
                return None
    return min(own)


def _match(area: Named, word: str) -> int | None:
    """Return how well one word meets name, code or an alias: the best of `_meets`, None for no match."""
    ranks = (_meets(call, area.code, word) for call in area.calls)
    return min((rank for rank in ranks if rank is not None), default=None)


def _meets(call: tuple[str, str, str], code: str, word: str) -> int | None:
    """Return 0 for the whole name, 1 for its beginning or its code's, 2 for a part, None for no match."""
    name, full, initials = call[0].lower(), *call[1:]
    if word in (name, code, full):
        return 0
    if any(each.startswith(word) for each in (name, code, full, initials)):
        return 1
    return 2 if word in name or (len(word) > 2 and word in full) else None


def alias_meant(area: Named, words: str) -> str:
    """Return the alias by which the words found an area; nothing where its own name answers to one of them."""
    asked = words.lower().split()
    met = (call[0] for call in area.calls if any(_meets(call, area.code, word) is not None for word in asked))
    first = next(met, area.name)
    return "" if first == area.name else first


def detail(code: str) -> Area | None:
    """Return the whole row but for its shape. One statement."""
    return Area.objects.defer("shape").filter(pk=canonical(code)).first()


def successors(code: str) -> list[str]:
    """Return the codes in force that followed this one through splits, merges and new codes, or itself if it stands."""
    areas, found, seen, open_codes = register().areas, set(), set(), {code}
    while open_codes:
        found |= {each for each in open_codes if each in areas and areas[each].is_valid}
        seen |= open_codes
        following = Lineage.objects.filter(from_code__in=open_codes - found).values_list("to_code", flat=True)
        open_codes = set(following) - seen
    return sorted(found)


def shapes(prefix: str, level: Level) -> str:
    """Return the valid areas of that level within the prefix as the text of a GeoJSON FeatureCollection.

    Coarser the higher the level, yet shared borders stay shared. Properties: code, name, kind, is_synthetic. One
    statement the first time, none while the areas stand.
    """
    return _shapes(editions.WATCH.edition(), canonical(prefix), level)


@lru_cache(maxsize=64)
def _shapes(edition: editions.Edition, prefix: str, level: Level) -> str:
    low, high = span(prefix)
    drawn = valid_on(edition[1]).filter(code__gte=low, code__lt=high, level=level, shape__isnull=False)
    rows = drawn.order_by("code").values_list("code", "name", "kind", "is_synthetic", "shape")
    texts = shapely.to_geojson(_coarse([row[4] for row in rows], COARSENESS[level]))
    features = (
        f'{{"type":"Feature","properties":{_properties(*row[:4])},"geometry":{text}}}'
        for row, text in zip(rows, texts, strict=True)
    )
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'


def _properties(code: str, name: str, kind: str, is_synthetic: bool) -> str:
    facts = {"code": code, "name": name, "kind": kind, "is_synthetic": is_synthetic}
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"))


def _coarse(wkb: list[memoryview], degrees: float) -> np.ndarray:
    """Return the shapes simplified together, to six decimals."""
    exact = shapely.from_wkb(np.array([bytes(each) for each in wkb], dtype=object))
    return shapely.transform(shapely.coverage_simplify(exact, degrees), lambda degrees: np.round(degrees, 6))


def outline(code: str) -> list[list[tuple[float, float]]]:
    """Return the area's rings, `(lon, lat)`, coarse enough for a small picture; empty when it has no shape."""
    wkb = Area.objects.filter(pk=canonical(code)).values_list("shape", flat=True).first()
    if wkb is None:
        return []
    shape = shapely.from_wkb(bytes(wkb))
    west, south, east, north = shape.bounds
    coarse = shape.simplify(max(east - west, north - south) / OUTLINE_STEPS)
    rings = [ring for part in shapely.get_parts(coarse) for ring in (part.exterior, *part.interiors)]
    return [[(round(lon, 6), round(lat, 6)) for lon, lat in ring.coords] for ring in rings]
