"""Children of a supervisor: what is killed is begun anew, and nothing outlives whoever began it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

SUPERVISOR = """
import os, sys, time
from pathlib import Path
os.environ["DJANGO_SETTINGS_MODULE"] = "tongxin.settings"
import django
django.setup()
from tongxin.interfaces.console import children
def work():
    with open(sys.argv[1], "a") as told:
        told.write(f"{os.getpid()}\\n")
    time.sleep(60)
child = children.keep("work", work)
sys.stdin.read()
children.stop([child])
"""


def wait_until(holds, seconds: float = 15):
    until = time.monotonic() + seconds
    while not (found := holds()) and time.monotonic() < until:
        time.sleep(0.02)
    return found


def test_a_child_that_is_killed_is_begun_anew_and_gone_with_its_supervisor(tmp_path: Path):
    told = tmp_path / "pids"
    told.touch()
    supervisor = subprocess.Popen([sys.executable, "-c", SUPERVISOR, told], stdin=subprocess.PIPE)

    assert wait_until(lambda: len(told.read_text().split()) == 1)
    os.kill(int(told.read_text()), signal.SIGKILL)
    assert wait_until(lambda: len(told.read_text().split()) == 2)
    killed, running = map(int, told.read_text().split())
    was_running = psutil.pid_exists(running)
    supervisor.communicate(timeout=15)

    assert (killed != running, was_running, supervisor.returncode) == (True, True, 0)
    assert wait_until(lambda: not psutil.pid_exists(running))
