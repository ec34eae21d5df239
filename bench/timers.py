"""Clocks that fire: how late each tells what it has to tell, with a million open, intake beside, and workers killed.

`python -m bench.timers fire` is one worker that does nothing else; `… take-in` reports without a pause until stopped.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta

from django.utils import timezone

from bench import full_houses, houses, reports
from bench.figures import Figure, at_most, quantile
from bench.houses import connection
from tongxin.apps.journal import outbox, worker
from tongxin.apps.matters import actions, timers
from tongxin.apps.matters.actions import timing
from tongxin.apps.people.actions import set_day
from tongxin.rules.permissions import SYSTEM

BASE = 10_000  # matters taken in by the product; the rest are copies
CLOCKS = 2  # of a matter that has just been reported: its acceptance and its whole
WORKERS, KILLED = 4, 2
A_SECOND = 200  # clocks that come due; a city of 5 M matters a year has some two
GRACE = 5  # seconds before the first, and for what is late to be told
BUDGET = 2.0


def run(sizes: Mapping[str, int]) -> list[Figure]:
    """Measure how late clocks tell, then how fast many that waited are told, then a change of the calendar."""
    many, seconds = sizes["timers"], sizes["timer_seconds"]
    with houses.house("timers"):
        _fill(many)
        figures = _in_time(many, seconds)
        figures.append(_backlog(many // 10))
        figures.append(_another_calendar(many // 5))
    return figures


# --- the figures -------------------------------------------------------------------------------------------


def _in_time(many: int, seconds: int) -> list[Figure]:
    """Let clocks come due all through these seconds, kill two of four workers in the middle, and see what was told."""
    due = seconds * A_SECOND
    with _beside("take-in", 1), _beside("fire", WORKERS) as workers:
        _come_due(due, f"now() + interval '{GRACE} seconds' + random() * interval '{seconds} seconds'")
        _check_plan()
        before = _matters()
        time.sleep(GRACE + seconds / 2)
        for each in workers[:KILLED]:
            os.kill(each.pid, signal.SIGKILL)
        time.sleep(seconds / 2 + GRACE)
        taken_in = (_matters() - before) / (2 * GRACE + seconds)
    told = _rows(
        """SELECT e.data->>'deadline', extract(epoch FROM e.recorded_at - (d.due_at + interval '1 microsecond'))::float8
            FROM journal_entry e JOIN matters_deadline d ON d.id = (e.data->>'deadline')::bigint
            WHERE e.kind = 'clock.overdue'"""
    )
    if len(told) != due or len({id_ for id_, _ in told}) != due:
        raise RuntimeError(f"{due} clocks came due, {len(told)} tellings of {len({id_ for id_, _ in told})} were found")
    late = [lag for _, lag in told]
    if min(late) < 0:
        raise RuntimeError(f"a clock told {-min(late)} seconds before its moment")
    facts: dict[str, object] = {"clocks": due, "open": many, "killed": KILLED, "intake": taken_in}
    beside = f"with {many:,} open, {taken_in:.0f} reports/s beside, {KILLED} of {WORKERS} workers killed"
    return [
        Figure(f"a clock tells, p50 ({beside})", quantile(late, 0.5), "s", facts=facts),
        Figure("  p99", quantile(late, 0.99), "s", facts=facts),
        at_most("  latest", max(late), "s", BUDGET, **facts),
    ]


def _backlog(many: int) -> Figure:
    """Let many clocks be due at once, as after a night without workers, and see how fast they are told."""
    with _beside("fire", WORKERS):
        _come_due(many, "now() - random() * interval '1 hour'")
        begun, first = time.monotonic(), _left()
        while (left := _left()) and time.monotonic() < begun + 600:
            time.sleep(0.1)
        seconds = time.monotonic() - begun
    if left:
        raise RuntimeError(f"{left} clocks were never told")
    return Figure(f"clocks that waited are told, {WORKERS} workers", first / seconds, "/s", facts={"clocks": first})


def _another_calendar(many: int) -> Figure:
    """Set a day off and count so many clocks anew, all of which move: one worker."""
    day = timezone.localdate() + timedelta(days=2)
    set_day(day=day, is_working=date.weekday(day) >= 5, source="bench", by=SYSTEM, now=timezone.now())
    timing.count_anew(now=timezone.now())
    begun, counted = time.perf_counter(), 0
    while counted < many and (some := timing.count_anew(now=timezone.now())):
        counted += some
    rate = counted / (time.perf_counter() - begun)
    return Figure("clocks counted by another calendar, one worker", rate, "/s", facts={"clocks": counted})


def _check_plan() -> None:
    """See that the due ones are found by their index, in its order."""
    lines = _rows(f"EXPLAIN {timers.DUE.format(limit=timing.BATCH)}", timezone.now())
    plan = "\n".join(line for (line,) in lines)
    if "deadline_fire" not in plan or "Sort" in plan:
        raise RuntimeError(f"the due clocks are not found by their index:\n{plan}")


# --- a million clocks --------------------------------------------------------------------------------------


def _fill(many: int) -> None:
    """Fill the house with matters just reported; nothing comes due for a month."""
    base = min(BASE, many // CLOCKS)
    now = timezone.now()
    told = reports.incoming(base)
    for first in range(0, base, 5_000):
        actions.report_many(told[first : first + 5_000], by=SYSTEM, now=now)
    if many // CLOCKS > base:
        full_houses.multiply(many // CLOCKS // base)
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("DELETE FROM journal_delivery")
        cursor.execute(
            """UPDATE matters_deadline SET amber_at = due_at + interval '30 days', due_at = due_at + interval '40 days',
                next_fire_at = due_at + interval '30 days' + random() * interval '5 days'"""
        )
    connection.close()
    houses.settle()


def _come_due(many: int, moment: str) -> None:
    """Have so many acceptances, spread over all matters, say at this moment (SQL) that they are overdue."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE matters_deadline d SET due_at = x.at - interval '1 microsecond', next_fire_at = x.at, fired = 1,
                amber_at = x.at - interval '1 hour', started_at = x.at - interval '2 hours'
            FROM (SELECT id, {moment} AS at FROM matters_deadline
                WHERE clock = 'accept' AND fired = 0 ORDER BY md5(id::text) LIMIT %s) AS x
            WHERE d.id = x.id""",
            [many],
        )
        cursor.execute("ANALYZE matters_deadline")


def _left() -> int:
    return int(_rows("SELECT count(*) FROM matters_deadline WHERE next_fire_at <= now()")[0][0])


def _matters() -> int:
    return int(_rows("SELECT last_value FROM matters_matter_id_seq")[0][0])


def _rows(sql: str, *params: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


# --- processes beside --------------------------------------------------------------------------------------


@contextmanager
def _beside(what: str, many: int) -> Iterator["list[subprocess.Popen[bytes]]"]:
    """Run so many processes of this module, all of them ready."""
    told = [sys.executable, "-m", "bench.timers", what]
    processes = [subprocess.Popen(told, stdout=subprocess.PIPE) for _ in range(many)]
    try:
        for each in processes:
            each.stdout.readline()  # type: ignore[union-attr]
        yield processes
    finally:
        for each in processes:
            each.terminate()
        for each in processes:
            each.communicate(timeout=20)


def _fire(stop: threading.Event) -> None:
    """Be a worker that only lets clocks tell."""
    outbox._REACTIONS.clear()
    worker._ROUNDS.clear()
    kept = {name: each for name, each in worker._ASIDE.items() if name.endswith(".tell_the_time")}
    worker._ASIDE.clear()
    worker._ASIDE.update(kept)
    print("ready", flush=True)
    worker.work(stop)


def _take_in(stop: threading.Event) -> None:
    """Report, one by one, without a pause."""
    told = reports.incoming(2_000, seed=os.getpid())
    print("ready", flush=True)
    while not stop.is_set():
        for each in told:
            actions.report(each, by=SYSTEM, now=timezone.now())
            if stop.is_set():
                break


if __name__ == "__main__":
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    {"fire": _fire, "take-in": _take_in}[sys.argv[1]](stop)
