"""Comparisons that somebody asked for: days of any time, held against the grid by the worker, a month at a time.

The calls of the last days are compared every hour without asking; what was taken over from another system, or came
before there was a rule, is compared so. Nothing that was judged is touched.
"""

from datetime import date, datetime, time, timedelta

from django.db import transaction

from tongxin.apps.insight import comparing
from tongxin.apps.insight.actions import SUBJECT, months
from tongxin.apps.insight.models import Comparison
from tongxin.apps.insight.queries import current_rule, settings_of
from tongxin.apps.journal.entries import record
from tongxin.postgres.batches import run
from tongxin.rules.errors import Invalid, Missing, Refused
from tongxin.rules.permissions import SYSTEM, Actor, Permission, may, require
from tongxin.rules.reverse_check import SPAN_DAYS
from tongxin.rules.working_time import SHANGHAI

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('insight.comparison'))"


@transaction.atomic
def ask(first: date, last: date, *, by: Actor, now: datetime) -> Comparison:
    """Have what was called about on these local days, both in, compared. Raises NotAllowed, Invalid, Refused."""
    require(by, Permission.EDIT_RULES)
    run(ONE_AT_A_TIME)
    start, end = (datetime.combine(day, time(), SHANGHAI) for day in (first, last + timedelta(days=1)))
    if first > last or start >= now or (last - first).days >= SPAN_DAYS:
        raise Invalid("reverse.span", since=first, until=last, most=SPAN_DAYS)
    if current_rule() is None:
        raise Refused("reverse.no_rule")
    if Comparison.objects.filter(ended_at__isnull=True).exists():
        raise Refused("reverse.under_way")

    asked = Comparison.objects.create(
        start_at=start, end_at=min(end, now), reached_at=start, asked_at=now, asked_by=by.ref
    )

    record("reverse.ask", SUBJECT, by=by, at=now, comparison=asked.pk, start=start.isoformat(), end=end.isoformat())
    return asked


@transaction.atomic
def advance(now: datetime) -> bool:
    """Compare one month of what was asked for. Returns whether there was one: then there may be more.

    A month is counted and committed once; who is killed in the middle leaves it to whoever comes next.
    """
    asked = Comparison.objects.select_for_update(skip_locked=True).filter(ended_at__isnull=True).first()
    rule = current_rule()
    if asked is None or rule is None:
        return False

    since, until = next(months(asked.reached_at, asked.end_at))
    found = comparing.compare(since, until, settings=settings_of(rule), rule_id=rule.pk, now=now)

    asked.reached_at = until
    asked.written, asked.left = asked.written + found.written, asked.left + found.open
    asked.ended_at = now if until >= asked.end_at else None
    asked.save()
    if asked.ended_at:
        told = {"comparison": asked.pk, "written": asked.written, "open": asked.left}
        record("reverse.compare", SUBJECT, by=SYSTEM, at=now, rule=rule.pk, **told)
    return True


def last(actor: Actor) -> Comparison | None:
    """Return the comparison asked for last, for those who may ask. It holds no matter and no person."""
    return Comparison.objects.order_by("-pk").first() if may(actor, Permission.EDIT_RULES) else None


def one(actor: Actor, comparison_id: int) -> Comparison:
    """Return a comparison, for those who may ask. Raises Missing."""
    found = Comparison.objects.filter(pk=comparison_id).first() if may(actor, Permission.EDIT_RULES) else None
    if found is None:
        raise Missing("reverse.missing")
    return found
