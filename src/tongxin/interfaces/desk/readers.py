"""谁看过: who looked at what is personal or sealed of a matter, for the person concerned."""

from datetime import datetime
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongxin.apps.matters import unmaskings
from tongxin.apps.matters.unmaskings import Reader
from tongxin.apps.people.queries import unit_names
from tongxin.interfaces.desk.admin.doors import label
from tongxin.interfaces.desk.frame import page
from tongxin.look import filters
from tongxin.rules.permissions import Permission, may


class Look(NamedTuple):
    """One look as the page draws it."""

    at: datetime
    icon: str
    what: str
    who: str
    reason: str
    until: str


@require_safe
def readers(request: HttpRequest, number: str) -> HttpResponse:
    """Show every look at a contact or a sealed matter: from which post, when and why, never by whom."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    found = unmaskings.readers(actor, number)
    context = {
        "number": found.matter.number,
        "looks": [_look(each, now) for each in found.looks],
        "is_audit": may(actor, Permission.READ_AUDIT),
        "is_sealed": found.matter.is_sealed,
    }
    answer = page(request, "desk/readers.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _look(each: Reader, now: datetime) -> Look:
    post = label(each.role) if each.role else _("the system")
    if each.is_lent:
        post = _("%(post)s (stood in for)") % {"post": post}
    who = " · ".join(filter(None, [unit_names().get(each.unit_id or 0, ""), post]))
    if each.until is None:
        return Look(each.at, "eye", _("looked at the contact"), who, each.reason, "")
    said = _("open until %(moment)s") if each.until > now else _("closed at %(moment)s")
    until = said % {"moment": filters.moment(each.until, now)}
    return Look(each.at, "lock-open", _("opened the sealed matter"), who, each.reason, until)
