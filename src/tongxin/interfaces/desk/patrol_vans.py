"""Service vans at the desk: their routes, services and kits, and how far today's run is."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongxin.apps.areas.queries import names
from tongxin.apps.patrols import actions
from tongxin.apps.patrols.models import Run, Van
from tongxin.apps.patrols.queries import vans
from tongxin.interfaces.desk import frame, patrol_forms, places, siting
from tongxin.interfaces.desk.admin.doors import attempt, choices, label, listed
from tongxin.interfaces.desk.patrol_forms import clock, degrees, lines, number, when
from tongxin.interfaces.desk.patrols import require_ground, sketch, tabs
from tongxin.look import filters
from tongxin.look.forms import Field
from tongxin.rules.patrols import Rhythm
from tongxin.rules.permissions import Actor, Permission, may, require
from tongxin.rules.vans import MOST_STOPS, Stop, VanService

COLUMNS = ("name", "nth", "start", "end", "lon", "lat")
EMPTY = dict.fromkeys(COLUMNS, "")


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the vans of the ground an actor sees, with their next day and how far today's run is."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require_ground(actor)
    now = timezone.now()
    found = list(vans.visible_vans(actor).prefetch_related("stops"))
    runs = Run.objects.filter(van__in=found, day=timezone.localdate(now)).prefetch_related("checks")
    today = {run.van_id: run for run in runs}
    context = {
        "now": now,
        "tabs": tabs("patrol-vans"),
        "rows": [_row(each, today.get(each.pk), now) for each in found],
        "may_plan": may(actor, Permission.PLAN_PATROLS),
    }
    return frame.page(request, "desk/patrols/vans.html", context)


def _row(van: Van, run: Run | None, now: Any) -> dict[str, Any]:
    today = timezone.localdate(now)
    checks = {check.stop_id: check for check in run.checks.all()} if run else {}
    stops = [stop for stop in van.stops.all() if stop.is_open]
    return {
        "van": van,
        "url": reverse("desk:patrol-van", args=[van.pk]),
        "place": names().get(van.area, van.area),
        "when": when(Rhythm(van.rhythm), van.on_day),
        "is_today": (next_day := vans.next_day(van, today)) == today,
        "next_day": filters.short_day(next_day, now),
        "offers": [label(VanService(each)) for each in van.offers],
        "stops": [(stop, checks.get(stop.pk)) for stop in stops],
        "stood": len(checks),
        "served": sum(check.served for check in checks.values()),
        "packed": len(run.packed) if run else 0,
        "view": sketch(van.area, [(stop.lon, stop.lat) for stop in stops], width=420, height=220),
        "done": {str(n) for n, stop in enumerate(stops, 1) if stop.pk in checks},
    }


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Put a van into service."""
    require(request.actor, Permission.PLAN_PATROLS)  # type: ignore[attr-defined]
    return _write(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, van_id: int) -> HttpResponse:
    """Change a van. Who may not sees it in the list."""
    van = vans.van(request.actor, van_id)  # type: ignore[attr-defined]
    require(request.actor, Permission.PLAN_PATROLS, van.area)  # type: ignore[attr-defined]
    return _write(request, van)


@require_POST
def retire(request: HttpRequest, van_id: int) -> HttpResponse:
    """Take a van out of service."""
    told = {"van_id": van_id, "by": request.actor, "now": timezone.now()}  # type: ignore[attr-defined]
    attempt(request, lambda: actions.retire_van(**told) or True, _("Out of service. Its stops are public no more."))
    return redirect("desk:patrol-vans")


def _write(request: HttpRequest, van: Van | None) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    if posted is not None and "add" not in posted:
        told = {"van_id": van.pk if van else None, "version": number(posted.get("version", "")) or 0}
        told |= {"by": request.actor, "now": timezone.now()}  # type: ignore[attr-defined]
        said = _("Saved. Its stops are public from now on.")
        if attempt(request, lambda: actions.equip_van(_fit(posted), **told), said) is not None:
            return redirect("desk:patrol-vans")
    return _form(request, van, posted)


def _fit(posted: QueryDict) -> actions.Fit:
    stops = [
        Stop(row["name"].strip()[:40], clock(row["start"]), clock(row["end"]), degrees(row["lon"]), degrees(row["lat"]))
        for row in lines(posted, COLUMNS)
    ]
    return actions.Fit(
        name=posted.get("title", "")[:40],
        area=posted.get("area", ""),
        unit_id=number(posted.get("unit", "")) or 0,
        offers=[each for each in VanService if each in posted.getlist("offers")],
        kit=listed(posted.get("kit", "")),
        rhythm=Rhythm(posted["rhythm"]) if posted.get("rhythm") in set(Rhythm) else Rhythm.DAILY,
        stops=stops,
        on_day=number(posted.get("on_day", ""), most=31),
    )


def _form(request: HttpRequest, van: Van | None, posted: QueryDict | None) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    given = _given(van, posted)
    rows = lines(posted, COLUMNS) if posted is not None else _rows_of(van)
    home = places.home_of(actor)
    context = {
        "tabs": tabs("patrol-vans"),
        "van": van,
        "fields": _fields(actor, given, home),
        "rows": [{**row, "nth": n} for n, row in enumerate(rows, 1)],
        "fresh": {**EMPTY, "nth": len(rows) + 1},
        "has_room": len(rows) < MOST_STOPS,
        "map_view": (_middle(rows) if posted is None else None) or siting.view(actor, {}),
        "grids_url": reverse("desk:map-layer", args=["grids"]),
    }
    return frame.page(request, "desk/patrols/van_form.html", context)


def _middle(rows: list[dict[str, str]]) -> tuple[float, float, float] | None:
    """Return the middle of the stops, to begin the map there."""
    lons, lats = ([place for row in rows if (place := degrees(row[name]))] for name in ("lon", "lat"))
    return (sum(lons) / len(lons), sum(lats) / len(lats), 14.5) if lons and lats else None


def _given(van: Van | None, posted: QueryDict | None) -> dict[str, Any]:
    names_ = ("title", "area", "unit", "rhythm", "on_day", "kit")
    if posted is not None:
        return {name: posted.get(name, "") for name in names_} | {"offers": tuple(posted.getlist("offers"))}
    if van is None:
        return dict.fromkeys(names_, "") | {"rhythm": "weekly", "offers": ()}
    told = (van.name, van.area, str(van.unit_id), van.rhythm, str(van.on_day or ""), "、".join(van.kit))
    return dict(zip(names_, told, strict=True)) | {"offers": tuple(van.offers)}


def _rows_of(van: Van | None) -> list[dict[str, str]]:
    return [
        {
            "name": stop.name,
            "nth": str(stop.position),
            "start": f"{stop.start:%H:%M}",
            "end": f"{stop.end:%H:%M}",
            "lon": f"{stop.lon!r}",
            "lat": f"{stop.lat!r}",
        }
        for stop in (van.stops.filter(is_open=True) if van is not None else ())
    ]


def _fields(actor: Actor, given: dict[str, Any], home: str) -> list[Field]:
    kit = _("What is on board, between commas: blood pressure meter, reading glasses.")
    return [
        Field("title", _("Name"), value=given["title"], is_required=True, longest=40),
        patrol_forms.area_field(actor, given["area"]),
        patrol_forms.team_field(given["area"] or home, given["unit"]),
        *patrol_forms.rhythm_fields(given["rhythm"], given["on_day"]),
        Field("offers", _("Services"), "checks", given["offers"], choices=choices(VanService)),
        Field("kit", _("Kit"), "area", given["kit"], hint=kit, rows=2),
    ]
