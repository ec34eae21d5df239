"""Service vans: a route, a kit, a day; stops everybody may know."""

from datetime import time, timedelta

import pytest

from tests.apps.patrols.grid import GRID, VILLAGE, a_van
from tests.town import NOW, SONGYUAN_01, ZHANGTAN_01, a_matter
from tongxin.apps.patrols import actions
from tongxin.apps.patrols.models import StopCheck
from tongxin.apps.patrols.queries import vans
from tongxin.rules.errors import Invalid, Missing, NotAllowed, Refused, Stale
from tongxin.rules.patrols import Rhythm
from tongxin.rules.vans import Stop, VanService

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def stand(town, van, n=0, *, by="grid_worker", **told):
    stop = van.stops.filter(is_open=True)[n]
    return actions.stop_at(van_id=van.pk, stop_id=stop.pk, at=NOW, by=getattr(town, by), now=NOW, **told)


def test_the_team_finds_its_van_its_stops_its_kit_and_what_residents_asked_for(town):
    van = a_van(town)
    asked = a_matter(town, template="F14", text="老人行动不便，想请车上代买降压药。")
    actions.pack(van_id=van.pk, items=["血压计"], by=town.grid_worker, now=NOW)
    stand(town, van, lon=SONGYUAN_01[0], lat=SONGYUAN_01[1], served=4)

    (sheet,) = vans.sheets(town.grid_worker, NOW)

    assert [(stop.name, check is not None) for stop, check in sheet.stops] == [("村口", True), ("祠堂", False)]
    assert (sheet.next.name, sheet.packed, [each.pk for each in sheet.requests]) == ("祠堂", {"血压计"}, [asked.pk])
    assert vans.sheets(town.neighbouring_grid_worker, NOW) == vans.sheets(town.handler, NOW) == []


def test_a_stop_is_written_down_once_and_its_count_may_be_mended(town):
    van = a_van(town)

    stand(town, van, served=4)
    mended = stand(town, van, served=6)

    assert (StopCheck.objects.count(), mended.served, mended.metres) == (1, 6, None)
    with pytest.raises(Invalid, match="served"):
        stand(town, van, served=501)


def test_a_van_rests_on_the_other_days_and_is_driven_by_its_team(town):
    van = a_van(town, rhythm=Rhythm.WEEKLY, on_day=1)

    assert vans.sheets(town.grid_worker, NOW) == []
    assert vans.next_day(van, TODAY) == TODAY + timedelta(days=3)
    with pytest.raises(Refused, match="not_today"):
        stand(town, van)
    with pytest.raises(NotAllowed, match="not_mine"):
        stand(town, a_van(town, name="2 号车"), by="handler")
    with pytest.raises(NotAllowed):
        a_van(town, by="grid_worker")


def test_everybody_may_know_where_vans_stand_and_only_that(town):
    van = a_van(town)
    a_van(town, name="周一的车", rhythm=Rhythm.WEEKLY, on_day=1)

    for area in (GRID, VILLAGE, "330802"):
        found = vans.public_stops(area, TODAY)
        assert [(stop.van, stop.name, stop.start.hour) for stop in found] == [
            ("便民 1 号车", "村口", 9),
            ("便民 1 号车", "祠堂", 16),
        ]
    assert found[0].offers == (VanService.PAPERS, VanService.HEALTH)
    assert vans.public_stops("330803", TODAY) == []
    assert len(vans.public_stops(GRID, TODAY + timedelta(days=3))) == 4
    assert not {"unit", "person", "phone", "id"} & set(vans.PublicStop._fields)
    actions.retire_van(van_id=van.pk, by=town.secretary, now=NOW)
    assert vans.public_stops(GRID, TODAY) == []


def test_a_changed_route_leaves_the_days_before_as_they_were(town):
    van = a_van(town)
    check = stand(town, van)
    first = van.stops.first()
    old = Stop(first.name, first.start, first.end, first.lon, first.lat)
    fresh = Stop("学校", time(10), time(11), *SONGYUAN_01)
    told = {"name": "便民 1 号车", "area": VILLAGE, "unit_id": town.unit["station"], "rhythm": Rhythm.DAILY}
    fit = actions.Fit(**told, offers=[VanService.LAW], kit=["老花镜", "老花镜", " "], stops=[old, fresh])

    changed = actions.equip_van(fit, van_id=van.pk, version=1, by=town.secretary, now=NOW)

    assert changed.kit == ["老花镜"]
    assert [stop.name for stop in changed.stops.filter(is_open=True)] == ["村口", "学校"]
    assert StopCheck.objects.get().stop_id == check.stop_id == first.pk
    with pytest.raises(Stale):
        actions.equip_van(fit, van_id=van.pk, version=1, by=town.secretary, now=NOW)
    with pytest.raises(Missing):
        actions.retire_van(van_id=0, by=town.secretary, now=NOW)


def test_a_van_makes_sense_before_it_drives(town):
    far = [Stop("邻镇", time(9), time(10), *ZHANGTAN_01)]
    for wrong, code in (({"stops": far}, "outside"), ({"offers": []}, "offers"), ({"name": ""}, "unnamed")):
        with pytest.raises(Invalid, match=code):
            a_van(town, **wrong)


def test_vans_are_read_on_their_ground(town):
    van = a_van(town)

    assert vans.van(town.duty_chief, van.pk) == van
    for who in ("neighbouring_chief", "handler", "system_admin"):
        with pytest.raises(Missing):
            vans.van(getattr(town, who), van.pk)
