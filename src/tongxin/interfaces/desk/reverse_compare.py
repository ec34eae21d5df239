"""应报未报: days of any time compared at the desk by who sets the reach, and how far that is."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongxin.apps.insight import comparisons
from tongxin.interfaces.desk import running
from tongxin.look import filters
from tongxin.look.forms import Field
from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.permissions import Actor
from tongxin.rules.working_time import SHANGHAI

USUAL_DAYS = 30


class Run(NamedTuple):
    """A comparison as its panel shows it."""

    days: str
    is_running: bool
    done: int
    wanted: int
    percent: int
    written: int
    left: int
    asked_at: datetime
    is_waiting: bool


def shown(actor: Actor, now: datetime) -> Run | None:
    """Return the comparison asked for last, for those who may ask."""
    last = comparisons.last(actor)
    if last is None:
        return None
    wanted, done = (max((at - last.start_at).days, 0) for at in (last.end_at, last.reached_at))
    is_running = last.ended_at is None
    until = last.end_at - timedelta(microseconds=1)
    return Run(
        f"{last.start_at.astimezone(SHANGHAI):%Y-%m-%d} – {until.astimezone(SHANGHAI):%Y-%m-%d}",
        is_running,
        done,
        wanted,
        100 * done // wanted if wanted else 0,
        last.written,
        last.left,
        last.asked_at,
        is_running and running.is_waiting(last.asked_at, done, now),
    )


def fields(now: datetime) -> tuple[Field, ...]:
    """Return what is asked before a comparison begins."""
    today = now.astimezone(SHANGHAI).date()
    first = today - timedelta(days=USUAL_DAYS - 1)
    return (
        Field("since", _("Calls from"), "date", first.isoformat(), is_required=True),
        Field("until", _("To"), "date", today.isoformat(), is_required=True),
    )


@require_POST
def compare(request: HttpRequest) -> HttpResponse:
    """Have the calls of some days compared."""
    try:
        first, last = (_day(request.POST.get(name, "")) for name in ("since", "until"))
        comparisons.ask(first, last, by=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    except Refused as refusal:
        messages.error(request, filters.say(refusal))
    return HttpResponseRedirect(reverse("desk:reverse-rule") + "#compare")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise Invalid("reverse.no_day") from wrong


@require_safe
def progress(request: HttpRequest) -> HttpResponse:
    """Show how far it is; once it has ended, have the whole page drawn anew."""
    run = shown(request.actor, timezone.now())  # type: ignore[attr-defined]
    if run is None or not run.is_running:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "desk/reverse_progress.html", {"run": run})
