"""What a switchboard tells of its calls: signed, each message once, forged and late ones refused."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from tongxin.apps.hotline import actions, cti
from tongxin.apps.hotline.actions.calls import Told
from tongxin.apps.hotline.models import Line
from tongxin.guard.limits import Limit
from tongxin.interfaces.api.intake import signed
from tongxin.rules.calls import CallEvent
from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.letters import LineKind
from tongxin.rules.permissions import reporting

BODY_LIMIT = 16_384
KNOCKS = Limit(a_minute=1_200, burst=240)  # a busy switchboard tells some ten things a second


@csrf_exempt
def heard(request: HttpRequest, line: str) -> HttpResponse:
    """Take in one message of a line's switchboard; 202 with no body."""
    try:
        _take_in(request, line)
    except Refused as refusal:
        return signed.not_taken(request, refusal, "cti", line=line)
    return HttpResponse(status=202)


def _take_in(request: HttpRequest, code: str) -> None:
    signed.let_in(request, KNOCKS, most=BODY_LIMIT, too_large="cti.too_large")
    now = timezone.now()
    line = Line.objects.filter(code=code[:40], kind=LineKind.VOICE, is_open=True).first()
    body = cti.verified(line, {name: request.headers.get(name, "") for name in cti.HEADERS}, request.body, now)
    told = _told(request.headers["webhook-id"], body)
    actions.hear(line.pk, told, by=reporting(f"line:{line.code}"), now=now)  # type: ignore[union-attr]


def _told(id_: str, body: dict[str, Any]) -> Told:
    """Return what the message says. Raises Invalid."""
    data = body.get("data")
    try:
        event = CallEvent(body.get("type", ""))
        at = datetime.fromisoformat(body["timestamp"])
        if at.tzinfo is None or not isinstance(data, dict):
            raise ValueError(at)
    except (KeyError, TypeError, ValueError) as wrong:
        raise Invalid("cti.unreadable") from wrong
    said = {name: data.get(name) or "" for name in ("call", "seat", "number", "recording")}
    if not all(isinstance(each, str) for each in said.values()):
        raise Invalid("cti.unreadable")
    return Told(id_, event, said["call"], at, said["seat"], said["number"], said["recording"])
