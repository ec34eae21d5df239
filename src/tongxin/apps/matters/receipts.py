"""Receipts: the link a reporter follows a matter by, and how a device shows that it is the reporter's.

A link may be stolen: it is shown on a screen, sent on, printed. So it opens what the public may know, and no more.
The device that reported keeps a key of its own, which no link holds and which no other link of the matter opens.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.crypto import constant_time_compare, salted_hmac

from tongxin.apps.journal.queries import story
from tongxin.apps.matters.models import Contact, Matter
from tongxin.apps.matters.queries import visible_to
from tongxin.rules.errors import Missing
from tongxin.rules.numbers import is_number
from tongxin.rules.permissions import Actor, holding_receipt
from tongxin.rules.receipts import ending

SALT = "tongxin.receipt.device"
MOST_OWN = 30  # matters one device shows as its own


def opened(receipt: str | UUID) -> Matter:
    """Return the matter behind a receipt's link. Raises Missing: unknown, mistyped and replaced links look alike.

    One statement in every case. No scope is asked: whoever holds 128 secret bits may read what the public may.
    """
    try:
        secret = receipt if isinstance(receipt, UUID) else UUID(receipt)
    except ValueError:
        secret = UUID(int=0)
    found = _with_all().filter(receipt=secret).first()
    if found is None:
        raise Missing("receipt.missing")
    return found


def numbered(number: str) -> Matter | None:
    """Return the matter of this number, of which nothing may be shown before a proof. One statement."""
    known = number.strip().upper() if is_number(number) else ""
    return Matter.objects.filter(number=known).only("id", "receipt").first()


def key_of(matter: Matter) -> str:
    """Return the key the reporter's device keeps; a new link makes every key of before worthless."""
    return key(matter.pk, str(matter.receipt))


def key(matter_id: int, receipt: str) -> str:
    """Return the same for a matter of which only its receipt is at hand."""
    return salted_hmac(SALT, f"{matter_id}:{receipt}", algorithm="sha256").hexdigest()[:40]


def opens(key: str, matter: Matter) -> bool:
    """Tell whether a device's key is this matter's."""
    return constant_time_compare(key, key_of(matter))


def own(keys: Mapping[int, str]) -> list[Matter]:
    """Return the matters whose keys a device holds, the newest first. One statement."""
    found = _with_all().filter(pk__in=list(keys)).order_by("-reported_at")[:MOST_OWN]
    return [matter for matter in found if opens(keys[matter.pk], matter)]


def read(matter_id: int) -> Matter:
    """Return a matter as its reporter reads it. Raises Missing. One statement."""
    found = visible_to(holding_receipt(matter_id), _with_all()).first()
    if found is None:
        raise Missing("receipt.missing")
    return found


def has_ending(matter_id: int) -> bool:
    """Tell whether a telephone was left whose end can be asked for. One statement."""
    phones = Contact.objects.filter(matter_id=matter_id).values_list("phone", flat=True)
    return any(ending(phone) for phone in phones)


def others_of(actor: Actor, matter: Matter) -> int:
    """Return how many other reports are handled together with this one. One statement where it follows another."""
    if not actor.reported(matter):
        return 0
    if matter.master_id is None:
        return matter.children
    return int(Matter.objects.filter(pk=matter.master_id).values_list("children", flat=True).first() or 0)


def urged_at(matter: Matter) -> datetime | None:
    """Return when the reporter last urged it. One statement."""
    mine = story(f"matter:{matter.pk}").filter(kind="matter.urge", actor=holding_receipt(matter.pk).ref)
    return mine.order_by("-seq").values_list("at", flat=True).first()


def _with_all() -> QuerySet[Matter]:
    return Matter.objects.select_related("report", "contact", "desk", "unit", "first_desk")
