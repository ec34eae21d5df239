"""The offices of a demonstration city: who is on duty this week and the next, and telephones that ring nowhere."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from itertools import cycle

from django.utils import timezone

from tongxin.apps.people import rosters, staffing
from tongxin.apps.people.models import Unit
from tongxin.rules.permissions import DESK, SYSTEM, Actor, Role
from tongxin.rules.rosters import DAYS, Part, monday_of
from tongxin.rules.working_time import SHANGHAI

DAY = timedelta(days=1)
ON_DUTY = DESK - {Role.COMMANDER}  # who takes turns; a commander is rung up


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
            turn = cycle([post for post in week.posts if post.role in ON_DUTY] or week.posts)
            days = (monday + n * DAY for n in range(DAYS))
            cells = {(next(turn).pk, day): part for day in days for part in (Part.DAY, Part.NIGHT)}
            begun = datetime.combine(this, time(8), SHANGHAI)  # as if it had been published when the week began
            told = {"mark": week.mark, "by": chiefs[code], "now": min(now, begun)}
            rosters.publish(unit_id=unit_id, monday=monday, cells=cells, **told)


def connect(now: datetime) -> int:
    """Give every unit that has none an office telephone; return how many.

    They look like those of Quzhou, but begin with 1 as no number of a city does: nobody is rung up by mistake.
    """
    silent = Unit.objects.filter(phone="").order_by("id").values_list("id", flat=True)
    numbers = {unit_id: f"0570-1{unit_id * 7919 % 1_000_000:06}" for unit_id in silent}
    return staffing.enter_telephones(numbers, by=SYSTEM, now=now) if numbers else 0
