"""Visits and the eight duties at the desk: what was visited on one's ground, and what a month counts for each duty."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from tongxin.apps.areas.queries import names
from tongxin.apps.patrols.duties import Count, listed
from tongxin.apps.patrols.models import Visit
from tongxin.apps.patrols.queries import duties, visits
from tongxin.apps.patrols.queries.duties import Evidence, Month
from tongxin.apps.patrols.queries.rounds import GROUPS
from tongxin.apps.patrols.reach import within
from tongxin.interfaces.desk import frame, places
from tongxin.interfaces.desk.admin.doors import choices, joined, label
from tongxin.interfaces.desk.patrols import area_asked, area_field, require_ground, tabs
from tongxin.look import filters
from tongxin.look.forms import Field
from tongxin.rules.area_codes import Level
from tongxin.rules.deadlines import Clock
from tongxin.rules.patrols import GridDuty
from tongxin.rules.permissions import Actor, Permission, may
from tongxin.rules.visits import Outcome, PlaceKind, Purpose
from tongxin.rules.working_time import SHANGHAI

SHOWN = 50
BELOW = {Level.CITY: "town", Level.COUNTY: "town", Level.TOWN: "village", Level.VILLAGE: "grid", Level.GRID: "grid"}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the visits on the ground an actor sees, the latest first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require_ground(actor)
    now = timezone.now()
    area, asked = area_asked(request, actor), {name: request.GET.get(name, "") for name in ("purpose", "outcome")}
    found = visits.visible_visits(actor).filter(within(area))
    for name, known in (("purpose", Purpose), ("outcome", Outcome)):
        if asked[name] in set(known):
            found = found.filter(**{name: asked[name]})
    rows = list(found.filter(_earlier(request.GET.get("before", "")))[: SHOWN + 1])
    more = f"?area={area}&purpose={asked['purpose']}&outcome={asked['outcome']}&before="
    context = {
        "now": now,
        "tabs": tabs("patrol-visits"),
        "fields": [
            area_field(actor, area),
            *(
                Field(name, title, "select", asked[name], choices=choices(kind), placeholder=_("All"))
                for name, title, kind in (("purpose", _("Purpose"), Purpose), ("outcome", _("Outcome"), Outcome))
            ),
        ],
        "rows": [_row(each) for each in rows[:SHOWN]],
        "next_url": f"{more}{rows[SHOWN - 1].at.timestamp()}~{rows[SHOWN - 1].pk}" if len(rows) > SHOWN else "",
    }
    return frame.page(request, "desk/patrols/visits.html", context)


def _earlier(before: str) -> Q:
    """Return what lies before the last visit of a page, told as its moment and key; nothing told, nothing left out."""
    told, _tilde, pk = before.partition("~")
    try:
        at, key = datetime.fromtimestamp(float(told), SHANGHAI), int(pk)
    except (ValueError, OverflowError, OSError):
        return Q()
    return Q(at__lt=at) | Q(at=at, pk__lt=key)


def _row(visit: Visit) -> dict[str, Any]:
    ticks = {item.code: item.title_en if filters.is_english() else item.title for item in _items(visit.duty)}
    return {
        "visit": visit,
        "where": names().get(visit.area, visit.area),
        "kind": label(PlaceKind(visit.kind)),
        "purpose": label(Purpose(visit.purpose)),
        "outcome": label(Outcome(visit.outcome)),
        "ticks": [ticks[code] for code in visit.ticked if code in ticks],
    }


def _items(duty: str) -> tuple[Any, ...]:
    return listed()[GridDuty(duty)].items


class Column(NamedTuple):
    """One of the eight: what it counted in all, from what, and what its checklist asks."""

    name: str
    total: int
    sources: tuple[tuple[str, int], ...]
    items: tuple[str, ...]


@require_safe
def month(request: HttpRequest) -> HttpResponse:
    """Show what a month counts for each of the eight duties, area by area, and from what."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require_ground(actor)
    now = timezone.now()
    day, area, by = month_of(request, actor, now)
    found = duties.evidence(actor, Month.of(day), area=area, by=by)
    english = filters.is_english()
    context = {
        "now": now,
        "tabs": tabs("patrol-duties"),
        "fields": [Field("month", _("Month"), "month", f"{day:%Y-%m}"), area_field(actor, area)],
        "area_name": names().get(area, _("All areas")),
        "month": f"{day:%Y-%m}",
        "columns": [_column(each, english) for each in found],
        "lines": list(_lines(found, by, f"{day:%Y-%m}")),
        "is_lowest": GROUPS[by] <= len(area),
        "way": " ".join(places.way(area)),
        "may_export": may(actor, Permission.EXPORT),
        "export_query": urlencode({"month": f"{day:%Y-%m}", "area": area}),
    }
    return frame.page(request, "desk/patrols/duties.html", context)


def month_of(request: HttpRequest, actor: Actor, now: datetime) -> tuple[date, str, str]:
    """Return what an address asks for: the first day of the month, the area, and by what below it is counted."""
    area = area_asked(request, actor)
    by = BELOW.get(Level(len(area)), "town") if len(area) in set(Level) else "town"
    return _month(request, timezone.localdate(now)), area, by


def _month(request: HttpRequest, today: date) -> date:
    """Return the first day of the month asked for; this month's where none is."""
    try:
        return date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        return today.replace(day=1)


def _column(told: Evidence, english: bool) -> Column:
    items = tuple(item.title_en if english else item.title for item in listed()[told.duty].items)
    return Column(label(told.duty), told.total, tuple((source(each), many) for each, many in told.by_source), items)


def source(count: Count) -> str:
    """Say from what evidence is counted."""
    if count.source == "matters":
        return _("matters reported by grid staff, templates %(codes)s") % {"codes": joined(count.templates)}
    if count.source == "clocks":
        return _("clocks that ended: %(names)s") % {"names": joined(label(Clock(each)) for each in count.clocks)}
    return {
        "check_ins": _("check-ins on patrols for this duty"),
        "visits": _("visits for this duty"),
        "stops": _("stops of service vans"),
        "calls": _("calls for help that a team arrived at"),
    }[count.source]


def _lines(found: list[Evidence], by: str, month: str) -> Iterator[dict[str, Any]]:
    for code in sorted({code for each in found for code in each.by_area}):
        values = [each.by_area.get(code, 0) for each in found]
        goes_down = by != "grid" and len(code) < Level.GRID
        url = f"?month={month}&area={code}" if goes_down else ""
        words = ngettext("%(num)s record", "%(num)s records", sum(values)) % {"num": sum(values)}
        yield {"name": names().get(code, code), "url": url, "values": values, "total": sum(values), "words": words}
