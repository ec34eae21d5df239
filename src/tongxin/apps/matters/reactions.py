"""What matters do when lower apps have news."""

from collections.abc import Sequence
from datetime import datetime

from tongxin.apps.journal.models import Entry
from tongxin.apps.journal.outbox import reacts_to
from tongxin.apps.journal.worker import aside, every
from tongxin.apps.matters.actions.handing_over import hand_back
from tongxin.apps.matters.actions.merging import follow
from tongxin.apps.matters.actions.proposals import start_due
from tongxin.apps.matters.actions.restamping import restamp
from tongxin.apps.matters.actions.rights import purge
from tongxin.apps.matters.actions.supervision import press_dissatisfied, press_overdue, press_returned
from tongxin.apps.matters.actions.timing import count_anew, fire_due
from tongxin.apps.matters.arrivals import forget_old
from tongxin.apps.matters.rehearsing import advance
from tongxin.rules.permissions import SYSTEM


@reacts_to("area.replace")
def follow_the_ground(entries: Sequence[Entry], now: datetime) -> None:
    """Move open matters into the areas that followed theirs. Safe to run twice: moved ones are strays no more."""
    while restamp(by=SYSTEM, now=now):
        pass


@reacts_to("merge.follow")
def follow_the_master(entries: Sequence[Entry], now: datetime) -> None:
    """Close what was merged into a matter that has closed. Safe to run twice: what has followed is merged no more."""
    for entry in entries:
        follow(master_id=entry.data["matter"], by=SYSTEM, now=now)


@reacts_to("clock.overdue", "clock.urge", "clock.notice")
def press_the_overdue(entries: Sequence[Entry], now: datetime) -> None:
    """Have what is long overdue supervised. Safe to run twice: a clock raises one order."""
    press_overdue(deadlines=[entry.data["deadline"] for entry in entries], by=SYSTEM, now=now)


@reacts_to("matter.return")
def press_the_returned(entries: Sequence[Entry], now: datetime) -> None:
    """Have what comes back again and again supervised. Safe to run twice: an entry raises one order."""
    press_returned(causes=_causes(entries), by=SYSTEM, now=now)


@reacts_to("call_back.answer", "call_back.rate")
def press_the_dissatisfying(entries: Sequence[Entry], now: datetime) -> None:
    """Have supervised what was handled anew and dissatisfies again. Safe to run twice: an entry raises one order."""
    press_dissatisfied(causes=_causes(entries), by=SYSTEM, now=now)


def _causes(entries: Sequence[Entry]) -> dict[int, str]:
    """Return for each matter the last of its entries, as what raised an order."""
    return {int(entry.subject.partition(":")[2]): f"{entry.subject}:{entry.seq}" for entry in entries}


@every(3600)
def press_the_overdue_in_time(now: datetime) -> None:
    """Do the same for what became long overdue without a clock telling it."""
    press_overdue(by=SYSTEM, now=now)


@every(3600)
def follow_the_ground_in_time(now: datetime) -> None:
    """Do the same for a split or merge that was recorded ahead of its day."""
    while restamp(by=SYSTEM, now=now):
        pass


@every(3600)
def forget_contacts(now: datetime) -> None:
    """Erase contacts whose time is over. Safe to run twice: what is erased is found no more."""
    while purge(by=SYSTEM, now=now):
        pass


@every(3600)
def follow_the_posts(now: datetime) -> None:
    """Take back what is kept by people whose posts have ended by themselves: a stand-in's period, a day set before."""
    hand_back(by=SYSTEM, now=now)


@every(3600)
def forget_what_arrived_long_ago(now: datetime) -> None:
    """Forget the keys of phones' items that nobody sends again."""
    forget_old(now)


@aside(0.5)
def tell_the_time(now: datetime) -> int:
    """Let clocks tell what has come, within a second or so of its moment."""
    return fire_due(now=now, by=SYSTEM)


@aside(0.5)
def change_the_rules(now: datetime) -> bool:
    """Put in force what was to be at this moment, and go on with dry runs, a chunk at a time."""
    return start_due(by=SYSTEM, now=now) is not None or advance(now)


@aside(5)
def follow_the_calendar(now: datetime) -> int:
    """Count clocks anew when days were set, cleared or published, whoever did it and in whatever process."""
    return count_anew(now=now, by=SYSTEM)
