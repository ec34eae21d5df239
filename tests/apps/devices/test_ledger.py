"""设备台账: entered twice it stands once, keys are digests, silence is noticed, readings are forgotten."""

from datetime import timedelta

import pytest
from django.db import connection

from tests import town as towns
from tests.apps.devices.conftest import NOW, a_device, values
from tongxin.apps.devices import actions, queries
from tongxin.apps.devices.actions import Message
from tongxin.apps.devices.actions.ledger import Described
from tongxin.apps.devices.actions.watching import end_sightings
from tongxin.apps.devices.kinds import book
from tongxin.apps.devices.models import Device, Episode, Reading
from tongxin.apps.devices.queries import Narrowed
from tongxin.apps.matters import kinds as templates
from tongxin.apps.matters.models import Matter
from tongxin.rules.area_codes import Level
from tongxin.rules.devices import Cause, DeviceKind, DeviceState, Fault, Sighting, Tidings
from tongxin.rules.errors import Invalid, Missing, NotAllowed, Refused
from tongxin.rules.permissions import SYSTEM

HOUR = timedelta(hours=1)


def described(code, town, **changes):
    lon, lat = changes.pop("point", towns.SONGYUAN_01)
    told = {"kind": "camera", "owner_id": town.unit["sanitation"], "lon": lon, "lat": lat, "place": "荷花中路"}
    return Described(code, **(told | changes))


def test_a_list_entered_twice_stands_once_and_what_changed_is_changed(town):
    rows = [described(f"C-{n}", town) for n in range(3)]

    first = actions.enter_many(rows, by=SYSTEM, now=NOW)
    again = actions.enter_many([*rows[:2], described("C-2", town, place="荷花东路")], by=SYSTEM, now=NOW)

    assert [each.is_new for each in first] == [True] * 3
    assert [(each.is_new, each.is_changed) for each in again] == [(False, False), (False, False), (False, True)]
    assert list(Device.objects.order_by("code").values_list("place", "area")) == [
        ("荷花中路", "330802001001001"),
        ("荷花中路", "330802001001001"),
        ("荷花东路", "330802001001001"),
    ]


def test_a_row_that_does_not_fit_stops_no_other_and_says_why(town):
    wrong = {
        "device.code": described("门 1", town),
        "device.kind": described("C-1", town, kind="face_camera"),
        "device.owner": described("C-2", town, owner_id=0),
        "point.outside": described("C-3", town, point=towns.AT_SEA),
        "device.place": described("C-4", town, place=" "),
        "device.heartbeat": described("C-5", town, heartbeat_minutes=99_999),
        "reading.no_values": described("C-6", town, limits={"raise_at": 3}),
    }

    answers = actions.enter_many([*wrong.values(), described("C-9", town)], by=SYSTEM, now=NOW)

    assert [each.code for each in answers if isinstance(each, Refused)] == list(wrong)
    assert list(Device.objects.values_list("code", flat=True)) == ["C-9"]


def test_a_head_keeps_the_own_units_devices_and_nobody_elses(town):
    actions.enter(described("C-1", town), by=town.handler_head, now=NOW)
    lamp = a_device(town)

    with pytest.raises(NotAllowed):
        actions.enter(described("C-2", town, owner_id=town.unit["lamps"]), by=town.handler_head, now=NOW)
    with pytest.raises(NotAllowed):
        actions.enter(described("C-1", town), by=town.handler, now=NOW)
    with pytest.raises(NotAllowed):
        actions.rotate_key(device_id=lamp.pk, by=town.handler_head, now=NOW)


def test_devices_are_seen_on_the_ground_of_a_duty_and_by_the_unit_that_owns_them(town):
    a_device(town, "WL-1", owner="sanitation")
    a_device(town, "WL-2", point=towns.ZHANGTAN_01)

    def seen(name):
        return set(queries.visible_to(getattr(town, name)).values_list("code", flat=True))

    assert seen("handler") == {"WL-1"}
    assert seen("dispatcher") == seen("grid_worker") == seen("county_chief") == {"WL-1"}
    assert seen("neighbouring_dispatcher") == {"WL-2"}
    assert seen("lamp_handler") == {"WL-2"}
    assert seen("leader") == seen("system_admin") == {"WL-1", "WL-2"}
    assert seen("security_admin") == set()
    with pytest.raises(Missing):
        queries.one(town.dispatcher, "WL-2")


def test_a_key_is_shown_once_kept_as_a_digest_and_ends_at_once(town):
    device = a_device(town)

    _, first = actions.rotate_key(device_id=device.pk, by=SYSTEM, now=NOW)
    _, second = actions.rotate_key(device_id=device.pk, by=SYSTEM, now=NOW)
    kept = Device.objects.get()

    assert queries.speaker_of_key(first) is None
    assert queries.speaker_of_key(second) == (queries.actor_of(device.pk), device.code)
    assert second.encode() not in bytes(kept.digest) and kept.hint == second[:8]
    actions.revoke_key(device_id=device.pk, by=SYSTEM, now=NOW)
    assert queries.speaker_of_key(second) is None


