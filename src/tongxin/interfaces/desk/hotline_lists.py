"""What is left of calls: drafts to finish, matters that came back, and the figures of a team."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongxin import words
from tongxin.apps.areas.queries import chain
from tongxin.apps.hotline import actions, queries
from tongxin.apps.people.queries import unit_names
from tongxin.interfaces.desk import frame, lines
from tongxin.look import filters
from tongxin.rules.channels import Channel
from tongxin.rules.lifecycles.matter import State
from tongxin.rules.permissions import DESK, OVERSIGHT, Permission, require
from tongxin.rules.working_time import SHANGHAI

PERIODS = {"day": 1, "week": 7, "month": 30}


class Back(NamedTuple):
    """A matter that came back to be put right."""

    number: str
    url: str
    title: str
    place: str
    why: str
    moment: str


@require_http_methods(["GET", "POST"])
def drafts(request: HttpRequest) -> HttpResponse:
    """Show what was begun and not finished; throw one away."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    require(actor, Permission.TAKE_CALLS)
    if request.method == "POST":
        actions.drop_draft(key=request.POST.get("key", ""), by=actor, now=now)
        messages.success(request, _("The draft is gone."))
        return redirect("desk:call-drafts")
    return frame.page(request, "desk/call_drafts.html", {"now": now, "drafts": queries.drafts(actor)})


@require_safe
def returned(request: HttpRequest) -> HttpResponse:
    """Show what came by telephone and came back: sent back by a unit, or found untrue on the spot."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    require(actor, Permission.TAKE_CALLS)
    language = get_language() or "zh-hans"
    rows = [
        Back(
            row.number,
            f"{lines.base()}{row.number}/",
            row.title,
            " · ".join(filter(None, [row.place, chain(row.area)[-1]])),
            _("Sent back by the unit")
            if row.state == State.AWAITING_DISPATCH
            else words.label(State.VERIFYING, language),
            filters.recent(row.entered_at, now),
        )
        for row in queries.returned(actor)[:100]
    ]
    return frame.page(request, "desk/call_returned.html", {"now": now, "rows": rows})


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Show what each team took in, by day, week or month: rates with what they count, no person."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    if not actor.roles & (DESK | OVERSIGHT):
        require(actor, Permission.TAKE_CALLS)
    period = request.GET.get("period", "day")
    end = _midnight(now) + timedelta(days=1)
    start = end - timedelta(days=PERIODS.get(period, 1))
    language = get_language() or "zh-hans"
    channels = queries.by_channel(actor, start, end)
    context = {
        "now": now,
        "period": period if period in PERIODS else "day",
        "first": start.astimezone(SHANGHAI).date(),
        "last": (end - timedelta(days=1)).astimezone(SHANGHAI).date(),
        "teams": [_team(each) for each in queries.figures(actor, start, end)],
        "channels": [(words.label(Channel(name), language), many) for name, many in channels.items()],
        "dispatched": sum(channels.values()),
    }
    return frame.page(request, "desk/call_figures.html", context)


def _team(each: queries.Figures) -> tuple[str, ...]:
    """Return one line of the table; a rate stands over what it counts."""
    counts = (each.answered, each.dispatched, each.joined, each.handed_over)
    return (
        unit_names().get(each.unit_id, "—"),
        str(each.calls),
        _rate(each.connected, each.calls),
        _rate(each.in_time, each.calls),
        *(str(count) for count in counts),
    )


def _rate(part: int, whole: int) -> str:
    return f"{filters.rate(part / whole, 1)} ({part:,} / {whole:,})" if whole else "—"


def _midnight(now: datetime) -> datetime:
    return now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
