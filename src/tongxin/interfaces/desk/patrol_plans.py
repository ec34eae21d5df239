"""Patrol plans at the desk: listed, drawn up, changed, closed. Points stand in a table, and by number on a sketch."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongxin.apps.areas.queries import names
from tongxin.apps.patrols import actions
from tongxin.apps.patrols.models import Plan
from tongxin.apps.patrols.queries import rounds
from tongxin.apps.patrols.reach import within
from tongxin.interfaces.desk import frame, patrol_forms, places, siting
from tongxin.interfaces.desk.admin.doors import attempt, choices, label
from tongxin.interfaces.desk.patrol_forms import clock, degrees, lines, number, when
from tongxin.interfaces.desk.patrols import area_asked, area_field, require_ground, sketch, tabs
from tongxin.look.forms import Field
from tongxin.rules.patrols import MOST_POINTS, GridDuty, Rhythm
from tongxin.rules.permissions import Actor, Permission, may, require

SHOWN = 200
COLUMNS = ("name", "nth", "id", "lon", "lat", "radius", "look_at")
EMPTY = {"name": "", "nth": "", "id": "", "lon": "", "lat": "", "radius": "50", "look_at": ""}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the plans of the ground an actor sees."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require_ground(actor)
    area = area_asked(request, actor)
    found = list(rounds.visible_plans(actor).filter(within(area)).prefetch_related("points")[:SHOWN])
    context = {
        "tabs": tabs("patrol-plans"),
        "fields": [area_field(actor, area)],
        "rows": [_row(each) for each in found],
        "is_cut": len(found) == SHOWN,
        "may_plan": may(actor, Permission.PLAN_PATROLS),
    }
    return frame.page(request, "desk/patrols/plans.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Draw up a plan."""
    require(request.actor, Permission.PLAN_PATROLS)  # type: ignore[attr-defined]
    posted = request.POST if request.method == "POST" else None
    if posted is not None and "add" not in posted:
        now, said = timezone.now(), _("Drawn up. Its rounds begin on the next day it falls due.")
        made = attempt(request, lambda: actions.draw_up(_draft(posted), by=request.actor, now=now), said)  # type: ignore[attr-defined]
        if made is not None:
            return redirect("desk:patrol-plan", made.pk)
    return _form(request, None, posted)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Show a plan; a post changes it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    plan = rounds.plan(actor, plan_id)
    if not may(actor, Permission.PLAN_PATROLS, plan.area):
        return frame.page(request, "desk/patrols/plan.html", _shown(plan))
    posted = request.POST if request.method == "POST" else None
    if posted is not None and "add" not in posted:
        version = number(posted.get("version", "")) or 0
        told = {"plan_id": plan_id, "version": version, "by": actor, "now": timezone.now()}
        if attempt(request, lambda: actions.redraw(_draft(posted), **told), _("Changed.")) is not None:
            return redirect("desk:patrol-plan", plan_id)
    return _form(request, plan, posted)


