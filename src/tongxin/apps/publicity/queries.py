"""Reads of what is public. No scope narrows them: everybody may read what stands here, and nothing else is read.

What does not stand here: sealed matters, words nobody reviewed, counts below k, anything of today.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from functools import lru_cache
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.utils import timezone

from tongxin.apps.areas.locator import locator
from tongxin.apps.matters.models import Matter
from tongxin.apps.matters.queries import visible_to
from tongxin.apps.matters.scoping import area_clause
from tongxin.apps.people.queries import Remembered
from tongxin.apps.publicity.models import Brand, Notice, Publication
from tongxin.postgres.batches import run
from tongxin.rules import publicity
from tongxin.rules.area_codes import Level, lineage
from tongxin.rules.distances import METERS_A_DEGREE, meters_between
from tongxin.rules.lifecycles.matter import State as Life
from tongxin.rules.permissions import Actor, Permission, duty_for
from tongxin.rules.publicity import Count, Showing
from tongxin.rules.working_time import SHANGHAI

GONE = (Life.VOIDED, Life.REFUSED)
COUNTED = f"""
    SELECT left(area, {int(Level.GRID)}), count(*) FILTER (WHERE template_code ~ %s), count(*) FROM matters_matter
    WHERE NOT is_sealed AND state <> ALL(%s::text[]) AND reported_at >= %s AND reported_at < %s
    AND length(area) >= {int(Level.VILLAGE)} GROUP BY 1"""
NEAR = 20  # published words on one page


# --- brands ----------------------------------------------------------------------------------------------

brands = Remembered(lambda: {each.slug: each for each in Brand.objects.order_by("area")}, seconds=10)


def forget() -> None:
    """Drop what this process remembers of brands and counts."""
    brands.forget()
    _counts.cache_clear()


def brand_of(area: str) -> Brand | None:
    """Return the brand of the county an area lies in, else that of the city, else None. No statement."""
    found = [each for each in brands().values() if area.startswith(each.area)]
    return max(found, key=lambda each: len(each.area), default=None)


# --- notices ---------------------------------------------------------------------------------------------


def notices(area: str, now: datetime, limit: int = 20) -> QuerySet[Notice]:
    """Return the notices that stand now for an area: of itself, of what lies above and within it. Newest first."""
    concerned = Q(area__in=lineage(area)) | Q(area__startswith=area) if area else Q()
    current = Notice.objects.filter(concerned, start_at__lte=now, end_at__gt=now, withdrawn_at__isnull=True)
    return current.order_by("-start_at", "-id")[:limit]


def notices_kept(actor: Actor) -> QuerySet[Notice]:
    """Return the notices, past ones too, of the areas in which the actor may post any. Newest first."""
    duties = list(actor.holding({duty.role for duty in actor.duties if duty_for(actor, Permission.POST_NOTICE)}))
    concerned = Q(pk__in=[])
    for duty in duties:
        concerned |= Q(area__startswith=duty.area)
    return Notice.objects.filter(concerned).order_by("-posted_at", "-id")[:100]


# --- counts ----------------------------------------------------------------------------------------------


def counts(area: str, now: datetime) -> Mapping[str, Count]:
    """Return what each village and each grid of an area may be told to have had in the last 90 days, by code.

    One statement an hour for a whole city: the counts change once a day.
    """
    today = now.astimezone(SHANGHAI).date()
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return {code: count for code, count in _counts(today, hour).items() if code.startswith(area)}


@lru_cache(maxsize=2)
def _counts(today: object, _hour: datetime) -> dict[str, Count]:
    start, end = publicity.span(today)  # type: ignore[arg-type]
    moments = [datetime.combine(day, time.min, SHANGHAI) for day in (start, end)]
    singly: dict[str, Counter[str]] = defaultdict(Counter)
    others: dict[str, Counter[str]] = defaultdict(Counter)
    for area, shown, many in run(COUNTED, [publicity.SINGLY, [state.value for state in GONE], *moments]):
        singly[area[: Level.VILLAGE]][area] = shown
        others[area[: Level.VILLAGE]][area] = many - shown
    found = publicity.told(*({village: each.total() for village, each in part.items()} for part in (singly, others)))
    for village in others:
        found |= publicity.told_within(singly[village], others[village])
    return found


def sums(area: str, level: Level, now: datetime) -> dict[str, int]:
    """Return for each area of a level the sum of those of its villages that are told at all; of grids, their counts.

    Only of those: a sum of everything, less what is told, would tell what was too few to be told.
    """
    found: dict[str, int] = {}
    counted = max(level, Level.VILLAGE)
    for code, count in counts(area, now).items():
        if count.many is not None and len(code) == counted:
            found[code[:level]] = found.get(code[:level], 0) + count.many
    return found


# --- what lies near a report -----------------------------------------------------------------------------


class Near(NamedTuple):
    """A matter somebody reported close by: what kind it is, about how far, since when; nothing anybody wrote."""

    number: str
    template: str
    within_m: int
    reported_at: datetime


def near(lon: float, lat: float, templates: Sequence[str], now: datetime) -> list[Near]:
    """Return open, unsealed matters of these kinds around a point, nearest first. One statement, none off the map.

    What follows another is told by that one. Only kinds of public ground: what happens in a home, a dispute or a
    request for help is nobody else's.
    """
    codes = [code for code in templates if publicity.is_singly(code, is_sealed=False)]
    located = locator().at(lon, lat).code if codes else None
    if located is None:
        return []
    high = publicity.NEAR_METERS / METERS_A_DEGREE
    wide = high / max(math.cos(math.radians(lat)), 0.01)
    clause, values = area_clause(located[: Level.TOWN])
    found = Matter.objects.filter(
        is_sealed=False,
        closed_at__isnull=True,
        template_code__in=codes,
        reported_at__gte=now - publicity.NEAR_WINDOW,
        lon__range=(lon - wide, lon + wide),
        lat__range=(lat - high, lat + high),
    ).extra(where=[clause], params=values)
    led = found.exclude(state__in=(*GONE, Life.MERGED))
    rows = led.values_list("number", "template_code", "lon", "lat", "reported_at")[:200]
    measured = [
        (meters, number, code, at)
        for number, code, east, north, at in rows
        if (meters := meters_between(lon, lat, east, north)) <= publicity.NEAR_METERS
    ]
    return [
        Near(number, code, publicity.roughly(meters), at)
        for meters, number, code, at in sorted(measured)[: publicity.NEAR_MOST]
    ]


# --- reviewed words --------------------------------------------------------------------------------------


class Waiting(NamedTuple):
    """A matter whose words somebody may review, and what was decided about them so far."""

    matter: Matter
    text: str
    publication: Publication | None


def shown(area: str, limit: int = NEAR) -> list[Publication]:
    """Return the reviewed words of an area's matters, newest first; never of a matter that is sealed now."""
    clause, values = area_clause(area) if area else ("true", [])
    found = (
        Publication.objects.filter(state=Showing.SHOWN, matter__is_sealed=False)
        .exclude(matter__state__in=GONE)
        .select_related("matter")
        .extra(where=[clause], params=values)
    )
    return list(found.order_by("-reviewed_at")[:limit])


