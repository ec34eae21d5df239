"""Where a report lies: a pin, or town and grid from lists that begin at the person's own area."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from django.utils.translation import gettext as _

from tongxin.apps.areas.queries import children, detail, names
from tongxin.apps.matters.incoming import PLACE_LIMIT
from tongxin.interfaces.desk.narrowing import roots
from tongxin.look.forms import Choice, Field
from tongxin.rules.area_codes import Level
from tongxin.rules.permissions import Actor

INDENT = "\u3000"
ZOOM = {Level.CITY: 8.6, Level.COUNTY: 10.0, Level.TOWN: 12.6, Level.VILLAGE: 14.2, Level.GRID: 15.2}
QUZHOU = (118.87, 28.94, 9.0)


class Site(NamedTuple):
    """The questions about the place. `town` is None where the person's area lies within one."""

    town: Field | None
    grids: Field
    place: Field
    lon: Field
    lat: Field


def fields(actor: Actor, given: Mapping[str, str], wrong: Mapping[str, str]) -> Site:
    """Return the questions about the place as they stand."""
    chosen, town = given.get("area", ""), given.get("town", "")
    wide = any(len(root) < Level.TOWN for root in roots(actor))
    towns = Field("town", _("Town or street"), "select", town, choices=tuple(_towns(actor))) if wide else None
    hint = _("For example: 28 Songyuan Road, south side.")
    return Site(
        town=towns,
        grids=grids(actor, town, chosen, wrong.get("area", "")),
        place=Field(
            "place",
            _("Address or landmark"),
            value=given.get("place", ""),
            longest=PLACE_LIMIT,
            error=wrong.get("place", ""),
            hint=hint,
        ),
        lon=Field("lon", _("Longitude"), value=given.get("lon", ""), error=wrong.get("lon", "")),
        lat=Field("lat", _("Latitude"), value=given.get("lat", "")),
    )


def grids(actor: Actor, town: str, chosen: str, error: str = "") -> Field:
    """Return the choice of grid: of the town chosen, or of the person's own area."""
    bases = [town] if town else [root for root in roots(actor) if len(root) >= Level.TOWN]
    choices = tuple(choice for base in bases for choice in _down(base, 0))
    hint = _("Only where no pin is set.") if choices else _("Choose the town first.")
    return Field("area", _("Grid"), "select", chosen, choices=choices, error=error, hint=hint)


def view(actor: Actor, given: Mapping[str, str]) -> tuple[float, float, float]:
    """Return where the map begins: at the pin, else in the middle of the person's area. At most one statement."""
    try:
        return float(given["lon"]), float(given["lat"]), 15.5
    except (KeyError, ValueError):
        pass
    own = detail(next(iter(roots(actor)), ""))
    if own is None or own.lon is None or own.lat is None:
        return QUZHOU
    return own.lon, own.lat, ZOOM.get(Level(len(own.code)), 9.0)


def _towns(actor: Actor) -> Iterator[Choice]:
    for root in roots(actor):
        for county in [root] if len(root) == Level.COUNTY else [each.code for each in children(root)]:
            for town in children(county):
                yield Choice(town.code, f"{names().get(county, '')} {town.name}")


def _down(code: str, depth: int) -> Iterator[Choice]:
    """Yield an area and all below it to the grids, each a step further in."""
    yield Choice(code, INDENT * depth + names().get(code, code))
    if len(code) < Level.GRID:
        for child in children(code):
            yield from _down(child.code, depth + 1)
