"""What devices do in time, without anybody asking."""

from datetime import datetime

from tongxin.apps.devices.actions.watching import end_sightings, purge, watch_silence
from tongxin.apps.journal.worker import every
from tongxin.rules.permissions import SYSTEM


@every(30)
def listen_for_silence(now: datetime) -> None:
    """Mark what has fallen silent and report what stays so. Safe at once in several workers: rows are locked."""
    while watch_silence(by=SYSTEM, now=now):
        pass


@every(60)
def end_what_nobody_sees_any_more(now: datetime) -> None:
    """End happenings that are over."""
    end_sightings(by=SYSTEM, now=now)


@every(3600)
def forget_readings(now: datetime) -> None:
    """Purge what is older than the city keeps."""
    purge(by=SYSTEM, now=now)