def words_of(matter_ids: Sequence[int]) -> Mapping[int, str]:
    """Return the reviewed words of these matters, of those that have any and are not sealed now. One statement."""
    found = Publication.objects.filter(matter_id__in=matter_ids, state=Showing.SHOWN, matter__is_sealed=False)
    return dict(found.exclude(matter__state__in=GONE).values_list("matter_id", "text"))


def waiting(actor: Actor, state: Showing | None, now: datetime, limit: int = 50) -> list[Waiting]:
    """Return closed, unsealed matters of the last 90 days that the actor sees, newest first.

    `state` None: nobody has decided about them yet. Two statements.
    """
    since = now - publicity.WINDOW
    seen = visible_to(actor).filter(is_sealed=False, closed_at__gte=since, channel__in=("resident", "hotline"))
    seen = seen.exclude(template_code__startswith=publicity.NEVER_SHOWN[0])
    decided = Publication.objects.filter(matter__closed_at__gte=since)
    if state is None:
        seen = seen.exclude(pk__in=decided.values("matter_id"))
    else:
        seen = seen.filter(pk__in=decided.filter(state=state).values("matter_id"))
    rows = list(seen.exclude(state__in=GONE).select_related("report").order_by("-closed_at")[:limit])
    kept = Publication.objects.in_bulk([row.pk for row in rows])
    return [Waiting(row, row.report.text, kept.get(row.pk)) for row in rows]


def today(now: datetime) -> datetime:
    """Return the local midnight up to which is counted."""
    return timezone.localtime(now, SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
