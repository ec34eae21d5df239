"""One step of a matter: accepting it, through the API and in the process, and how many statements that takes."""

import time
from collections.abc import Mapping

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench import houses, load, reports
from bench.figures import SIGNALEN_STATUS, Figure, at_least, at_most, beside, middle, quantile
from tongxin.apps.matters import actions
from tongxin.rules.lifecycles.matter import Act

ROUNDS = 3
BUDGET, STATEMENTS = 300, 6
FRAME = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


def run(sizes: Mapping[str, int]) -> list[Figure]:
    """Measure one step beside Signalen's change of status."""
    many = sizes["steps"]
    figures = []
    with houses.house("step"):
        keys = houses.keys()
        by, acceptor = houses.actor("operator"), houses.actor("acceptor")
        answers = actions.report_many(reports.at_home(7 * many), by=by, now=timezone.now())
        waiting = iter([answer for answer in answers if isinstance(answer, actions.Reported)])
        figures.append(_statements(next(waiting), acceptor))
        with houses.served() as served:
            load.send(load.Load(served.port, 8, [[_accept(next(waiting), keys["acceptor"])] for _ in range(many // 4)]))
            for at_once in (1, 8):
                part = many // 2 if at_once == 1 else many
                rounds = []
                for _ in range(ROUNDS):
                    sent = [[_accept(next(waiting), keys["acceptor"])] for _ in range(part)]
                    before = houses.cpu_of(houses.postmaster(), served.process)
                    answered = load.send(load.Load(served.port, at_once, sent))
                    cpu = houses.cpu_of(houses.postmaster(), served.process) - before
                    rounds.append((answered.rate, cpu / part * 1000, quantile(answered.milliseconds, 0.99)))
                figures += _figures(at_once, rounds)
        rates = []
        for _ in range(ROUNDS):
            part = [next(waiting) for _ in range(many // 2)]
            begun = time.perf_counter()
            for each in part:
                actions.take(Act.ACCEPT, matter_id=each.id, by=acceptor, now=timezone.now())
            rates.append(len(part) / (time.perf_counter() - begun))
        figures.append(at_least("step in process, one by one", middle(rates), "/s", BUDGET, rounds=rates))
    return figures


def _accept(reported: actions.Reported, key: str) -> bytes:
    return load.request("POST", f"/api/v1/matters/{reported.number}/acts/accept", Authorization=f"Bearer {key}")


def _figures(at_once: int, rounds: list[tuple[float, float, float]]) -> list[Figure]:
    rate, cpu, slowest = (middle(each) for each in zip(*rounds, strict=True))
    facts = {"rounds": rounds, "cpu_ms": cpu, "p99_ms": slowest}
    what = f"step through the API, {at_once} at once"
    if at_once == 1:
        return [Figure(what, rate, "/s", facts=facts)]
    return [
        at_least(what, rate, "/s", BUDGET, **facts),
        beside("  beside Signalen", rate, "/s", "Signalen", SIGNALEN_STATUS, at_least=10),
    ]


def _statements(reported: actions.Reported, acceptor: houses.Actor) -> Figure:
    actions.take(Act.ACCEPT, matter_id=reported.id, by=acceptor, now=timezone.now())  # reads what is then remembered
    chief = houses.actor("duty_chief")
    with CaptureQueriesContext(connection) as caught:
        actions.take(Act.FILE, matter_id=reported.id, by=chief, now=timezone.now())
    told = [each["sql"] for each in caught.captured_queries if not each["sql"].startswith(FRAME)]
    return at_most("statements a step", len(told), "", STATEMENTS, statements=[each[:60] for each in told])
