"""What a person may do to the journal itself: give a stuck delivery another chance."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from tongxin.apps.journal.entries import Draft, record_many
from tongxin.apps.journal.models import Delivery
from tongxin.rules.permissions import Actor, Permission, require


@transaction.atomic
def retry(*, delivery_ids: Sequence[int], by: Actor, now: datetime) -> int:
    """Let deliveries be tried again at once, with a fresh count of tries. Returns how many there were."""
    require(by, Permission.RUN_OUTBOX)
    waiting = list(Delivery.objects.select_for_update().filter(id__in=delivery_ids).order_by("id"))

    Delivery.objects.filter(id__in=[delivery.pk for delivery in waiting]).update(tries=0, next_try_at=now)

    record_many(
        [
            Draft(
                "outbox.retry",
                f"delivery:{delivery.pk}",
                by.ref,
                None,
                now,
                {"entry": delivery.entry_id, "reaction": delivery.reaction, "tries": delivery.tries},
            )
            for delivery in waiting
        ]
    )
    return len(waiting)
