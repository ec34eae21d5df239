"""Codes that prove who somebody is: by which ways one can be sent, and what it is.

A code is made of its row's seed and the house's key whenever it is needed: neither the table nor a copy of it tells it.
"""

import hashlib
import hmac
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from django.conf import settings

from tongxin.apps.matters.models import Contact
from tongxin.apps.notify.media import set_up, sms
from tongxin.apps.notify.models import Proof, Subscription
from tongxin.rules import proofs
from tongxin.rules.occasions import Medium

PURPOSE = b"tongxin.notify.proof:"


class Way(NamedTuple):
    """One way a code can be sent: to an address that was asked for, else (no id) to the telephone that was left."""

    medium: Medium
    subscription_id: int | None = None


def ways(matter_id: int) -> list[Way]:
    """Return the ways to send a code to whoever reported a matter, one a medium; none where nothing can be sent.

    The telephone that was left goes first, then what was asked for last. Two statements at most. No scope: whoever
    opens a receipt's link learns the media and nothing of the addresses.
    """
    found: dict[Medium, Way] = {}
    can = set_up()
    if Medium.SMS in can:
        phones = Contact.objects.filter(matter_id=matter_id).values_list("phone", flat=True)
        if any(sms.mobile(phone) for phone in phones):
            found[Medium.SMS] = Way(Medium.SMS)
    asked = Subscription.objects.filter(matter_id=matter_id, medium__in=can).order_by("-since", "-id")
    for id_, medium in asked.values_list("id", "medium") if can else ():
        found.setdefault(Medium(medium), Way(Medium(medium), id_))
    return [found[medium] for medium in can if medium in found]


def code_of(proof: Proof) -> str:
    """Return the digits of a code."""
    made = hmac.digest(settings.SECRET_KEY.encode(), PURPOSE + bytes(proof.seed), hashlib.sha256)
    return proofs.digits_of(int.from_bytes(made[:8], "big"))


def codes(entry_ids: Collection[int], now: datetime) -> Mapping[int, str]:
    """Return the codes that were asked for by these entries, those that are still good for anything."""
    if not entry_ids:
        return {}
    asked = Proof.objects.filter(entry_id__in=entry_ids)
    return {each.entry_id: code_of(each) for each in asked if proofs.is_alive(sent_of(each), now)}


def is_under_way(matter_id: int, now: datetime) -> bool:
    """Tell whether a code that was sent may still be tried. One statement."""
    last = Proof.objects.filter(matter_id=matter_id).order_by("-sent_at", "-id").first()
    return last is not None and proofs.is_alive(sent_of(last), now)


def sent_of(proof: Proof) -> proofs.Sent:
    """Return what the rules look at."""
    return proofs.Sent(proof.sent_at, proof.tries, proof.is_used)
