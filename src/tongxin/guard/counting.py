"""Counting refusals at the door: a meter for all of them, and a line in the log a second at most for each kind.

Codes only: nothing is written down about an address, and a flood of knocks does not become a flood of lines.
"""

import threading
import time

import structlog
from prometheus_client import Counter

REFUSED = Counter("tongxin_door_refused_total", "Knocks and uploads refused before anything was done", ("code",))
EVERY = 1.0  # seconds

log = structlog.get_logger("tongxin.door")
_lock = threading.Lock()
_unsaid: dict[str, tuple[int, float]] = {}  # code: refusals since the last line, and when that was


def refused(code: str) -> None:
    """Count a refusal, and say it: the first at once, those that follow within a second together."""
    REFUSED.labels(code).inc()
    now = time.monotonic()
    with _lock:
        times, said_at = _unsaid.get(code, (0, -EVERY))
        is_due = now - said_at >= EVERY
        _unsaid[code] = (0, now) if is_due else (times + 1, said_at)
    if is_due:
        log.warning("door.refused", code=code, times=times + 1)


def forget() -> None:
    """Forget what has been said: for tests."""
    with _lock:
        _unsaid.clear()
