"""The suggester: keeping one that was trained, and the switch. Neither touches a matter."""

from datetime import datetime

from django.db import transaction

from tongxin.apps.journal.entries import record
from tongxin.apps.matters.models import Suggester
from tongxin.apps.matters.suggesting import serving
from tongxin.apps.matters.suggesting.measuring import Report
from tongxin.apps.matters.suggesting.model import Guesser
from tongxin.postgres.batches import run
from tongxin.rules.permissions import Actor, Permission, duty_for, require

SUBJECT = "suggester"  # one chain for all
KEPT = 3  # of the trained ones: the figures stay comparable, the table small
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


@transaction.atomic
def keep_suggester(guesser: Guesser, report: Report, *, by: Actor, now: datetime) -> Suggester:
    """Let what was trained serve from now on, on or off as its forerunner was. Raises NotAllowed."""
    forerunner = _locked(by)

    fresh = Suggester.objects.create(
        trained_at=now,
        by=by.ref,
        rows=sum(guesser.learnt.values()),
        content=guesser.archived(),
        report=report.stored(),
        is_on=forerunner.is_on if forerunner else True,
    )
    old = Suggester.objects.order_by("-pk").values_list("pk", flat=True)[KEPT:]
    Suggester.objects.filter(pk__in=list(old)).delete()

    right, among = round((report.top1 or 0) * report.rows), round((report.top3 or 0) * report.rows)
    _record("suggester.train", by, now, rows=fresh.rows, held_out=report.rows, right=right, among_three=among)
    return fresh


@transaction.atomic
def switch_on(*, by: Actor, now: datetime) -> None:
    """Let suggestions be shown again, everywhere. Raises NotAllowed."""
    _switched(is_on=True, by=by, now=now)


@transaction.atomic
def switch_off(*, by: Actor, now: datetime) -> None:
    """Let no suggestion be shown anywhere: no kinds, no duplicates, no places. Raises NotAllowed."""
    _switched(is_on=False, by=by, now=now)


def _switched(*, is_on: bool, by: Actor, now: datetime) -> None:
    """Turn the newest; where nothing was trained yet, one that knows nothing holds the switch."""
    newest = _locked(by)

    if newest is None:
        Suggester.objects.create(trained_at=now, by=by.ref, rows=0, content=b"", is_on=is_on)
    elif newest.is_on == is_on:
        return
    else:
        Suggester.objects.filter(pk=newest.pk).update(is_on=is_on)

    _record("suggester.switch", by, now, is_on=is_on)


def _locked(by: Actor) -> Suggester | None:
    """Return the newest, holding everybody else off until the end of the transaction."""
    require(by, Permission.EDIT_RULES)
    run(LOCK, [SUBJECT])
    return Suggester.objects.defer("content").order_by("-pk").first()


def _record(kind: str, by: Actor, now: datetime, **data: object) -> None:
    duty = duty_for(by, Permission.EDIT_RULES)
    record(kind, SUBJECT, by=by, at=now, post_id=duty.post_id if duty else None, **data)
    serving.forget()
