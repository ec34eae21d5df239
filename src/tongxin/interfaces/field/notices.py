"""通知 on the phone: one's own notices, the newest first; each leads to its matter and is read by that."""

from datetime import date, datetime
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongxin.apps.notify import actions, queries
from tongxin.interfaces.field import frame
from tongxin.look.filters import short_day
from tongxin.rules.permissions import Actor
from tongxin.rules.working_time import SHANGHAI

SHOWN = 30


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the latest notices by day. Six statements besides the frame's."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    now = timezone.now()
    rows = queries.notices(actor, size=SHOWN, language=get_language() or "zh-hans").rows
    days = groupby(rows, key=lambda row: row.at.astimezone(SHANGHAI).date())
    context = {
        "now": now,
        "days": [(_day(day, now), list(told)) for day, told in days],
        "newest": queries.newest(actor),
        "is_unread": any(not row.is_read for row in rows),
    }
    return frame.page(request, "field/notices.html", context)


@require_safe
def one(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Mark a notice as read and lead to its matter. Raises Missing where that is no longer to be seen."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    notice = actions.read_one(notice_id=notice_id, by=by, now=timezone.now())
    number = queries.number_of(by, notice)
    return redirect("field:matter", number) if number else redirect("field:notices")


@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark everything up to the newest one shown as read."""
    up_to = request.POST.get("up_to", "")
    if up_to.isdecimal() and len(up_to) < 19:
        actions.read_all(up_to=int(up_to), by=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    return redirect("field:notices")


def _day(day: date, now: datetime) -> str:
    back = (now.astimezone(SHANGHAI).date() - day).days
    return {0: _("today"), 1: _("yesterday")}.get(back) or short_day(day, now)
