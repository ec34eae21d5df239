"""Areas and grids: the tree to walk through, an area with its outline and what followed what, and ending one."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import shapely
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongxin.apps.areas import actions, queries
from tongxin.apps.areas.models import Area, Lineage
from tongxin.interfaces.desk.admin.doors import attempt, label, needs
from tongxin.interfaces.desk.frame import page
from tongxin.look.forms import Field
from tongxin.look.maps import Ground, SmallMap, small_map
from tongxin.rules.area_codes import AreaKind, Change, Level, lineage, parent_of
from tongxin.rules.errors import Missing
from tongxin.rules.permissions import Permission

FOUND = 30


@require_safe
@needs(Permission.EDIT_AREAS)
def index(request: HttpRequest) -> HttpResponse:
    """Show an area (the top of the tree without `code`) with what lies below, or what a search found."""
    query, code = request.GET.get("find", "").strip()[:60], request.GET.get("code", "").strip()[:20]
    tops = queries.children(None)
    area = queries.detail(code or (tops[0].code if tops else ""))
    if area is None and code:
        raise Missing("area.missing", area=code)
    below = _counts_below()
    context = {
        "q": query,
        "found": [_named(each, below) for each in queries.search(query, FOUND)] if query else [],
        "area": area,
        "trail": [(queries.names()[each], _here(each)) for each in lineage(area.code) if each in queries.names()]
        if area
        else [],
        "facts": _facts(area, below) if area else [],
        "children": [_named(each, below) for each in queries.children(area.code)] if area else [],
        "households": _households(area.code) if area else {},
        "lineage": list(_lineage(area.code)) if area else [],
        "map": _map(area) if area and area.west is not None else None,
        "retire": Field("on", _("First day it no longer stands"), "date", is_required=True),
        "may_retire": bool(area and queries.named(area.code).is_valid and not queries.children(area.code)),  # type: ignore[union-attr]
    }
    return page(request, "desk/admin/areas.html", context)


@require_POST
@needs(Permission.EDIT_AREAS)
def retire(request: HttpRequest, code: str) -> HttpResponse:
    """End an area that nothing follows, once the tick says that it is meant."""
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    try:
        on = date.fromisoformat(request.POST.get("on", ""))
    except ValueError:
        on = None
    if on is not None and request.POST.get("sure") == "true":
        said = _("%(area)s ends: %(day)s is the first day without it.") % {
            "area": queries.names().get(code, code),
            "day": on.isoformat(),
        }
        attempt(request, lambda: actions.retire(code=code, on=on, by=by, now=now) or True, said)
    return redirect(_here(code))


def _here(code: str) -> str:
    return f"{reverse('desk:areas')}?code={code}"


def _counts_below() -> Counter[tuple[str, Level]]:
    """Count, for every area, the valid areas of each level below it: one walk over the register."""
    counts: Counter[tuple[str, Level]] = Counter()
    for code, each in queries.register().areas.items():
        if each.is_valid:
            counts.update((above, each.level) for above in lineage(code)[:-1])
    return counts


def _named(each: queries.Named, below: Counter[tuple[str, Level]]) -> dict[str, Any]:
    return {
        "code": each.code,
        "name": each.name,
        "url": _here(each.code),
        "level": label(each.level),
        "kind": label(each.kind) if each.kind is AreaKind.SPECIAL else "",
        "is_synthetic": each.is_synthetic,
        "villages": below[each.code, Level.VILLAGE],
        "grids": below[each.code, Level.GRID],
        "place": " ".join(queries.chain(each.code)[:-1][-2:]),
    }


def _facts(area: Area, below: Counter[tuple[str, Level]]) -> list[tuple[str, str]]:
    level = Level(area.level)
    kind = [(_("Kind"), label(AreaKind(area.kind)))] if level >= Level.GRID else []
    inside = [(label(each), f"{below[area.code, each]:,}") for each in Level if level < each and below[area.code, each]]
    drawn = _("sketch, drawn for show") if area.is_synthetic else _("as published")
    outline = _("none") if area.west is None else _("joined from the areas below") if area.is_derived else drawn
    return [
        (_("Code"), area.code),
        *([(_("Also called"), area.aliases)] if area.aliases else []),
        (_("Level"), label(level)),
        *kind,
        *inside,
        (_("Households"), "—" if area.households is None else f"{area.households:,}"),
        (_("Outline"), outline),
        (_("Valid from"), _day(area.valid_from)),
        (_("Valid to"), _day(area.valid_to)),
    ]


def _day(day: date | None) -> str:
    return day.isoformat() if day else "—"


def _households(code: str) -> dict[str, int | None]:
    codes = [each.code for each in queries.children(code)]
    return dict(Area.objects.filter(pk__in=codes).values_list("code", "households"))


def _lineage(code: str) -> Iterator[dict[str, str]]:
    names = queries.names()
    for row in Lineage.objects.filter(Q(from_code=code) | Q(to_code=code)).order_by("-on", "from_code")[:FOUND]:
        yield {
            "on": row.on.isoformat(),
            "change": label(Change(row.change)),
            "from": f"{names.get(row.from_code, '')} {row.from_code}",
            "to": f"{names.get(row.to_code, '')} {row.to_code}",
        }


def _map(area: Area) -> SmallMap:
    """Draw an area among its neighbors under the same parent."""
    features = json.loads(queries.shapes(parent_of(area.code) or area.code, Level(area.level)))["features"]
    grounds = [
        Ground(
            shapely.from_geojson(json.dumps(each["geometry"])),
            each["properties"]["name"],
            is_own=each["properties"]["code"] == area.code,
        )
        for each in features
    ]
    return small_map(grounds, width=372, height=240, alt=_("Outline of %(area)s") % {"area": area.name})
