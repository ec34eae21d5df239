"""Breaking the glass: a chief or supervisor who is not named opens one sealed matter, with a reason and for a while.

It is written on the matter, in the story of the post for the security audit, and for the person concerned to read.
What is open may be read, and nothing else.
"""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tongxin.apps.journal.entries import record
from tongxin.apps.matters.models import Matter, Unsealing
from tongxin.apps.matters.unsealings import running
from tongxin.apps.people import duties
from tongxin.rules.errors import Missing, NotAllowed, Refused
from tongxin.rules.numbers import is_number
from tongxin.rules.permissions import GRANTS, Actor, Duty, Permission, may, scope
from tongxin.rules.sealing import Glass
from tongxin.rules.working_time import SHANGHAI


def glass() -> Glass:
    """Return how far breaking it goes in this house."""
    return Glass(settings.UNSEAL_HOURS, settings.UNSEAL_A_DAY)


@transaction.atomic
def unseal(*, number: str, reason: str, by: Actor, now: datetime) -> Unsealing:
    """Open a sealed matter to somebody over its area who is not named for it; opening it twice is opening it once.

    What is not sealed, or lies elsewhere, is as missing as what is not there. Raises NotAllowed, Invalid, Refused,
    Missing.
    """
    able = _able(by, reason, now)
    found = Matter.objects.filter(number=number.strip().upper()).first() if is_number(number) else None
    if found is None or not (found.is_sealed or scope(by).sees(found)):
        raise Missing("matter.missing")
    if scope(by).sees(found):
        raise Refused("unseal.not_needed")
    duty = next((duty for duty in able if found.area.startswith(duty.area)), None)
    if duty is None or duty.post_id is None:
        raise Missing("matter.missing")
    duties.locked(duty.post_id)
    if refusal := glass().refusal(reason, _broken(duty, now)):
        raise refusal  # somebody else who holds the post was quicker
    Matter.objects.select_for_update(no_key=True).get(pk=found.pk)
    if (opened := running(by, found.pk, now)) is not None:
        return opened

    told = {"at": now, "until": glass().until(now), "reason": reason.strip()}
    opened = Unsealing.objects.create(matter=found, person_id=by.person_id, post_id=duty.post_id, **told)

    until = opened.until.isoformat()
    record("matter.unseal", f"matter:{found.pk}", by=by, at=now, post_id=duty.post_id, until=until)
    record("security.unseal", f"post:{duty.post_id}", by=by, at=now, post_id=duty.post_id, matter=found.pk)
    return opened


@transaction.atomic
def reseal(*, unsealing_id: int, by: Actor, now: datetime) -> Unsealing:
    """Close a matter that was opened before its time is over: its opener, or who audits or keeps security.

    Raises Missing, NotAllowed; closing it twice is closing it once.
    """
    opened = Unsealing.objects.filter(pk=unsealing_id).first()
    if opened is None:
        raise Missing("unseal.missing")
    if by.person_id != opened.person_id and not may(by, Permission.END_UNSEALING):
        raise NotAllowed("permission.denied", permission=Permission.END_UNSEALING)
    matter = Matter.objects.select_for_update(no_key=True).get(pk=opened.matter_id)
    opened = Unsealing.objects.select_for_update().get(pk=unsealing_id)
    if opened.ended_at is not None or opened.until <= now:
        return opened

    opened.ended_at = now
    opened.save(update_fields=["ended_at"])

    duty = next(iter(by.holding(GRANTS[Permission.END_UNSEALING])), None)
    by_post = opened.post_id if by.person_id == opened.person_id else duty.post_id if duty else None
    record("matter.reseal", f"matter:{matter.pk}", by=by, at=now, post_id=by_post)
    return opened


def _able(by: Actor, reason: str, now: datetime) -> Iterable[Duty]:
    """Return the duties that may break the glass once more today, before anything is looked up: it must not leak.

    Raises NotAllowed, Invalid, Refused.
    """
    held = list(by.holding(GRANTS[Permission.UNSEAL]))
    if not (held and may(by, Permission.UNSEAL)):
        raise NotAllowed("permission.denied", permission=Permission.UNSEAL)
    refusals = [glass().refusal(reason, _broken(duty, now)) for duty in held]
    able = [duty for duty, refusal in zip(held, refusals, strict=True) if refusal is None]
    if not able and refusals[0] is not None:
        raise refusals[0]
    return able


def _broken(duty: Duty, now: datetime) -> int:
    """Return how many matters a post opened today."""
    midnight = timezone.localtime(now, SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    return Unsealing.objects.filter(post_id=duty.post_id, at__gte=midnight).count()
