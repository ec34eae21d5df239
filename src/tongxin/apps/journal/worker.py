"""The worker: delivers the outbox, does what is to be done every so often, and aside of both what must be in time."""

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
Work = Callable[[datetime], int]  # answers how much it has done


class _Round(NamedTuple):
    seconds: float
    duty: Duty


class _Aside(NamedTuple):
    seconds: float
    work: Work


_ROUNDS: dict[str, _Round] = {}
_ASIDE: dict[str, _Aside] = {}


def every(seconds: float) -> Callable[[Duty], Duty]:
    """Register a duty that each worker does every so many seconds, given the clock.

    Several workers may do it at the same moment, and one may be killed in the middle: it locks what it changes.
    """

    def register(duty: Duty) -> Duty:
        _ROUNDS[f"{duty.__module__}.{duty.__qualname__}"] = _Round(seconds, duty)
        return duty

    return register


def aside(seconds: float) -> Callable[[Work], Work]:
    """Register work that must be in time: each worker does it in a thread and on a connection of its own.

    No long drain or duty makes it late, nor does it hold them up. It is called every so many seconds, given the clock,
    and at once again while it answers that it has done something. What holds for a duty holds for it.
    """

    def register(work: Work) -> Work:
        _ASIDE[f"{work.__module__}.{work.__qualname__}"] = _Aside(seconds, work)
        return work

    return register


def work(stop: threading.Event) -> None:
    """Deliver, do duties and what is done aside until `stop` is set; outlives a restart of the database."""
    threads = [threading.Thread(target=_do_aside, args=(name, stop), name=name) for name in _ASIDE]
    for thread in threads:
        thread.start()
    due = dict.fromkeys(_ROUNDS, 0.0)
    try:
        _go_on("rounds", stop, PAUSE, lambda: _one_round(due))
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def work_off() -> outbox.Drained:
    """Do all that is due now, and return what was delivered."""
    for _seconds, work in _ASIDE.values():
        while work(timezone.now()):
            pass
    done = failed = 0
    while any(drained := outbox.drain(timezone.now())):
        done, failed = done + drained.done, failed + drained.failed
    return outbox.Drained(done, failed)


def _do_aside(name: str, stop: threading.Event) -> None:
    seconds, work = _ASIDE[name]
    try:
        _go_on(name, stop, seconds, lambda: work(timezone.now()))
    finally:
        connection.close()


def _go_on(name: str, stop: threading.Event, seconds: float, is_busy: Callable[[], object]) -> None:
    """Do this again and again until told to stop, with a pause when it has nothing to do."""
    pause = seconds
    while not stop.is_set():
        try:
            busy = is_busy()
            pause = seconds
        except (OperationalError, InterfaceError) as error:
            connection.close()
            busy, pause = False, min(pause * 2, max(seconds, LONGEST_PAUSE))
            log.warning("worker.database_away", work=name, error=type(error).__name__, seconds=pause)
        except Exception as error:
            busy = False
            log.error("worker.round_failed", work=name, error=outbox.without_words(error))
        if not busy:
            stop.wait(pause)


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
