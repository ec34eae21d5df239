"""What this app does when there is news: write down who is told, send it, forget what is over."""

from collections.abc import Sequence
from datetime import datetime

from tongxin.apps.journal.models import Entry
from tongxin.apps.journal.outbox import reacts_to
from tongxin.apps.journal.worker import aside, every
from tongxin.apps.notify import hooks, purging, sending, telling
from tongxin.apps.notify.actions.contacts import forget_many, subscribe_writer
from tongxin.rules.events import KINDS as SENT_OUT
from tongxin.rules.occasions import KINDS as TOLD
from tongxin.rules.permissions import SYSTEM


@reacts_to(*dict.fromkeys((*TOLD, *SENT_OUT)), name="notify.tell")
def tell(entries: Sequence[Entry], now: datetime) -> None:
    """Owe notices, messages and events for what happened: one debt an entry, whoever hears of it."""
    telling.tell(entries, now)


@reacts_to("resident.erase", "resident.purge")
def forget_the_contact(entries: Sequence[Entry], now: datetime) -> None:
    """Forget the addresses of whoever wants to be forgotten. Safe to run twice: what is gone is gone."""
    forget_many(matter_ids=[int(entry.subject.partition(":")[2]) for entry in entries], by=SYSTEM, now=now)


@reacts_to("letter.register", name="notify.writer")
def tell_the_writer(entries: Sequence[Entry], now: datetime) -> None:
    """Tell whoever wrote a letter by the same address how its matter goes on. Safe to run twice: once is enough."""
    for entry in entries:
        subscribe_writer(letter_id=int(entry.subject.partition(":")[2]), by=SYSTEM, now=now)


@aside(0.5)
def send_messages(now: datetime) -> int:
    """Send what is owed to people."""
    return sending.send_due(now)


@aside(0.5)
def send_events(now: datetime) -> int:
    """Send what is owed to programs."""
    return hooks.send_due(now)


@aside(0.5)
def send_events_slowly(now: datetime) -> int:
    """Send what is owed to programs that let us wait."""
    return hooks.send_due_slowly(now)


@every(3600)
def forget_what_is_over(now: datetime) -> None:
    """Forget contacts of matters long closed, old notices and old lines of the logs."""
    purging.purge(now)