def test_limits_of_ones_own_are_checked_and_count(town, told):
    device = a_device(town)
    with pytest.raises(Invalid):
        actions.change(device_id=device.pk, limits={"raise_at": 10}, heartbeat_minutes=10, by=SYSTEM, now=NOW)

    actions.change(device_id=device.pk, limits={"raise_at": 80, "need": 1}, heartbeat_minutes=5, by=SYSTEM, now=NOW)
    told(*values("WL-001", 40, 50, 60, 70))

    assert not Matter.objects.exists()


def test_who_is_not_heard_of_is_silent_then_reported_once_with_the_neighbors_and_back_when_heard(town, told):
    for code in ("WL-1", "WL-2", "WL-3"):
        a_device(town, code)
    told(*[Message(code, Tidings.HEARTBEAT, NOW) for code in ("WL-1", "WL-2")])

    actions.watch_silence(by=SYSTEM, now=NOW + timedelta(minutes=21))
    early = (list(Device.objects.order_by("code").values_list("state", flat=True)), Matter.objects.count())
    for _ in range(2):
        actions.watch_silence(by=SYSTEM, now=NOW + timedelta(minutes=61))

    matter = Matter.objects.get()
    assert early == (["silent", "silent", "expected"], 0)
    assert (matter.template_code, matter.suggested_id) == ("G05", town.unit["lamps"])
    assert Episode.objects.filter(matter=matter).count() == 2

    told(Message("WL-1", Tidings.HEARTBEAT, NOW + 2 * HOUR))

    assert Device.objects.get(code="WL-1").state == DeviceState.WORKING
    assert Episode.objects.get(device__code="WL-1").ended_at == NOW + 2 * HOUR
    assert towns.kinds_of(matter) == ["matter.report", "device.join", "device.clear"]


def test_a_happening_nobody_sees_any_more_is_over(town, told):
    a_device(town, "CAM-1", DeviceKind.DUMPING_CAMERA)
    told(Message("CAM-1", Tidings.SIGHTING, NOW, what=Sighting.DUMPING))

    assert end_sightings(by=SYSTEM, now=NOW + timedelta(minutes=59)) == 0
    assert end_sightings(by=SYSTEM, now=NOW + timedelta(minutes=61)) == 1
    assert Episode.objects.get().ended_at == NOW


def test_readings_are_forgotten_after_thirty_days(town, told):
    a_device(town)
    told(*values("WL-001", 1, 2, 3))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE devices_reading SET received_at = %s WHERE value < 3", [NOW - timedelta(days=30)])

    gone = actions.purge(by=SYSTEM, now=NOW + timedelta(minutes=1))

    assert (gone, list(Reading.objects.values_list("value", flat=True))) == (2, [3.0])


def test_what_is_taken_away_tells_nothing_more_and_leaves_no_episode_open(town, told):
    device = a_device(town)
    told(*values("WL-001", 5, 40, 45, 50))

    actions.retire(device_id=device.pk, by=SYSTEM, now=NOW + HOUR)

    assert not Episode.objects.filter(ended_at__isnull=True).exists()
    with pytest.raises(Invalid):
        actions.rotate_key(device_id=device.pk, by=SYSTEM, now=NOW + HOUR)


def test_the_online_rate_counts_what_should_work_by_owner_and_by_area(town, told):
    for code, point in (("WL-1", towns.SONGYUAN_01), ("WL-2", towns.SONGYUAN_02), ("WL-3", towns.HEXIYUAN_01)):
        a_device(town, code, point=point)
    a_device(town, "WL-4", owner="sanitation")
    told(*[Message(f"WL-{n}", Tidings.HEARTBEAT, NOW) for n in (1, 2, 4)])
    told(Message("WL-2", Tidings.FAULT, NOW, what=Fault.POWER))

    owners = {int(each.key): (each.working, each.due) for each in queries.by_owner(town.leader, Narrowed())}
    villages = queries.by_area(town.leader, Narrowed(), Level.VILLAGE)

    assert owners == {town.unit["lamps"]: (1, 2), town.unit["sanitation"]: (1, 1)}
    assert {each.key: (each.working, each.due) for each in villages} == {"330802001001": (2, 3), "330802001002": (0, 0)}


def test_every_kind_of_the_city_leads_to_a_template_whose_form_takes_what_it_says(town):
    ways = [each.way for each in book().sorts.values() if each.way] + [*book().sightings.values(), book().silence]

    for way in ways:
        stood_in = {"{value}": 1.0, "{code}": "WL-001"}
        templates.kind(way.template).check({name: stood_in.get(told, told) for name, told in way.form.items()})
    for said in book().faults.values():
        templates.kind(book().silence.template).check({"fault": said})
    assert {Cause.READING, Cause.SIGHTING} < set(Cause)


def test_no_column_of_a_device_can_hold_who_somebody_is():
    """What machines bring in has a place, a kind and a value; there is nowhere to write a person. domain.md §8."""
    columns = {field.name for model in (Device, Reading, Episode) for field in model._meta.get_fields()}

    assert columns.isdisjoint({"person", "name", "phone", "face", "plate", "picture", "photo", "note", "text", "image"})
