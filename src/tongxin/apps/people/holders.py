"""Who holds which post now, many at once: for telling people of what happened."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.utils import timezone

from tongxin.postgres.batches import run
from tongxin.rules.permissions import Actor, Duty, Role
from tongxin.rules.sealing import Seal

# a post whose holder is stood in for is told of too: whoever comes back knows what happened
_AT_UNITS = """
    SELECT person_id, role, unit_id, area FROM people_post
    WHERE unit_id = ANY(%s::bigint[]) AND start_on <= %s::date AND (end_on IS NULL OR end_on > %s::date)"""
_ON_GROUND = """
    SELECT person_id, role, unit_id, area FROM people_post
    WHERE area = ANY(%s::text[]) AND role = ANY(%s::text[])
        AND start_on <= %s::date AND (end_on IS NULL OR end_on > %s::date)"""
_DUTIES = """
    SELECT person_id, id, role, area, unit_id, seals, stands_in_for_id FROM people_post
    WHERE person_id = ANY(%s::bigint[]) AND start_on <= %s::date AND (end_on IS NULL OR end_on > %s::date)
    ORDER BY id"""


class Holder(NamedTuple):
    """One post held now."""

    person_id: int
    role: Role
    unit_id: int
    area: str


def at_units(units: Collection[int], now: datetime) -> list[Holder]:
    """Return the posts held in these units. One statement."""
    day = timezone.localtime(now).date()
    return [Holder(who, Role(role), unit, area) for who, role, unit, area in run(_AT_UNITS, [list(units), day, day])]


def on_ground(areas: Collection[str], roles: Collection[Role], now: datetime) -> list[Holder]:
    """Return the posts in these roles held over exactly these areas. One statement."""
    day = timezone.localtime(now).date()
    found = run(_ON_GROUND, [list(areas), [role.value for role in roles], day, day])
    return [Holder(who, Role(role), unit, area) for who, role, unit, area in found]


def actors_of(persons: Collection[int], now: datetime) -> dict[int, Actor]:
    """Return persons as actors with the posts they hold now; who holds none may nothing. One statement."""
    day = timezone.localtime(now).date()
    duties: dict[int, list[Duty]] = {person: [] for person in persons}
    for person, id_, role, area, unit_id, seals, stands_in_for in run(_DUTIES, [list(persons), day, day]):
        duties[person].append(Duty(id_, Role(role), area, unit_id, tuple(map(Seal, seals)), stands_in_for))
    return {person: Actor(f"person:{person}", person, tuple(held)) for person, held in duties.items()}
