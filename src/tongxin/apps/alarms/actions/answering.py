"""What units say of a push: that they have it, that somebody is there, what came of it; and who is silent."""

from datetime import datetime

from django.db import transaction

from tongxin.apps.alarms.models import Alarm, Heard, Push
from tongxin.apps.alarms.owing import owe
from tongxin.apps.journal.entries import record
from tongxin.apps.matters.models import Matter
from tongxin.apps.matters.queries import visible_to
from tongxin.rules.alarms import Answering, Pushed, Result, Toward, decide
from tongxin.rules.errors import Invalid, Missing, NotAllowed
from tongxin.rules.lifecycles.matter import OPEN
from tongxin.rules.permissions import UNIT, Actor, Duty, Permission, duties_for, require

MOST_AT_ONCE = 200


@transaction.atomic
def answer(*, push_id: int, answering: Answering, result: Result | None = None, by: Actor, now: datetime) -> Push:
    """Acknowledge a push to one's own unit, say that somebody is there, or what came of it. Raises Missing, Refused.

    A desk's post does so only where it may see the matter, which is sealed.
    """
    push, ended = _locked(push_id)
    duty = _duty(push, by)

    _write(push, answering, result, ended=ended, now=now)

    _record(push, answering, by, now, duty.post_id)
    return push


@transaction.atomic
def answer_by_partner(
    *, alarm_id: int, message: str, to: Toward, answering: Answering, result: Result | None = None, by: Actor,
    now: datetime,
) -> bool:  # fmt: skip
    """Take down what the police say of one of their two pushes; return whether it was anything new. Raises Refused.

    `by` is the partner; the door has asked whose alarm it is.
    """
    require(by, Permission.REPORT)
    if to is Toward.TOWN_DESK:
        raise Invalid("alarm.not_theirs")
    found = Push.objects.filter(alarm_id=alarm_id, to=to).values_list("pk", flat=True).first()
    if found is None:
        raise Missing("alarm.no_push")
    push, ended = _locked(found)
    is_first = Heard.objects.get_or_create(partner_id=push.alarm.partner_id, ref=message, defaults={"at": now})[1]
    if not is_first or (answering is Answering.ACKNOWLEDGE and push.acknowledged_at is not None):
        return False

    _write(push, answering, result, ended=ended, now=now)

    _record(push, answering, by, now, None, is_told=False)
    return True


@transaction.atomic
def tell_late(*, by: Actor, now: datetime) -> int:
    """Tell of every push that nobody acknowledged in time, each once; return how many there were. For the worker."""
    require(by, Permission.RUN_OUTBOX)
    late = Push.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        acknowledged_at__isnull=True, told_at__isnull=True, due_at__lt=now
    )
    pushes = list(late.order_by("due_at", "pk")[:MOST_AT_ONCE])

    Push.objects.filter(pk__in=[push.pk for push in pushes]).update(told_at=now)

    for push in pushes:
        record("alarm.late", f"alarm:{push.alarm_id}", by=by, at=now, units=[push.unit_id], to=[push.to])
    return len(pushes)


def _locked(push_id: int) -> tuple[Push, bool]:
    """Return a push, locked after its alarm, and whether the incident is over. Raises Missing."""
    alarm_id = Push.objects.filter(pk=push_id).values_list("alarm_id", flat=True).first()
    if alarm_id is None:
        raise Missing("alarm.no_push")
    alarm = Alarm.objects.select_for_update().get(pk=alarm_id)
    push = Push.objects.select_for_update(of=("self",)).get(pk=push_id)
    push.alarm = alarm
    is_open = Matter.objects.filter(pk=alarm.matter_id, state__in=OPEN).exists()
    return push, not is_open


def _duty(push: Push, by: Actor) -> Duty:
    """Return the duty by which the actor speaks for the unit. Raises NotAllowed, Missing for who may not even see it.

    A station was told by the push itself; at a desk it takes a post that is named for what lies sealed.
    """
    mine = [duty for duty in duties_for(by, Permission.ANSWER_ALARM) if duty.unit_id == push.unit_id]
    is_seen = visible_to(by).filter(pk=push.alarm.matter_id).exists()
    is_station = push.to != Toward.TOWN_DESK
    duty = next((duty for duty in mine if is_seen or (is_station and duty.role in UNIT)), None)
    if duty is None and not is_seen:
        raise Missing("alarm.no_push")
    if duty is None:
        raise NotAllowed("alarm.not_your_unit")
    return duty


def _write(push: Push, answering: Answering, result: Result | None, *, ended: bool, now: datetime) -> None:
    step = decide(answering, facts_of(push), ended=ended)
    if answering is Answering.FEED_BACK:
        if result is None:
            raise Invalid("alarm.no_result")
        push.result = result
    setattr(push, step.column, now)
    push.acknowledged_at = push.acknowledged_at or now
    push.save()


def _record(
    push: Push, answering: Answering, by: Actor, now: datetime, post_id: int | None, *, is_told: bool = True
) -> None:
    """Write it down, and owe the police what the town says; what they said themselves they know."""
    codes = {"to": push.to, "unit": push.unit_id}
    if answering is Answering.FEED_BACK:
        codes["result"] = push.result
    entry = record(f"alarm.{answering}", f"alarm:{push.alarm_id}", by=by, at=now, post_id=post_id, **codes)
    if answering is Answering.FEED_BACK and is_told:
        owe(push.alarm, f"a{entry.seq}", push.result, to=push.to, at=now, now=now)


def facts_of(push: Push) -> Pushed:
    """Return a push as the rules look at it."""
    return Pushed(
        Toward(push.to),
        push.due_at,
        push.acknowledged_at,
        push.arrived_at,
        push.visited_at,
        Result(push.result) if push.result else None,
    )
