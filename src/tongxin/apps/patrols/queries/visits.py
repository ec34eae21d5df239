"""Reads of visits: what was visited on one's ground, and where to go again."""

from datetime import date, timedelta

from django.db.models import QuerySet

from tongxin.apps.patrols.models import Visit
from tongxin.apps.patrols.reach import seen_by, walked_by
from tongxin.rules.permissions import Actor

AHEAD = timedelta(days=7)


def visible_visits(actor: Actor) -> QuerySet[Visit]:
    """Return the visits an actor may read, the latest first."""
    return Visit.objects.filter(seen_by(actor)).select_related("unit", "matter").order_by("-at", "-id")


def again(actor: Actor, today: date) -> QuerySet[Visit]:
    """Return the places the own team set itself to visit again by the coming week, the longest waiting first."""
    waiting = Visit.objects.filter(walked_by(actor), is_followed=False, next_on__lte=today + AHEAD)
    return waiting.order_by("next_on", "id")


def places_of(actor: Actor, limit: int = 30) -> list[str]:
    """Return the names of places the own team visited lately, for the form to offer."""
    told = Visit.objects.filter(walked_by(actor)).order_by("-at").values_list("place", flat=True)[:200]
    return list(dict.fromkeys(told))[:limit]
