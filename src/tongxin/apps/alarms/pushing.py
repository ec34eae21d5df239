"""Whom an alarm is pushed to: the station attending, the station of the ground, the desk of the town."""

from datetime import datetime

from django.conf import settings

from tongxin.apps.alarms.models import Alarm, Partner, Push, Station
from tongxin.apps.matters.models import Matter
from tongxin.apps.people.calendar import calendar
from tongxin.apps.people.models import Unit
from tongxin.apps.people.queries import offices
from tongxin.rules.alarms import Toward, acknowledge_by
from tongxin.rules.area_codes import lineage
from tongxin.rules.deadlines import Urgency
from tongxin.rules.units import UnitKind

STATIONS = (UnitKind.POLICE, UnitKind.TRAFFIC_POLICE)


def pushes(alarm: Alarm, matter: Matter, attending: int | None, now: datetime) -> list[Push]:
    """Return the three, not yet written: where one station is not known, its part falls to the other one."""
    responsible = station_of(matter.area)
    meant: dict[Toward, int | None] = {
        Toward.ATTENDING_STATION: attending or responsible,
        Toward.RESPONSIBLE_STATION: responsible or attending,
        Toward.TOWN_DESK: matter.desk_id,
    }
    limit, urgency, days = settings.ALARM_ACKNOWLEDGE, Urgency(matter.urgency), calendar()
    return [
        Push(
            alarm=alarm,
            to=to,
            unit_id=unit_id,
            pushed_at=now,
            due_at=acknowledge_by(to, now, limit, urgency, days),
        )
        for to, unit_id in meant.items()
        if unit_id is not None
    ]


def station_of(area: str) -> int | None:
    """Return the police station of the ground: the nearest upward that stands."""
    standing = offices()
    found = (standing.get((UnitKind.POLICE, code)) for code in reversed(lineage(area)))
    return next((unit_id for unit_id in found if unit_id is not None), None)


def unit_called(partner: Partner, code: str) -> int | None:
    """Return the unit the police mean: as it is written down for them, else the station of ours with this very code."""
    if not code:
        return None
    named = Station.objects.filter(partner=partner, code=code, unit__is_open=True).values_list("unit_id", flat=True)
    ours = Unit.objects.filter(code=code, kind__in=STATIONS, is_open=True).values_list("pk", flat=True)
    return named.first() or ours.first()
