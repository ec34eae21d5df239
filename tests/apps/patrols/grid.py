"""Plans, a van and a help place in the model town, made by the real actions."""

from datetime import time

from django.utils.timezone import localdate

from tests.town import HEXIYUAN_01, NOW, SONGYUAN_01, ZHANGTAN_01
from tongxin.apps.patrols import actions
from tongxin.apps.patrols.models import Round
from tongxin.rules.patrols import GridDuty, Rhythm
from tongxin.rules.vans import Stop, VanService

GRID = "330802001001001"
VILLAGE = "330802001001"
NEXT_GRID = "330802001001002"


def spots(many=3, at=SONGYUAN_01):
    """Return points a hundred metres apart."""
    lon, lat = at
    return [actions.Spot(f"{n} 号点", lon + 0.001 * (n - 1), lat, 50, f"看 {n}") for n in range(1, many + 1)]


def draft(town, **changes):
    told = {"name": "消防通道巡查", "area": GRID, "duty": GridDuty.SAFETY, "unit_id": town.unit["station"]}
    told |= {"rhythm": Rhythm.DAILY, "opens": time(8, 30), "closes": time(17, 30), "spots": spots()}
    return actions.Draft(**(told | changes))


def a_plan(town, *, by="secretary", now=NOW, **changes):
    return actions.draw_up(draft(town, **changes), by=getattr(town, by), now=now)


def a_round(town, *, now=NOW, **changes):
    """Return today's round of a fresh plan."""
    plan = a_plan(town, now=now, **changes)
    open_today(now)
    return Round.objects.get(plan=plan)


def open_today(now=NOW):
    from tongxin.rules.permissions import SYSTEM

    return actions.open_rounds(localdate(now), by=SYSTEM, now=now)


def a_van(town, *, by="secretary", now=NOW, **changes):
    lon, lat = SONGYUAN_01
    stops = [Stop("村口", time(9), time(10), lon, lat), Stop("祠堂", time(16), time(17), lon + 0.001, lat)]
    told = {"name": "便民 1 号车", "area": VILLAGE, "unit_id": town.unit["station"], "rhythm": Rhythm.DAILY}
    told |= {"offers": [VanService.PAPERS, VanService.HEALTH], "kit": ["血压计", "老花镜"], "stops": stops}
    return actions.equip_van(actions.Fit(**(told | changes)), by=getattr(town, by), now=now)


def a_help_place(town, units=("station", "enforcement", "command_room"), *, by="duty_chief", now=NOW, **changes):
    told = {"name": "荷花菜市场", "area": GRID, "units": [town.unit[name] for name in units]}
    return actions.set_up_place(actions.Setting(**(told | changes)), by=getattr(town, by), now=now)


ELSEWHERE = {"at sea": (123.5, 29.0), "next town": ZHANGTAN_01, "next village": HEXIYUAN_01}
