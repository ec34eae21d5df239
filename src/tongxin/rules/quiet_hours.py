"""Quiet hours: when nobody is rung up, and the slots in which what may wait is put together."""

from datetime import datetime, time, timedelta
from typing import NamedTuple

from tongxin.rules.working_time import SHANGHAI


class QuietHours(NamedTuple):
    """From when to when, by the local clock, over midnight or not; the end is the first moment that is not quiet."""

    start: time
    end: time

    @classmethod
    def parse(cls, text: str) -> "QuietHours":
        """Read "21:30-07:30". Raises ValueError."""
        start, _, end = text.partition("-")
        return cls(time.fromisoformat(start.strip()), time.fromisoformat(end.strip()))

    def covers(self, at: datetime) -> bool:
        """Tell whether this moment is quiet."""
        local = at.astimezone(SHANGHAI)
        clock = time(local.hour, local.minute, local.second, local.microsecond)
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def over(self, at: datetime) -> datetime:
        """Return the moment itself, or, where it is quiet, the one at which it no longer is."""
        if not self.covers(at):
            return at
        local = at.astimezone(SHANGHAI)
        end = datetime.combine(local.date(), self.end, SHANGHAI)
        return end if end > local else datetime.combine(local.date() + timedelta(days=1), self.end, SHANGHAI)


def slot(at: datetime, every: timedelta, shift: timedelta = timedelta()) -> datetime:
    """Return the first moment from `at` on that lies on a grid of time, moved by `shift`.

    What waits for one slot goes out together, so that nobody is told more often than once in `every`.
    """
    origin = datetime(2020, 1, 1, tzinfo=SHANGHAI) + shift
    whole = -((origin - at) // every)  # rounded up
    return origin + whole * every
