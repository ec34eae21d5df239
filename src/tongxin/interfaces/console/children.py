"""Child processes of a supervisor: they end with it, however it ends."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress

PR_SET_PDEATHSIG = 1  # Linux, prctl(2): the kernel tells the child when its parent is gone


def _end_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def start(command: str, *words: str, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start `tongxin <command>` in a session of its own, so that Ctrl-C reaches the supervisor alone."""
    return subprocess.Popen(
        [sys.executable, "-m", "tongxin", command, *words],
        env={**os.environ, **environ},
        start_new_session=True,
        preexec_fn=_end_with_parent,
    )


def stop(children: list[subprocess.Popen[bytes]], *, seconds: float = 10) -> None:
    """Ask all to end, wait, and end by force what does not."""
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
