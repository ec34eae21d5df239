"""走访 on the phone: where to go again, and writing down a visit to a place, with a network or without."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from tongxin.apps.matters import kinds
from tongxin.apps.patrols import actions
from tongxin.apps.patrols.duties import listed
from tongxin.apps.patrols.queries import visits
from tongxin.interfaces.field import frame, ground, keeping, syncing
from tongxin.interfaces.field.patrols import choices_of
from tongxin.interfaces.field.syncing import Item, takes
from tongxin.interfaces.field.today import Card, card
from tongxin.look import filters
from tongxin.look.forms import Choice
from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.permissions import GRID, Actor, Permission, may
from tongxin.rules.visits import DUTY_OF, NOTE_LIMIT, PLACE_LIMIT, Outcome, PlaceKind, Purpose

SHOWN = 5


@card(60)
def _again(request: HttpRequest, now: datetime) -> Card | None:
    """Show where the team set itself to go again, and the way to write a visit down."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not (actor.roles & GRID and may(actor, Permission.PATROL)):
        return None
    today = timezone.localdate(now)
    found = [
        {"visit": each, "when": _when(each.next_on, today), "is_late": each.next_on < today}
        for each in visits.again(actor, today)[:SHOWN]
    ]
    return Card("field/today_visits.html", {"again": found})


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Show the form of a visit, or take one that came without script."""
    now, wrong, status = timezone.now(), "", 200
    if request.method == "POST":
        try:
            syncing.plainly(request, "visit", now)
            messages.success(request, _("Written down."))
            return redirect("field:today")
        except Refused as refusal:
            wrong, status = filters.say(refusal), refusal.status
    actor: Actor = request.actor  # type: ignore[attr-defined]
    given = request.POST if request.method == "POST" else request.GET
    english = filters.is_english()
    context = {
        "now": now,
        "grids": [Choice(each.code, each.name) for each in ground.grids(actor)],
        "kinds": choices_of(PlaceKind),
        "purposes": [(each, _items(Purpose(each.value), english)) for each in choices_of(Purpose)],
        "outcomes": choices_of(Outcome),
        "places": visits.places_of(actor),
        "templates": [Choice(each.code, f"{each.code} {each.name_en if english else each.name}") for each in _told()],
        "limits": (PLACE_LIMIT, NOTE_LIMIT),
        "given": given,
        "wrong": wrong,
        "key": syncing.fresh_key(),
    }
    return frame.page(request, "field/visit.html", context, tab="today", status=status)


@takes("visit")
def visit(item: Item) -> dict[str, Any]:
    """Take a visit, and the matter that was reported out of it."""
    fields = item.fields
    kind, purpose, outcome = (fields.get(name, "") for name in ("place_kind", "purpose", "outcome"))
    if kind not in set(PlaceKind) or purpose not in set(Purpose) or outcome not in set(Outcome):
        raise Invalid("visit.unfinished")
    items = {each.code for each in listed()[DUTY_OF[Purpose(purpose)]].items}
    made = actions.visit(
        area=fields.get("area", ""),
        kind=PlaceKind(kind),
        place=fields.get("place", ""),
        purpose=Purpose(purpose),
        outcome=Outcome(outcome),
        at=item.at,
        asked=fields.get("asked", ""),
        answered=fields.get("answered", ""),
        ticks=[each for each in fields.getlist("ticks") if each in items],  # those of another purpose were not seen
        template=fields.get("template", "") if outcome == Outcome.REPORTED else "",
        next_on=_day(fields.get("next_on", "")),
        by=item.by,
        now=item.now,
    )
    return {"id": made.pk, "number": made.matter.number if made.matter else ""}


@keeping.keeps
def _pages(request: HttpRequest, now: datetime) -> Iterator[str]:
    """Keep the form of a visit for who walks the grid."""
    if request.actor.roles & GRID:  # type: ignore[attr-defined]
        yield reverse("field:visit")


def _told() -> list[Any]:
    return [kind for kind in kinds.current().values() if not kind.is_sealed]


def _items(purpose: Purpose, english: bool) -> list[Choice]:
    return [Choice(each.code, each.title_en if english else each.title) for each in listed()[DUTY_OF[purpose]].items]


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise Invalid("visit.next_on", days=366) from wrong


def _when(day: date, today: date) -> str:
    days = (day - today).days
    if days < 0:
        return ngettext("%(n)s day late", "%(n)s days late", -days) % {"n": -days}
    return _("today") if days == 0 else ngettext("in %(n)s day", "in %(n)s days", days) % {"n": days}
