"""一键求助 on the phone: what rings for one's team, calling a team oneself, and the page behind a place's code.

That page is for everybody who stands at the place: no account, no name, no position. It is only limited in how often.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongxin import words
from tongxin.apps.patrols import actions
from tongxin.apps.patrols.models import HelpCall
from tongxin.apps.patrols.queries import help as helps
from tongxin.guard.addresses import address_of
from tongxin.guard.limits import Limit
from tongxin.interfaces.field import frame, keeping
from tongxin.interfaces.field.patrols import choices_of
from tongxin.interfaces.field.today import Card, card
from tongxin.look import filters
from tongxin.rules import help_calls
from tongxin.rules.errors import Invalid, Missing, Refused
from tongxin.rules.help_calls import Ending, Move, Standing, Trouble
from tongxin.rules.permissions import Actor, Permission, may, reporting

LOOKS = Limit(a_minute=30, burst=40)  # looks at a place's page from one address
TAPS = Limit(a_minute=2, burst=4)  # calls from one address
PLACE_TAPS = Limit(a_minute=3, burst=8)  # calls from one place, whoever taps
REFRESH = 6  # seconds until the page of an open call looks again
PLACES = 20


@card(5)
def _ringing(request: HttpRequest, now: datetime) -> Card | None:
    """Show what rings for the team, on top of everything."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not may(actor, Permission.ANSWER_HELP):
        return None
    rings = [told(each, now) for each in helps.ringing(actor)]
    return Card("field/today_help.html", {"rings": rings}) if rings else None


@card(45)
def _calling(request: HttpRequest, now: datetime) -> Card | None:
    """Lead to the places from which a team is called."""
    return Card("field/today_calling.html", {}) if may(request.actor, Permission.ANSWER_HELP) else None  # type: ignore[attr-defined]


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Show what rings for the team, and the places from which to call one."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    now = timezone.now()
    places = helps.visible_places(actor).filter(is_open=True)[:PLACES] if may(actor, Permission.REPORT) else ()
    context = {
        "now": now,
        "rings": [told(each, now) for each in helps.ringing(actor)],
        "endings": choices_of(Ending),
        "places": list(places),
        "troubles": choices_of(Trouble),
    }
    return frame.page(request, "field/help.html", context, tab="today")


@keeping.keeps
def _pages(request: HttpRequest, now: datetime) -> Iterator[str]:
    """Keep the page that says whom to telephone when there is no network to call a team by."""
    if may(request.actor, Permission.ANSWER_HELP):  # type: ignore[attr-defined]
        yield reverse("field:helps")


@require_POST
def move(request: HttpRequest, call_id: int, asked: str) -> HttpResponse:
    """Answer a call of the team, arrive, or end it."""
    given = {"call_id": call_id, "by": request.actor, "now": timezone.now()}  # type: ignore[attr-defined]
    acts = {Move.ANSWER: actions.answer, Move.ARRIVE: actions.arrive, Move.END: actions.end_call}
    if asked not in acts:
        raise Missing("help.missing")
    if asked == Move.END:
        given |= {"ending": _ending(request), "matter": request.POST.get("matter", "")}
    try:
        made = acts[Move(asked)](**given)
        messages.success(request, label(Standing(made.standing)))
    except Refused as refusal:
        messages.error(request, filters.say(refusal))
    return redirect("field:helps")


@require_POST
def call(request: HttpRequest, place_id: int) -> HttpResponse:
    """Call the team of a place, as a member of staff who is there."""
    place = helps.place(request.actor, place_id)  # type: ignore[attr-defined]
    actions.call(place_id=place.pk, trouble=_trouble(request), by=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    messages.success(request, _("Called. The team sees it now."))
    return redirect("field:helps")


@require_http_methods(["GET", "POST"])
def tapped(request: HttpRequest, token: str) -> HttpResponse:
    """Show a place's page to whoever scanned its code, or call its team."""
    address = address_of(request)
    LOOKS.take(address)
    place = helps.place_of_token(token)
    if request.method == "POST":
        TAPS.take(address)
        PLACE_TAPS.take(f"place:{place.pk}")
        by = reporting(f"help_place:{place.pk}")
        actions.call(place_id=place.pk, trouble=_trouble(request), by=by, now=timezone.now())
        return redirect("field:help-tap", token)
    now = timezone.now()
    calls = [told(each, now) for each in helps.open_of_place(place)]
    csrf = format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(request))
    context = {"place": place, "calls": calls, "troubles": choices_of(Trouble), "csrf_input": csrf}
    answer = render(request, "field/tap.html", context)
    answer["Cache-Control"] = "no-store"
    if calls:
        answer["Refresh"] = str(REFRESH)
    return answer


def told(made: HelpCall, now: datetime) -> dict[str, Any]:
    """Return a call as the phone shows it."""
    waited = int(((made.answered_at or now) - made.called_at).total_seconds())
    spent = _("%(m)s min %(s)s s") % {"m": waited // 60, "s": waited % 60}
    lamp = help_calls.lamp(made.called_at, made.answered_at, made.minutes, now)
    said = _("answered after %(span)s") if made.answered_at else _("waiting %(span)s")
    return {
        "call": made,
        "trouble": label(Trouble(made.trouble)),
        "standing": label(Standing(made.standing)),
        "lamp": lamp.value,
        "said": said % {"span": spent},
        "team": made.unit.name if made.unit else "",
        "moves": [(each.value, label(each)) for each in help_calls.moves(Standing(made.standing))],
    }


def label(member: Any) -> str:
    """Return a word of the field in the reader's language."""
    return words.label(member, get_language() or "zh-hans")


def _trouble(request: HttpRequest) -> Trouble:
    asked = request.POST.get("trouble", "")
    return Trouble(asked) if asked in set(Trouble) else Trouble.OTHER


def _ending(request: HttpRequest) -> Ending:
    asked = request.POST.get("ending", "")
    if asked not in set(Ending):
        raise Invalid("help.no_ending")
    return Ending(asked)
