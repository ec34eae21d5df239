"""The worker: delivers the outbox and does what is to be done every so often, until it is told to stop."""

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import structlog
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from tongxin.apps.journal import outbox

log = structlog.get_logger()

PAUSE = 0.5  # seconds between two looks at an empty outbox; intake notifies nobody, so that commits stay parallel
LONGEST_PAUSE = 10.0  # seconds, while the database is away

Duty = Callable[[datetime], object]


class _Round(NamedTuple):
    seconds: float
    duty: Duty


_ROUNDS: dict[str, _Round] = {}


def every(seconds: float) -> Callable[[Duty], Duty]:
    """Register a duty that each worker does every so many seconds, given the clock.

    Several workers may do it at the same moment, and one may be killed in the middle: it locks what it changes.
    """

    def register(duty: Duty) -> Duty:
        _ROUNDS[f"{duty.__module__}.{duty.__qualname__}"] = _Round(seconds, duty)
        return duty

    return register


def work(stop: threading.Event) -> None:
    """Deliver and do duties until `stop` is set; outlives a restart of the database."""
    due = dict.fromkeys(_ROUNDS, 0.0)
    pause = PAUSE
    while not stop.is_set():
        try:
            busy = _one_round(due)
            pause = PAUSE
        except (OperationalError, InterfaceError) as error:
            connection.close()
            busy, pause = False, min(pause * 2, LONGEST_PAUSE)
            log.warning("worker.database_away", error=type(error).__name__, seconds=pause)
        except Exception as error:
            busy = False
            log.error("worker.round_failed", error=outbox.without_words(error))
        if not busy:
            stop.wait(pause)


def work_off() -> outbox.Drained:
    """Deliver all that is due now, and return."""
    done = failed = 0
    while any(drained := outbox.drain(timezone.now())):
        done, failed = done + drained.done, failed + drained.failed
    return outbox.Drained(done, failed)


def _one_round(due: dict[str, float]) -> bool:
    """Drain once and do the duties whose time has come. Returns whether there may be more to drain."""
    drained = outbox.drain(timezone.now())
    for name, (seconds, duty) in _ROUNDS.items():
        if time.monotonic() >= due.get(name, 0.0):
            due[name] = time.monotonic() + seconds
            _do(name, duty)
    return any(drained)


def _do(name: str, duty: Duty) -> None:
    """Do one duty; its failure is told and does not keep the others from theirs."""
    try:
        duty(timezone.now())
    except Exception as error:
        if not connection.is_usable():
            raise
        log.error("worker.duty_failed", duty=name, error=outbox.without_words(error))
