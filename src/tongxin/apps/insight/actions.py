"""What people do about comparisons of the hotline with the grid, and how far the comparison reaches."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from tongxin.apps.insight import comparing
from tongxin.apps.insight.comparing import Compared
from tongxin.apps.insight.models import Finding, ReverseRule
from tongxin.apps.insight.queries import current_rule, settings_of, visible_to
from tongxin.apps.journal.entries import record
from tongxin.apps.matters.models import Template
from tongxin.rules.errors import Invalid, Missing
from tongxin.rules.permissions import Actor, Permission, require
from tongxin.rules.reverse_check import Excuse, Facts, Review, Settings, Standing, decide
from tongxin.rules.working_time import SHANGHAI

SUBJECT = "reverse_check"


@transaction.atomic
def set_rule(wanted: Settings, *, by: Actor, now: datetime) -> ReverseRule:
    """Set how far comparisons reach from now on; what was compared keeps the edition it was compared by.

    Raises NotAllowed, Invalid.
    """
    require(by, Permission.EDIT_RULES)
    wanted.check()
    known = set(Template.objects.filter(code__in=wanted.templates).values_list("code", flat=True))
    if unknown := sorted(wanted.templates - known):
        raise Invalid("template.unknown", template=unknown[0])

    rule = ReverseRule.objects.create(
        radius_m=wanted.radius_m,
        days=wanted.days,
        explain_days=wanted.explain_days,
        templates=sorted(wanted.templates),
        set_at=now,
        set_by=by.ref,
    )

    record("reverse.set_rule", SUBJECT, by=by, at=now, rule=rule.pk)
    return rule


def load_rule(path: Path, *, by: Actor, now: datetime) -> ReverseRule | None:
    """Set the rule a catalog file gives, where none is set yet. Raises as `set_rule` does."""
    if current_rule() is not None:
        return None
    given = json.loads(path.read_text("utf-8"))
    reach = {name: given[name] for name in ("radius_m", "days", "explain_days")}
    return set_rule(Settings(**reach, templates=frozenset(given["templates"])), by=by, now=now)


@transaction.atomic
def compare(start: datetime, end: datetime, *, by: Actor, now: datetime) -> Compared:
    """Hold what was called about in `[start, end)` against the grid's reports, a month at a time. Raises NotAllowed.

    Safe to repeat: nothing judged is touched. Without a rule nothing is compared.
    """
    require(by, Permission.EDIT_RULES)
    rule = current_rule()
    if rule is None:
        return Compared(0, 0)

    done = [
        comparing.compare(since, until, settings=settings_of(rule), rule_id=rule.pk, now=now)
        for since, until in months(start, min(end, now))
    ]
    found = Compared(sum(each.written for each in done), sum(each.open for each in done))

    if found.written:
        told = {"start": start.isoformat(), "end": end.isoformat(), **found._asdict()}
        record("reverse.compare", SUBJECT, by=by, at=now, rule=rule.pk, **told)
    return found


def months(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the local months of a span: each is compared by a statement of its own."""
    while start < end:
        local = start.astimezone(SHANGHAI)
        following = (local.replace(day=1, hour=0, minute=0, second=0, microsecond=0) + timedelta(days=32)).replace(
            day=1
        )
        yield start, min(following, end)
        start = following


@transaction.atomic
def take(act: Review, *, matter_id: int, text: str, by: Actor, now: datetime, excuse: Excuse | None = None) -> Finding:
    """Explain a comparison for the grid, or judge it. Raises Missing, Refused, Invalid."""
    finding = visible_to(by).select_for_update(of=("self",)).select_related("rule").filter(pk=matter_id).first()
    if finding is None:
        raise Missing("reverse.missing")

    facts = Facts(
        Standing(finding.standing), finding.area, finding.found_at, finding.explained_by, finding.rule.explain_days
    )
    standing, duty = decide(act, facts, by=by, now=now, text=text, excuse=excuse)

    finding.standing = standing
    if act is Review.EXPLAIN:
        finding.explanation, finding.explained_by = text.strip(), by.person_id
    else:
        finding.judgment, finding.judged_at = text.strip(), now
        finding.excuse = excuse if act is Review.EXCUSE and excuse else ""
    finding.save(update_fields=["standing", "explanation", "explained_by", "judgment", "judged_at", "excuse"])

    told = {"excuse": finding.excuse} if finding.excuse else {}
    record(f"reverse.{act}", f"matter:{matter_id}", by=by, at=now, post_id=duty.post_id, **told)
    return finding
