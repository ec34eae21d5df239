"""The outlines of the map by level, kept ready to be cut to what a screen shows, and the view of an area."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely

from tongxin.apps.areas import editions, queries
from tongxin.apps.matters.spots import Box, Spot
from tongxin.rules.area_codes import Level

LEVELS = {"counties": Level.COUNTY, "towns": Level.TOWN, "grids": Level.GRID}
SCREEN = 700  # pixels the first view should fill; MapLibre draws the world 512 pixels wide at zoom 0
QUZHOU = (118.87, 28.96, 8.0)  # where an empty map begins


@dataclass(frozen=True)
class Outlines:
    """All areas of a level: their codes, names, boxes and shapes, the last as the text of GeoJSON."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    boxes: np.ndarray
    texts: tuple[str, ...]

    def within(self, box: Box | None) -> Iterator[int]:
        """Yield the places of the areas whose box touches this one; all of them for None."""
        if box is None:
            yield from range(len(self.codes))
            return
        west, south, east, north = self.boxes.T
        touches = (west <= box.east) & (east >= box.west) & (south <= box.north) & (north >= box.south)
        yield from (int(place) for place in np.flatnonzero(touches))


def outlines(level: Level) -> Outlines:
    """Return the outlines of a level as they stand today; built once an edition of the areas."""
    return _outlines(editions.WATCH.edition(), level)


@lru_cache(maxsize=8)
def _outlines(edition: editions.Edition, level: Level) -> Outlines:
    features = json.loads(queries.shapes("", level))["features"]
    texts = tuple(json.dumps(each["geometry"], separators=(",", ":")) for each in features)
    boxes = shapely.bounds(shapely.from_geojson(texts)) if texts else np.empty((0, 4))
    told = [each["properties"] for each in features]
    return Outlines(tuple(each["code"] for each in told), tuple(each["name"] for each in told), boxes, texts)


def collection(level: Level, box: Box | None, spots: Mapping[str, Spot]) -> str:
    """Return the areas that touch the box as GeoJSON with the counts of what is open in each."""
    all_ = outlines(level)
    features = (
        f'{{"type":"Feature","properties":{_facts(all_.codes[n], all_.names[n], spots)},"geometry":{all_.texts[n]}}}'
        for n in all_.within(box)
    )
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'


def _facts(code: str, name: str, spots: Mapping[str, Spot]) -> str:
    spot = spots.get(code, Spot(code, 0, 0, 0))
    facts = {"code": code, "name": name, "open": spot.count, "overdue": spot.red, "amber": spot.amber}
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"))


def towns_in(box: Box) -> list[str]:
    """Return the towns that touch the box."""
    towns = outlines(Level.TOWN)
    return [towns.codes[n] for n in towns.within(box)]


def view_of(area: str) -> tuple[float, float, float]:
    """Return the middle and the zoom at which an area fills the first screen. One statement."""
    row = queries.detail(area) if area else None
    if row is None or row.west is None:
        return QUZHOU
    lat = (row.south + row.north) / 2
    degrees = max(row.east - row.west, (row.north - row.south) / math.cos(math.radians(lat)), 0.002)
    zoom = math.log2(SCREEN * 360 / (512 * degrees))
    return round((row.west + row.east) / 2, 5), round(lat, 5), round(min(max(zoom, 6.0), 16.0), 1)
