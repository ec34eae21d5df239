"""What is compared every so often."""

from datetime import datetime, timedelta

from tongxin.apps.insight import comparisons
from tongxin.apps.insight.actions import compare
from tongxin.apps.journal.worker import aside, every
from tongxin.rules.permissions import SYSTEM

BACK = timedelta(days=3)  # what was reported offline arrives late, and is matched late


@every(3600)
def hold_the_hotline_against_the_grid(now: datetime) -> None:
    """Compare the calls of the last days. Safe to run twice: what is judged stays."""
    compare(now - BACK, now, by=SYSTEM, now=now)


@aside(2)
def compare_what_was_asked_for(now: datetime) -> int:
    """Take a comparison that somebody asked for a month further."""
    return comparisons.advance(now)
