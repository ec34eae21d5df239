"""What has arrived from phones: the answer to one item, and forgetting the old ones."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tongxin.apps.matters.models import Arrival
from tongxin.rules.permissions import Actor

KEPT = timedelta(days=14)  # longer than a phone may keep an item


def answer_to(actor: Actor, key: str) -> Mapping[str, Any] | None:
    """Return the answer an item of this very person got, None where it has not arrived. One statement."""
    answer: Mapping[str, Any] | None
    answer = Arrival.objects.filter(by=actor.ref, key=key).values_list("answer", flat=True).first()
    return answer


def forget_old(now: datetime) -> None:
    """Forget what no phone will send again. One statement."""
    Arrival.objects.filter(arrived_at__lt=now - KEPT).delete()
