"""Memory of a web worker after a thousand requests, and how fast a demonstration starts again."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from contextlib import suppress

from bench import houses, load, reports
from bench.figures import Figure, at_most

REQUESTS, BUDGET_MB, WARM_SECONDS = 1_000, 120, 5.0
MB = 1_048_576


def run(sizes: Mapping[str, int]) -> list[Figure]:
    """Measure a worker that has served pages, reports and points; then `tongxin demo` twice."""
    with houses.house("memory"):
        keys, cookie = houses.keys(), houses.session("dispatcher")
        told = reports.incoming(REQUESTS // 2)
        pages = [[load.request("GET", path, Cookie=cookie)] for path in ("/q/awaiting_acceptance/", "/m/")]
        with houses.served() as served:
            load.send(load.Load(served.port, 8, reports.posts(told, keys["operator"])))
            load.send(load.Load(served.port, 8, pages * (REQUESTS // 4)))
            sizes_mb = [_megabytes(each.pid) for each in served.workers()]
        figures = [
            at_most(
                f"memory of a web worker after {REQUESTS:,} requests", max(rss for _, rss in sizes_mb), "MB", BUDGET_MB
            ),
            at_most("— what workers share counted once", max(pss for pss, _ in sizes_mb), "MB", BUDGET_MB),
        ]
        _demo_seconds()
        figures.append(at_most("warm start of the demonstration", _demo_seconds(), "s", WARM_SECONDS))
    return figures


def _megabytes(pid: int) -> tuple[float, float]:
    """Return the memory that would be free without this process (its share of what is shared), and all it touches."""
    import psutil

    found = psutil.Process(pid).memory_full_info()
    return getattr(found, "pss", found.rss) / MB, found.rss / MB


def _demo_seconds() -> float:
    """Start `tongxin demo` on the database in use, wait for its first answer, end it; return the seconds."""
    port = houses.free_port()
    begun = time.monotonic()
    child = subprocess.Popen(
        [sys.executable, "-m", "tongxin", "demo", "--port", str(port), "--matters", "0"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while time.monotonic() - begun < houses.READY_SECONDS and child.poll() is None:
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
                if answer.status == 200:
                    return time.monotonic() - begun
            time.sleep(0.02)
        raise RuntimeError("tongxin demo did not answer")
    finally:
        child.send_signal(signal.SIGINT)
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
