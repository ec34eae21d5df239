"""What the hotline does every so often."""

from datetime import datetime

from tongxin.apps.hotline.actions import gather_places, purge
from tongxin.apps.journal.worker import every
from tongxin.rules.permissions import SYSTEM


@every(300)
def forget_callers(now: datetime) -> None:
    """Delete callers' numbers, drafts and webhooks whose time is over."""
    purge(by=SYSTEM, now=now)


@every(60)
def remember_places(now: datetime) -> None:
    """Offer the places that matters named lately to whoever takes a call."""
    gather_places(by=SYSTEM, now=now)
