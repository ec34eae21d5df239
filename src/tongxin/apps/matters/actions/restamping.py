"""When an area gave way to others, its open matters move with the ground they lie on; closed ones stay as they were."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.timezone import localdate

from tongxin.apps.areas.locator import locator
from tongxin.apps.areas.queries import successors
from tongxin.apps.journal.entries import Draft, record_many
from tongxin.apps.people.queries import offices
from tongxin.postgres.batches import run
from tongxin.rules.area_codes import parent_of
from tongxin.rules.matching import places_of
from tongxin.rules.permissions import Actor, Permission, require
from tongxin.rules.routing import fallback

BATCH = 1_000
STRAY = """
    SELECT id, area, lon, lat FROM matters_matter
    WHERE closed_at IS NULL AND area IN (
        SELECT from_code FROM areas_lineage WHERE "on" <= %s::date AND from_code <> to_code)
    ORDER BY id LIMIT %s FOR NO KEY UPDATE"""
MOVE = """
    UPDATE matters_matter AS m SET area = new.area, desk_id = new.desk_id, rev = m.rev + 1
    FROM unnest(%s::bigint[], %s::text[], %s::bigint[]) AS new(id, area, desk_id) WHERE m.id = new.id"""
REMARK = """
    UPDATE matters_report AS r SET words = ts_delete(r.words, new.old) || array_to_tsvector(new.marks)
    FROM (SELECT id, string_to_array(old, ' ') AS old, string_to_array(marks, ' ') AS marks
        FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS given(id, old, marks)) AS new WHERE r.matter_id = new.id"""


class _Stray(NamedTuple):
    id: int
    area: str
    lon: float | None
    lat: float | None


@transaction.atomic
def restamp(*, by: Actor, now: datetime) -> int:
    """Give open matters of ended areas the area that followed; return how many, at most a thousand at once."""
    require(by, Permission.EDIT_AREAS)
    strays = [_Stray(*row) for row in run(STRAY, [localdate(now).isoformat(), BATCH])]
    if not strays:
        return 0

    places = _places(strays)
    desks = [fallback(place, offices()).unit_id for place in places]

    ids = [stray.id for stray in strays]
    run(MOVE, [ids, places, desks])
    before, after = (
        [" ".join(places_of(area)) for area in areas] for areas in ([stray.area for stray in strays], places)
    )
    run(REMARK, [ids, before, after])

    record_many(
        [
            Draft("matter.restamp", f"matter:{stray.id}", by.ref, None, now, {"from_area": stray.area, "area": place})
            for stray, place in zip(strays, places, strict=True)
        ]
    )
    return len(strays)


def _places(strays: Sequence[_Stray]) -> list[str]:
    """Return the new area of each: by its point, else by the only successor, else the area above."""
    pointed = [stray for stray in strays if stray.lon is not None and stray.lat is not None]
    found: dict[int, str | None] = {}
    if pointed:
        codes, _, _ = locator().at_many([stray.lon for stray in pointed], [stray.lat for stray in pointed])
        found = dict(zip((stray.id for stray in pointed), codes, strict=True))
    return [found.get(stray.id) or _heir(stray.area) for stray in strays]


def _heir(area: str) -> str:
    heirs = successors(area)
    return heirs[0] if len(heirs) == 1 else parent_of(area) or area
