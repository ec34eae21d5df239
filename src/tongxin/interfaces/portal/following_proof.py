"""Showing that it was oneself who reported: by a code that is sent, at a link or by the number of a matter."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from tongxin.apps.matters import actions, receipts
from tongxin.apps.matters.models import Matter
from tongxin.apps.notify import actions as notify
from tongxin.apps.notify import proofs
from tongxin.guard.addresses import address_of
from tongxin.guard.limits import Limit
from tongxin.interfaces.portal import following_devices as devices
from tongxin.interfaces.portal.following import NEXT, READS, Visit, shown, standing, visit
from tongxin.interfaces.portal.frame import page, public
from tongxin.look.filters import say
from tongxin.rules.errors import Refused
from tongxin.rules.permissions import RESIDENT

PROOFS = Limit(a_minute=4, burst=12)  # guesses of one address, whatever matter they are about
CODES = Limit(a_minute=1, burst=4)  # codes one address has sent, whatever matter they are about: each costs somebody


@require_POST
@public
def prove(request: HttpRequest, receipt: UUID) -> HttpResponse:
    """Send a code, or believe who knows it (or, where none can be sent, the end of the telephone) for this session."""
    found = visit(request, receipt)
    posted = request.POST
    try:
        if wanted := posted.get("send", ""):
            _send(request, found.matter.pk, wanted, found.now)
            return _asked(found, wanted)
        PROOFS.take(address_of(request))
        asked: dict[str, Any] = {"matter_id": found.matter.pk, "by": RESIDENT, "now": found.now}
        if "code" in posted:
            notify.prove_by_code(code=posted["code"], **asked)
        else:
            notify.prove_by_digits(digits=posted.get("digits", ""), **asked)
    except Refused as refusal:
        return found.page("track", shown(found, error=say(refusal)), status=refusal.status)
    wanted = posted.get("next", "")
    answer = HttpResponseRedirect(found.url(wanted)) if wanted in NEXT else found.back("proved")
    devices.remember_for_now(answer, found.matter)
    return answer


def _asked(found: Visit, medium: str) -> HttpResponse:
    wanted = found.request.POST.get("next", "")
    rest = f"&next={wanted}" if wanted in NEXT else ""
    return HttpResponseRedirect(f"{found.url()}?sent={medium}{rest}#prove")


@require_http_methods(["GET", "POST"])
@public
def mine(request: HttpRequest) -> HttpResponse:
    """List what this device reported; open another matter by its number, the end of the telephone, and a code."""
    READS.take(address_of(request))
    now, status = timezone.now(), 200
    found: dict[str, Any] = {"error": "", "sent": ""}
    if request.method == "POST":
        PROOFS.take(address_of(request))
        try:
            answer = _looked_up(request, now)
        except Refused as refusal:
            found, status = {"error": say(refusal), "sent": request.POST.get("sent", "")[:8]}, refusal.status
        else:
            if isinstance(answer, Matter):
                led = redirect("portal:track", answer.receipt)
                devices.remember_for_now(led, answer)
                return led
            found["sent"] = answer
    rows = standing(devices.own(request), now)
    given = {name: request.POST.get(name, "")[:24] for name in ("number", "digits")}
    context = {"tab": "mine", "rows": rows, "given": given, "now": now, **found}
    return page(request, "portal/following/mine.html", context, status=status)


def _looked_up(request: HttpRequest, now: datetime) -> Matter | str:
    """Return the matter that was proved, or by which medium a code went out. Raises Refused.

    Who does not know the end of the telephone learns nothing, not even whether a code could be sent.
    """
    posted, asked = request.POST, receipts.numbered(request.POST.get("number", ""))
    matter_id = asked.pk if asked else None
    if posted.get("code", "").strip():
        return notify.prove_by_code(matter_id=matter_id, code=posted["code"], by=RESIDENT, now=now)
    known = actions.prove(matter_id=matter_id, digits=posted.get("digits", ""), by=RESIDENT, now=now)
    ways = proofs.ways(known.pk)
    if not ways:
        return known
    _send(request, known.pk, ways[0].medium, now)
    return ways[0].medium


def _send(request: HttpRequest, matter_id: int, medium: str, now: datetime) -> None:
    """Send a code; who asks again too soon, while one is under way, enters that one. Raises Refused."""
    CODES.take(address_of(request))
    try:
        notify.send_code(matter_id=matter_id, medium=medium, by=RESIDENT, now=now)
    except Refused as refusal:
        if refusal.code != "proof.too_many" or not proofs.is_under_way(matter_id, now):
            raise
