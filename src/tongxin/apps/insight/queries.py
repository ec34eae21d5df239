"""Reads of comparisons, each from the areas the reader has a duty in. Figures are by area, never by person."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db.models import BooleanField, Count, QuerySet
from django.db.models.expressions import RawSQL

from tongxin.apps.insight.models import Finding, ReverseRule
from tongxin.apps.matters.scoping import Clause
from tongxin.postgres.batches import run
from tongxin.rules.area_codes import Level, span
from tongxin.rules.permissions import Actor, scope
from tongxin.rules.reverse_check import Settings, Standing, Tally
from tongxin.rules.working_time import SHANGHAI

PAGE = 50
AREA = 'insight_finding.area COLLATE "C"'


def current_rule() -> ReverseRule | None:
    """Return the rule in force, or None where none was set. One statement."""
    return ReverseRule.objects.order_by("-pk").first()


def settings_of(rule: ReverseRule) -> Settings:
    return Settings(rule.radius_m, rule.days, rule.explain_days, frozenset(rule.templates))


def _seen(actor: Actor) -> Clause:
    """Return the SQL for "lies in an area the actor works in, and is not sealed"; units alone see none."""
    parts: list[str] = []
    values: list[str] = []
    for area in scope(actor).areas:
        parts.append(f"({AREA} >= %s AND {AREA} < %s)")
        values += span(area)
    return f"({' OR '.join(parts)})" if parts else "false", list(values)


def visible_to(actor: Actor) -> QuerySet[Finding]:
    """Return the comparisons an actor may read: of unsealed matters on the ground of a post."""
    clause, values = _seen(actor)
    return Finding.objects.filter(RawSQL(clause, values, output_field=BooleanField()), matter__is_sealed=False)


def listed(
    actor: Actor, standing: Standing | None, *, area: str = "", after: tuple[datetime, int] | None = None
) -> list[Finding]:
    """Return a page of comparisons with their matters, the newest call first; one more than a page if there is more."""
    found = visible_to(actor).select_related("matter", "match").order_by("-reported_at", "-matter_id")
    if standing is not None:
        found = found.filter(standing=standing)
    if area:
        found = found.filter(area__startswith=area)
    if after is not None:
        found = found.extra(
            where=["(insight_finding.reported_at, insight_finding.matter_id) < (%s, %s)"], params=list(after)
        )
    return list(found[: PAGE + 1])


def counts(actor: Actor) -> dict[str, int]:
    """Return how many comparisons stand where, of those an actor may read. One statement."""
    return dict(visible_to(actor).values_list("standing").annotate(many=Count("pk")).order_by())


class Group(NamedTuple):
    """One area of the figures."""

    area: str
    tally: Tally


FIGURES = """
    SELECT left(insight_finding.area, %s::int) AS below, standing, count(*)
    FROM insight_finding JOIN matters_matter ON matters_matter.id = insight_finding.matter_id
    WHERE insight_finding.reported_at >= %s AND insight_finding.reported_at < %s AND NOT matters_matter.is_sealed
      AND {area} >= %s AND {area} < %s AND {seen}
    GROUP BY below, standing ORDER BY below"""


def figures(actor: Actor, *, day_from: date, day_to: date, area: str, level: Level) -> list[Group]:
    """Return what was compared of the calls of local days (both included) in an area, by the areas of a level below.

    Areas in the order of their codes. One statement.
    """
    start = datetime.combine(day_from, time.min, SHANGHAI)
    end = datetime.combine(day_to + timedelta(days=1), time.min, SHANGHAI)
    seen, values = _seen(actor)
    rows = run(FIGURES.format(area=AREA, seen=seen), [int(level), start, end, *span(area), *values])
    return list(_grouped(rows))


def _grouped(rows: list[tuple[str, str, int]]) -> Iterator[Group]:
    by_area: dict[str, dict[str, int]] = {}
    for area, standing, many in rows:
        by_area.setdefault(area, {})[standing] = many
    for area, counts in by_area.items():
        yield Group(area, Tally(**counts))
