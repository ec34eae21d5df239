"""Child processes of a supervisor: forked, so that nothing is imported twice, and ended with it, however it ends."""

import ctypes
import gc
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import NamedTuple

import structlog
from django.db import connections

PR_SET_PDEATHSIG = 1  # Linux, prctl(2): the kernel tells the child when its parent is gone
SOON, LATE = 0.5, 30.0  # seconds until what was killed is begun anew; twice as long each time it happens within LATE

log = structlog.get_logger("tongxin.children")


class Child(NamedTuple):
    """A running child and what it is for."""

    pid: int
    name: str


def fork(name: str, work: Callable[[], object]) -> Child:
    """Run this work in a child of its own session, so that Ctrl-C reaches the supervisor alone."""
    connections.close_all()  # a connection must not be used by two processes
    gc.freeze()  # what is imported by now stays shared memory
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return Child(pid, name)
    status = 1
    try:
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        work()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def keep(name: str, work: Callable[[], object]) -> Child:
    """Run this work in a child that is begun anew where it is killed or breaks, until it ends by itself or is stopped.

    A child of its own looks after it: whoever serves may neither wait here nor fork from a thread.
    """
    return fork(name, partial(_keep, name, work))


def _keep(name: str, work: Callable[[], object]) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    pause = SOON
    while True:
        began = time.monotonic()
        child = fork(name, work)
        try:
            _, status = os.waitpid(child.pid, 0)
        finally:
            stop([child], seconds=8)
        if status == 0:
            return
        pause = SOON if time.monotonic() - began > LATE else pause
        log.warning("child.ended", name=name, status=os.waitstatus_to_exitcode(status), again_in=pause)
        time.sleep(pause)
        pause = min(2 * pause, LATE)


def ended(children: Sequence[Child]) -> list[Child]:
    """Return the children that have ended."""
    return [child for child in children if not _is_running(child)]


def stop(children: Sequence[Child], *, seconds: float = 10) -> None:
    """Ask all to end, wait, and end by force what does not."""
    running = [child for child in children if _is_running(child)]
    for child in running:
        os.kill(child.pid, signal.SIGTERM)
    until = time.monotonic() + seconds
    while (running := [child for child in running if _is_running(child)]) and time.monotonic() < until:
        time.sleep(0.02)
    for child in running:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)


def _is_running(child: Child) -> bool:
    try:
        return os.waitpid(child.pid, os.WNOHANG) == (0, 0)
    except ChildProcessError:
        return False
