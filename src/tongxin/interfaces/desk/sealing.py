"""Sealed matters at the desk: breaking the glass of one, closing it again, and the list for security and audit."""

from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongxin.apps.matters import actions
from tongxin.apps.matters.models import Matter, Unsealing
from tongxin.apps.matters.unsealings import latest, running
from tongxin.apps.people.models import Post
from tongxin.interfaces.desk.admin.doors import label, needs
from tongxin.interfaces.desk.frame import page
from tongxin.interfaces.desk.home import back_to
from tongxin.look import filters
from tongxin.look.forms import Field
from tongxin.rules.errors import NotAllowed, Refused
from tongxin.rules.permissions import Actor, Permission, Role, scope
from tongxin.rules.sealing import REASON_LEAST, REASON_MOST, Seal


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.UNSEAL)
def unseal(request: HttpRequest) -> HttpResponse:
    """Ask for the number and the reason, then open the matter. The page says the same whatever number stands in it."""
    told = request.POST if request.method == "POST" else request.GET
    number, reason, error = told.get("number", "").strip()[:24], told.get("reason", ""), None
    if request.method == "POST":
        by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
        try:
            opened = actions.unseal(number=number, reason=reason, by=by, now=now)
        except NotAllowed:
            raise
        except Refused as refusal:
            error = refusal
        else:
            return redirect("desk:matter", opened.matter.number)
    context = {
        "fields": _fields(number, reason, error),
        "hours": settings.UNSEAL_HOURS,
        "a_day": settings.UNSEAL_A_DAY,
        "least": REASON_LEAST,
    }
    return page(request, "desk/unseal.html", context, status=error.status if error else 200)


@require_POST
def reseal(request: HttpRequest, unsealing_id: int) -> HttpResponse:
    """Close what was opened, before its time is over."""
    actions.reseal(unsealing_id=unsealing_id, by=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    messages.success(request, _("Closed. The matter is as sealed as before."))
    return HttpResponseRedirect(back_to(request, reverse("desk:home")))


@require_safe
@needs(Permission.END_UNSEALING)
def unsealings(request: HttpRequest) -> HttpResponse:
    """Show who opened which sealed matter, when, why and until when. Three statements besides the frame's."""
    now, before = timezone.now(), request.GET.get("before", "")
    rows, next_ = latest(before=int(before) if before.isdecimal() and len(before) < 19 else None)
    posts = Post.objects.select_related("unit").in_bulk({row.post_id for row in rows if row.post_id})
    context = {
        "rows": [_line(row, posts.get(row.post_id or 0), now) for row in rows],
        "next_url": f"{reverse('desk:unsealings')}?before={next_}" if next_ else "",
    }
    return page(request, "desk/admin/unsealings.html", context)


class Note(NamedTuple):
    """What the bar over a sealed matter says: its kind, and, where the glass was broken, which and until when."""

    kind: str
    glass_id: int | None = None
    until: str = ""


def note(actor: Actor, found: Matter, now: datetime) -> Note | None:
    """Return the bar over a sealed matter, None over any other. One statement where the glass was broken."""
    if not found.seal:
        return None
    kind = label(Seal(found.seal))
    glass = None if scope(actor).sees(found) else running(actor, found.pk, now)
    return Note(kind, glass.pk, filters.moment(glass.until, now)) if glass else Note(kind)


def _line(row: Unsealing, post: Post | None, now: datetime) -> dict[str, Any]:
    return {
        "id": row.pk,
        "at": row.at,
        "number": row.matter.number,
        "seal": label(Seal(row.matter.seal)) if row.matter.seal else "",
        "role": label(Role(post.role)) if post else "",
        "is_lent": bool(post and post.stands_in_for_id),
        "unit": post.unit.name if post else "",
        "reason": row.reason,
        "until": row.ended_at or row.until,
        "is_open": row.ended_at is None and row.until > now,
    }


def _fields(number: str, reason: str, error: Refused | None) -> list[Field]:
    of_reason = error is not None and error.code in ("unseal.reason", "report.too_long")
    said = filters.say(error) if error else ""
    hint = _("at least %(least)s characters; the person concerned reads it") % {"least": REASON_LEAST}
    return [
        Field(
            "number",
            _("Number of the matter"),
            value=number,
            is_required=True,
            longest=24,
            placeholder="KC261120-0417",
            error="" if of_reason else said,
            autocomplete="off",
        ),
        Field(
            "reason",
            _("Why it must be opened now"),
            "area",
            reason,
            True,
            hint,
            said if of_reason else "",
            longest=REASON_MOST,
        ),
    ]
