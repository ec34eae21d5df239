"""Reads of help places and calls: what rings for one's team, how soon places are answered. By place and team only."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from tongxin.apps.patrols.models import HelpCall, HelpPlace, Responder
from tongxin.apps.patrols.reach import seen_by
from tongxin.postgres.batches import run
from tongxin.rules.errors import Missing
from tongxin.rules.permissions import Actor, Permission, duties_for, scope


def visible_places(actor: Actor) -> QuerySet[HelpPlace]:
    """Return the help places on the ground an actor sees, and those whose calls come to the own team."""
    mine = Responder.objects.filter(place=OuterRef("pk"), unit_id__in=scope(actor).units)
    return (
        HelpPlace.objects.filter(seen_by(actor, unit="") | Exists(mine))
        .prefetch_related("responders__unit")
        .order_by("area", "name", "id")
    )


def place(actor: Actor, place_id: int) -> HelpPlace:
    """Return a help place. Raises Missing, also out of scope."""
    found = visible_places(actor).filter(pk=place_id).first()
    if found is None:
        raise Missing("help.missing")
    return found


def place_of_token(token: str) -> HelpPlace:
    """Return the open place whose printed code this is. Raises Missing. For everybody: the code is the permission."""
    found = HelpPlace.objects.filter(token=token[:24], is_open=True).first()
    if found is None:
        raise Missing("help.missing")
    return found


def visible_calls(actor: Actor) -> QuerySet[HelpCall]:
    """Return the calls an actor may read: on the ground seen, or that called the own team. The latest first."""
    calls = HelpCall.objects.filter(seen_by(actor) | Q(Exists(_called(actor))))
    return calls.select_related("place", "unit", "matter").order_by("-called_at", "-id")


def ringing(actor: Actor) -> QuerySet[HelpCall]:
    """Return the open calls that the own team was called to and nobody else took, the longest waiting first."""
    units = _units(actor)
    open_calls = HelpCall.objects.filter(Exists(_called(actor)), ended_at__isnull=True)
    mine = open_calls.filter(Q(unit__isnull=True) | Q(unit_id__in=units))
    return mine.select_related("place", "unit").order_by("called_at", "id")


def _called(actor: Actor) -> QuerySet[Responder]:
    return Responder.objects.filter(place=OuterRef("place"), unit_id__in=_units(actor), rung__lte=OuterRef("rung"))


def _units(actor: Actor) -> Sequence[int]:
    return sorted({duty.unit_id for duty in duties_for(actor, Permission.ANSWER_HELP)})


class Speed(NamedTuple):
    """How soon calls of a place, or answered by a team, were answered and reached.

    `key` is the id of a place or unit ("" of a unit: nobody answered). Seconds are medians, None without any.
    """

    key: str
    calls: int
    answered: int
    in_time: int
    answer_s: float | None
    arrive_s: float | None


def speeds(actor: Actor, *, start: datetime, end: datetime, by: str) -> list[Speed]:
    """Return the response times of calls in `[start, end)` on the ground an actor sees, by "place" or "team".

    One statement. Misfires ("nothing") count as the rest do: a team that came has come.
    """
    seen = visible_calls(actor).filter(called_at__gte=start, called_at__lt=end).values_list("pk", flat=True)
    key = {"place": "place_id", "team": "unit_id"}[by]
    found = run(
        f"""SELECT coalesce({key}::text, ''), count(*), count(answered_at),
            count(*) FILTER (WHERE answered_at <= called_at + minutes * interval '1 minute'),
            percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM answered_at - called_at)),
            percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM arrived_at - called_at))
        FROM patrols_helpcall WHERE id = ANY(%s::bigint[]) GROUP BY 1 ORDER BY 1""",
        [list(seen)],
    )
    return [Speed(row[0], *map(int, row[1:4]), *row[4:6]) for row in found]


def open_of_place(place: HelpPlace) -> QuerySet[HelpCall]:
    """Return the open calls of a place, for whoever stands there with its code: how far help is, no more."""
    return HelpCall.objects.filter(place=place, ended_at__isnull=True).order_by("called_at")
