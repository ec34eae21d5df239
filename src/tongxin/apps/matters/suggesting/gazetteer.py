"""Places a text names: every area by its names, found in one pass, those of one name told apart by what else is known.

Areas are public, so nothing here is narrowed by scope; the caller's own area only says which of two is meant.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

import ahocorasick

from tongxin.apps.areas import editions
from tongxin.apps.areas import queries as areas
from tongxin.apps.areas.queries import Named
from tongxin.apps.matters.models import Template
from tongxin.apps.matters.suggesting.grams import LONGEST_TEXT, Span
from tongxin.rules.area_codes import AreaKind, Level

SURE_LENGTH = 3  # a bare name of so many characters is hardly ever an ordinary word
_COMMITTEE = re.compile(r"(社区|村)?(居民委员会|居委会|村民委员会|村委会)$|(社区|村)$")
_TOWN = re.compile(r"(街道|镇|乡)(办事处)?$")
_COUNTY = re.compile(r"(区|县|市)$")
# what streets, gates and estates are called everywhere: no village by itself, even where one village is called so
_EVERYWHERE = frozenset(
    [
        "东门",
        "西门",
        "南门",
        "北门",
        "横街",
        "新街",
        "老街",
        "上街",
        "下街",
        "新村",
        "老村",
        "上村",
        "下村",
        "前村",
        "后村",
        "东村",
        "西村",
        "南村",
        "北村",
        "中村",
        "花园",
        "家园",
        "大桥",
        "新桥",
        "老桥",
        "桥头",
        "桥东",
        "桥西",
        "溪口",
        "溪边",
        "水口",
        "路口",
        "塘头",
        "塘边",
        "山头",
        "山底",
        "山下",
        "岭头",
        "岭脚",
        "大路",
        "新路",
        "后山",
        "前山",
        "车站",
        "码头",
        "公园",
        "市场",
        "学校",
    ]
)
_ROAD = re.compile(r"[东南西北中前后上下新老一二三四五六七八九十]{0,2}(路|街(?!道)|巷|弄|大道)")
# what follows a short bare name where it is a place: 双溪桥头, 双溪 12 号; 安装 in 安装充电桩 is no village
_PLACELIKE = re.compile(
    r"\s*([0-9]|[一二三四五六七八九十][组队]|[东西南北][面边侧头门村]|村|小区|新村|家园|花园|公寓|安置|菜场|市场|商场|超市|小学|中学"
    r"|幼儿园|学校|医院|卫生|公园|广场|停车|车站|公交|候车|文化|便民|工地|工业|园区|水库|山塘|池塘|溪|河|渠|水渠|桥|闸|堤|岭"
    r"|后山|田畈|机耕路|晒谷|这边|那边|附近|门口|路口|村口|旁边|桥头|街道|镇|乡|大队|自然村|网格)"
)
_GRID = re.compile(r"\s*(?:第\s*)?0*([0-9]{1,3})\s*(?:号|微)?\s*网格")


class Place(NamedTuple):
    """An area as a text names it: where that stands, as it was written, and the codes it may mean.

    One code: it is known which. Several: areas of one name that nothing tells apart.
    """

    start: int
    end: int
    said: str
    codes: tuple[str, ...]

    @property
    def code(self) -> str | None:
        return self.codes[0] if len(self.codes) == 1 else None


class Gazetteer:
    """All names of the areas valid on a day. `ordinary` is a text of words that are no place by themselves."""

    def __init__(self, named: Iterable[Named], ordinary: str) -> None:
        full: dict[str, set[str]] = defaultdict(set)
        bare: dict[str, set[str]] = defaultdict(set)
        for area in named:
            for name in _full_names(area):
                full[name].add(area.code)
            if len(stem := _stem(area)) > 1 and stem not in _EVERYWHERE and stem not in ordinary:
                bare[stem].add(area.code)
        self._names = ahocorasick.Automaton()
        for name, codes in bare.items():
            if len(meant := _widest(codes)) == 1:
                self._names.add_word(name, (len(name), True, meant))
        for name, codes in full.items():
            self._names.add_word(name, (len(name), False, tuple(sorted(codes))))
        self._names.make_automaton()

    def spans(self, text: str) -> list[Span]:
        """Return where names of areas stand, roads called after them too."""
        return [(start, end) for start, end, _, _ in self._found(text)]

    def places(self, text: str, near: Sequence[str] = ()) -> list[Place]:
        """Return the areas named, in their order; `near` are areas that tell equal names apart, the best first.

        What stands above another one named is not told again: 荷花街道松园社区 is 松园社区.
        """
        found = [
            Place(start, end, text[start:end], codes)
            for start, end, codes, is_bare in self._found(text)
            if not (is_bare and _ROAD.match(text, end))
        ]
        context = [code for place in found if (code := place.code)]
        context = [*sorted(context, key=len, reverse=True), *near]
        known = [self._with_grid(text, place._replace(codes=_meant(place.codes, context))) for place in found]
        codes = {place.code for place in known if place.code}
        seen: set[tuple[str, ...]] = set()
        return [
            place
            for place in known
            if not (place.codes in seen or seen.add(place.codes))  # type: ignore[func-returns-value]
            and not any(other != place.code and other.startswith(place.codes) for other in codes)
        ]

    def _found(self, text: str) -> Iterator[tuple[int, int, tuple[str, ...], bool]]:
        if not len(self._names):  # an automaton of nothing refuses to look
            return
        for last, (length, is_bare, codes) in self._names.iter_long(text[:LONGEST_TEXT]):
            start, end = last + 1 - length, last + 1
            if is_bare and length < SURE_LENGTH and not (_PLACELIKE.match(text, end) or _ROAD.match(text, end)):
                continue
            yield start, end, codes, is_bare

    def _with_grid(self, text: str, place: Place) -> Place:
        """松园社区 03 网格 is the grid, where the community has one of that number."""
        said = _GRID.match(text, place.end)
        if said is None or place.code is None or len(place.code) != Level.VILLAGE:
            return place
        for grid in areas.children(place.code):
            if re.search(rf"(?<![0-9])0*{int(said[1])}(?![0-9])", grid.name):
                return Place(place.start, said.end(), text[place.start : said.end()], (grid.code,))
        return place


def _full_names(area: Named) -> Iterator[str]:
    """Yield the names under which nobody would take the area for anything else."""
    yield from area.aliases
    stem = _stem(area)
    if area.level in (Level.COUNTY, Level.TOWN):
        yield area.name
    elif area.level == Level.VILLAGE:
        yield area.name
        short = f"{stem}村" if "村" in area.name[len(stem) :] else f"{stem}社区"
        if short not in _EVERYWHERE:
            yield short
    elif area.level == Level.GRID and area.kind is AreaKind.SPECIAL:
        yield area.name


def _stem(area: Named) -> str:
    """Return the name alone: 荷花街道 → 荷花, 姜家坞村民委员会 → 姜家坞; nothing for what has no such name."""
    endings = {Level.COUNTY: _COUNTY, Level.TOWN: _TOWN, Level.VILLAGE: _COMMITTEE}.get(area.level)
    return endings.sub("", area.name) if endings else ""


def _widest(codes: set[str]) -> tuple[str, ...]:
    """Return the codes without those that lie within another: 荷花 is the town, not its village of that name."""
    return tuple(sorted(code for code in codes if not any(code != other and code.startswith(other) for other in codes)))


def _meant(codes: tuple[str, ...], context: Sequence[str]) -> tuple[str, ...]:
    """Return which of several is meant: those within, or around, the first area of the context that knows any."""
    for area in context if len(codes) > 1 else ():
        for level in (Level.VILLAGE, Level.TOWN, Level.COUNTY):
            if len(area) >= level and (inside := tuple(code for code in codes if code.startswith(area[:level]))):
                return inside
    return codes


def _build(day: date) -> Gazetteer:
    told = Template.objects.filter(is_current=True).values_list("name", "keywords", "samples")
    ordinary = "\n".join(
        text for name, keywords, samples in told for text in (name, *keywords, *(each["text"] for each in samples))
    )
    return Gazetteer((area for area in areas.register().areas.values() if area.is_valid), ordinary)


gazetteer = editions.Kept(_build, editions.WATCH)
