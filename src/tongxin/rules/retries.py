"""Trying again: how long to wait after each failure, and when to leave it to a person."""

from collections.abc import Sequence
from datetime import timedelta

S, M, H = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours"))
TO_PEOPLE = (M, 5 * M, 30 * M, 2 * H, 6 * H)  # news grows old: after a working day it is told by other ways
# Source: Standard Webhooks, operational considerations: seconds first, then up to about a day
TO_PROGRAMS = (5 * S, M, 5 * M, 30 * M, 2 * H, 5 * H, 8 * H, 8 * H)
GIVE_UP = timedelta(days=5)  # an endpoint that took nothing for so long is switched off
REST = (5 * S, 30 * M)  # after a failure an endpoint is left alone: a quarter of how long it has failed, within these


def wait(tries: int, waits: Sequence[timedelta]) -> timedelta | None:
    """Return how long to wait after so many failed tries, None where enough has been tried."""
    return waits[tries - 1] if tries <= len(waits) else None


def rest(failing_for: timedelta) -> timedelta:
    """Return how long to leave an endpoint alone that has failed for so long."""
    return min(max(failing_for / 4, REST[0]), REST[1])
