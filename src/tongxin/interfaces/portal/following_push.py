"""Being told on this device: what the switch asks of the door, and the service worker that shows what comes."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from tongxin.apps.notify import actions, queries
from tongxin.guard.addresses import address_of
from tongxin.interfaces.portal.following import Visit, visit
from tongxin.interfaces.portal.following_acts import WRITES
from tongxin.interfaces.portal.frame import public
from tongxin.rules.errors import NotAllowed
from tongxin.rules.occasions import Medium


@require_POST
@public
def push(request: HttpRequest, receipt: UUID) -> HttpResponse:
    """Tell the reporter on this device of this matter, or no longer. Raises Refused, said in a sentence."""
    found = visit(request, receipt)
    if not found.is_mine:
        raise NotAllowed("receipt.not_yours")
    WRITES.take(address_of(request))
    asked: dict[str, Any] = {"matter_id": found.matter.pk, "by": found.me, "now": found.now}
    if endpoint := request.POST.get("endpoint", ""):
        actions.forget_browser(endpoint=endpoint, **asked)
    else:
        told = request.POST.get("subscription", "")
        actions.subscribe(channel=Medium.PUSH, address=told, language=get_language() or "zh-hans", **asked)
    return HttpResponse(status=204)


def switch(found: Visit) -> dict[str, Any]:
    """Return the switch of a matter's pages. Two statements."""
    return {
        "switch": queries.switch(found.me, matter_id=found.matter.pk),
        "url": found.url("push"),
        "worker": reverse("portal:worker"),
        "scope": reverse("portal:home"),
        "note": _("For this matter only. No number, no address: the browser keeps it, and you can switch it off."),
    }


@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """Send the service worker: it shows what is pushed and keeps nothing. Open to all, as it tells nothing."""
    return HttpResponse(
        f'importScripts("{static("look/pushed.js")}");\n', content_type="text/javascript; charset=utf-8"
    )
