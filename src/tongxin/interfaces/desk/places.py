"""Places as pages tell them: the way down to the grid, and the small map around a matter."""

import json
import math
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

from shapely.geometry import shape as read_shape
from shapely.geometry.base import BaseGeometry

from tongxin.apps.areas.queries import chain, children, named, names, said, shapes
from tongxin.apps.hotline.places import Spot
from tongxin.apps.matters.models import Matter
from tongxin.apps.matters.queries import Row
from tongxin.look.maps import METERS_A_DEGREE, Ground, Mark, SmallMap, small_map
from tongxin.rules.area_codes import Level, lineage
from tongxin.rules.permissions import Actor

AROUND = 3  # a map shows the own area and what lies within so many of its widths
BARE = re.compile(r"社区|网格|村委会|居委会|\s")


class Placed(Protocol):
    """What can be marked on a map."""

    @property
    def lon(self) -> float | None: ...
    @property
    def lat(self) -> float | None: ...


def way(area: str) -> list[str]:
    """Return the names below the county, as one says them: 荷花街道, 松园社区 01 网格; of a wider area its own."""
    return said(area)[2:] or chain(area)


def is_sketch(area: str) -> bool:
    """Tell whether the borders of an area are drawn for show."""
    found = named(area)
    return found is None or found.is_synthetic


def map_of(
    matter: Matter | Row | Spot,
    near: Sequence[Placed] = (),
    *,
    width: int = 372,
    height: int = 168,
    ring_m: float = 100,
) -> SmallMap:
    """Draw the matter's own area among its neighbours, its pin, and the near matters by number."""
    pin = (matter.lon, matter.lat) if matter.lon is not None and matter.lat is not None else None
    marks = [Mark(each.lon, each.lat, str(n)) for n, each in enumerate(near, 1) if each.lon is not None]  # type: ignore[arg-type]
    return small_map(around(matter.area), pin=pin, marks=marks, ring_m=ring_m if pin else 0, width=width, height=height)


def meters_between(one: Matter | Row, other: Row) -> float | None:
    """Return how far two matters lie apart, on the flat ground of a town; None where one has no point."""
    if None in (one.lon, one.lat, other.lon, other.lat):
        return None
    x = (one.lon - other.lon) * math.cos(math.radians(one.lat))  # type: ignore[operator,arg-type]
    return math.hypot(x, one.lat - other.lat) * METERS_A_DEGREE  # type: ignore[operator]


def around(area: str) -> list[Ground]:
    """Return an area with its neighbours, for a small map."""
    level = min(Level(len(area)), Level.GRID)
    within = area[: max(each for each in Level if each < level)] if level < Level.GRID else area[: Level.TOWN]
    grounds = _grounds(shapes(within, level))
    own = next((shape for code, _, shape in grounds if code == area[:level]), None)
    if own is None:
        return []
    west, south, east, north = own.bounds
    wide, high = (east - west) * AROUND, (north - south) * AROUND
    frame = (west - wide, south - high, east + wide, north + high)
    return [Ground(shape, name, code == area[:level]) for code, name, shape in grounds if _touch(shape.bounds, frame)]


def _touch(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


@lru_cache(maxsize=256)
def _grounds(features: str) -> list[tuple[str, str, BaseGeometry]]:
    """Read the shapes of a GeoJSON text; the text is the key, so a new edition is read anew."""
    return [
        (each["properties"]["code"], BARE.sub("", each["properties"]["name"]), read_shape(each["geometry"]))
        for each in json.loads(features)["features"]
    ]


def home_of(actor: Actor) -> str:
    """Return the smallest area that holds all the posts of somebody, or the top of the tree."""
    own = [lineage(duty.area) for duty in actor.duties]
    shared = [codes[0] for codes in zip(*own, strict=False) if len(set(codes)) == 1 and codes[0] in names()]
    if shared:
        return shared[-1]
    tops = children(None)
    return tops[0].code if tops else ""
