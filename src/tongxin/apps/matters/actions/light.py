"""What a person keeps to work lightly: read marks and lists under a name.

Marks and own lists concern nobody else: they are in no journal. A list that is shared with a unit is.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from tongxin.apps.journal.entries import record
from tongxin.apps.matters.models import SavedList
from tongxin.apps.matters.scoping import scope_clause
from tongxin.postgres.batches import run
from tongxin.rules.errors import Invalid, Missing, NotAllowed
from tongxin.rules.permissions import GRANTS, Actor, Duty, Permission, require, scope

MOST = 20  # lists one person keeps
NAME_LIMIT, QUERY_LIMIT = 40, 500

# A mark says no more than that the matter was seen in this state: one that stands is not written again, so that no
# trace of every look remains; and it goes when the matter ends
MARK = """
    WITH ended AS (
        DELETE FROM matters_readmark r USING matters_matter m
        WHERE r.person_id = %s AND m.id = r.matter_id AND m.closed_at IS NOT NULL)
    INSERT INTO matters_readmark (person_id, matter_id, read_at)
    SELECT %s, matters_matter.id, %s::timestamptz FROM matters_matter
    WHERE matters_matter.id = ANY(%s::bigint[]) AND matters_matter.closed_at IS NULL AND {seen}
        AND NOT EXISTS (
            SELECT FROM matters_readmark r WHERE r.person_id = %s AND r.matter_id = matters_matter.id
                AND r.read_at >= matters_matter.entered_at)
    ORDER BY matters_matter.id
    ON CONFLICT (person_id, matter_id) DO UPDATE SET read_at = excluded.read_at"""


def mark_read(ids: Iterable[int], *, by: Actor, now: datetime) -> None:
    """Note that somebody has seen these matters as they are now, as far as they may see them. One statement."""
    if by.person_id is None:
        return
    seen, params = scope_clause(scope(by))
    run(MARK.format(seen=seen), [by.person_id, by.person_id, now, sorted(set(ids)), *params, by.person_id])


@transaction.atomic
def keep_list(*, name: str, query: str, by: Actor, now: datetime) -> SavedList:
    """Keep a list under a name, behind the others. Raises Invalid, NotAllowed."""
    person = _person(by)
    held = list(SavedList.objects.select_for_update().filter(person_id=person).values_list("position", flat=True))
    if len(held) >= MOST:
        raise Invalid("list.too_many", most=MOST)
    if len(query) > QUERY_LIMIT:
        raise Invalid("list.too_long")

    return _named(SavedList(person_id=person, query=query, position=max(held, default=0) + 1), name)


@transaction.atomic
def rename_list(*, list_id: int, name: str, by: Actor, now: datetime) -> SavedList:
    """Give an own list another name. Raises Missing, Invalid."""
    return _named(_own(list_id, by), name)


@transaction.atomic
def drop_list(*, list_id: int, by: Actor, now: datetime) -> None:
    """Keep an own list no longer; who shares it loses it too. Raises Missing."""
    kept = _own(list_id, by)
    _told(kept, "list.unshare", by, now)

    kept.delete()


@transaction.atomic
def move_list(*, list_id: int, step: int, by: Actor, now: datetime) -> None:
    """Move an own list one place up (-1) or down (1). Raises Missing."""
    kept = _own(list_id, by)
    ordered = list(SavedList.objects.select_for_update().filter(person_id=kept.person_id).order_by("position", "id"))
    at = next(n for n, each in enumerate(ordered) if each.pk == kept.pk)
    to = min(max(at + step, 0), len(ordered) - 1)

    ordered.insert(to, ordered.pop(at))

    for position, each in enumerate(ordered, start=1):
        each.position = position
    SavedList.objects.bulk_update(ordered, ["position"])


@transaction.atomic
def share_list(*, list_id: int, unit_id: int | None, by: Actor, now: datetime) -> SavedList:
    """Show an own list to the unit one leads, or (None) to nobody any more. Raises Missing, NotAllowed."""
    kept = _own(list_id, by)
    if unit_id is not None:
        leads(by, unit_id)
    _told(kept, "list.unshare", by, now)

    kept.unit_id = unit_id
    kept.save(update_fields=["unit"])

    _told(kept, "list.share", by, now)
    return kept


def leads(by: Actor, unit_id: int) -> Duty:
    """Return the duty by which somebody equips this unit. Raises NotAllowed."""
    require(by, Permission.EQUIP_UNIT)
    for duty in by.holding(GRANTS[Permission.EQUIP_UNIT]):
        if duty.unit_id == unit_id:
            return duty
    raise NotAllowed("permission.denied", permission=Permission.EQUIP_UNIT)


def _person(by: Actor) -> int:
    if by.person_id is None:
        raise Missing("list.missing")
    return by.person_id


def _named(kept: SavedList, name: str) -> SavedList:
    """Write a list under a name that no other list of its person has. Raises Invalid."""
    kept.name = " ".join(name.split())[:NAME_LIMIT]
    if not kept.name:
        raise Invalid("list.no_name")
    if SavedList.objects.filter(person_id=kept.person_id, name=kept.name).exclude(pk=kept.pk).exists():
        raise Invalid("list.name_taken", name=kept.name)
    kept.save()
    return kept


def _own(list_id: int, by: Actor) -> SavedList:
    kept = SavedList.objects.select_for_update().filter(pk=list_id, person_id=_person(by)).first()
    if kept is None:
        raise Missing("list.missing")
    return kept


def _told(kept: SavedList, kind: str, by: Actor, now: datetime) -> None:
    if kept.unit_id is not None:
        record(kind, f"list:{kept.pk}", by=by, at=now, unit=kept.unit_id)
