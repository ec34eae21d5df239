"""Making a matter more urgent than it was reported: somebody learned that it is worse. Never less urgent."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from tongxin.apps.journal.entries import record
from tongxin.apps.matters import rows
from tongxin.apps.matters.actions.steps import seen
from tongxin.apps.matters.clockwork import MOVE, MOVED, Clockwork
from tongxin.apps.matters.models import Matter
from tongxin.apps.matters.standing import locked
from tongxin.apps.people.calendar import calendar
from tongxin.postgres.batches import pipeline, send
from tongxin.rules.deadlines import Clock, Urgency, more_urgent
from tongxin.rules.lifecycles.matter import LAMP_CLOCK, OPEN, State
from tongxin.rules.permissions import Actor, Permission, require


@transaction.atomic
def hasten(*, matter_id: int, urgency: Urgency, by: Actor, now: datetime) -> bool:
    """Make an open matter as urgent as this, unless it is already; return whether it became so. Raises Missing.

    Clocks that run are counted anew from this moment by the limits of this urgency, where that is sooner.
    """
    require(by, Permission.REPORT)
    standing, clocks, _heads = locked([matter_id])
    matter = seen(by, standing.get(matter_id))
    stands = Urgency(matter.urgency)
    if State(matter.state) not in OPEN or more_urgent(stands, urgency) is stands:
        return False

    work = Clockwork(clocks.get(matter_id, ()), stands, matter.book, calendar(), now)
    work.urgency = urgency
    for clock, each in list(work.own.items()):
        if each.runs and clock not in (Clock.WHOLE, Clock.RING):  # what is promised, and what is asked of a ring
            work.hasten(clock, work.book.limit(clock, urgency, matter.kind.limit))
    shown = work.running(LAMP_CLOCK.get(State(matter.state), Clock.WHOLE))

    with pipeline():
        send(MOVE, [list(column) for column in zip(*work.moved(), strict=True)] or [[] for _ in MOVED])
        rows.deadlines_of.add(list(work.started(matter_id)))
    due = {"due_at": shown.due_at, "amber_at": shown.amber_at, "is_provisional": shown.is_provisional} if shown else {}
    Matter.objects.filter(pk=matter_id).update(urgency=urgency.value, rev=F("rev") + 1, **due)

    record("matter.hasten", f"matter:{matter_id}", by=by, at=now, urgency=urgency.value, was=stands.value)
    return True
