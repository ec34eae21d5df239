"""How long a unit may hand a matter back: a third of its limit or four working hours, the later, never past the limit.

The window is short so that a matter is not pushed to and fro. Source: domain.md §3.1 row 8.
"""

from datetime import datetime

from tongxin.rules.deadlines import Running
from tongxin.rules.working_time import OFFICE, Limit, Unit, WorkingCalendar, due_at, moment, position

SHARE = 3
AT_LEAST = Limit(4, Unit.WORKING_HOUR)
NATURAL = (Unit.MINUTE, Unit.HOUR)


def return_until(handle: Running, calendar: WorkingCalendar) -> datetime:
    """Return the last moment at which a matter dispatched with this handling clock may be returned."""
    begun, due = handle.started_at, handle.due_at
    if handle.limit.unit in NATURAL:
        third = begun + (due - begun) / SHARE
    else:
        start, end = position(begun, calendar, OFFICE), position(due, calendar, OFFICE)
        third = moment(start + max((end - start) // SHARE, 1), calendar, OFFICE).at
    return min(due, max(third, due_at(begun, AT_LEAST, calendar).at))
