"""The switchboard: whether what it sends is its own, and asking it to answer, put through or hang up.

Both ways in the envelopes of Standard Webhooks. What it does not do is told honestly: nobody waits for it long.
"""

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

import structlog
from django.conf import settings

from tongxin.apps.hotline.models import Call, Line
from tongxin.apps.hotline.sealing import opened
from tongxin.guard import envelopes
from tongxin.rules.calls import CallAct
from tongxin.rules.errors import Refused
from tongxin.rules.letters import LineKind

log = structlog.get_logger()


class Forged(Refused):
    """The envelope is not from this line, or not from now."""

    status = 401


class Unreached(Refused):
    """The switchboard did not do it, or did not answer."""

    status = 503


def secrets_of(line: Line, now: datetime) -> list[str]:
    """Return the secrets that are good for a line now: its own, and for a day the one before."""
    found = [opened(line.sealed_secret)]
    if line.before_until is not None and now < line.before_until:
        found.append(opened(line.sealed_secret_before))
    return [each for each in found if each]


def signer(code: str, kind: LineKind, headers: Mapping[str, str], body: bytes, now: datetime) -> Line:
    """Return the open line of this code that signed a message. Raises Forged.

    Why is logged by its reason alone, never by what the message held.
    """
    line = Line.objects.filter(code=code[:40], kind=kind, is_open=True).first()
    if line is None:
        raise _refused("unknown_line", "")
    try:
        envelopes.opened(secrets_of(line, now), headers, body, now)
    except envelopes.Unsigned as wrong:
        raise _refused(str(wrong), line.code) from wrong
    return line


def order(call: Call, act: CallAct, to: str = "") -> None:
    """Ask the switchboard for an act on a call. Raises Unreached. One request, with a short time-out."""
    import httpx

    line = call.line
    if line is None or not line.url:
        raise Unreached("cti.none")
    body = json.dumps({"call": call.ref, "act": act.value, "to": to, "seat": call.seat})
    id_, at = f"msg_{uuid.uuid4().hex}", datetime.now(UTC)
    signed = envelopes.signed([opened(line.sealed_secret)], id_, body, at)
    headers = {"content-type": "application/json", **signed}
    try:
        answer = httpx.post(line.url, content=body, headers=headers, timeout=settings.CTI_SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        log.warning("cti.unreached", line=line.code, act=act.value, error=type(error).__name__)
        raise Unreached("cti.unreached") from error
    if answer.status_code >= 300:
        log.warning("cti.declined", line=line.code, act=act.value, status=answer.status_code)
        raise Unreached("cti.declined", status=answer.status_code)


def _refused(reason: str, line: str) -> Forged:
    log.warning("cti.refused", line=line, reason=reason)
    return Forged("cti.forged" if reason != "late" else "cti.late")
