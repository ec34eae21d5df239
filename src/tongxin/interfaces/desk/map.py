"""一张图: open matters by county, town and grid, single ones when near; the same numbers as a table beside it."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page, require_safe

from tongxin.apps.areas import queries as areas
from tongxin.apps.matters import kinds
from tongxin.apps.matters.queries import Filters
from tongxin.apps.matters.spots import MOST_POINTS, Box, Narrowed, Point, Spot, counted, points
from tongxin.interfaces.desk import layers
from tongxin.interfaces.desk.filtering import filters_of, query_of
from tongxin.interfaces.desk.frame import page
from tongxin.interfaces.desk.places import home_of
from tongxin.look.filters import is_english, label, remainder
from tongxin.rules.area_codes import Level, level_of, lineage
from tongxin.rules.classes import MatterClass
from tongxin.rules.errors import Invalid
from tongxin.rules.lamps import Lamp
from tongxin.rules.lifecycles.matter import OPEN, State
from tongxin.rules.permissions import Actor

LAMPS = (Lamp.RED, Lamp.AMBER, Lamp.GREEN, Lamp.HOLD)
STATES = tuple(state for state in State if state in OPEN)


class Line(NamedTuple):
    """One area of the table. `url` goes one level down, or is empty at the bottom; `list_url` lists its matters."""

    name: str
    url: str
    list_url: str
    spot: Spot


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the map and its table. Two statements besides the frame's: the counts and the area's box."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    now = timezone.now()
    asked = filters_of(request.GET)
    area = asked.area if areas.named(asked.area) else home_of(actor)
    narrowed = Narrowed(asked.template, asked.lamp)
    lines, total = table(actor, area, asked, now)
    query = query_of(Filters(template=asked.template, lamp=asked.lamp))
    context = {
        "now": now,
        "area": area,
        "trail": list(_trail(actor, area, asked)),
        "lines": lines,
        "total": total,
        "share": max((line.spot.count for line in lines), default=0),
        "list_url": _list_url(area, asked),
        "chosen": narrowed,
        "classes": [(each.value, label(each), _templates(each)) for each in MatterClass],
        "lamps": list(_lamp_links(area, asked)),
        "view": layers.view_of(area),
        "layers": _addresses(query),
        "most_points": MOST_POINTS,
    }
    return page(request, "desk/map.html", context)


def table(actor: Actor, area: str, asked: Filters, now: Any) -> tuple[list[Line], Spot]:
    """Return what each area below holds, by code, and their sum. What is known no closer has a line of its own."""
    below = areas.children(area or None)
    level = below[0].level if below else level_of(area) if area else Level.CITY
    narrowed = Narrowed(asked.template, asked.lamp)
    spots = {spot.area: spot for spot in counted(actor, level, now, within=area, narrowed=narrowed)}
    lines = []
    for each in below:
        url = _here(each.code, asked) if areas.children(each.code) else ""
        lines.append(Line(each.name, url, _list_url(each.code, asked), spots.pop(each.code, Spot(each.code, 0, 0, 0))))
    if rest := _sum(area, spots.values()):
        name = _("Not placed more closely") if below else areas.names().get(area, area)
        lines.append(Line(name, "", _list_url(area, asked), rest))
    return lines, _sum(area, (line.spot for line in lines)) or Spot(area, 0, 0, 0)


@gzip_page
@cache_control(private=True, no_cache=True)
@conditional_page
@require_safe
def layer(request: HttpRequest, name: str) -> HttpResponse:
    """Answer one layer as GeoJSON, cut to `bbox`: counties, towns, grids or matters. One statement."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    asked = filters_of(request.GET)
    box, now, narrowed = box_of(request.GET.get("bbox", "")), timezone.now(), Narrowed(asked.template, asked.lamp)
    if name == "matters":
        found = points(actor, box, layers.towns_in(box), now, narrowed=narrowed) if box else []
        features = [_feature(each, now) for each in found]
        text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    elif level := layers.LEVELS.get(name):
        is_plain = "plain" in request.GET  # the ground alone, for a map of other things
        spots = {} if is_plain else {spot.area: spot for spot in counted(actor, level, now, narrowed=narrowed)}
        text = layers.collection(level, box, spots)
    else:
        raise Http404(name)
    return HttpResponse(text, content_type="application/geo+json")


def _feature(point: Point, now: Any) -> dict[str, Any]:
    facts = {
        "number": point.number,
        "title": f"{point.template_code} {point.title}",
        "colour": point.lamp.value,
        "words": _("On hold") if point.lamp is Lamp.HOLD else remainder(point.due_at, now),
        "url": reverse("desk:matter", args=[point.number]),
    }
    at = {"type": "Point", "coordinates": [round(point.lon, 6), round(point.lat, 6)]}
    return {"type": "Feature", "properties": facts, "geometry": at}


def box_of(text: str) -> Box | None:
    """Return the part of the map that is asked for. Raises Invalid."""
    if not text:
        return None
    try:
        west, south, east, north = (float(each) for each in text.split(","))
    except ValueError as wrong:
        raise Invalid("filter.unreadable", field="bbox", found=text[:40]) from wrong
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Invalid("filter.unreadable", field="bbox", found=text[:40])
    return Box(west, south, east, north)


def _addresses(query: str) -> dict[str, str]:
    more = f"?{query}" if query else ""
    return {name: reverse("desk:map-layer", args=[name]) + more for name in (*layers.LEVELS, "matters")}


def _trail(actor: Actor, area: str, asked: Filters) -> Iterator[tuple[str, str]]:
    """Yield the names and addresses from the reader's own area down to the one that is shown."""
    top = len(home_of(actor))
    for code in lineage(area) if area else ():
        if code in areas.names() and (len(code) >= top or code == area):
            yield areas.names()[code], _here(code, asked)


def _lamp_links(area: str, asked: Filters) -> Iterator[dict[str, Any]]:
    yield {"label": _("All"), "url": _here(area, asked, lamp=""), "is_on": asked.lamp is None, "colour": ""}
    names = {Lamp.RED: _("Overdue"), Lamp.AMBER: _("Due soon"), Lamp.GREEN: _("In time"), Lamp.HOLD: _("On hold")}
    for lamp in LAMPS:
        yield {
            "label": names[lamp],
            "url": _here(area, asked, lamp=lamp),
            "is_on": asked.lamp is lamp,
            "colour": lamp.value,
        }


def _here(area: str, asked: Filters, **more: Any) -> str:
    kept = Filters(area=area, template=asked.template, lamp=asked.lamp)
    return f"{reverse('desk:map')}?{query_of(kept, **more)}"


def _list_url(area: str, asked: Filters) -> str:
    template = asked.template if asked.template in kinds.current() else ""
    kept = Filters(states=STATES, area=area, template=template, lamp=asked.lamp)
    return f"{reverse('desk:matters')}?{query_of(kept)}"


def _templates(letter: str) -> list[tuple[str, str]]:
    found = (kind for code, kind in sorted(kinds.current().items()) if code.startswith(letter))
    return [(kind.code, kind.name_en if is_english() else kind.name) for kind in found]


def _sum(area: str, spots: Any) -> Spot | None:
    found = list(spots)
    if not found:
        return None
    return Spot(area, *(sum(column) for column in zip(*(spot[1:] for spot in found), strict=True)))
