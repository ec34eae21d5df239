"""Work that the worker does while a page looks on."""

from datetime import datetime, timedelta

SILENT = timedelta(seconds=15)  # without progress so long, it waits for a worker that is not there


def is_waiting(asked_at: datetime, done: int, now: datetime) -> bool:
    """Tell whether what runs has not been begun for so long that nobody seems to be there to do it."""
    return not done and now - asked_at > SILENT
