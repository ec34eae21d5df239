"""What this app does when there is news, and every so often."""

from collections.abc import Sequence
from datetime import datetime

from tongxin.apps.alarms import actions, telling
from tongxin.apps.alarms.actions.following import KINDS
from tongxin.apps.journal.models import Entry
from tongxin.apps.journal.outbox import reacts_to
from tongxin.apps.journal.worker import aside, every
from tongxin.rules.permissions import SYSTEM


@reacts_to(*KINDS, name="alarms.follow")
def follow(entries: Sequence[Entry], now: datetime) -> None:
    """Note what happened to the matters behind alarms."""
    actions.follow(entries, by=SYSTEM, now=now)


@aside(2)
def tell_who_is_late(now: datetime) -> int:
    """Tell of pushes that nobody acknowledged in time."""
    return actions.tell_late(by=SYSTEM, now=now)


@aside(1)
def tell_the_police(now: datetime) -> int:
    """Send what is owed to the police."""
    return telling.send_due(now)


@every(300)
def forget_messages(now: datetime) -> None:
    """Forget messages whose time is over."""
    actions.purge(by=SYSTEM, now=now)
