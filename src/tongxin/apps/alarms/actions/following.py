"""Following the matters behind alarms: accepting one acknowledges it, its end is told to the police."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from tongxin.apps.alarms.models import FAILED, WAITING, Alarm, Heard, Push, Telling
from tongxin.apps.alarms.owing import owe
from tongxin.apps.journal.entries import record
from tongxin.apps.journal.models import Entry
from tongxin.rules.alarms import ENDS, OPEN_AGAIN, Toward, outcome_of
from tongxin.rules.errors import Missing
from tongxin.rules.permissions import Actor, Permission, require

REMEMBERED = timedelta(minutes=15)  # longer than any signature is good
ACCEPTED = "matter.accept"
KINDS = (ACCEPTED, "matter.close", *ENDS)


@transaction.atomic
def follow(entries: Sequence[Entry], *, by: Actor, now: datetime) -> int:
    """Note what happened to the matters of alarms; return how many entries were of one. Safe to run twice."""
    require(by, Permission.RUN_OUTBOX)
    ids = {int(entry.subject.partition(":")[2]) for entry in entries}
    of_matter = {
        alarm.matter_id: alarm
        for alarm in Alarm.objects.select_for_update(of=("self",))
        .filter(matter_id__in=ids)
        .select_related("partner")
        .order_by("pk")
    }

    told = 0
    for entry in sorted(entries, key=lambda entry: (entry.subject, entry.seq)):
        alarm = of_matter.get(int(entry.subject.partition(":")[2]))
        if alarm is not None:
            _note(alarm, entry, by, now)
            told += 1
    return told


@transaction.atomic
def send_again(*, telling_id: int, by: Actor, now: datetime) -> Telling:
    """Tell the police once more what they did not take. Raises Missing, NotAllowed."""
    require(by, Permission.ISSUE_KEYS)
    telling = Telling.objects.select_for_update(of=("self",)).filter(pk=telling_id, state=FAILED).first()
    if telling is None:
        raise Missing("alarm.no_telling")

    telling.state, telling.tries, telling.next_try_at, telling.ended_at = WAITING, 0, now, None
    telling.save()

    record("alarm.tell_again", f"alarm:{telling.alarm_id}", by=by, at=now)
    return telling


def purge(*, by: Actor, now: datetime) -> int:
    """Forget messages that could not be good any more."""
    require(by, Permission.RUN_OUTBOX)
    return Heard.objects.filter(at__lte=now - REMEMBERED).delete()[0]


def _note(alarm: Alarm, entry: Entry, by: Actor, now: datetime) -> None:
    if entry.kind == ACCEPTED:
        desk = Push.objects.filter(alarm=alarm, to=Toward.TOWN_DESK, acknowledged_at__isnull=True)
        if desk.update(acknowledged_at=entry.at):
            record("alarm.acknowledge", f"alarm:{alarm.pk}", by=by, at=now, to=Toward.TOWN_DESK.value, accepted=True)
        return
    outcome = outcome_of(entry.kind, entry.data.get("close_as") or "")
    if outcome is None:
        return
    alarm.outcome, alarm.ended_at = outcome, None if outcome in OPEN_AGAIN else entry.at
    alarm.save(update_fields=["outcome", "ended_at"])
    owe(alarm, f"m{entry.seq}", outcome, at=entry.at, now=now)
