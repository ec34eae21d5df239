"""A whole life: report, accept, file, dispatch, sign, handle, review, check, close, each by whoever may take it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

import msgspec
from django.utils import timezone

from bench import houses, load, reports
from bench.figures import DIGIT_LIFE, Figure, at_least, beside, middle
from bench.full_houses import big
from tongxin.apps.matters import actions
from tongxin.apps.people.models import Unit
from tongxin.rules.lifecycles.matter import Act, CloseKind

ROUNDS = 3
BUDGET, SHARE_AT_BIG = 60, 0.85
PROCESSES = 2
UNIT = f"sanitation-{houses.city.HOME_TOWN}"
STEPS = (
    (Act.ACCEPT, "acceptor", {}),
    (Act.FILE, "duty_chief", {}),
    (Act.DISPATCH, "dispatcher", {"unit": UNIT}),
    (Act.SIGN, "handler", {}),
    (Act.HANDLE, "handler", {"reason": "已到场劝导，音量调低，约定晚九点后停播。"}),
    (Act.REVIEW, "handler_head", {}),
    (Act.CHECK, "checker", {}),
    (Act.CLOSE, "duty_chief", {"close_as": CloseKind.NORMAL.value}),
)


def run(sizes: Mapping[str, int]) -> list[Figure]:
    """Measure whole lives on an empty database, then on a full one."""
    many = sizes["lives"]
    with houses.house("lives_empty"):
        empty = _measured(many)
    with big(sizes["big"]):
        full = _measured(many)
    figures = []
    for how in empty:
        rate, rate_full = middle(empty[how]), middle(full[how])
        facts = {"empty": empty[how], "full": full[how], "matters": sizes["big"]}
        figures.append(at_least(f"whole life, {how}", rate, "/s", BUDGET, **facts))
        figures.append(beside("  beside DIGIT (16 cores)", rate, "/s", "DIGIT", DIGIT_LIFE, at_least=1))
        figures.append(
            beside(f"  with {sizes['big']:,} matters", rate_full, "/s", "empty", rate, at_least=SHARE_AT_BIG)
        )
    return figures


def _measured(many: int) -> dict[str, list[float]]:
    """Return lives a second, in the process by two of them and through the API, of several rounds."""
    rates: dict[str, list[float]] = {"in process, 2 at once": [], "API, 8 at once": []}
    keys = houses.keys()
    with houses.served() as served:
        load.send(load.Load(served.port, 8, _chains(max(many // 8, 8), keys, seed=99)))
        for n in range(ROUNDS):
            rates["in process, 2 at once"].append(_by_processes(many))
            answered = load.send(load.Load(served.port, 8, _chains(many, keys, seed=n)))
            rates["API, 8 at once"].append(answered.chains / answered.seconds)
    return rates


def _chains(many: int, keys: Mapping[str, str], seed: int) -> list[list[bytes]]:
    return [
        [reports.report_request(each, keys["operator"]), *(_request(*step, keys) for step in STEPS)]
        for each in reports.at_home(many, seed=seed)
    ]


def _request(act: Act, who: str, details: Mapping[str, str], keys: Mapping[str, str]) -> bytes:
    body = msgspec.json.encode(details) if details else b""
    path = f"/api/v1/matters/@NUMBER@/acts/{act.value}"
    return load.request("POST", path, body=body, Authorization=f"Bearer {keys[who]}")


def _by_processes(many: int) -> float:
    """Return lives a second of two processes side by side; each clocks itself once it is warm, the slower counts."""
    command = [sys.executable, "-m", "bench.lifecycle", str(many // PROCESSES)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE) for _ in range(PROCESSES)]
    try:
        for each in running:
            each.stdout.readline()  # type: ignore[union-attr]
        for each in running:
            each.stdin.write(b"go\n")  # type: ignore[union-attr]
            each.stdin.flush()  # type: ignore[union-attr]
        seconds = [json.loads(each.communicate()[0]) for each in running]
    finally:
        for each in running:
            each.kill()
            each.wait()
    return many // PROCESSES * PROCESSES / max(seconds)


def _live(told: Sequence[actions.Incoming], cast: Mapping[str, houses.Actor], unit_id: int) -> None:
    """Run these lives one after the other."""
    for each in told:
        reported = actions.report(each, by=cast["operator"], now=timezone.now())
        for act, who, details in STEPS:
            given = {
                name: value
                for name, value in (
                    ("reason", details.get("reason")),
                    ("unit_id", unit_id if "unit" in details else None),
                    ("close_as", CloseKind(details["close_as"]) if "close_as" in details else None),
                )
                if value
            }
            actions.take(act, matter_id=reported.id, by=cast[who], now=timezone.now(), **given)


def _one_process(many: int) -> None:
    """Be one of the processes: get warm, wait for the word, run, tell the seconds."""
    cast = {who: houses.actor(who) for who in {"operator", *(who for _, who, _ in STEPS)}}
    unit_id = Unit.objects.get(code=UNIT).pk
    told = reports.at_home(many + 3, seed=os.getpid())
    _live(told[:3], cast, unit_id)
    print("warm", flush=True)
    sys.stdin.readline()
    begun = time.perf_counter()
    _live(told[3:], cast, unit_id)
    print(json.dumps(time.perf_counter() - begun))


if __name__ == "__main__":
    _one_process(int(sys.argv[1]))
