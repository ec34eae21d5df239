"""What a chat channel tells the hotline: signed, each message once, as the robots of WeCom and DingTalk write them."""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from tongxin.apps.hotline import actions, cti
from tongxin.apps.hotline.actions import Arrived
from tongxin.apps.hotline.letters import Said
from tongxin.apps.hotline.letters_reading import NAME_MOST, TEXT_MOST
from tongxin.guard.limits import Limit
from tongxin.interfaces.api.intake import signed
from tongxin.interfaces.api.intake.hotline_shapes import DingTalkMessage, WeComMessage
from tongxin.interfaces.api.v1 import bodies
from tongxin.rules.channels import Channel
from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.letters import LineKind
from tongxin.rules.permissions import reporting

BODY_LIMIT = 65_536
KNOCKS = Limit(a_minute=600, burst=120)  # a channel tells what a city's people write, not what they hold down


@csrf_exempt
def heard(request: HttpRequest, line: str) -> HttpResponse:
    """Take in one message of a chat channel; 202 with no body, also where it came before."""
    try:
        _take_in(request, line)
    except Refused as refusal:
        return signed.not_taken(request, refusal, "chat", line=line)
    return HttpResponse(status=202)


def _take_in(request: HttpRequest, code: str) -> None:
    signed.let_in(request, KNOCKS, most=BODY_LIMIT, too_large="cti.too_large")
    now = timezone.now()
    line = cti.signer(code, LineKind.CHAT, request.headers, request.body, now)
    id_, said = _said(request.body)
    arrived = Arrived(Channel.CHAT, hashlib.sha256(id_.encode()).hexdigest(), said, line=line)
    actions.take_letter(arrived, by=reporting(f"line:{line.code}"), now=now)


def _said(body: bytes) -> tuple[str, Said]:
    """Return the message's id and what it says, whichever of the two wrote it. Raises Invalid, Unreadable."""
    if isinstance(bodies.read(body, dict).get("text"), dict):
        theirs = bodies.read(body, DingTalkMessage)
        told = (theirs.msgId, theirs.conversationId, theirs.senderNick, theirs.text.content)
    else:
        wecom = bodies.read(body, WeComMessage)
        told = (wecom.MsgId, wecom.FromUserName, wecom.FromName, wecom.Content)
    id_, conversation, name, text = ("" if each is None else str(each) for each in told)
    clean = "".join(letter for letter in text if letter >= " " or letter in "\n\t").strip()
    if not clean:
        raise Invalid("chat.unreadable")
    return id_, Said(address=conversation, name=name.strip()[:NAME_MOST], text=clean[:TEXT_MOST])
