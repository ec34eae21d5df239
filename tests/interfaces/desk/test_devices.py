"""The device ledger at the desk: found, narrowed, shown with what it measured, kept by whose it is."""

import json
from datetime import timedelta

from django.utils import timezone

from tests import town as towns
from tests.apps.devices.conftest import a_device, values
from tests.interfaces.desk.visitors import visitor
from tongxin.apps.devices import actions, queries
from tongxin.apps.devices.models import Device, Maintenance
from tongxin.apps.matters.models import Matter
from tongxin.rules.devices import DeviceState, Tidings
from tongxin.rules.permissions import SYSTEM


def a_flood(town):
    now = timezone.now()
    a_device(town, "WL-001")
    actions.take_in(values("WL-001", 5, 40, 45, 50, start=now - timedelta(minutes=2)), by=SYSTEM, now=now)
    return Matter.objects.get()


def test_a_dispatcher_sees_what_goes_on_and_how_many_work_and_nothing_of_the_next_county(town):
    matter = a_flood(town)
    a_device(town, "CAM-9", "camera", place="荷西路口", point=towns.HEXIYUAN_01)
    a_device(town, "WL-777", place="樟树潭涵洞", point=towns.ZHANGTAN_01)

    page = visitor("dispatcher").get("/devices/").content.decode()

    assert "WL-001" in page and "荷西路口" in page and "WL-777" not in page
    assert matter.number in page and "最高 50 厘米" in page
    assert "应在线 1 台，在线 1 台" in page  # what was never heard of counts in neither
    assert "登记设备" not in page


def test_the_list_is_narrowed_by_state_kind_and_words_and_an_empty_one_says_what_to_do(town):
    a_flood(town)
    a_device(town, "CAM-9", "camera", place="荷西路口")
    desk = visitor("dispatcher")

    def shown(query):
        page = desk.get(f"/devices/?{query}").content.decode().split("<aside>")[0]
        return {code for code in ("WL-001", "CAM-9") if f"/devices/{code}/" in page}

    assert shown("state=working") == shown("kind=water_level") == shown("find=wl-0") == {"WL-001"}
    assert shown("find=荷西") == {"CAM-9"}
    assert shown("state=faulty") == set()
    assert "没有符合条件的设备" in desk.get("/devices/?state=faulty").content.decode()
    assert desk.get("/devices/?kind=x&state=y&area=z&owner=1e9&after=%00&find=%00").status_code == 200


def test_a_device_shows_its_line_its_episodes_and_their_matter(town):
    matter = a_flood(town)

    page = visitor("dispatcher").get("/devices/WL-001/").content.decode()

    assert "<polyline" in page and "极值 50 厘米" in page
    assert matter.number in page
    assert "换发密钥" not in page
    assert "设备归该单位所有" not in visitor("dispatcher").get(f"/m/{matter.number}/").content.decode()
    assert visitor("neighbouring_dispatcher").get("/devices/WL-001/").status_code == 404


def test_the_map_gets_the_devices_of_the_box_and_of_the_duty_only(town):
    a_flood(town)
    a_device(town, "WL-777", point=towns.ZHANGTAN_01)

    def points(name, box):
        told = json.loads(visitor(name).get(f"/devices/points.json?bbox={box}").content)
        return {each["properties"]["code"]: each["properties"]["is_raised"] for each in told["features"]}

    assert points("leader", "118,28,119,29") == {"WL-001": True, "WL-777": False}
    assert points("dispatcher", "118,28,119,29") == {"WL-001": True}
    assert points("leader", "100,20,101,21") == {}


def test_the_owners_head_enters_keys_limits_upkeep_and_retires_and_nobody_else_does(town):
    head, handler = visitor("handler_head"), visitor("handler")
    lon, lat = towns.SONGYUAN_01
    told = {"code": "WL-5", "kind": "water_level", "owner": "sanitation", "place": "菜场", "lon": lon, "lat": lat}

    assert head.post("/devices/new", told).status_code == 302
    keyed = head.post("/devices/WL-5/key").content.decode()
    head.post("/devices/WL-5/limits", {"raise_at": "80", "clear_at": "", "need": "1", "heartbeat_minutes": "5"})
    head.post("/devices/WL-5/upkeep", {"what": "repaired", "on": "2026-11-20", "note": "换了电池"})
    refused = [handler.post(f"/devices/WL-5/{act}").status_code for act in ("key", "limits", "upkeep", "retire")]
    key = keyed.split('value="txd_')[1].split('"')[0]
    device = Device.objects.get()

    assert queries.speaker_of_key(f"txd_{key}") is not None
    assert (device.limits, device.heartbeat_minutes) == ({"raise_at": 80.0, "need": 1}, 5)
    assert Maintenance.objects.get().note == "换了电池"
    assert refused == [403] * 4
    assert f"txd_{key}" not in head.get("/devices/WL-5/").content.decode()
    head.post("/devices/WL-5/retire")
    assert Device.objects.get().state == DeviceState.RETIRED
    assert head.post("/devices/new", {**told, "owner": "lamps", "code": "WL-6"}).status_code == 403
    assert "没有“x”这类设备" in head.post("/devices/new", {**told, "kind": "x", "code": "WL-7"}).content.decode()


def test_what_a_device_reports_goes_to_its_owner_and_the_matter_says_why(town):
    a_device(town)
    at = timezone.now()
    actions.take_in([actions.Message("WL-001", Tidings.FAULT, at, what="battery")], by=SYSTEM, now=at)
    matter = Matter.objects.get()

    page = visitor("dispatcher").get(f"/m/{matter.number}/").content.decode()

    assert "柯城区市政路灯所" in page and "设备归该单位所有" in page
