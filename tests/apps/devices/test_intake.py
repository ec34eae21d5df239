"""What devices tell becomes matters: once, together, verified first where a person must look."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from tests import town as towns
from tests.apps.devices.conftest import NOW, a_device, values
from tongxin.apps.devices import actions
from tongxin.apps.devices.actions import Message
from tongxin.apps.devices.models import Device, Episode, Reading
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters.models import Matter, Report
from tongxin.rules.devices import DeviceKind, DeviceState, Sighting, Tidings
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import State
from tongxin.rules.permissions import SYSTEM, reporting

FLOOD = (5, 40, 45, 50)


def codes(answers):
    return [each.code if isinstance(each, Refused) else "known" if not each.is_new else "new" for each in answers]


def test_a_flood_becomes_one_matter_with_its_facts_however_often_it_is_told(town, told):
    device = a_device(town)

    first = told(*values("WL-001", *FLOOD))
    again = told(*values("WL-001", *FLOOD), *values("WL-001", *FLOOD))

    matter = Matter.objects.get()
    report = Report.objects.get()
    assert codes(first) == ["new"] * 4 and codes(again) == ["known"] * 8
    assert (matter.template_code, matter.channel, matter.area) == ("H02", "sensor", "330802001001001")
    assert "WL-001" in report.text and "积水深度 50 厘米，报警值 30 厘米" in report.text
    assert report.form == {"depth_cm": 50.0}
    assert Entry.objects.get(subject=f"matter:{matter.pk}").actor == f"device:{device.pk}"
    assert Reading.objects.count() == 4
    assert [each.matter_id for each in first] == [None, None, None, matter.pk]


def test_a_sensor_that_speaks_every_second_raises_half_a_minute_into_the_flood(town, told):
    a_device(town)
    flood = values("WL-001", 5, *[50] * 45, every=1)

    for first in range(0, len(flood), 5):
        told(*flood[first : first + 5])

    assert Matter.objects.count() == 1
    assert Episode.objects.get().began_at == flood[1].at + timedelta(seconds=30)


def test_flapping_in_the_band_and_a_peak_change_no_matter_and_clearing_closes_none(town, told):
    a_device(town)
    told(*values("WL-001", *FLOOD))
    later = NOW + timedelta(minutes=3)

    told(*values("WL-001", 28, 31, 20, 90, 33, 16, start=later))
    told(*values("WL-001", 9, 6, 4, start=later + timedelta(minutes=5)))

    matter, episode = Matter.objects.get(), Episode.objects.get()
    assert (episode.peak, episode.ended_at) == (90, later + timedelta(minutes=5, seconds=40))
    assert matter.state == State.AWAITING_ACCEPTANCE
    assert towns.kinds_of(matter) == ["matter.report", "device.clear"]
    assert not Device.objects.get().is_raised


def test_sensors_of_one_flood_in_one_grid_share_a_matter_and_another_grid_has_its_own(town, told):
    for code, point in (("WL-001", towns.SONGYUAN_01), ("WL-002", towns.SONGYUAN_01), ("WL-003", towns.SONGYUAN_02)):
        a_device(town, code, point=point)

    told(*values("WL-001", *FLOOD), *values("WL-002", *FLOOD))
    told(*values("WL-003", *FLOOD))

    first, other = Matter.objects.order_by("id")
    assert Episode.objects.filter(matter=first).count() == 2
    assert towns.kinds_of(first) == ["matter.report", "device.join"]
    assert (first.area, other.area) == ("330802001001001", "330802001001002")


def test_two_manholes_open_in_one_grid_are_two_matters(town, told):
    for code in ("MH-001", "MH-002"):
        a_device(town, code, DeviceKind.MANHOLE)

    told(*values("MH-001", 1, 1, 1), *values("MH-002", 1, 1, 1))

    assert list(Matter.objects.values_list("template_code", flat=True)) == ["D01", "D01"]


def test_it_raises_again_only_when_it_was_over_and_quiet_for_a_while(town, told):
    a_device(town)
    told(*values("WL-001", *FLOOD, 5, 4, 3))

    told(*values("WL-001", *FLOOD, start=NOW + timedelta(minutes=10)))
    within_quiet = Matter.objects.count()
    told(*values("WL-001", *FLOOD, start=NOW + timedelta(minutes=40)))

    assert (within_quiet, Episode.objects.count(), Matter.objects.count()) == (1, 2, 2)


def test_what_was_sent_long_ago_is_kept_and_raises_nothing(town, told):
    a_device(town)

    answers = told(*values("WL-001", *FLOOD, start=NOW - timedelta(hours=3)), now=NOW)

    assert codes(answers) == ["new"] * 4
    assert not Matter.objects.exists()
    assert Device.objects.get().state == DeviceState.EXPECTED  # not heard of now


def test_a_camera_that_saw_something_asks_a_person_to_look_before_anybody_is_sent(town, told):
    a_device(town, "CAM-1", DeviceKind.DUMPING_CAMERA)
    seen = [Message("CAM-1", Tidings.SIGHTING, NOW + timedelta(minutes=n), what=Sighting.DUMPING) for n in (0, 9, 20)]

    told(*seen)

    matter = Matter.objects.get()
    assert (matter.template_code, matter.state) == ("E10", State.VERIFYING)
    assert Episode.objects.get().times == 3
    assert towns.kinds_of(matter) == ["matter.report", "matter.verify"]


def test_one_bad_message_stops_no_other_and_each_is_told_why(town, told):
    a_device(town)
    a_device(town, "CAM-1", DeviceKind.DUMPING_CAMERA)
    retired = a_device(town, "WL-009")
    actions.retire(device_id=retired.pk, by=SYSTEM, now=NOW)
    at = NOW

    answers = told(
        Message("nobody", Tidings.READING, at, value=1),
        Message("WL-001", Tidings.READING, at, value=float("nan")),
        Message("WL-001", Tidings.READING, at, value=1001),
        Message("WL-001", Tidings.READING, at + timedelta(hours=1), value=1),
        Message("WL-001", Tidings.READING, at - timedelta(days=31), value=1),
        Message("WL-001", Tidings.READING, value=1),
        Message("CAM-1", Tidings.READING, at, value=1),
        Message("CAM-1", Tidings.SIGHTING, at, what=Sighting.SMOKE),
        Message("WL-009", Tidings.READING, at, value=1),
        Message("WL-001", Tidings.READING, seq=7, value=1),
        now=NOW,
    )

    assert codes(answers) == [
        "device.missing",
        "reading.range",
        "reading.range",
        "reading.in_future",
        "reading.too_old",
        "reading.no_mark",
        "reading.no_values",
        "sighting.not_seen",
        "device.retired",
        "new",
    ]


def test_only_the_device_itself_its_owners_head_and_the_broker_may_speak_for_it(town, told):
    device, other = a_device(town, owner="sanitation"), a_device(town, "WL-002")
    message = Message("WL-001", Tidings.HEARTBEAT, NOW)

    outcome = {
        name: codes(told(message, by=by, now=NOW))[0]
        for name, by in {
            "itself": reporting(f"device:{device.pk}"),
            "broker": SYSTEM,
            "head": town.handler_head,
            "admin": town.system_admin,
            "another device": reporting(f"device:{other.pk}"),
            "resident": reporting("resident"),
            "chief": town.duty_chief,
            "neighbor": town.neighbouring_handler,
        }.items()
    }

    assert {name for name, code in outcome.items() if code == "new"} == {"itself", "broker", "head", "admin"}
    assert {code for code in outcome.values() if code != "new"} == {"device.missing"}


def test_a_fault_goes_to_the_owner_and_is_over_when_the_device_says_so(town, told):
    a_device(town)

    told(Message("WL-001", Tidings.FAULT, NOW, what="battery"))
    told(Message("WL-001", Tidings.FAULT, NOW, what="battery"), now=NOW + timedelta(minutes=1))
    broken = Device.objects.get().state
    told(Message("WL-001", Tidings.FAULT, NOW + timedelta(minutes=5), what="battery", is_over=True))

    matter = Matter.objects.get()
    assert (matter.template_code, matter.suggested_id) == ("G05", town.unit["lamps"])
    assert (broken, Device.objects.get().state) == (DeviceState.FAULTY, DeviceState.WORKING)
    assert towns.kinds_of(matter) == ["matter.report", "device.clear"]


def test_a_batch_without_news_takes_few_statements(town, told, django_assert_max_num_queries):
    for n in range(20):
        a_device(town, f"WL-{n:03}")
    quiet = [each for n in range(20) for each in values(f"WL-{n:03}", 1, 2, 3)]
    told(*quiet)

    with django_assert_max_num_queries(6):
        told(*[each._replace(at=each.at + timedelta(minutes=5)) for each in quiet])


@pytest.mark.django_db(transaction=True)
def test_two_listeners_that_bring_one_flood_at_once_make_one_matter(town):
    for n in range(8):
        a_device(town, f"WL-{n:03}")
    gate = threading.Barrier(4)

    def bring(nth):
        messages = [each for n in range(8) if n % 2 == nth % 2 for each in values(f"WL-{n:03}", *FLOOD)]
        gate.wait()
        actions.take_in(messages, by=SYSTEM, now=NOW + timedelta(minutes=2))
        connection.close()

    threads = [threading.Thread(target=bring, args=(nth,)) for nth in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Matter.objects.count() == 1
    assert Episode.objects.filter(matter=Matter.objects.get()).count() == 8
    assert Reading.objects.count() == 32
