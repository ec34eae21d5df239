"""巡查 on the phone: today's rounds, their points, and checking in at one, with a network or without."""

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
from django.views.decorators.http import require_http_methods, require_safe

from tongxin import words
from tongxin.apps.areas.queries import names
from tongxin.apps.patrols import actions
from tongxin.apps.patrols.duties import listed
from tongxin.apps.patrols.queries import rounds
from tongxin.apps.patrols.queries.rounds import Place, Sheet
from tongxin.interfaces.field import frame, ground, keeping, syncing, taking
from tongxin.interfaces.field.syncing import Item, takes
from tongxin.interfaces.field.today import Card, card
from tongxin.look import filters
from tongxin.look.forms import Choice
from tongxin.look.maps import Mark, SmallMap
from tongxin.rules.errors import Invalid, Missing, Refused
from tongxin.rules.patrols import Found, GridDuty


@card(20)
def _rounds(request: HttpRequest, now: datetime) -> Card | None:
    """Show today's rounds: the first that waits on a map, the others in a line each."""
    found = sheets(request, now)
    if not found:
        return None
    first = next((each for each in found if each.next), found[0])
    rest = [shown(each, now) for each in found if each is not first]
    grids = {each.round.area for each in found}
    told = {"first": shown(first, now), "rest": rest, "view": sketch(first), "tells_grid": len(grids) > 1}
    return Card("field/today_patrols.html", told)


@require_safe
def one(request: HttpRequest, round_id: int) -> HttpResponse:
    """Show a round of the own team: its points in their order, what is done and what comes next."""
    now = timezone.now()
    sheet = rounds.sheet(request.actor, round_id)  # type: ignore[attr-defined]
    context = {"now": now, "row": shown(sheet, now), "view": sketch(sheet), "places": list(_places(sheet, now))}
    return frame.page(request, "field/round.html", context, tab="today")


@require_http_methods(["GET", "POST"])
def point(request: HttpRequest, round_id: int, point_id: int) -> HttpResponse:
    """Show the form of a check-in, or take one that came without script."""
    now, wrong, status = timezone.now(), "", 200
    if request.method == "POST":
        try:
            syncing.plainly(request, "checkin", now)
            messages.success(request, _("Checked in."))
            return redirect("field:round", round_id)
        except Refused as refusal:
            wrong, status = filters.say(refusal), refusal.status
    sheet = rounds.sheet(request.actor, round_id)  # type: ignore[attr-defined]
    nth, place = next(((n, each) for n, each in enumerate(sheet.places, 1) if each.point.pk == point_id), (0, None))
    if place is None:
        raise Missing("patrol.not_due")
    english = filters.is_english()
    duty = listed()[GridDuty(sheet.round.plan.duty)]
    context = {
        "now": now,
        "row": shown(sheet, now),
        "nth": nth,
        "place_": place,
        "said": _said(place, now),
        "founds": choices_of(Found),
        "looks": [Choice(item.code, item.title_en if english else item.title) for item in duty.items],
        "wrong": wrong,
        "given": request.POST,
        "key": syncing.fresh_key(),
    }
    return frame.page(request, "field/check_in.html", context, tab="today", status=status)


@takes("checkin")
def check_in(item: Item) -> dict[str, Any]:
    """Take a check-in: its position is used once, for the metres to the point, and not kept."""
    fields = item.fields
    found = fields.get("found", "")
    if found not in set(Found):
        raise Invalid("patrol.no_finding")
    lon, lat = degrees(fields.get("lon", "")), degrees(fields.get("lat", ""))
    made = actions.check_in(
        round_id=number(fields.get("round", "")),
        point_id=number(fields.get("point", "")),
        found=Found(found),
        at=item.at,
        lon=lon if lat is not None else None,
        lat=lat if lon is not None else None,
        matter=taking.about(item)[1] if fields.get("about") else fields.get("matter", "")[:20],
        reason=fields.get("reason", ""),
        ticks=fields.getlist("ticks"),
        by=item.by,
        now=item.now,
    )
    return {"id": made.pk, "metres": made.metres}


@keeping.keeps
def _pages(request: HttpRequest, now: datetime) -> Iterator[str]:
    """Keep today's rounds with the form of every point that waits."""
    for sheet in sheets(request, now):
        yield reverse("field:round", args=[sheet.round.pk])
        for each in sheet.places:
            if not each.is_done:
                yield reverse("field:check-in", args=[sheet.round.pk, each.point.pk])


# --- what the pages of the work on the grid share ---------------------------------------------------------


def sheets(request: HttpRequest, now: datetime) -> list[Sheet]:
    """Return today's rounds of this person, read once a request."""
    if not hasattr(request, "patrols"):
        request.patrols = rounds.today(request.actor, now)  # type: ignore[attr-defined]
    return request.patrols  # type: ignore[attr-defined,no-any-return]


def choices_of(kind: type[Any]) -> list[Choice]:
    """Return an enum as answers in the reader's language."""
    return [Choice(each.value, words.label(each, get_language() or "zh-hans")) for each in kind]


def number(text: str) -> int:
    """Read an id; 0, which nothing has, where it is none."""
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def degrees(text: str) -> float | None:
    """Read a longitude or latitude that a phone filled in; None where it could not."""
    if not text.strip():
        return None
    try:
        return float(text)
    except ValueError as wrong:
        raise Invalid("patrol.bad_point") from wrong


def shown(sheet: Sheet, now: datetime) -> dict[str, Any]:
    """Return a round as the phone shows it."""
    lamp = sheet.lamp(now)
    opens, due = (timezone.localtime(each) for each in sheet.hours)
    after = sheet.next
    return {
        "sheet": sheet,
        "url": reverse("field:round", args=[sheet.round.pk]),
        "name": sheet.round.plan.name,
        "grid": names().get(sheet.round.area, ""),
        "hours": f"{opens:%H:%M}–{due:%H:%M}",
        "lamp": lamp.value if lamp else "green",
        "left": filters.remainder_brief(sheet.round.due_at, now) if lamp else _("all visited"),
        "done": sheet.done,
        "all": len(sheet.places),
        "next": after,
        "nth": sheet.places.index(after) + 1 if after else 0,
        "next_url": reverse("field:check-in", args=[sheet.round.pk, after.point.pk]) if after else "",
        "visited": {str(n) for n, each in enumerate(sheet.places, 1) if each.is_done},
    }


def sketch(sheet: Sheet) -> SmallMap:
    """Draw a round's points by number on their ground."""
    points = [(each.point.lon, each.point.lat) for each in sheet.places]
    marks = [Mark(lon, lat, str(n)) for n, (lon, lat) in enumerate(points, 1)]
    return ground.around(sheet.round.area, marks=marks, fit=points, high=132)


def _places(sheet: Sheet, now: datetime) -> Iterator[dict[str, Any]]:
    for n, each in enumerate(sheet.places, 1):
        url = reverse("field:check-in", args=[sheet.round.pk, each.point.pk])
        yield {"nth": n, "place": each, "url": url, "said": _said(each, now)}


def _said(place: Place, now: datetime) -> str:
    """Say what was found at a point, and when; empty where nobody was there yet."""
    check = place.check
    if check is None:
        return ""
    found = words.label(Found(check.found), get_language() or "zh-hans")
    return f"{found} · {filters.moment(check.at, now)}"
