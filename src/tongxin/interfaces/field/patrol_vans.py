"""便民流动车 on the phone: today's stops, the kit on board, what residents asked for, and standing at a stop."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tongxin import words
from tongxin.apps.patrols import actions
from tongxin.apps.patrols.queries import vans
from tongxin.interfaces.field import frame, keeping, syncing
from tongxin.interfaces.field.patrols import degrees, number
from tongxin.interfaces.field.syncing import Item, takes
from tongxin.interfaces.field.today import Card, card
from tongxin.look import filters
from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.vans import VanService


@card(40)
def _van(request: HttpRequest, now: datetime) -> Card | None:
    """Show the next stop of the team's van, where it drives today."""
    found = sheets(request, now)
    return Card("field/today_van.html", {"sheets": found}) if found else None


@require_http_methods(["GET", "POST"])
def today(request: HttpRequest) -> HttpResponse:
    """Show the day of the team's vans; take what came without script."""
    now, wrong, status = timezone.now(), "", 200
    if request.method == "POST":
        kind = "vanpack" if "pack" in request.POST else "vanstop"
        try:
            syncing.plainly(request, kind, now)
            messages.success(request, _("Written down."))
            return redirect("field:van")
        except Refused as refusal:
            wrong, status = filters.say(refusal), refusal.status
    english = get_language() or "zh-hans"
    rows = [
        {
            "sheet": each,
            "offers": [words.label(VanService(offer), english) for offer in each.van.offers],
            "keys": [syncing.fresh_key() for _stop in (*each.stops, None)],
        }
        for each in sheets(request, now)
    ]
    return frame.page(request, "field/van.html", {"now": now, "rows": rows, "wrong": wrong}, tab="today", status=status)


@takes("vanstop")
def stop(item: Item) -> dict[str, Any]:
    """Take down that a van stands at a stop."""
    fields = item.fields
    lon, lat = degrees(fields.get("lon", "")), degrees(fields.get("lat", ""))
    served = fields.get("served", "") or "0"
    if not (served.isdecimal() and len(served) < 5):
        raise Invalid("van.served", most=500)
    made = actions.stop_at(
        van_id=number(fields.get("van", "")),
        stop_id=number(fields.get("stop", "")),
        at=item.at,
        lon=lon if lat is not None else None,
        lat=lat if lon is not None else None,
        served=int(served),
        by=item.by,
        now=item.now,
    )
    return {"id": made.pk}


@takes("vanpack")
def pack(item: Item) -> dict[str, Any]:
    """Take down what of the kit is on board."""
    van_id, items = number(item.fields.get("van", "")), item.fields.getlist("items")
    return {"id": actions.pack(van_id=van_id, items=items, by=item.by, now=item.now).pk}


@keeping.keeps
def _pages(request: HttpRequest, now: datetime) -> Iterator[str]:
    """Keep the day of the van."""
    if sheets(request, now):
        yield reverse("field:van")


def sheets(request: HttpRequest, now: datetime) -> list[vans.Sheet]:
    """Return the days of the team's vans, read once a request."""
    if not hasattr(request, "vans"):
        request.vans = vans.sheets(request.actor, now)  # type: ignore[attr-defined]
    return request.vans  # type: ignore[attr-defined,no-any-return]
