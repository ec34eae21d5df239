"""Lines of switchboards and chats: opening and closing one, and changing its secret without losing a call."""

import re
from datetime import datetime, timedelta

from django.db import transaction

from tongxin.apps.hotline.models import Line
from tongxin.apps.hotline.sealing import seal
from tongxin.apps.journal.entries import record
from tongxin.apps.people.models import Unit
from tongxin.guard.envelopes import new_secret
from tongxin.rules.errors import Invalid, Missing
from tongxin.rules.letters import LineKind
from tongxin.rules.permissions import Actor, Permission, require
from tongxin.rules.units import UnitKind

BOTH_HOURS = 24  # how long the secret before is still good
NAME_LIMIT = 60


@transaction.atomic
def open_line(
    *,
    code: str,
    name: str,
    unit_id: int,
    url: str = "",
    kind: LineKind = LineKind.VOICE,
    by: Actor,
    now: datetime,
) -> tuple[Line, str]:
    """Open a line, or one that was closed again; return it with its secret, which is shown this once.

    Raises Invalid, NotAllowed.
    """
    require(by, Permission.ISSUE_KEYS)
    _check(code, name, unit_id, url)
    line = Line.objects.select_for_update().filter(code=code).first()
    if line is not None and (line.is_open or line.kind != kind):
        raise Invalid("line.taken", line=code)

    secret, line = new_secret(), line or Line(code=code, kind=kind)
    line.name, line.unit_id, line.url, line.is_open = name.strip(), unit_id, url.strip(), True
    line.sealed_secret, line.sealed_secret_before, line.before_until = seal(secret), None, None
    line.save()

    record("line.open", f"line:{line.pk}", by=by, at=now, unit=unit_id, line=line.kind)
    return line, secret


@transaction.atomic
def close_line(line_id: int, *, by: Actor, now: datetime) -> None:
    """Take nothing more from a line: its secrets are good no more. Raises Missing, NotAllowed."""
    require(by, Permission.ISSUE_KEYS)
    line = Line.objects.select_for_update().filter(pk=line_id, is_open=True).first()
    if line is None:
        raise Missing("line.missing", line=line_id)

    line.is_open, line.sealed_secret, line.sealed_secret_before, line.before_until = False, seal(""), None, None
    line.save()
    line.seats.all().delete()

    record("line.close", f"line:{line.pk}", by=by, at=now)


@transaction.atomic
def rotate_secret(line_id: int, *, by: Actor, now: datetime) -> str:
    """Give a line a new secret; the one before stays good for a day. Raises Missing, NotAllowed."""
    require(by, Permission.ISSUE_KEYS)
    line = Line.objects.select_for_update().filter(pk=line_id, is_open=True).first()
    if line is None:
        raise Missing("line.missing", line=line_id)

    secret = new_secret()
    line.sealed_secret_before = line.sealed_secret
    line.before_until = now + timedelta(hours=BOTH_HOURS)
    line.sealed_secret = seal(secret)
    line.save()

    record("line.rotate", f"line:{line.pk}", by=by, at=now)
    return secret


def _check(code: str, name: str, unit_id: int, url: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", code):
        raise Invalid("line.code")
    if not name.strip() or len(name) > NAME_LIMIT or "\x00" in name:
        raise Invalid("line.name", limit=NAME_LIMIT)
    if not Unit.objects.filter(pk=unit_id, kind=UnitKind.HOTLINE).exists():
        raise Invalid("line.unit")
    if url.strip() and not re.fullmatch(r"https?://[^\s\x00]{1,190}", url.strip()):
        raise Invalid("line.url")
