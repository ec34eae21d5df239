"""The ledger of police partners: opening one, where it is told, its secret, its codes of stations, what it was told."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tongxin.apps.alarms import actions, queries
from tongxin.apps.alarms.models import FAILED, Partner
from tongxin.apps.areas.queries import names
from tongxin.apps.people.models import Unit
from tongxin.apps.people.queries import unit_names
from tongxin.interfaces.desk.admin.doors import attempt, label, needs
from tongxin.interfaces.desk.frame import page
from tongxin.look.forms import Choice, Field
from tongxin.rules.alarms import Outcome, Result, Toward
from tongxin.rules.area_codes import Level
from tongxin.rules.errors import Missing
from tongxin.rules.permissions import Permission
from tongxin.rules.units import UnitKind

STATION_KINDS = (UnitKind.POLICE, UnitKind.TRAFFIC_POLICE)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.ISSUE_KEYS)
def index(request: HttpRequest) -> HttpResponse:
    """Show the partners; a post opens one and shows its secret, this once."""
    posted = request.POST if request.method == "POST" else None
    opened = _open(request, posted) if posted is not None else None
    found = list(queries.partners())
    context = {
        "rows": [(each, names().get(each.area, each.area), _state(each)) for each in found],
        "fields": _fields(posted if posted is not None and opened is None else QueryDict()),
        "partner": opened[0] if opened else None,
        "secret": opened[1] if opened else "",
    }
    return page(request, "desk/admin/police.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.ISSUE_KEYS)
def one(request: HttpRequest, partner_id: int) -> HttpResponse:
    """Show a partner; a post changes it, or gives it a new secret, shown this once."""
    partner = _partner(partner_id)
    posted = request.POST if request.method == "POST" else None
    is_rotated = posted is not None and posted.get("do") == "rotate"
    secret = _rotate(request, partner_id) if is_rotated else None
    if posted is not None and not is_rotated and _change(request, partner_id, posted):
        return redirect("desk:police-one", partner_id)
    partner = _partner(partner_id)
    stations = partner.stations.order_by("code").values_list("code", "unit_id")
    context = {
        "now": timezone.now(),
        "partner": partner,
        "area": names().get(partner.area, partner.area),
        "state": _state(partner),
        "secret": secret or "",
        "fields": _change_fields(partner, posted if posted is not None and not is_rotated else None),
        "stations": [(code, unit_names().get(unit_id, "—")) for code, unit_id in stations],
        "station_fields": _station_fields(partner),
        "tellings": [_telling(each) for each in queries.tellings(partner_id)],
    }
    return page(request, "desk/admin/police_one.html", context)


@require_POST
@needs(Permission.ISSUE_KEYS)
def station(request: HttpRequest, partner_id: int) -> HttpResponse:
    """Write down what a partner calls a unit, or forget it."""
    posted, code = request.POST, request.POST.get("code", "").strip()
    told = {"partner_id": partner_id, "code": code, "by": request.actor, "now": timezone.now()}  # type: ignore[attr-defined]
    if posted.get("do") == "drop":
        attempt(request, lambda: actions.drop_station(**told) or True, _("Forgotten."))
    else:
        unit = posted.get("unit", "")
        unit_id = int(unit) if unit.isdecimal() and len(unit) < 19 else 0
        attempt(request, lambda: actions.name_station(**told, unit_id=unit_id), _("Kept."))
    return redirect("desk:police-one", partner_id)


@require_POST
@needs(Permission.ISSUE_KEYS)
def again(request: HttpRequest, telling_id: int) -> HttpResponse:
    """Tell the police once more what they did not take."""
    told = {"telling_id": telling_id, "by": request.actor, "now": timezone.now()}  # type: ignore[attr-defined]
    sent = attempt(request, lambda: actions.send_again(**told), _("It is due again."))
    return redirect("desk:police-one", sent.alarm.partner_id) if sent else redirect("desk:police")


def _partner(partner_id: int) -> Partner:
    found = queries.partners().filter(pk=partner_id).first()
    if found is None:
        raise Missing("alarm.partner_missing")
    return found


def _open(request: HttpRequest, posted: QueryDict) -> tuple[Partner, str] | None:
    told = {name: posted.get(name, "").strip() for name in ("code", "name", "area", "url")}
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    return attempt(request, lambda: actions.open_partner(**told, by=by, now=now), _("The partner is open."))


def _change(request: HttpRequest, partner_id: int, posted: QueryDict) -> Partner | None:
    told = {"name": posted.get("name", ""), "url": posted.get("url", ""), "is_open": posted.get("is_open") == "true"}
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    return attempt(request, lambda: actions.change_partner(partner_id=partner_id, **told, by=by, now=now), _("Kept."))


def _rotate(request: HttpRequest, partner_id: int) -> str | None:
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    said = _("The new secret counts from now on, the old one beside it for a day.")
    return attempt(request, lambda: actions.rotate_secret(partner_id=partner_id, by=by, now=now), said)


def _state(partner: Partner) -> str:
    return _("heard") if partner.is_open else _("switched off")


def _telling(telling: Any) -> dict[str, Any]:
    return {
        "id": telling.pk,
        "number": telling.alarm.matter.number,
        "what": label(Result(telling.what)) if telling.to else label(Outcome(telling.what)),
        "whose": label(Toward(telling.to)) if telling.to else "",
        "at": telling.at,
        "tries": telling.tries,
        "code": telling.code,
        "state": {"waiting": _("waiting"), "sent": _("sent"), "failed": _("given up")}[telling.state],
        "is_failed": telling.state == FAILED,
    }


def _fields(told: Mapping[str, Any]) -> list[Field]:
    https = _("https; empty where it is told nothing")
    grounds = [code for code in names() if len(code) in (Level.CITY, Level.COUNTY)]
    return [
        Field(
            "code", _("Code"), value=told.get("code", ""), is_required=True, longest=40, hint=_("stands in its address")
        ),
        Field("name", _("Name"), value=told.get("name", ""), is_required=True, longest=60),
        Field(
            "area",
            _("Its territory"),
            "select",
            told.get("area", ""),
            is_required=True,
            choices=tuple(Choice(code, names()[code]) for code in sorted(grounds)),
            hint=_("what lies outside is not taken"),
        ),
        Field("url", _("Address to be told at"), "url", told.get("url", ""), longest=500, hint=https),
    ]


def _change_fields(partner: Partner, posted: QueryDict | None) -> list[Field]:
    told: Mapping[str, Any] = posted or {
        "name": partner.name,
        "url": partner.url,
        "is_open": "true" if partner.is_open else "",
    }
    https = _("https; empty where it is told nothing")
    return [
        Field("name", _("Name"), value=told.get("name", ""), is_required=True, longest=60),
        Field("url", _("Address to be told at"), "url", told.get("url", ""), longest=500, hint=https),
        Field("is_open", _("Listen to it"), "check", told.get("is_open", "")),
    ]


def _station_fields(partner: Partner) -> list[Field]:
    units = Unit.objects.filter(kind__in=STATION_KINDS, is_open=True, area__startswith=partner.area).order_by("area")
    return [
        Field("code", _("Their code"), is_required=True, longest=40, autocomplete="off"),
        Field(
            "unit",
            _("Our unit"),
            "select",
            is_required=True,
            choices=tuple(Choice(str(each.pk), each.name) for each in units),
        ),
    ]
