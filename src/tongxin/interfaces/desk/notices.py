"""One's own notices: what happened, newest first, read one by one or all at once; and by which ways one is told."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import groupby
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongxin.apps.notify import actions, queries
from tongxin.interfaces.desk import bell
from tongxin.interfaces.desk.admin.doors import attempt, label
from tongxin.interfaces.desk.frame import page
from tongxin.look.filters import short_day
from tongxin.rules.occasions import FOR_STAFF, Group, Medium
from tongxin.rules.permissions import Actor
from tongxin.rules.working_time import SHANGHAI

ICONS: Mapping[Group, str] = {
    Group.WORK: "inbox",
    Group.TIME: "alarm",
    Group.PRESSURE: "bell-ringing",
    Group.ANSWERS: "message-reply",
    Group.SYSTEM: "settings",
    Group.OWN: "camera",
}


class Part(NamedTuple):
    """One of the links above the list."""

    label: str
    url: str
    is_on: bool
    colour: str = ""


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the own notices by day. Six statements besides the frame's."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    now = timezone.now()
    asked = request.GET.get("group", "")
    group = Group(asked) if asked in set(Group) else None
    is_unread = request.GET.get("unread") == "1"
    after = request.GET.get("after", "")
    found = queries.notices(
        actor,
        group=group,
        is_unread=is_unread,
        after=after,
        language=get_language() or "zh-hans",
    )
    days = groupby(found.rows, key=lambda row: row.at.astimezone(SHANGHAI).date())
    context = {
        "now": now,
        "days": [(_day(day, now), [(row, ICONS[row.occasion.group]) for row in rows]) for day, rows in days],
        "parts": list(_parts(group, is_unread)),
        "newest": queries.newest(actor),
        "is_narrowed": group is not None or is_unread or bool(after),
        "next_url": _url(group, is_unread, after=found.next) if found.next else "",
    }
    return page(request, "desk/notices.html", context)


@require_safe
def one(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Mark a notice as read and lead to what it is about. Raises Missing where that is no longer to be seen."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    notice = actions.read_one(notice_id=notice_id, by=by, now=timezone.now())
    bell.answered(request)
    if number := queries.number_of(by, notice):
        return redirect("desk:matter", number)
    noun, _colon, id_ = notice.about.partition(":")
    return redirect(
        *{
            "proposal": ("desk:proposal", id_),
            "webhook": ("desk:webhook", id_),
            "alarm": ("desk:alarm-of", id_),
        }.get(noun, ("desk:notices",))
    )


@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark everything up to the newest one shown as read."""
    up_to = request.POST.get("up_to", "")
    by = request.actor  # type: ignore[attr-defined]
    if up_to.isdecimal() and len(up_to) < 19:
        actions.read_all(up_to=int(up_to), by=by, now=timezone.now())
        bell.answered(request)
    return redirect("desk:notices")


@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest) -> HttpResponse:
    """Show and change by which ways one is told of what."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        media = {
            group.value: [each for each in request.POST.getlist(group) if each in set(FOR_STAFF)] for group in Group
        }
        if attempt(request, lambda: actions.choose(media=media, by=by, now=timezone.now()), _("Kept.")):
            return redirect("desk:notice-choices")
    chosen = queries.choices(by)
    account: Any = request.user
    context = {
        "media": [(medium.value, label(medium), _need(medium, account.email)) for medium in FOR_STAFF],
        "groups": [
            (group.value, label(group), ICONS[group], [(m.value, label(m), m in chosen[group]) for m in FOR_STAFF])
            for group in Group
        ],
        "pushes": queries.subscriptions(by).count(),
        "quiet": settings.QUIET_HOURS.replace("-", "–"),
    }
    return page(request, "desk/notice_choices.html", context)


def _day(day: date, now: datetime) -> str:
    """Return a day with today and yesterday in words."""
    back = (now.astimezone(SHANGHAI).date() - day).days
    return ({0: _("today"), 1: _("yesterday")}.get(back) or short_day(day, now)).capitalize()


def _need(medium: Medium, mail: str) -> str:
    """Return what a way of telling needs that is not there; empty where it works."""
    if medium is Medium.MAIL:
        return "" if mail and settings.EMAIL_HOST else _("no e-mail address is known, or none is sent here")
    if medium is Medium.SMS:
        return "" if settings.SMS_GATEWAY else _("no gateway is set up here")
    return ""


def _parts(group: Group | None, is_unread: bool) -> Iterator[Part]:
    yield Part(_("All"), _url(None, False), group is None and not is_unread)
    yield Part(_("Unread"), _url(None, True), is_unread and group is None)
    for each in Group:
        yield Part(label(each), _url(each, False), group is each)


def _url(group: Group | None, is_unread: bool, after: str = "") -> str:
    asked = {"group": group.value if group else "", "unread": "1" if is_unread else "", "after": after}
    query = urlencode({name: value for name, value in asked.items() if value})
    return reverse("desk:notices") + (f"?{query}" if query else "")
