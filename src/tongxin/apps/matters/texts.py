"""Standard texts for acts, and macros: which of them one may use, the nearest to the case first."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from tongxin.apps.matters.models import Macro, StandardText
from tongxin.apps.people.queries import Remembered
from tongxin.rules.permissions import Actor

MOST = 40  # offered in one form


def ready_for(actor: Actor, act: str, *, state: str = "", template: str = "") -> list[StandardText]:
    """Return the texts for an act on a matter: the unit's own first, then the more exactly they fit. One statement."""
    fits = Q(act__in=("", act)) & Q(state__in=("", state)) & Q(template__in=_prefixes(template))
    rows = list(_own_or_citys(actor).filter(fits, is_active=True).order_by("position", "id"))
    rows.sort(key=lambda row: (row.unit_id is None, -len(row.template), not row.act, not row.state))
    return rows[:MOST]


def macros_for(actor: Actor) -> list[Macro]:
    """Return the macros an actor may use, the unit's own first. No statement: every list asks for them."""
    units = {duty.unit_id for duty in actor.duties}
    found = [macro for macro in _macros() if macro.unit_id is None or macro.unit_id in units]
    return sorted(found, key=lambda macro: macro.unit_id is None)


def texts_of(unit_id: int | None) -> "QuerySet[StandardText]":
    """Return the texts of a unit, or (None) the city's, in the order in which they are offered."""
    return StandardText.objects.filter(unit_id=unit_id).order_by("act", "state", "template", "position", "id")


def macros_of(unit_id: int | None) -> "QuerySet[Macro]":
    """Return the macros of a unit, or (None) the city's."""
    return Macro.objects.filter(unit_id=unit_id).order_by("position", "id")


_macros = Remembered(lambda: list(Macro.objects.order_by("position", "id")))


def forget() -> None:
    """Drop the macros this process remembers; called by every action that changes them."""
    _macros.forget()


def _own_or_citys(actor: Actor) -> "QuerySet[StandardText]":
    return StandardText.objects.filter(_units(actor))


def _units(actor: Actor) -> Q:
    return Q(unit__isnull=True) | Q(unit__in={duty.unit_id for duty in actor.duties})


def _prefixes(template: str) -> Sequence[str]:
    """Return every beginning of a template's code, the empty one too: a text for C serves C02."""
    return [template[:length] for length in range(len(template) + 1)]
