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
from tongxin.apps.matters.actions.timing import count_anew, fire_due
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


@every(3600)
def follow_the_ground_in_time(now: datetime) -> None:
    """Do the same for a split or merge that was recorded ahead of its day."""
    while restamp(by=SYSTEM, now=now):
        pass


@every(3600)
def follow_the_posts(now: datetime) -> None:
    """Take back what is kept by people whose posts have ended by themselves: a stand-in's period, a day set before."""
    hand_back(by=SYSTEM, now=now)


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
