"""Forms of the work on the grid at the desk: what plans, vans and help places ask alike, and how it is read."""

from collections.abc import Iterator, Sequence
from datetime import time

from django.http import QueryDict
from django.utils.translation import gettext as _

from tongxin.apps.areas.queries import children, names
from tongxin.apps.people.models import Unit
from tongxin.apps.people.queries import unit_names, units_within
from tongxin.interfaces.desk.admin.doors import choices
from tongxin.look.forms import Choice, Field
from tongxin.rules.area_codes import Level, lineage
from tongxin.rules.errors import Invalid
from tongxin.rules.patrols import Rhythm
from tongxin.rules.permissions import Actor, Permission, duties_for

INDENT = "\u3000"
MORE = 1  # empty lines a form of points or stops ends with


def planned_areas(actor: Actor) -> Iterator[Choice]:
    """Yield the areas an actor plans for, down to the grids; of a county or city only the towns, which lead on."""
    for root in sorted({duty.area for duty in duties_for(actor, Permission.PLAN_PATROLS)}):
        yield from _down(root, 0, Level.GRID if len(root) >= Level.TOWN else Level.TOWN)


def _down(code: str, depth: int, lowest: Level) -> Iterator[Choice]:
    yield Choice(code, INDENT * depth + names().get(code, code))
    if len(code) < lowest:
        for child in children(code):
            yield from _down(child.code, depth + 1, lowest)


def area_field(actor: Actor, chosen: str) -> Field:
    """Ask for the area; the one it has already can be kept wherever it lies."""
    offered = tuple(planned_areas(actor))
    if chosen and chosen not in {each.value for each in offered}:
        offered += (Choice(chosen, names().get(chosen, chosen)),)
    return Field("area", _("Area"), "select", chosen, is_required=True, choices=offered)


def team_field(area: str, chosen: str, name: str = "unit", label: str = "", required: bool = True) -> Field:
    """Ask for a team: a unit that stands in the area, or above it."""
    return Field(name, label or _("Team"), "select", chosen, is_required=required, choices=tuple(_teams(area, chosen)))


def _teams(area: str, chosen: str) -> Iterator[Choice]:
    above = Unit.objects.filter(area__in=lineage(area)[2:], is_open=True).order_by("-area", "id") if area else ()
    below = units_within(area) if len(area) >= Level.TOWN else ()
    found = {str(unit.pk): unit.name for unit in (*above, *below)}
    if chosen.isdecimal() and chosen not in found:
        found[chosen] = unit_names().get(int(chosen), chosen)
    return (Choice(id_, name) for id_, name in found.items())


def rhythm_fields(rhythm: str, on_day: str) -> tuple[Field, Field]:
    """Ask how often, and on which day of the week or month."""
    hint = _("Weekly: 1 Monday … 7 Sunday. Monthly: day of the month. On days off it moves to the next working day.")
    return (
        Field("rhythm", _("How often"), "select", rhythm, is_required=True, choices=choices(Rhythm)),
        Field("on_day", _("On day"), "number", on_day, low=1, high=31, step="1", hint=hint),
    )


def when(rhythm: Rhythm, on_day: int | None) -> str:
    """Say how often in words: 每周三, 每月 15 日."""
    if rhythm is Rhythm.DAILY:
        return _("every day")
    if rhythm is Rhythm.WORKDAYS:
        return _("on working days")
    if rhythm is Rhythm.WEEKLY:
        days = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
        return _("every week, %(day)s") % {"day": days[(on_day or 1) - 1]}
    return _("every month, day %(n)s") % {"n": on_day}


def number(text: str, *, least: int = 0, most: int = 2**62) -> int | None:
    """Read a whole number; None where there is none."""
    return int(text) if text.isdecimal() and len(text) < 19 and least <= int(text) <= most else None


def degrees(text: str) -> float:
    """Read a longitude or latitude. Raises Invalid."""
    try:
        return float(text)
    except ValueError as wrong:
        raise Invalid("point.invalid", lon=text[:20], lat="") from wrong


def clock(text: str) -> time:
    """Read hours and minutes. Raises Invalid."""
    try:
        return time.fromisoformat(text)
    except ValueError as wrong:
        raise Invalid("patrol.hours", found=text[:10]) from wrong


def lines(posted: QueryDict, names_: Sequence[str]) -> list[dict[str, str]]:
    """Return the lines of a form's table in the order of their numbers; those without a name are left out."""
    columns = [posted.getlist(name) for name in names_]
    rows = [dict(zip(names_, cells, strict=True)) for cells in zip(*columns, strict=False)]
    filled = [row for row in rows if row[names_[0]].strip()]
    return sorted(filled, key=lambda row: number(row.get("nth", "")) or 999)
