"""Showing to be the reporter of a matter: by a code sent to what was left with it; by digits only where none can be."""

import secrets
from datetime import datetime

from django.db import transaction
from django.utils.crypto import constant_time_compare

from tongxin.apps.journal.entries import record
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import actions as matters
from tongxin.apps.matters.models import Matter
from tongxin.apps.notify import proofs
from tongxin.apps.notify.models import Proof, Sending
from tongxin.rules import proofs as rules
from tongxin.rules.errors import Invalid, Missing, Refused
from tongxin.rules.occasions import Medium, Occasion
from tongxin.rules.permissions import Actor, Permission, require


@transaction.atomic
def send_code(*, matter_id: int, medium: str, by: Actor, now: datetime) -> Medium:
    """Send a code to whoever reported a matter, by a medium they left an address for. Another one ends those before.

    Raises Refused where too many were asked for, Missing where there is no such way.
    """
    require(by, Permission.REPORT)
    Matter.objects.select_for_update(no_key=True).filter(pk=matter_id).only("id").first()
    way = next((each for each in proofs.ways(matter_id) if each.medium == medium), None)
    if way is None:
        raise Missing("proof.no_way")
    earlier = Proof.objects.filter(matter_id=matter_id)
    rules.check_asking(list(earlier.values_list("sent_at", flat=True)), now)

    asked = record("receipt.code", f"contact:{matter_id}", by=by, at=now, medium=way.medium.value)
    entry = Entry.objects.only("id").get(subject=asked.subject, seq=asked.seq)
    earlier.update(is_used=True)
    Proof.objects.create(matter_id=matter_id, entry_id=entry.pk, seed=secrets.token_bytes(16), sent_at=now)
    Sending.objects.create(
        entry_id=entry.pk,
        occasion=Occasion.PROOF,
        medium=way.medium,
        matter_id=matter_id,
        subscription_id=way.subscription_id,
        next_try_at=now,
        owed_at=now,
    )
    return way.medium


def prove_by_code(*, matter_id: int | None, code: str, by: Actor, now: datetime) -> Matter:
    """Return a matter to who knows the code that was sent for it. A wrong one is counted; five end the code.

    A matter without a code, an unknown one and a code that is over look alike. Raises Refused, Invalid.
    """
    given = "".join(code.split())
    if len(given) != rules.DIGITS or not (given.isascii() and given.isdecimal()):
        raise Invalid("proof.six_digits")
    refusal = _try(matter_id or 0, given, by, now)
    if refusal is not None:  # raised outside, or the count would be taken back
        raise refusal
    return Matter.objects.get(pk=matter_id)


@transaction.atomic
def _try(matter_id: int, given: str, by: Actor, now: datetime) -> Refused | None:
    require(by, Permission.REPORT)
    proof = Proof.objects.select_for_update().filter(matter_id=matter_id).order_by("-sent_at", "-id").first()
    if proof is None or not rules.is_alive(proofs.sent_of(proof), now):
        constant_time_compare(given, "------")
        return Refused("proof.over")

    is_right = constant_time_compare(given, proofs.code_of(proof))
    proof.tries += 1
    proof.is_used = is_right
    proof.save(update_fields=["tries", "is_used"])

    record("receipt.prove" if is_right else "receipt.guess", f"matter:{matter_id}", by=by, at=now, with_code=True)
    if is_right:
        return None
    left = rules.TRIES - proof.tries
    return Refused("proof.wrong", left=left) if left else Refused("proof.over")


def prove_by_digits(*, matter_id: int | None, digits: str, by: Actor, now: datetime) -> Matter:
    """Return a matter to who knows the end of the telephone, where no code can be sent. Raises as `matters.prove`."""
    if matter_id is not None and proofs.ways(matter_id):
        raise Refused("proof.by_code")
    return matters.prove(matter_id=matter_id, digits=digits, by=by, now=now)
