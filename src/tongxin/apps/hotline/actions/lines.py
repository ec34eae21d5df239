"""Lines of switchboards: opening one, and changing its secret without losing a call."""

from datetime import datetime, timedelta

from django.db import transaction

from tongxin.apps.hotline.models import Line
from tongxin.apps.hotline.sealing import seal
from tongxin.apps.journal.entries import record
from tongxin.guard.envelopes import new_secret
from tongxin.rules.errors import Invalid, Missing
from tongxin.rules.permissions import Actor, Permission, require

BOTH_HOURS = 24  # how long the secret before is still good


@transaction.atomic
def open_line(*, code: str, name: str, unit_id: int, url: str = "", by: Actor, now: datetime) -> tuple[Line, str]:
    """Open a line; return it with its secret, which is shown this once. Raises Invalid, NotAllowed."""
    require(by, Permission.ISSUE_KEYS)
    if Line.objects.filter(code=code).exists():
        raise Invalid("line.taken", line=code)

    secret = new_secret()
    line = Line.objects.create(code=code, name=name, unit_id=unit_id, url=url, sealed_secret=seal(secret))

    record("line.open", f"line:{line.pk}", by=by, at=now, unit=unit_id)
    return line, secret


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
