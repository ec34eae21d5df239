"""How a reporter is told: by which way and where to, as they choose, for this matter only."""

from typing import NamedTuple
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tongxin.apps.notify import actions, queries
from tongxin.apps.notify.models import Subscription
from tongxin.guard.addresses import address_of
from tongxin.interfaces.portal.following import to_prove, visit
from tongxin.interfaces.portal.following_acts import WRITES
from tongxin.interfaces.portal.frame import public
from tongxin.look.filters import label, say
from tongxin.rules.errors import Refused
from tongxin.rules.masking import masked_phone
from tongxin.rules.occasions import Medium

WAYS = (Medium.SMS, Medium.MAIL)  # pushes are asked for by a script, on the receipt's page


class Way(NamedTuple):
    """One address that was left, as the page shows it."""

    id: int
    medium: str
    address: str


@require_http_methods(["GET", "POST"])
@public
def telling(request: HttpRequest, receipt: UUID) -> HttpResponse:
    """Ask to be told of this matter at an address, or no longer."""
    found = visit(request, receipt)
    if not found.is_mine:
        return to_prove(found, "telling")
    given = {name: request.POST.get(name, "")[:300] for name in ("medium", "address", "remove")}
    errors: list[str] = []
    if request.method == "POST":
        WRITES.take(address_of(request))
        try:
            if given["remove"].isascii() and given["remove"].isdecimal():
                actions.unsubscribe(subscription_id=int(given["remove"][:18]), by=found.me, now=found.now)
            else:
                actions.subscribe(
                    channel=given["medium"],
                    address=given["address"],
                    matter_id=found.matter.pk,
                    language=get_language() or "zh-hans",
                    by=found.me,
                    now=found.now,
                )
        except Refused as refusal:
            errors.append(say(refusal))
        else:
            return found.back("told")
    ways = [_way(each) for each in queries.subscriptions(found.me, matter_id=found.matter.pk)]
    context = {"ways": ways, "media": [(each.value, label(each)) for each in WAYS], "given": given, "errors": errors}
    return found.page("telling", context, status=422 if errors else 200)


def _way(each: Subscription) -> Way:
    """Return an address so that nobody who looks over a shoulder reads it."""
    name, at, host = each.address.partition("@")
    shown = {
        Medium.SMS: masked_phone(each.address),
        Medium.MAIL: f"{name[:1]}***{at}{host}",
    }.get(Medium(each.medium), _("a browser"))
    return Way(each.pk, label(Medium(each.medium)), shown)
