"""Taking in what was done on a phone, each item once however often it is sent."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from tongxin.apps.matters.models import Arrival
from tongxin.postgres.batches import run
from tongxin.rules.permissions import Actor

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


@transaction.atomic
def arrive(
    key: str, *, kind: str, do: Callable[[], Mapping[str, Any]], by: Actor, now: datetime
) -> tuple[Mapping[str, Any], bool]:
    """Do what an item asks, unless it was done already; return its answer, and whether it was done just now.

    `do` reaches the permission of what it does. What it refuses leaves no trace, so the same key may be sent again.
    Raises what `do` raises.
    """
    run(LOCK, [f"arrival:{by.ref}:{key}"])
    known = Arrival.objects.filter(by=by.ref, key=key).first()
    if known is not None:
        return known.answer, False

    answer = dict(do())

    Arrival.objects.create(key=key, by=by.ref, kind=kind, answer=answer, arrived_at=now)
    return answer, True
