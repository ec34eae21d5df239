"""A dry run of changed rules over the last matters, by the worker as it runs in a house; one of two is killed."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.utils import timezone

from bench import full_houses, houses
from bench.figures import Figure, at_most
from bench.houses import connection
from tongxin.apps.journal.seals import seal_days
from tongxin.apps.matters import drafting
from tongxin.apps.matters.actions import proposals
from tongxin.apps.matters.models import Proposal, Rehearsal

BUDGET_SECONDS = 60.0
LOOK_SECONDS = 0.1
STUCK_SECONDS = 300.0


def run(sizes: Mapping[str, int]) -> list[Figure]:
    """Change limits, routing and the book at once, check it, and rehearse it over the whole database."""
    many = sizes["small"]
    with full_houses.standing(many):
        seal_days(timezone.now())  # a worker's first duty in a house that was filled in a minute, not in a year
        checked, proposal = _checked()
        whole, looks = _rehearsed(proposal, kills=False)
        broken, _looks = _rehearsed(proposal, kills=True)
        counted = Rehearsal.objects.order_by("-id").values_list("result", flat=True)
        assert counted[0] == counted[1], "a run that was broken off counts the same"
        facts = {
            "matters": many,
            "different": counted[0]["different"],
            "effects": counted[0]["effects"],
            "looks": looks,
        }
        return [
            at_most(f"dry run over {many:,} matters", round(whole, 1), "s", BUDGET_SECONDS, **facts),
            at_most("— the worker killed with kill -9 half-way", round(broken, 1), "s", BUDGET_SECONDS),
            Figure("— moments at which a page that looks ten times a second saw it further", looks, ""),
            Figure("check of the same change: every template, town, village and rule", round(checked, 2), "s"),
        ]


def _draft() -> dict[str, Any]:
    """Return a change that touches most matters: every third limit, one rule before all others, one clock."""
    standing = drafting.standing()
    templates = {code: {"limit": "6wd", "after_photos": 3} for code in sorted(standing.templates)[::3]}
    rural = {
        "code": "BENCH-1",
        "match": {"templates": ["C"], "village_kinds": ["villagers"]},
        "target": {"kind": "village_station", "level": "V"},
        "why": "乡村市容由村社工作站先办",
    }
    return {"templates": templates, "routing": [rural, *standing.routing], "book": {"limits": {"sign": {"N": "1wh"}}}}


def _checked() -> tuple[float, Proposal]:
    admin, now = houses.actor("system_admin"), timezone.now()
    proposal = proposals.draft(title="bench", content=_draft(), by=admin, now=now)
    begun = time.perf_counter()
    proposals.check(proposal_id=proposal.pk, by=admin, now=now)
    return time.perf_counter() - begun, proposal


def _rehearsed(proposal: Proposal, *, kills: bool) -> tuple[float, int]:
    """Ask for a dry run and wait for the worker; return the seconds and how often it was seen to have moved on."""
    with _worker() as first:
        time.sleep(3)  # it has started
        begun = time.perf_counter()
        asked = proposals.rehearse(
            proposal_id=proposal.pk, by=houses.actor("system_admin"), now=timezone.now(), wanted=proposals.MOST_WANTED
        )
        seen: set[int] = set()
        for rehearsal in _looks(asked.pk):
            seen.add(rehearsal.done)
            if kills and rehearsal.done >= rehearsal.wanted // 2:
                first.send_signal(signal.SIGKILL)
                with _worker():
                    for _ in _looks(asked.pk):
                        pass
                break
        return time.perf_counter() - begun, len(seen)


def _looks(rehearsal_id: int) -> Iterator[Rehearsal]:
    until = time.monotonic() + STUCK_SECONDS
    while time.monotonic() < until:
        found = Rehearsal.objects.get(pk=rehearsal_id)
        yield found
        if found.ended_at is not None:
            return
        time.sleep(LOOK_SECONDS)
    raise RuntimeError("the worker did not end the dry run")


@contextmanager
def _worker() -> Iterator["subprocess.Popen[bytes]"]:
    connection.close()
    child = subprocess.Popen(
        [sys.executable, "-m", "tongxin", "worker"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield child
    finally:
        child.kill()
        child.wait()
