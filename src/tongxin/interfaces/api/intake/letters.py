"""What a chat channel tells the hotline: signed, each message once, as the robots of WeCom and DingTalk write them."""

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from tongxin.apps.hotline import actions, cti
from tongxin.apps.hotline.actions import Arrived
from tongxin.apps.hotline.letters import Said
from tongxin.apps.hotline.letters_reading import NAME_MOST, TEXT_MOST
from tongxin.apps.hotline.models import Line
from tongxin.guard.limits import Limit
from tongxin.interfaces.api.intake import signed
from tongxin.rules.channels import Channel
from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.letters import LineKind
from tongxin.rules.permissions import reporting

BODY_LIMIT = 65_536
ID_MOST = 200
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
    line = Line.objects.filter(code=code[:40], kind=LineKind.CHAT, is_open=True).first()
    body = cti.verified(line, {name: request.headers.get(name, "") for name in cti.HEADERS}, request.body, now)
    id_, said = _said(body)
    arrived = Arrived(Channel.CHAT, hashlib.sha256(id_.encode()).hexdigest(), said, line=line)
    actions.take_letter(arrived, by=reporting(f"line:{line.code}"), now=now)  # type: ignore[union-attr]


def _said(body: dict[str, Any]) -> tuple[str, Said]:
    """Return the message's id and what it says, whichever of the two wrote it. Raises Invalid."""
    content = body.get("text")
    if isinstance(content, dict):  # DingTalk
        told = (body.get("msgId"), body.get("conversationId"), body.get("senderNick") or "", content.get("content"))
    else:  # WeCom
        told = (body.get("MsgId"), body.get("FromUserName"), body.get("FromName") or "", body.get("Content"))
    id_, conversation, name, text = (str(each) if isinstance(each, (str, int)) else "" for each in told)
    if not (id_ and conversation and text.strip()) or max(len(id_), len(conversation)) > ID_MOST:
        raise Invalid("chat.unreadable")
    clean = "".join(letter for letter in text if letter >= " " or letter in "\n\t").strip()
    try:
        (id_ + conversation + name + clean).encode()
    except UnicodeEncodeError as half:  # half of a sign, written as JSON allows
        raise Invalid("chat.unreadable") from half
    return id_, Said(address=conversation, name=name.strip()[:NAME_MOST], text=clean[:TEXT_MOST])
