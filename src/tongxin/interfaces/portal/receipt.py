"""The receipt of a report: its number, the secret link as text and QR code, and what comes next by when."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongxin.apps.matters import receipts
from tongxin.apps.matters.models import Deadline, Matter
from tongxin.interfaces.portal import following_devices as devices
from tongxin.interfaces.portal import photos
from tongxin.interfaces.portal.following import Visit
from tongxin.interfaces.portal.following_push import switch
from tongxin.interfaces.portal.frame import kind_of, page, public, shell_at
from tongxin.look import filters
from tongxin.look.paper import qr
from tongxin.rules.deadlines import Clock


@require_safe
@public
def receipt(request: HttpRequest, receipt: UUID) -> HttpResponse:
    """Show the receipt of a matter. Raises Missing. Four statements."""
    matter = receipts.opened(receipt)
    running = Deadline.objects.filter(matter_id=matter.pk, ended_at__isnull=True, of="")
    clocks = {each.clock: each for each in running}
    link = request.build_absolute_uri(reverse("portal:track", args=[receipt]))
    is_own = devices.is_own(request, matter)
    is_shown = is_own or not matter.is_sealed  # the kind of a sealed one may say it all
    context = {
        "tab": "mine",
        "matter": matter,
        "kind": kind_of(matter) if is_shown else "",
        "link": link,
        "code": qr(link),
        "story": _story(matter, {name: each.due_at for name, each in clocks.items()}),
        "push": switch(Visit(request, matter, timezone.now())) if is_own else None,
        "lost": photos.lost_in(request.GET.get("lost", "")) if is_own else [],
        "is_provisional": any(each.is_provisional for each in clocks.values()),
    }
    return page(request, "portal/receipt.html", context, shell=shell_at(matter.area))


def _story(matter: Matter, due: Mapping[str, datetime]) -> list[dict[str, str]]:
    """Return what comes next and by when at the latest, as far as a clock holds it."""
    titles = {
        Clock.ACCEPT.value: _("The desk takes it on, or says why not"),
        Clock.WHOLE.value: _("Done, and you are answered"),
    }
    coming = [
        {
            "state": "todo",
            "title": title,
            "meta": _("at the latest %(moment)s") % {"moment": filters.long_moment(due[clock], day_end=True)},
        }
        for clock, title in titles.items()
        if clock in due
    ]
    return [{"state": "now", "title": _("Received"), "meta": filters.long_moment(matter.reported_at)}, *coming]
