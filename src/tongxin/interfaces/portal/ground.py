"""Maps of areas drawn by the server: to pick a place on, and to show in public how much is reported where."""

import json
from functools import lru_cache
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from shapely.geometry import shape as read_shape

from tongxin.apps.areas.queries import chain, children, names, shapes
from tongxin.apps.matters import kinds
from tongxin.apps.publicity import queries
from tongxin.interfaces.portal.frame import page, public
from tongxin.interfaces.portal.limits import HINTS, PAGES, limited
from tongxin.look.filters import is_english
from tongxin.look.maps import Ground, TileMap, tile_map
from tongxin.rules.area_codes import Level, lineage
from tongxin.rules.errors import Missing
from tongxin.rules.publicity import FEWEST, WINDOW

STEPS = (5, 20, 60, 200)  # from how many on a tile is darker


class Cell(NamedTuple):
    """One area of the public map: what may be told of it, how dark it is, and where its own map is."""

    code: str
    name: str
    many: int | None
    shade: int
    url: str


@limited(HINTS, "GET")
@require_safe
@public
def pick(request: HttpRequest) -> HttpResponse:
    """Answer the map of an area to pick a smaller one on, down to the village."""
    area = _asked(request, Level.TOWN)
    below = children(area)
    context = {
        "area": area,
        "view": _drawn(area, _below(area)),
        "below": below,
        "is_last": len(area) == Level.TOWN,
        "way": [(code, names()[code]) for code in lineage(area) if code in names() and len(code) >= Level.CITY],
    }
    return render(request, "portal/report_ground.html", context)


@limited(PAGES, "GET")
@require_safe
@public
def index(request: HttpRequest) -> HttpResponse:
    """Show how much was reported where in the last 90 days: sums of villages, then grids, none of fewer than five."""
    now, area = timezone.now(), _asked(request, Level.VILLAGE)
    level = _below(area)
    cells = _cells(request, area, level, now)
    context = {
        "tab": "map",
        "area": area,
        "way": chain(area)[1:],
        "up": area[: max(each for each in Level if each < len(area))] if len(area) > Level.CITY else "",
        "home": request.shell.area,  # type: ignore[attr-defined]
        "view": _drawn(area, level),
        "cells": {cell.code: cell for cell in cells},
        "rows": sorted(cells, key=lambda cell: -(cell.many or 0)),
        "total": sum(queries.sums(area, min(level, Level.VILLAGE), now).values()),
        "is_last": level is Level.GRID,
        "fewest": FEWEST,
        "days": WINDOW.days,
        "until": queries.today(now),
        "words": queries.shown(area),
        "names": names(),
        "kinds": {code: (is_english() and each.name_en) or each.name for code, each in kinds.current().items()},
    }
    return page(request, "portal/map.html", context)


def _asked(request: HttpRequest, deepest: Level) -> str:
    """Return the area asked for, no smaller than the deepest; without one, that of the brand. Raises Missing."""
    asked = request.GET.get("area", "") or request.shell.area  # type: ignore[attr-defined]
    if asked not in names() or not Level.CITY <= len(asked) <= deepest:
        raise Missing("portal.no_area", area=asked[:20])
    return str(asked)


def _below(area: str) -> Level:
    return min(level for level in Level if level > len(area))


def _cells(request: HttpRequest, area: str, level: Level, now: object) -> list[Cell]:
    address = request.shell.url("map")  # type: ignore[attr-defined]
    found = queries.sums(area, level, now)  # type: ignore[arg-type]
    return [
        Cell(
            each.code,
            each.name,
            many := found.get(each.code),
            sum(many >= step for step in STEPS) if many else 0,
            f"{address}?area={each.code}" if level < Level.GRID else "",
        )
        for each in children(area)
    ]


def _drawn(area: str, level: Level) -> TileMap:
    return _tiles(shapes(area, level))


@lru_cache(maxsize=128)
def _tiles(features: str) -> TileMap:
    """Draw the shapes of a GeoJSON text; the text is the key, so a new edition is drawn anew."""
    grounds = {
        each["properties"]["code"]: Ground(read_shape(each["geometry"]), _short(each["properties"]["name"]))
        for each in json.loads(features)["features"]
    }
    return tile_map(grounds)


def _short(name: str) -> str:
    """Return a name as a map writes it: 松园社区 as 松园, a village's committee and a grid's village left out."""
    if name.endswith("网格"):
        return name.partition(" ")[2] or name
    for end in ("居民委员会", "村民委员会", "居委会", "村委会", "社区", "街道"):
        if name.endswith(end) and len(name) > len(end) + 1:
            return name.removesuffix(end)
    return name
