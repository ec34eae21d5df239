"""The hotline of the demonstration city: a line, a month of calls, one that runs now, and what can be answered from."""

import random
from datetime import datetime, timedelta

from django.conf import settings

from tongxin.apps.hotline import actions
from tongxin.apps.hotline.actions.calls import Told
from tongxin.apps.hotline.models import Call, Line
from tongxin.apps.matters.models import Matter
from tongxin.apps.people.models import Post, Unit
from tongxin.apps.people.queries import actor_of
from tongxin.rules.calls import CallEvent, CallOutcome, CallState
from tongxin.rules.channels import Channel
from tongxin.rules.permissions import SYSTEM, Role, reporting

LINE = "12345"
HOUR, MONTH = timedelta(hours=1), timedelta(days=30)
MOST, OTHERS = 3_000, 0.85  # calls that became matters; for each, so many that did not
WAITS = ((4, 11), (5, 15), (16, 55))  # seconds, shortest to longest: most are answered in time
ENDS = (*[CallOutcome.ANSWERED] * 14, CallOutcome.JOINED, CallOutcome.JOINED, CallOutcome.HANDED_OVER, "")


def set_up(*, now: datetime, seed: int) -> None:
    """Open the line, load the knowledge base, and fill the month; a hotline that stands is given one call that runs."""
    line = Line.objects.filter(code=LINE).first()
    if line is None:
        unit = Unit.objects.filter(kind="hotline").order_by("code").first()
        if unit is None:
            return
        line, _ = actions.open_line(code=LINE, name="12345 热线", unit_id=unit.pk, by=SYSTEM, now=now)
        actions.load_knowledge(settings.ROOT / "catalog" / "knowledge.json", by=SYSTEM, now=now)
        _month(line, now, random.Random(seed))
        actions.gather_places(by=SYSTEM, now=now)
    _ringing(line, now)


def _month(line: Line, now: datetime, rng: random.Random) -> None:
    """Write a month of calls that are over: bare rows, for nothing hangs on them but the figures of the team.

    What was dispatched is what the hotline reported, so that its figures and those of the bus agree.
    """
    told = Matter.objects.filter(channel=Channel.HOTLINE, reported_at__range=(now - MONTH, now - HOUR / 6))
    rows = []
    for id_, at in told.order_by("-reported_at").values_list("id", "reported_at")[:MOST]:
        rows.append(_over(line, rng, at, CallOutcome.DISPATCHED, id_))
        if rng.random() < OTHERS:
            rows.append(_over(line, rng, at - rng.uniform(0, 3) * HOUR, rng.choice(ENDS)))
    Call.objects.bulk_create(rows)


def _over(line: Line, rng: random.Random, ended: datetime, outcome: str, matter_id: int | None = None) -> Call:
    """Return a call that ended then; without an outcome nobody answered it."""
    waits = timedelta(seconds=rng.uniform(*WAITS[min(2, int(rng.random() * 2.2))]))
    answered = ended - timedelta(seconds=rng.uniform(40, 480)) if outcome else None
    call = Call(line=line, unit_id=line.unit_id, ref=f"sim-{rng.getrandbits(48):x}", outcome=outcome)
    call.state = CallState.ENDED if outcome else CallState.MISSED
    call.arrived_at, call.answered_at, call.ended_at = (answered or ended) - waits, answered, ended
    call.matter_id = matter_id
    return call


def _ringing(line: Line, now: datetime) -> None:
    """Let one call be at hand for the operator of the cast, so that its page shows what it is for."""
    post = Post.objects.filter(role=Role.OPERATOR, person__account__username="operator").first()
    if post is None or post.person_id is None or Call.objects.filter(ended_at=None, line=line).exists():
        return
    ref = f"sim-{int(now.timestamp())}"
    by = reporting(f"line:{line.code}")
    told = Told(f"msg-{ref}", CallEvent.ARRIVED, ref, now, number="13800006027")
    call = actions.hear(line.pk, told, by=by, now=now)
    actions.pick_up(call.pk, by=actor_of(post.person_id, now), now=now)
    after = now + timedelta(seconds=6)
    actions.hear(line.pk, Told(f"msg-{ref}-a", CallEvent.ANSWERED, ref, after), by=by, now=now)
