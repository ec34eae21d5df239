"""The hotline of the demonstration city: a line, a day of calls, one that runs now, and what can be answered from."""

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
from tongxin.rules.permissions import SYSTEM, Role, reporting

LINE = "12345"
CALLS_A_DAY = 180
WAITS = ((4, 11), (5, 15), (16, 55))  # seconds, shortest to longest: most are answered in time
ENDS = (*[CallOutcome.DISPATCHED] * 11, *[CallOutcome.ANSWERED] * 7, CallOutcome.JOINED, CallOutcome.HANDED_OVER)


def set_up(*, now: datetime, seed: int) -> None:
    """Open the line, load the knowledge base, and fill the day; a hotline that stands is given one call that runs."""
    line = Line.objects.filter(code=LINE).first()
    if line is None:
        unit = Unit.objects.filter(kind="hotline").order_by("code").first()
        if unit is None:
            return
        line, _ = actions.open_line(code=LINE, name="12345 热线", unit_id=unit.pk, by=SYSTEM, now=now)
        actions.load_knowledge(settings.ROOT / "catalog" / "knowledge.json", by=SYSTEM, now=now)
        _day(line, now, random.Random(seed))
        actions.gather_places(by=SYSTEM, now=now)
    _ringing(line, now)


def _day(line: Line, now: datetime, rng: random.Random) -> None:
    """Write a day of calls that are over: bare rows, for nothing hangs on them but the figures of the team."""
    matters = list(Matter.objects.filter(channel="hotline").order_by("-reported_at").values_list("id", flat=True)[:120])
    rows = []
    for n in range(CALLS_A_DAY):
        at = now - timedelta(seconds=rng.randrange(600, 24 * 3600))
        is_missed = rng.random() < 0.03
        waits = timedelta(seconds=rng.uniform(*WAITS[min(2, int(rng.random() * 2.2))]))
        talks = timedelta(seconds=rng.uniform(40, 480))
        outcome = "" if is_missed else rng.choice(ENDS)
        rows.append(
            Call(
                line=line,
                unit_id=line.unit_id,
                ref=f"sim-{n}",
                state=CallState.MISSED if is_missed else CallState.ENDED,
                arrived_at=at,
                answered_at=None if is_missed else at + waits,
                ended_at=at + waits + (timedelta(0) if is_missed else talks),
                outcome=outcome,
                matter_id=matters.pop() if outcome == CallOutcome.DISPATCHED and matters else None,
            )
        )
    Call.objects.bulk_create(rows)


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
