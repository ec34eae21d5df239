"""A platform of the police, two stations with an officer each, and disputes they hand over."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pytest

from tests.town import NOW, SONGYUAN_01, Town
from tongxin.apps.alarms import actions
from tongxin.apps.alarms.actions import Said, Taken
from tongxin.apps.alarms.models import Alarm, Partner, Push
from tongxin.apps.people import queries as people
from tongxin.apps.people.models import Account, Person, Post, Unit
from tongxin.rules.alarms import Category
from tongxin.rules.permissions import SYSTEM, Actor, Role, reporting
from tongxin.rules.units import UnitKind

PHONE = "13800006027"
STATIONS = {"station": ("330802001", "荷花派出所"), "county": ("330802", "柯城区公安局")}


@dataclass
class Police:
    """What a platform of the police tells, without its wires; and who sits in the stations it speaks of."""

    partner: Partner
    secret: str
    officers: dict[str, Actor]
    units: dict[str, int]
    told: int = 0
    by: Actor = field(default_factory=lambda: reporting("police:110"))

    def message(self) -> str:
        self.told += 1
        return f"msg_{self.told}"

    def hand_over(self, number: str = "J1", at: datetime = NOW, **changes: Any) -> Taken:
        """Hand over two neighbors' quarrel about a wall, attended by the county's own patrol."""
        lon, lat = changes.pop("point", SONGYUAN_01)
        told = {
            "category": Category.NEIGHBORS,
            "text": "两户为院墙界址争执。",
            "place": "老村委后面",
            "lon": lon,
            "lat": lat,
        }
        told |= {"station": "3308-PATROL", "contact_name": "报警人", "contact_phone": PHONE} | changes
        said = Said(number=number, at=at, **told)
        return actions.take_in(self.partner.pk, said, message=self.message(), by=self.by, now=at)

    def pushes(self, alarm: Alarm) -> dict[str, Push]:
        return {push.to: push for push in alarm.pushes.all()}


@pytest.fixture
def police(town: Town) -> Police:
    units, officers = {}, {}
    for name, (area, title) in STATIONS.items():
        unit = Unit.objects.create(code=f"police-{name}", name=title, kind=UnitKind.POLICE, area=area, pinyin="")
        person = Person.objects.create(name=f"测试{name}")
        Account.objects.create(username=f"officer-{name}", person=person)
        Post.objects.create(person=person, unit=unit, role=Role.HANDLER, area=area, start_on=date(2020, 1, 1))
        units[name], officers[name] = unit.pk, people.actor_of(person.pk, NOW)
    people.forget()
    told = {"code": "110", "name": "柯城公安 110", "area": "330802", "by": SYSTEM, "now": NOW}
    partner, secret = actions.open_partner(**told)
    actions.name_station(partner_id=partner.pk, code="3308-PATROL", unit_id=units["county"], by=SYSTEM, now=NOW)
    return Police(partner, secret, officers, units)
