"""Units: found by area, kind and pinyin; opened, renamed, closed to new work."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tongxin.apps.areas import queries as areas
from tongxin.apps.people import actions, directory, queries
from tongxin.apps.people.models import Unit
from tongxin.interfaces.desk import roster
from tongxin.interfaces.desk.admin.doors import attempt, choices, label, needs
from tongxin.interfaces.desk.frame import page
from tongxin.look.forms import Field
from tongxin.rules.permissions import Permission, Role
from tongxin.rules.units import UnitKind


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.EDIT_UNITS)
def index(request: HttpRequest) -> HttpResponse:
    """Show units, and open one. One statement besides the frame's."""
    posted = request.POST if request.method == "POST" else None
    if posted is not None and (opened := _open(request, posted)) is not None:
        return redirect("desk:unit", opened.pk)
    asked = {name: request.GET.get(name, "").strip()[:60] for name in ("find", "kind", "area")}
    after = request.GET.get("after", "")
    found = directory.units(
        words=asked["find"], kind=asked["kind"], area=asked["area"], after=int(after) if after.isdecimal() else 0
    )
    more = urlencode({**asked, "after": found.next}) if found.next else ""
    context = {
        "rows": [line(unit) for unit in found.rows],
        "search": _search_fields(asked),
        "fields": _open_fields(posted),
        "is_opening": posted is not None,
        "is_asked": any(asked.values()),
        "next_url": f"{reverse('desk:units')}?{more}" if more else "",
    }
    return page(request, "desk/admin/units.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.EDIT_UNITS)
def one(request: HttpRequest, unit_id: int) -> HttpResponse:
    """Show a unit with its posts; a post changes name, telephone and whether it takes new work."""
    posted = request.POST if request.method == "POST" else None
    if posted is not None and _change(request, unit_id, posted) is not None:
        return redirect("desk:unit", unit_id)
    unit = queries.unit(unit_id)
    roles = [Role(post.role) for post in directory.posts(unit_id=unit_id) if post.end_on is None]
    context = {
        "unit": line(unit),
        "fields": _change_fields(unit, posted),
        "roles": [(label(role), roles.count(role)) for role in Role if role in roles],
        "on_duty": roster.said(unit_id, timezone.now()),
    }
    return page(request, "desk/admin/unit.html", context)


def line(unit: Unit) -> dict[str, object]:
    """Return a unit as a row shows it."""
    return {
        "id": unit.pk,
        "code": unit.code,
        "name": unit.name,
        "kind": label(UnitKind(unit.kind)),
        "area": unit.area,
        "place": " ".join(areas.chain(unit.area)[-2:]) or unit.area,
        "phone": unit.phone,
        "is_open": unit.is_open,
    }


def _open(request: HttpRequest, posted: QueryDict) -> Unit | None:
    told = {name: posted.get(name, "").strip() for name in ("code", "name", "kind", "area", "phone")}
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    said = _("%(unit)s is open.") % {"unit": told["name"]}
    return attempt(request, lambda: actions.open_unit(**_cut(told), by=by, now=now), said)


def _change(request: HttpRequest, unit_id: int, posted: QueryDict) -> Unit | None:
    told = _cut({name: posted.get(name, "").strip() for name in ("name", "phone")})
    is_open, by, now = posted.get("is_open") == "true", request.actor, timezone.now()  # type: ignore[attr-defined]
    said = _("%(unit)s is changed.") % {"unit": told["name"]}
    return attempt(request, lambda: actions.change_unit(unit_id=unit_id, **told, is_open=is_open, by=by, now=now), said)


def _cut(told: dict[str, str]) -> dict[str, str]:
    """Keep texts within their columns."""
    longest = {"code": 40, "name": 80, "phone": 40, "area": 17}
    return {name: text[: longest.get(name, 32)] for name, text in told.items()}


def _search_fields(asked: dict[str, str]) -> list[Field]:
    return [
        Field("find", _("Name, pinyin or code"), "search", asked["find"]),
        Field("kind", _("Kind"), "select", asked["kind"], choices=choices(UnitKind), placeholder=_("All kinds")),
        Field("area", _("Area code"), value=asked["area"], placeholder="330802"),
    ]


def _open_fields(posted: QueryDict | None) -> list[Field]:
    told = posted or {}
    return [
        Field("name", _("Name"), value=told.get("name", ""), is_required=True, longest=80),
        Field("code", _("Code"), value=told.get("code", ""), is_required=True, longest=40),
        Field("kind", _("Kind"), "select", told.get("kind", ""), is_required=True, choices=choices(UnitKind)),
        Field("area", _("Area code"), value=told.get("area", ""), is_required=True, longest=17),
        Field("phone", _("Office telephone"), "tel", told.get("phone", ""), longest=40),
    ]


def _change_fields(unit: Unit, posted: QueryDict | None) -> list[Field]:
    told = posted or {"name": unit.name, "phone": unit.phone, "is_open": "true" if unit.is_open else ""}
    hint = _("A closed unit keeps what it has and is given nothing new.")
    return [
        Field("name", _("Name"), value=told.get("name", ""), is_required=True, longest=80),
        Field("phone", _("Office telephone"), "tel", told.get("phone", ""), longest=40),
        Field("is_open", _("Takes new work"), "check", told.get("is_open", ""), hint=hint),
    ]
