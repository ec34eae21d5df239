"""Keeping devices: entering one, its own limits, its key, what was done to it, taking it away."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tongxin.apps.devices import actions, kinds, queries
from tongxin.apps.devices.actions.ledger import Described
from tongxin.apps.devices.models import Device
from tongxin.apps.people import directory
from tongxin.interfaces.desk import layers
from tongxin.interfaces.desk.admin.doors import attempt, choices, needs
from tongxin.interfaces.desk.frame import page
from tongxin.interfaces.desk.places import home_of
from tongxin.look.forms import Field
from tongxin.rules.devices import DeviceKind, Upkeep
from tongxin.rules.permissions import Permission
from tongxin.rules.working_time import SHANGHAI

LIMITS = ("raise_at", "clear_at", "need", "of", "seconds", "quiet_minutes")
COUNTS = frozenset({"need", "of", "seconds", "quiet_minutes"})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.KEEP_DEVICES)
def enter(request: HttpRequest) -> HttpResponse:
    """Enter a device, or change the one of this code."""
    posted = request.POST if request.method == "POST" else None
    if posted is not None:
        by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
        described = _described(posted)
        said = _("%(code)s stands in the ledger.") % {"code": described.code}
        if attempt(request, lambda: actions.enter(described, by=by, now=now), said) is not None:
            return redirect("desk:device", described.code)
    context = {
        "fields": _entered(posted or QueryDict()),
        "grids_url": reverse("desk:map-layer", args=["grids"]) + "?plain=1",
        "view": layers.view_of(home_of(request.actor)),  # type: ignore[attr-defined]
    }
    return page(request, "desk/device_new.html", context)


@require_POST
def change(request: HttpRequest, code: str) -> HttpResponse:
    """Set a device's own limits; an empty field is its kind's."""
    device, by, now = _kept(request, code)
    limits = {name: value for name in LIMITS if (value := _number(request.POST.get(name, ""), name)) is not None}
    minutes = _number(request.POST.get("heartbeat_minutes", ""), "need") or 0
    attempt(
        request,
        lambda: actions.change(device_id=device.pk, limits=limits, heartbeat_minutes=int(minutes), by=by, now=now),
        _("The limits are kept."),
    )
    return redirect("desk:device", code)


@require_POST
def revoke(request: HttpRequest, code: str) -> HttpResponse:
    """End the device's key at once."""
    device, by, now = _kept(request, code)
    said = _("The key no longer opens anything.")
    attempt(request, lambda: actions.revoke_key(device_id=device.pk, by=by, now=now), said)
    return redirect("desk:device", code)


@require_POST
def maintain(request: HttpRequest, code: str) -> HttpResponse:
    """Enter what was done to the device."""
    device, by, now = _kept(request, code)
    told = request.POST
    attempt(
        request,
        lambda: actions.maintain(
            device_id=device.pk,
            what=told.get("what", ""),
            on=_day(told.get("on", ""), now),
            unit_id=device.owner_id,
            note=told.get("note", ""),
            by=by,
            now=now,
        ),
        _("It is in the ledger."),
    )
    return redirect("desk:device", code)


@require_POST
def retire(request: HttpRequest, code: str) -> HttpResponse:
    """Take the device out of service."""
    device, by, now = _kept(request, code)
    said = _("%(code)s is taken out of service.") % {"code": code}
    attempt(request, lambda: actions.retire(device_id=device.pk, by=by, now=now), said)
    return redirect("desk:device", code)


def forms(device: Device, now: datetime) -> dict[str, Any]:
    """Return the forms on a device's page, for who keeps it."""
    limits = kinds.limits_for(device.kind, {})
    _measure, unit = kinds.book().sorts[DeviceKind(device.kind)].named(get_language() or "zh-hans")
    own = device.limits
    titles = {
        "raise_at": _("Raised at"),
        "clear_at": _("Cleared at"),
        "need": _("Readings beyond it"),
        "of": _("of the last"),
        "seconds": _("Over seconds"),
        "quiet_minutes": _("Quiet minutes after"),
    }
    shown = {
        name: Field(
            name,
            titles[name],
            "number",
            f"{own[name]:g}" if name in own else "",
            placeholder=f"{getattr(limits, name):g}",
            unit=unit if name in ("raise_at", "clear_at") else "",
            step="1" if name in COUNTS else "any",
        )
        for name in LIMITS
        if limits is not None
    }
    minutes = str(device.heartbeat_minutes)
    beat = Field("heartbeat_minutes", _("Heartbeat, minutes"), "number", minutes, is_required=True, step="1", low=1)
    today = now.astimezone(SHANGHAI).date()
    return {
        "limit_fields": [*shown.values(), beat],
        "upkeep_fields": [
            Field("what", _("What was done"), "select", "", is_required=True, choices=choices(Upkeep)),
            Field("on", _("Day"), "date", today.isoformat(), is_required=True),
            Field("note", _("Note"), hint=_("what was found; no names"), longest=200),
        ],
    }


def _kept(request: HttpRequest, code: str) -> tuple[Device, Any, datetime]:
    by = request.actor  # type: ignore[attr-defined]
    return queries.one(by, code), by, timezone.now()


def _number(text: str, name: str) -> float | int | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return int(value) if name in COUNTS and value == int(value) else value


def _day(text: str, now: datetime) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return now.astimezone(SHANGHAI).date()


def _described(posted: QueryDict) -> Described:
    told = {name: posted.get(name, "").strip() for name in ("code", "kind", "owner", "lon", "lat", "place", "model")}
    owner = directory.unit_called(told["owner"])
    lon, lat = (_number(told[name], "") for name in ("lon", "lat"))
    return Described(
        told["code"],
        told["kind"],
        owner.pk if owner else 0,
        999.0 if lon is None else float(lon),
        999.0 if lat is None else float(lat),
        told["place"],
        told["model"],
    )


def _entered(told: QueryDict) -> list[Field]:
    code = _("3 to 40 letters, digits, dots, dashes or underscores; it names the device's topics too")
    return [
        Field("code", _("Code"), value=told.get("code", ""), is_required=True, longest=40, hint=code),
        Field("kind", _("Kind"), "select", told.get("kind", ""), is_required=True, choices=choices(DeviceKind)),
        Field(
            "owner", _("Owner unit"), value=told.get("owner", ""), is_required=True, hint=_("name or code of the unit")
        ),
        Field("place", _("Place"), value=told.get("place", ""), is_required=True, longest=120),
        Field("lon", _("Longitude (WGS-84)"), "number", told.get("lon", ""), is_required=True, step="any"),
        Field("lat", _("Latitude (WGS-84)"), "number", told.get("lat", ""), is_required=True, step="any"),
        Field("model", _("Model"), value=told.get("model", ""), longest=60),
    ]
