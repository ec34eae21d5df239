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
LIST = 100


def run(sizes: Mapping[str, int]) -> list[Figure]:
    """Measure intake beside pgbench writing the same rows."""
    many = sizes["reports"]
    figures = []
    with houses.house("intake"):
        told = reports.incoming(many)
        by, key = houses.actor("operator"), houses.keys()["operator"]
        actions.report_many(told[:64], by=by, now=timezone.now())  # warm, and the rows that pgbench will copy
        ids = list(Matter.objects.order_by("id").values_list("id", flat=True)[:64])
        limited = partial(limit.inserts, ids, reports=many)
        with houses.served() as served:
            load.send(load.Load(served.port, 8, reports.posts(told[:200], key)))
            for at_once in (1, 8, 32):
                sent = load.Load(served.port, at_once, reports.posts(told[: many if at_once > 1 else many // 2], key))
                rounds = [
                    (_api(served, sent), limited(at_once=at_once), limited(at_once=at_once, in_one_trip=True))
                    for _ in range(ROUNDS)
                ]
                figures += _figures(f"API, {at_once} at once", rounds)
            lists = [[reports.list_request(told[n : n + LIST], key)] for n in range(0, many, LIST)]
            sent = load.Load(served.port, 1, lists)
            rounds = [(_api(served, sent, LIST), limited(at_once=1, batch=LIST), None) for _ in range(ROUNDS)]
            figures += _figures(f"API, lists of {LIST}", rounds)
        for size in (1, 64, 1000):
            rounds = [(_in_process(told, size, by), limited(at_once=1, batch=size), None) for _ in range(ROUNDS)]
            figures += _figures(f"in process, {'one by one' if size == 1 else f'batches of {size}'}", rounds)
    return figures


Round = tuple[tuple[float, float | None], limit.Inserted | None, limit.Inserted | None]


def _api(served: houses.Served, sent: load.Load, rows: int = 1) -> tuple[float, float | None]:
    """Return reports a second and CPU milliseconds a report, of server and workers together."""
    spent, answered = _spent(partial(load.send, sent), served.process)
    return answered.rate * rows, spent / len(sent.chains) / rows * 1000 if houses.postmaster() else None


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


def _figures(what: str, rounds: list[Round]) -> list[Figure]:
    rate = middle(ours[0] for ours, _, _ in rounds)
    told = [{"ours": ours, "pgbench": peer, "in_one_trip": whole} for ours, peer, whole in rounds]
    facts = {"rounds": told, "load": os.getloadavg()[0]}
    if not all(peer for _, peer, _ in rounds):
        return [Figure(f"report, {what}", rate, "/s", facts=facts | {"pgbench": "not found"})]
    ratio = middle(ours[0] / peer.rate for ours, peer, _ in rounds)
    peer_rate = middle(peer.rate for _, peer, _ in rounds)
    figures = [Figure(f"report, {what}", rate, "/s", "pgbench", peer_rate, ratio, facts=facts)]
    if houses.postmaster():
        figures.append(_by_cpu("pgbench", [(ours[1], peer.cpu_ms) for ours, peer, _ in rounds], 0.5))
        if all(whole for _, _, whole in rounds):
            figures.append(_by_cpu("in one trip", [(ours[1], whole.cpu_ms) for ours, _, whole in rounds]))
    if what == "API, 8 at once":
        figures.append(beside("  beside Signalen", rate, "/s", "Signalen", SIGNALEN_CREATE, at_least=20))
    return figures


def _by_cpu(peer: str, pairs: list[tuple[float, float]], bound: float | None = None) -> Figure:
    """Return the CPU time of a report beside the peer's; the ratio is theirs to ours."""
    share = middle(theirs / ours for ours, theirs in pairs)
    ours, theirs = middle(ours for ours, _ in pairs), middle(theirs for _, theirs in pairs)
    budget, met = (f"≥ {bound:g} ×", share >= bound) if bound else ("", None)
    return Figure("  by CPU", ours, "ms", peer, theirs, share, budget, met)
