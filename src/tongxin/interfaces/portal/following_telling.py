"""How a reporter is told: by which way and where to, as they choose, for this matter only; or of nothing at all."""

from typing import Any, NamedTuple
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tongxin.apps.notify import actions, queries
from tongxin.apps.notify.media import set_up
from tongxin.apps.notify.media.sms import mobile
from tongxin.apps.notify.models import Subscription
from tongxin.guard.addresses import address_of
from tongxin.interfaces.portal.following import Visit, to_prove, visit
from tongxin.interfaces.portal.following_acts import WRITES
from tongxin.interfaces.portal.following_push import switch
from tongxin.interfaces.portal.frame import public
from tongxin.look.filters import label, say
from tongxin.rules.errors import Refused
from tongxin.rules.masking import masked_phone
from tongxin.rules.occasions import Medium


class Way(NamedTuple):
    """One address that was left, as the page shows it."""

    id: int
    medium: str
    address: str


@require_http_methods(["GET", "POST"])
@public
def telling(request: HttpRequest, receipt: UUID) -> HttpResponse:
    """Ask to be told of this matter at an address, no longer, of nothing at all, or again."""
    found = visit(request, receipt)
    if not found.is_mine:
        return to_prove(found, "telling")
    given = {name: request.POST.get(name, "")[:300] for name in ("medium", "address", "remove", "silence")}
    errors: list[str] = []
    if request.method == "POST":
        WRITES.take(address_of(request))
        try:
            _set(found, given)
        except Refused as refusal:
            errors.append(say(refusal))
        else:
            return found.back("silenced" if given["silence"] == "on" else "told")
    ways = [_way(each) for each in queries.subscriptions(found.me, matter_id=found.matter.pk)]
    context = {
        "ways": ways,
        "media": [(Medium.SMS, _("Short message")), (Medium.MAIL, _("E-mail"))],
        "can": set_up(),
        "given": given,
        "errors": errors,
        "is_silent": queries.is_silent(found.me, found.matter),
        "left": _left(found) if not ways else "",
        "push": switch(found),
    }
    return found.page("telling", context, status=422 if errors else 200)


def _set(found: Visit, given: dict[str, str]) -> None:
    asked: dict[str, Any] = {"matter_id": found.matter.pk, "by": found.me, "now": found.now}
    if given["silence"] == "on":
        actions.silence(**asked)
    elif given["silence"] == "off":
        actions.end_silence(**asked)
    elif given["remove"].isascii() and given["remove"].isdecimal():
        actions.unsubscribe(subscription_id=int(given["remove"][:18]), by=found.me, now=found.now)
    else:
        language = get_language() or "zh-hans"
        actions.subscribe(channel=given["medium"], address=given["address"], language=language, **asked)


def _left(found: Visit) -> str:
    """Return the telephone that was left, masked, where messages go to it while nothing else was asked for."""
    contact = getattr(found.matter, "contact", None)
    return masked_phone(contact.phone) if contact and Medium.SMS in set_up() and mobile(contact.phone) else ""


def _way(each: Subscription) -> Way:
    """Return an address so that nobody who looks over a shoulder reads it."""
    name, at, host = each.address.partition("@")
    shown = {
        Medium.SMS: masked_phone(each.address),
        Medium.MAIL: f"{name[:1]}***{at}{host}",
        Medium.CHAT: _("the conversation you wrote from"),
    }.get(Medium(each.medium), _("a browser"))
    return Way(each.pk, label(Medium(each.medium)), shown)
