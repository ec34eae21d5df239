"""What the work on the grid does by itself: rounds of the day, calls that nobody answers, words kept long enough."""

from datetime import datetime

from django.utils import timezone

from tongxin.apps.journal.worker import aside, every
from tongxin.apps.patrols import actions
from tongxin.rules.permissions import SYSTEM


@every(300)
def open_the_day(now: datetime) -> None:
    """Make the rounds of today; those of a plan drawn up meanwhile as well."""
    actions.open_rounds(timezone.localdate(now), by=SYSTEM, now=now)


@aside(2)
def call_the_next_team(now: datetime) -> int:
    """Call the next team where the last one did not answer in time."""
    return actions.pass_on(by=SYSTEM, now=now)


@every(24 * 3600)
def forget_words(now: datetime) -> None:
    """Take out of visits what was said there, once it is kept long enough."""
    actions.forget_words(by=SYSTEM, now=now)
