"""Who is on duty in the command rooms of a demonstration city this week and the next: somebody always picks up."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import cycle

from django.utils import timezone

from tongxin.apps.people import rosters
from tongxin.apps.people.models import Unit
from tongxin.rules.permissions import Actor
from tongxin.rules.rosters import DAYS, Part, monday_of

DAY = timedelta(days=1)


def arrange(chiefs: Mapping[str, Actor], now: datetime) -> None:
    """Publish this week's and the next week's roster of these units where there is none: posts take their turn.

    `chiefs` are by the code of the unit.
    """
    for unit_id, code in Unit.objects.filter(code__in=chiefs).values_list("id", "code"):
        this = monday_of(timezone.localdate(now))
        for monday in (this, this + DAYS * DAY):
            week = rosters.week(unit_id, monday)
            if week.cells or not week.posts:
                continue
            turn = cycle(week.posts)
            days = (monday + n * DAY for n in range(DAYS))
            cells = {(next(turn).pk, day): part for day in days for part in (Part.DAY, Part.NIGHT)}
            rosters.publish(unit_id=unit_id, monday=monday, cells=cells, mark=week.mark, by=chiefs[code], now=now)
