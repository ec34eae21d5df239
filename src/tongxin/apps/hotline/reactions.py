"""What the hotline does when there is news, and every so often."""

from collections.abc import Sequence
from datetime import datetime

from tongxin.apps.hotline import letters_fetching, letters_sending
from tongxin.apps.hotline.actions import gather_places, keep_enclosures, purge, purge_letters
from tongxin.apps.journal.models import Entry
from tongxin.apps.journal.outbox import reacts_to
from tongxin.apps.journal.worker import aside, every
from tongxin.rules.permissions import SYSTEM


@every(300)
def forget_callers(now: datetime) -> None:
    """Delete callers' numbers, drafts and webhooks whose time is over."""
    purge(by=SYSTEM, now=now)
    purge_letters(by=SYSTEM, now=now)


@every(60)
def remember_places(now: datetime) -> None:
    """Offer the places that matters named lately to whoever takes a call."""
    gather_places(by=SYSTEM, now=now)


@reacts_to("letter.register", name="hotline.enclosures")
def keep_what_came_along(entries: Sequence[Entry], now: datetime) -> None:
    """Make the files of a letter evidence of its matter. Safe to run twice: what was kept is gone from the letter."""
    for entry in entries:
        keep_enclosures(int(entry.subject.partition(":")[2]), by=SYSTEM, now=now)


@aside(30)
def fetch_letters(now: datetime) -> int:
    """Take in what lies in the post box. Aside: a mail server that is slow holds up nothing else."""
    return letters_fetching.fetch(now)


@aside(1)
def send_replies(now: datetime) -> int:
    """Send the answers to letters."""
    return letters_sending.send_due(now)
