"""Reports, all rules applied: one by one through the API, one by one and in batches in the process."""

import os
import time
from collections.abc import Callable, Mapping
from functools import partial

import psutil
from django.utils import timezone

from bench import houses, limit, load, reports
from bench.figures import SIGNALEN_CREATE, Figure, beside, middle
from tongxin.apps.matters import actions
from tongxin.apps.matters.models import Matter

ROUNDS = 3


def run(sizes: Mapping[str, int]) -> list[Figure]:
    """Measure intake beside pgbench writing the same rows."""
    many = sizes["reports"]
    figures = []
    with houses.house("intake"):
        told = reports.incoming(many)
        by, key = houses.actor("operator"), houses.keys()["operator"]
        actions.report_many(told[:64], by=by, now=timezone.now())  # warm, and the rows that pgbench will copy
        ids = list(Matter.objects.order_by("id").values_list("id", flat=True)[:64])
        with houses.served() as served:
            load.send(load.Load(served.port, 8, reports.posts(told[:200], key)))
            for at_once in (1, 8, 32):
                part = reports.posts(told[: many if at_once > 1 else many // 2], key)
                api = [
                    (
                        _api(served, load.Load(served.port, at_once, part)),
                        limit.inserts(ids, at_once=at_once, reports=many),
                    )
                    for _ in range(ROUNDS)
                ]
                figures += _figures(f"API, {at_once} at once", api)
        for size in (1, 64, 1000):
            pairs = [
                (_in_process(told, size, by), limit.inserts(ids, at_once=1, reports=many, batch=size))
                for _ in range(ROUNDS)
            ]
            figures += _figures(f"in process, {'one by one' if size == 1 else f'batches of {size}'}", pairs)
    return figures


Pair = tuple[tuple[float, float | None], limit.Inserted | None]


def _api(served: houses.Served, sent: load.Load) -> tuple[float, float | None]:
    """Return reports a second and CPU milliseconds a report, of server and workers together."""
    spent, answered = _spent(partial(load.send, sent), served.process)
    return answered.rate, spent / len(sent.chains) * 1000 if houses.postmaster() else None


def _in_process(told: list[actions.Incoming], size: int, by: houses.Actor) -> tuple[float, float | None]:
    batches = [told[n : n + size] for n in range(0, len(told), size)]

    def take_in() -> float:
        begun = time.perf_counter()
        for batch in batches:
            actions.report_many(batch, by=by, now=timezone.now())
        return time.perf_counter() - begun

    own = time.process_time()
    spent, seconds = _spent(take_in)
    return len(told) / seconds, (spent + time.process_time() - own) / len(told) * 1000 if houses.postmaster() else None


def _spent(work: Callable[[], object], *processes: psutil.Process) -> tuple[float, object]:
    before = houses.cpu_of(houses.postmaster(), *processes)
    answer = work()
    return houses.cpu_of(houses.postmaster(), *processes) - before, answer


def _figures(what: str, pairs: list[Pair]) -> list[Figure]:
    rate = middle(ours[0] for ours, _ in pairs)
    facts = {
        "rounds": [{"ours": ours, "limit": peer and peer.__dict__} for ours, peer in pairs],
        "load": os.getloadavg()[0],
    }
    figures = []
    if all(peer for _, peer in pairs):
        ratio = middle(ours[0] / peer.rate for ours, peer in pairs)
        peer_rate = middle(peer.rate for _, peer in pairs)
        figures.append(Figure(f"report, {what}", rate, "/s", "pgbench", peer_rate, ratio, facts=facts))
        if all(ours[1] and peer.cpu_ms for ours, peer in pairs):
            cpu, theirs = middle(ours[1] for ours, _ in pairs), middle(peer.cpu_ms for _, peer in pairs)
            share = middle(peer.cpu_ms / ours[1] for ours, peer in pairs)
            figures.append(Figure("  by CPU", cpu, "ms", "pgbench", theirs, share, "≥ 0.5 ×", share >= 0.5, {}))
    else:
        figures.append(Figure(f"report, {what}", rate, "/s", facts=facts | {"pgbench": "not found"}))
    if what.startswith("API, 8"):
        figures.append(beside("  beside Signalen", rate, "/s", "Signalen", SIGNALEN_CREATE, at_least=20))
    return figures