@require_POST
def close(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Let no more rounds come of a plan."""
    told = {"plan_id": plan_id, "by": request.actor, "now": timezone.now()}  # type: ignore[attr-defined]
    attempt(request, lambda: actions.close_plan(**told) or True, _("Closed. No more rounds come of it."))
    return redirect("desk:patrol-plans")


def _row(plan: Plan) -> dict[str, Any]:
    return {
        "plan": plan,
        "url": reverse("desk:patrol-plan", args=[plan.pk]),
        "place": names().get(plan.area, plan.area),
        "duty": label(GridDuty(plan.duty)),
        "when": when(Rhythm(plan.rhythm), plan.on_day),
        "points": sum(point.is_open for point in plan.points.all()),
    }


def _shown(plan: Plan) -> dict[str, Any]:
    points = list(plan.points.all())
    return {
        "tabs": tabs("patrol-plans"),
        "row": _row(plan),
        "points": points,
        "view": sketch(plan.area, [(point.lon, point.lat) for point in points]),
    }


def _draft(posted: QueryDict) -> actions.Draft:
    spots = [
        actions.Spot(
            row["name"],
            degrees(row["lon"]),
            degrees(row["lat"]),
            number(row["radius"], most=10_000) or 0,
            row["look_at"][:120],
            number(row["id"]),
        )
        for row in lines(posted, COLUMNS)
    ]
    return actions.Draft(
        name=posted.get("title", "")[:60],
        area=posted.get("area", ""),
        duty=GridDuty(posted["duty"]) if posted.get("duty") in set(GridDuty) else GridDuty.SAFETY,
        unit_id=number(posted.get("unit", "")) or 0,
        rhythm=Rhythm(posted["rhythm"]) if posted.get("rhythm") in set(Rhythm) else Rhythm.DAILY,
        opens=clock(posted.get("opens", "")),
        closes=clock(posted.get("closes", "")),
        spots=spots,
        on_day=number(posted.get("on_day", ""), most=31),
    )


def _form(request: HttpRequest, plan: Plan | None, posted: QueryDict | None) -> HttpResponse:
    """Show the form as it was filled in, as the plan stands, or for a new one."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    given = _given(request, plan, posted)
    rows = lines(posted, COLUMNS) if posted is not None else _rows_of(plan)
    marks = [(float(row["lon"]), float(row["lat"])) for row in rows if _is_point(row)]
    context = {
        "tabs": tabs("patrol-plans"),
        "plan": plan,
        "fields": _fields(actor, given),
        "rows": [{**row, "nth": n} for n, row in enumerate(rows, 1)],
        "fresh": {**EMPTY, "nth": len(rows) + 1},
        "has_room": len(rows) < MOST_POINTS,
        "view": sketch(given["area"], marks) if given["area"] and marks else None,
        "map_view": siting.view(actor, {}) if not marks else (*marks[-1], 15.5),
        "grids_url": reverse("desk:map-layer", args=["grids"]),
        "place": " ".join(places.way(given["area"])) if given["area"] else "",
    }
    return frame.page(request, "desk/patrols/plan_form.html", context)


def _given(request: HttpRequest, plan: Plan | None, posted: QueryDict | None) -> dict[str, str]:
    names_ = ("title", "area", "duty", "unit", "rhythm", "on_day", "opens", "closes")
    if posted is not None:
        return {name: posted.get(name, "") for name in names_}
    if plan is None:
        usual = ("", request.GET.get("area", ""), "safety", "", "workdays", "", "08:30", "17:30")
        return dict(zip(names_, usual, strict=True))
    hours = (f"{plan.opens:%H:%M}", f"{plan.closes:%H:%M}")
    told = (plan.name, plan.area, plan.duty, str(plan.unit_id), plan.rhythm, str(plan.on_day or ""), *hours)
    return dict(zip(names_, told, strict=True))


def _rows_of(plan: Plan | None) -> list[dict[str, str]]:
    return [
        {
            "name": point.name,
            "nth": str(point.position),
            "id": str(point.pk),
            "lon": f"{point.lon!r}",
            "lat": f"{point.lat!r}",
            "radius": str(point.radius_m),
            "look_at": point.look_at,
        }
        for point in (plan.points.all() if plan is not None else ())
    ]


def _is_point(row: dict[str, str]) -> bool:
    try:
        lon, lat = float(row["lon"]), float(row["lat"])
    except ValueError:
        return False
    return abs(lon) <= 180 and abs(lat) <= 90


def _fields(actor: Actor, given: dict[str, str]) -> Sequence[Field]:
    late = _("No later than the start: it ends on the next morning.")
    base = given["area"] or places.home_of(actor)
    return (
        Field("title", _("Name"), value=given["title"], is_required=True, longest=60),
        patrol_forms.area_field(actor, given["area"]),
        patrol_forms.team_field(base, given["unit"]),
        Field("duty", _("Duty"), "select", given["duty"], is_required=True, choices=choices(GridDuty)),
        *patrol_forms.rhythm_fields(given["rhythm"], given["on_day"]),
        Field("opens", _("From"), "time", given["opens"], is_required=True),
        Field("closes", _("Due by"), "time", given["closes"], is_required=True, hint=late),
    )
