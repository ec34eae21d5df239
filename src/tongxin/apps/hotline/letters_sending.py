"""Sending the answers to letters: by e-mail through the house's own server, by chat to where its channel takes them.

An answer bears the same name whenever it is sent, so that one which is sent twice after a breakdown is seen once.
"""

import json
import smtplib
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from tongxin.apps.hotline import letters
from tongxin.apps.hotline.models import Line, Reply
from tongxin.apps.hotline.sealing import opened
from tongxin.guard import envelopes
from tongxin.rules.channels import Channel
from tongxin.rules.letters import ReplyState, pause

log = structlog.get_logger()

MOST = 20  # answers of one round
LEASE = timedelta(minutes=3)  # whoever took an answer has sent it by then, or broke down
SUBJECT = "回复"  # put before the subject, as in every letter that is an answer


class Outcome(NamedTuple):
    """How it went: `code` is what the other side said, never its words. `is_final`: not worth another try."""

    is_sent: bool
    code: str
    is_final: bool = False


def send_due(now: datetime) -> int:
    """Send what is owed; return how many answers were tried."""
    taken = _take(now)
    for reply in taken:
        _record(reply, _sent(reply))
    return len(taken)


@transaction.atomic
def _take(now: datetime) -> list[Reply]:
    """Take answers that are due, so that no other worker sends them too."""
    due = Reply.objects.select_for_update(skip_locked=True, of=("self",)).select_related("letter", "letter__line")
    taken = list(due.filter(state=ReplyState.WAITING, next_try_at__lte=now).order_by("next_try_at")[:MOST])
    for reply in taken:
        reply.tries += 1
    Reply.objects.filter(pk__in=[each.pk for each in taken]).update(next_try_at=now + LEASE)
    return taken


def _sent(reply: Reply) -> Outcome:
    text = opened(reply.sealed)
    said = letters.said(reply.letter)
    if not text or not said.address:
        return Outcome(False, "gone", is_final=True)
    if reply.letter.way == Channel.MAIL:
        return _mailed(reply, said, text)
    return chat(reply.letter.line, said.address, text, name=f"msg_reply_{reply.pk}")


def _mailed(reply: Reply, said: letters.Said, text: str) -> Outcome:
    if not settings.EMAIL_HOST:
        return Outcome(False, "no_mail")
    title = said.title if said.title.startswith((SUBJECT, "Re:")) else f"{SUBJECT}：{said.title}".rstrip("：")
    headers = {"Message-ID": _name(reply), "Auto-Submitted": "auto-replied"}
    if said.id:
        headers |= {"In-Reply-To": said.id, "References": said.id}
    try:
        EmailMessage(title, f"{text}\n", to=[said.address], headers=headers).send()
    except smtplib.SMTPRecipientsRefused as refused:
        code = next(iter(refused.recipients.values()))[0]
        return Outcome(False, f"smtp_{code}", is_final=code >= 500)
    except smtplib.SMTPResponseException as refused:
        return Outcome(False, f"smtp_{refused.smtp_code}", is_final=refused.smtp_code >= 500)
    except (smtplib.SMTPException, OSError) as wrong:
        return Outcome(False, "timeout" if isinstance(wrong, TimeoutError) else "unreachable")
    except ValueError:  # an address or subject that no letter can bear
        return Outcome(False, "address", is_final=True)
    return Outcome(True, "250")


def chat(line: Line | None, conversation: str, text: str, *, name: str) -> Outcome:
    """Say something in a conversation that came by a line. The same `name` again is the same message."""
    import httpx

    if line is None or not line.url or not line.is_open:
        return Outcome(False, "closed", is_final=True)
    body = json.dumps({"conversation": conversation, "text": text}, ensure_ascii=False)
    signed = envelopes.signed([opened(line.sealed_secret)], name, body, datetime.now(UTC))
    headers = {"content-type": "application/json", **signed}
    try:
        answer = httpx.post(line.url, content=body.encode(), headers=headers, timeout=settings.CTI_SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL):
        return Outcome(False, "unreachable")
    return Outcome(answer.status_code < 300, str(answer.status_code), is_final=400 <= answer.status_code < 500)


def _name(reply: Reply) -> str:
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    return f"<letter-{reply.letter_id}-{reply.pk}@{host}>"


@transaction.atomic
def _record(reply: Reply, outcome: Outcome) -> None:
    now = timezone.now()
    again = None if outcome.is_final else pause(reply.tries)
    reply.code = outcome.code[:24]
    if outcome.is_sent:
        reply.state, reply.sent_at = ReplyState.SENT, now
    elif again is None:
        reply.state = ReplyState.FAILED
    reply.next_try_at = now + (again or timedelta(0))
    reply.save(update_fields=["state", "sent_at", "tries", "code", "next_try_at"])
    log.info("letters.reply", letter=reply.letter_id, is_sent=outcome.is_sent, code=outcome.code, tries=reply.tries)
