"""Whose is what: the ground and the teams somebody may read, the team somebody walks with.

Everything here lies in an area and belongs to a team. It is read by who sees the area, and by the team itself.
"""

from django.db.models import Q

from tongxin.apps.areas.locator import locator
from tongxin.rules.area_codes import lineage, span
from tongxin.rules.permissions import Actor, Permission, duties_for, scope


def within(area: str, field: str = "area") -> Q:
    """Return the condition "lies in this area" on a column of codes."""
    low, high = span(area)
    return Q(**{f"{field}__gte": low, f"{field}__lt": high})


def seen_by(actor: Actor, *, area: str = "area", unit: str = "unit_id") -> Q:
    """Return what an actor may read: on the ground of a post, and what the own unit is to do. No duty: nothing."""
    seen = scope(actor)
    found = Q(pk__in=[])
    for each in seen.areas:
        found |= within(each, area)
    if seen.units and unit:
        found |= Q(**{f"{unit}__in": seen.units})
    return found


def walked_by(actor: Actor) -> Q:
    """Return what an actor walks: of the own team, on the own ground, a part of it, or around it.

    The same sentence as `rules.patrols.duty_on`, in SQL.
    """
    found = Q(pk__in=[])
    for duty in duties_for(actor, Permission.PATROL):
        found |= Q(unit_id=duty.unit_id) & (within(duty.area) | Q(area__in=lineage(duty.area)))
    return found


def area_of(lon: float, lat: float) -> str:
    """Return the grid of a point; empty where it lies in none and near none."""
    return locator().at(lon, lat).code or ""


def lies_in(area: str, lon: float, lat: float) -> bool:
    """Tell whether a point lies in an area. Raises Invalid where it is no point on earth."""
    return area_of(lon, lat).startswith(area)
