"""地图: the person's grids as a sketch that needs no network, and where their matters lie."""

import json
import re
from collections.abc import Sequence
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from shapely.geometry import shape as read_shape
from shapely.geometry.base import BaseGeometry

from tongxin.apps.areas.queries import Named, children, named, shapes
from tongxin.interfaces.field import frame, tasks
from tongxin.look.maps import Ground, Mark, SmallMap, small_map
from tongxin.rules.area_codes import Level
from tongxin.rules.permissions import GRID, Actor

WIDE, HIGH = 358, 236  # pixels of a map on a phone
FEW = 9  # numbered marks on one sketch
AROUND = 2  # so many widths of the own area are drawn around it
BARE = re.compile(r"社区|网格|村委会|居委会|\s")


@require_safe
def shown(request: HttpRequest) -> HttpResponse:
    """Show the person's ground with what waits on it."""
    now = timezone.now()
    actor: Actor = request.actor  # type: ignore[attr-defined]
    waiting = [task for task, _state in tasks.of(request, now)]
    placed = [task for task in waiting if task.lon is not None][:FEW]
    context = {"now": now, "sketch": _sketch(actor, placed), "placed": placed, "grids": grids(actor)}
    return frame.page(request, "field/map.html", context, tab="map")


def grids(actor: Actor) -> list[Named]:
    """Return the grids on which a person may stand: those of the posts on the ground, else of the unit's area."""
    codes = {duty.area for duty in actor.holding(GRID)} or {duty.area for duty in actor.duties}
    found = {grid.code: grid for code in codes for grid in _grids_of(code)}
    return [found[code] for code in sorted(found)]


def around(
    area: str,
    *,
    pin: tuple[float, float] | None = None,
    marks: Sequence[Mark] = (),
    fit: Sequence[tuple[float, float]] = (),
    high: int = HIGH,
) -> SmallMap:
    """Draw an area among its neighbours of the same town; `fit` are points that fill the map instead of the area."""
    level = min(Level(len(area)), Level.GRID)
    within = area[: Level.TOWN] if level >= Level.VILLAGE else area[: max(each for each in Level if each < level)]
    drawn = _drawn(shapes(within, level))
    own = [shape for code, _name, shape in drawn if code == area[:level]]
    near = [Ground(shape, name, code == area[:level]) for code, name, shape in drawn if _is_near(shape, own)]
    return small_map(near, pin=pin, marks=marks, ring_m=100 if pin else 0, fit=fit, width=WIDE, height=high)


def _sketch(actor: Actor, placed: Sequence[tasks.Task]) -> SmallMap | None:
    here = frame.seat(actor)
    if here is None or named(here.area) is None:
        return None
    marks = [Mark(each.lon or 0, each.lat or 0, str(n)) for n, each in enumerate(placed, 1)]
    sketch = around(here.area, marks=marks)
    return sketch if sketch.paths else None


def _grids_of(code: str) -> list[Named]:
    """Return the grids within an area, down to a village's; a wider one is asked for by its town."""
    own = named(code)
    if own is None or own.level < Level.TOWN:
        return []
    if own.level >= Level.GRID:
        return [own]
    below = children(code)
    return [grid for each in below for grid in ([each] if each.level >= Level.GRID else children(each.code))]


def _is_near(shape: BaseGeometry, own: Sequence[BaseGeometry]) -> bool:
    if not own:
        return True
    west, south, east, north = own[0].bounds
    wide, high = (east - west) * AROUND, (north - south) * AROUND
    one = shape.bounds
    return one[0] <= east + wide and one[2] >= west - wide and one[1] <= north + high and one[3] >= south - high


@lru_cache(maxsize=64)
def _drawn(features: str) -> list[tuple[str, str, BaseGeometry]]:
    """Read the shapes of a GeoJSON text; the text is the key, so a new edition is read anew."""
    return [
        (each["properties"]["code"], BARE.sub("", each["properties"]["name"]), read_shape(each["geometry"]))
        for each in json.loads(features)["features"]
    ]
