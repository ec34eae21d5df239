"""Places to choose from while somebody still speaks: areas by name, pinyin or initials, and what matters named before.

The grid is known at once. Past places come from unsealed matters that the actor may see anyway.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tongxin.apps.areas import queries as areas
from tongxin.apps.areas.queries import Named, chain
from tongxin.apps.hotline.models import Place
from tongxin.apps.matters.suggesting.gazetteer import gazetteer
from tongxin.apps.people.queries import Remembered
from tongxin.rules.area_codes import Level
from tongxin.rules.permissions import Actor, scope

OFFERED = 6


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on offer: what it is called, its grid, a point where one is known, and what happened there lately."""

    name: str
    area: str
    lon: float | None = None
    lat: float | None = None
    week: int = 0  # matters of the last seven days
    is_named: bool = False  # the name is the place's own, not that of its area

    @property
    def within(self) -> str:
        """The names of the areas it lies in, the grid last; a grid that bears its village's name says it once."""
        *above, own = chain(self.area)[-3:] or [self.area]
        return " ".join([*(name for name in above if not own.startswith(name)), own])


def search(actor: Actor, typed: str) -> list[Spot]:
    """Return the places that answer to what was typed: past ones, areas, areas named within it. No statement mostly."""
    words = typed.lower().split()
    if not words or len("".join(words)) < 2:
        return []
    own = scope(actor).areas
    past = [spot for spot, answers in _past() if spot.area.startswith(own) and all(each in answers for each in words)]
    past.sort(key=lambda spot: (not spot.name.lower().startswith(words[0]), -spot.week, spot.name))
    named = [_called(each, typed) for each in areas.search(typed, OFFERED) if _is_ground(each.code, own)]
    if not named:
        told = [(place.end, code) for place in gazetteer().places(typed, own) for code in place.codes]
        named = [_told(typed, end, code) for end, code in told if _is_ground(code, own)]
    kept = past[: OFFERED - min(len(named), 3)]
    return [*kept, *named][:OFFERED]


def forget() -> None:
    """Read the past places anew at the next call."""
    _past.forget()


def _is_ground(code: str, own: Sequence[str]) -> bool:
    return len(code) >= Level.TOWN and code.startswith(tuple(own))


def _called(area: Named, typed: str) -> Spot:
    """Return an area as it was asked for: by an alias, that is the place, and the area where it lies."""
    alias = areas.alias_meant(area, typed)
    return Spot(alias or area.name, area.code, is_named=bool(alias))


def _told(typed: str, end: int, code: str) -> Spot:
    """Return an area that was named within what was typed: what follows its name is an address there, kept as told."""
    return Spot(typed.strip(), code, is_named=True) if typed[end:].strip() else Spot(chain(code)[-1], code)


def _read() -> list[tuple[Spot, str]]:
    rows = Place.objects.values_list("name", "area", "lon", "lat", "week", "pinyin")
    return [(Spot(*row[:5], is_named=True), f"{row[0].lower()} {row[5]}") for row in rows]


_past = Remembered(_read, 30.0)
