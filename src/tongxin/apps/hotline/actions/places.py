"""Gathering the places that matters named lately, with their pinyin: by the worker, for its dictionary is large."""

from datetime import datetime, timedelta

from django.db import transaction

from tongxin.apps.hotline.models import Place
from tongxin.apps.people.actions import pinyin_of
from tongxin.postgres.batches import run
from tongxin.rules.permissions import Actor, Permission, require

PAST_DAYS, MOST = 120, 3_000
# sealed matters give no place away
PAST = """
    SELECT place, area, avg(lon), avg(lat), count(*) FILTER (WHERE reported_at >= %s::timestamptz)
    FROM matters_matter WHERE place <> '' AND seal = '' AND reported_at >= %s::timestamptz
    GROUP BY place, area ORDER BY count(*) DESC, place LIMIT %s::int"""


@transaction.atomic
def gather_places(*, by: Actor, now: datetime) -> int:
    """Bring the places on offer up to date; answer how many there are. Safe to repeat. No journal entry: a cache."""
    require(by, Permission.RUN_OUTBOX)
    known = {(row.name, row.area): row for row in Place.objects.select_for_update()}

    found = run(PAST, [now - timedelta(days=7), now - timedelta(days=PAST_DAYS), MOST])
    fresh = [
        Place(name=name, area=area, lon=lon, lat=lat, week=week, pinyin=_typed(name))
        for name, area, lon, lat, week in found
        if (name, area) not in known
    ]
    counted = {(name, area): week for name, area, _, _, week in found}
    moved = [row for key, row in known.items() if key in counted and row.week != counted[key]]
    for row in moved:
        row.week = counted[(row.name, row.area)]

    Place.objects.filter(pk__in=[row.pk for key, row in known.items() if key not in counted]).delete()
    Place.objects.bulk_update(moved, ["week"], batch_size=500)
    Place.objects.bulk_create(fresh, batch_size=500)
    return len(found)


def _typed(name: str) -> str:
    """Return a name as it is typed: whole syllables in one word, then their initials."""
    *syllables, initials = pinyin_of(name).split(" ") or [""]
    return f"{''.join(syllables)} {initials}"[:400]
