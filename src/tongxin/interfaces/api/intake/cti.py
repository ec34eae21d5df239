"""What a switchboard tells of its calls: signed, each message once, forged and late ones refused."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from tongxin.apps.hotline import actions, cti
from tongxin.apps.hotline.actions.calls import Told
from tongxin.guard.limits import Limit
from tongxin.interfaces.api.intake import signed
from tongxin.interfaces.api.intake.hotline_shapes import CallMessage
from tongxin.interfaces.api.v1 import bodies
from tongxin.rules.errors import Refused
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
    line = cti.signer(code, LineKind.VOICE, request.headers, request.body, now)
    told = _told(request.headers["webhook-id"], bodies.read(request.body, CallMessage))
    actions.hear(line.pk, told, by=reporting(f"line:{line.code}"), now=now)


def _told(id_: str, message: CallMessage) -> Told:
    """Return what the message says. Raises Invalid."""
    at = bodies.moment(message.timestamp, "timestamp")
    assert at is not None
    data = message.data
    return Told(id_, message.type, data.call, at, data.seat or "", data.number or "", data.recording or "")
