"""Which area a point lies in: exact, in the process, one point or a million."""

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import NamedTuple

import numpy as np
import shapely
from django.conf import settings
from numpy.typing import ArrayLike

from tongxin.apps.areas import editions, queries
from tongxin.rules.area_codes import How, Level
from tongxin.rules.errors import Invalid

REACH_METRES = 200.0
METRES_PER_DEGREE = 6_371_008.8 * np.pi / 180  # mean Earth radius (IUGG); within 0.5 % of the ellipsoid at any latitude


class Located(NamedTuple):
    """The area of a point, and why: `metres` is set when nearest; `others` lie at the same edge or overlap here."""

    code: str | None
    how: How
    metres: float | None = None
    others: tuple[str, ...] = ()


NONE = -1  # position of no area; the last name, by Python's counting, is None
NOWHERE = Located(None, How.OUTSIDE)


class Locator:
    """An index over areas that are meant to tile: `codes` ascending, `shapes` their polygons in WGS-84."""

    def __init__(self, codes: Sequence[str], shapes: Sequence[shapely.Geometry], reach: float = REACH_METRES) -> None:
        order = sorted(range(len(codes)), key=codes.__getitem__)
        self.codes = [codes[i] for i in order]
        self.reach = reach
        self._names = np.array([*self.codes, None], dtype=object)
        self._shapes = np.array([shapes[i] for i in order], dtype=object)
        self._tree = shapely.STRtree(self._shapes)
        shapely.prepare(self._shapes)

    def at(self, lon: float, lat: float) -> Located:
        """Return where the point lies. Raises Invalid when it is no point on Earth."""
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise Invalid("point.invalid", lon=lon, lat=lat)
        hits = self._tree.query(shapely.Point(lon, lat), predicate="intersects")
        if len(hits) == 1:
            return Located(self.codes[hits[0]], How.INSIDE)
        if len(hits):
            position, how, others = self._shared(lon, lat, hits)
            return Located(self.codes[position], how, others=others)
        (position,), (metres,) = self._nearest(np.array([lon]), np.array([lat]))
        return NOWHERE if position == NONE else Located(self.codes[position], How.NEAREST, float(metres))

    def at_many(self, lons: ArrayLike, lats: ArrayLike) -> tuple[list[str | None], list[How], np.ndarray]:
        """Return codes, hows and metres (NaN unless nearest) of many points at once. Raises Invalid as `at` does."""
        lons, lats = np.asarray(lons, dtype=float), np.asarray(lats, dtype=float)
        _refuse_impossible(lons, lats)
        where = shapely.points(lons, lats)
        points, areas = self._tree.query(where)
        is_hit = shapely.intersects(self._shapes[areas], where[points])  # prepared: a third faster than in the tree
        points, areas = points[is_hit], areas[is_hit]
        hits = np.bincount(points, minlength=len(lons))
        found = np.full(len(lons), NONE)
        found[points] = areas
        hows = [How.INSIDE] * len(lons)
        metres = np.full(len(lons), np.nan)

        for i in np.flatnonzero(hits > 1):
            found[i], hows[i], _ = self._shared(lons[i], lats[i], areas[points == i])
        missed = np.flatnonzero(hits == 0)
        found[missed], metres[missed] = self._nearest(lons[missed], lats[missed])
        for i in missed:
            hows[i] = How.OUTSIDE if found[i] == NONE else How.NEAREST

        return self._names[found].tolist(), hows, metres

    def _shared(self, lon: float, lat: float, hits: np.ndarray) -> tuple[int, How, tuple[str, ...]]:
        """Return the first of several areas at one point, whether they touch or overlap there, and the others."""
        hits = np.sort(hits)
        overlap = shapely.contains_properly(self._shapes[hits], shapely.Point(lon, lat)).any()
        return hits[0], How.OVERLAP if overlap else How.ON_EDGE, tuple(self.codes[i] for i in hits[1:])

    def _nearest(self, lons: np.ndarray, lats: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return position and distance of the nearest area within reach of each point; NONE and NaN where none is."""
        found, metres = np.full(len(lons), NONE), np.full(len(lons), np.nan)
        high = self.reach / METRES_PER_DEGREE
        wide = high / np.maximum(np.cos(np.radians(lats)), 0.01)  # at the poles a box would be endless
        points, areas = self._tree.query(shapely.box(lons - wide, lats - high, lons + wide, lats + high))
        if not len(points):
            return found, metres
        scales, flat = self._flat
        away = shapely.distance(
            flat[areas], shapely.points(lons[points] * scales[areas], lats[points] * METRES_PER_DEGREE)
        )
        order = np.lexsort((areas, away, points))
        order = order[away[order] <= self.reach]
        missed, first = np.unique(points[order], return_index=True)
        found[missed], metres[missed] = areas[order][first], away[order][first]
        return found, metres

    @cached_property
    def _flat(self) -> tuple[np.ndarray, np.ndarray]:
        """The areas in metres, each on a plane of its own latitude: metres per degree of longitude, and the shapes."""
        south, north = shapely.bounds(self._shapes)[:, [1, 3]].T
        scales = METRES_PER_DEGREE * np.cos(np.radians((south + north) / 2))
        degrees, owner = shapely.get_coordinates(self._shapes, return_index=True)
        metres = degrees * np.column_stack([scales[owner], np.full(len(owner), METRES_PER_DEGREE)])
        return scales, shapely.set_coordinates(self._shapes.copy(), metres)


def _refuse_impossible(lons: np.ndarray, lats: np.ndarray) -> None:
    possible = (np.abs(lons) <= 180) & (np.abs(lats) <= 90)  # false for NaN too
    if not possible.all():
        first = int(np.argmin(possible))
        raise Invalid("point.invalid", lon=float(lons[first]), lat=float(lats[first]), position=first)


def build(day: date) -> Locator:
    """Return a locator over the deepest areas valid on that day: those with a shape and nothing drawn below them."""
    drawn = queries.valid_on(day).filter(shape__isnull=False).order_by("code").values_list("code", "shape")
    rows = list(drawn)
    parents = {code[:level] for code, _ in rows for level in Level if level < len(code)}
    leaves = [(code, shape) for code, shape in rows if code not in parents]
    reach = getattr(settings, "LOCATOR_REACH_METRES", REACH_METRES)
    return Locator([code for code, _ in leaves], shapely.from_wkb([bytes(shape) for _, shape in leaves]), reach)


locator = editions.Kept(build, editions.WATCH)


class Explained(NamedTuple):
    """What a page or the API tells about a point: the area, its names from the top down, how it was found."""

    code: str | None
    names: tuple[str, ...]
    how: How
    metres: float | None
    others: tuple[tuple[str, str], ...]  # code and name
    is_synthetic: bool


def explained(lon: float, lat: float) -> Explained:
    """Return where the point lies, with the facts that say why. Raises Invalid when it is no point on Earth."""
    located = locator().at(lon, lat)
    if located.code is None:
        return Explained(None, (), located.how, None, (), False)
    names, area = queries.names(), queries.named(located.code)
    others = tuple((code, names[code]) for code in located.others)
    chain = tuple(queries.chain(located.code))
    return Explained(located.code, chain, located.how, located.metres, others, area is not None and area.is_synthetic)
