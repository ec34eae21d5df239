"""The listener beside a real broker: nothing lost, nothing doubled, whoever is killed or restarted meanwhile."""

import json
import os
import re
import signal
import threading
import time
import urllib.request
from contextlib import suppress
from datetime import timedelta

import pytest
import structlog
from django.utils import timezone

from tests import town as towns
from tests.apps.journal.test_outbox import in_this_database
from tests.interfaces.console.brokers import Broker, Crowd, free_port, listener, until
from tests.town import ROOT
from tongxin.apps.devices import actions
from tongxin.apps.devices.actions import Message
from tongxin.apps.devices.actions.ledger import Described
from tongxin.apps.devices.models import Device, Episode, Reading
from tongxin.apps.matters.models import Matter
from tongxin.interfaces.console.listening.broker import address_of
from tongxin.interfaces.console.listening.listener import Listener
from tongxin.interfaces.console.listening.payloads import message_of
from tongxin.interfaces.console.simulation.weather import Storm
from tongxin.rules.devices import Tidings
from tongxin.rules.errors import Invalid
from tongxin.rules.permissions import SYSTEM

SECONDS = 10  # over which the crowd speaks
GRIDS = (towns.SONGYUAN_01, towns.SONGYUAN_02, towns.HEXIYUAN_01, towns.ZHANGTAN_01)


def test_what_a_device_says_is_read_strictly():
    assert message_of("tongxin/WL-1/heartbeat", b"") == ("WL-1", Tidings.HEARTBEAT, None, None, None, "", False)
    assert message_of("tongxin/WL-1/fault", b'{"fault": "battery", "is_over": true, "seq": 3}').is_over

    for topic, payload in (
        ("tongxin/WL-1/opening", b"{}"),
        ("tongxin/WL-1/reading/2", b'{"value": 1}'),
        ("tongxin/WL-1/reading", b'{"value": "1"}'),
        ("tongxin/WL-1/reading", b'{"value": 1, "person": "x"}'),
        ("tongxin/WL-1/reading", b'{"value": 1, "at": "2026-11-20T15:42:00"}'),
        ("tongxin/WL-1/event", b'{"kind": "face"}'),
        ("tongxin/WL-1/reading", b'{"value": 1}' + b" " * 5000),
        ("tongxin/WL-1/reading", b"\xff"),
        ("tongxin/WL-1/reading", b"[" * 5000),
    ):
        with pytest.raises(Invalid):
            message_of(topic, payload)


def test_what_the_handbook_shows_is_taken():
    rows = re.findall(r"`tongxin/<code>/(\w+)` \| `(.+?)` \|", (ROOT / "docs" / "operations.md").read_text("utf-8"))

    told = [
        message_of(f"tongxin/WL-1/{word}", said.replace("…", "2026-11-20T15:42:00+08:00").encode())
        for word, said in rows
    ]

    assert {each.told for each in told} == set(Tidings) and len(told) == 4


def test_the_address_of_the_broker_is_one_setting():
    found = address_of({"TONGXIN_MQTT": "mqtts://city:p%40ss@broker.example", "TONGXIN_MQTT_CA": "/etc/ca.pem"})

    assert (found.host, found.port, found.user, found.password) == ("broker.example", 8883, "city", "p@ss")
    assert found.is_tls and found.ca == "/etc/ca.pem" and "p@ss" not in repr(found)
    for wrong in ("", "http://broker", "mqtt://", "mqtt://broker:port"):
        with pytest.raises(Invalid):
            address_of({"TONGXIN_MQTT": wrong})


@pytest.fixture
def broker(tmp_path):
    broker = Broker(tmp_path)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def processes():
    running = []
    yield running
    for each in running:
        with suppress(ProcessLookupError):
            each.kill()
        each.wait(10)


@pytest.mark.django_db(transaction=True)
def test_what_waits_for_no_answer_is_given_none_and_the_broker_keeps_us(town, broker):
    """A message of QoS 0 has no number, and whoever acknowledges it is thrown out; what is retained comes back then."""
    a_storm(town, sensors=1, seconds=1)
    crowd, stop = Crowd(broker.port), threading.Event()
    crowd.beat("WL-000", is_retained=True)
    address = address_of({"TONGXIN_MQTT": f"mqtt://127.0.0.1:{broker.port}"})
    with structlog.testing.capture_logs() as told:
        thread = threading.Thread(target=Listener(address, "hears-all").run, args=[stop])
        thread.start()
        assert until(lambda: Device.objects.get().seen_at, 10)
        crowd.beat("WL-000", is_retained=False)
        crowd.say([Message("WL-000", Tidings.READING, timezone.now(), 1, 3.0)])
        assert until(Reading.objects.exists, 10)
        events = [each["event"] for each in told]
        stop.set()
        thread.join()
    crowd.leave()

    assert events == ["listen.connected"]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_storm_makes_the_right_number_of_matters_though_broker_and_listener_die_in_it(town, broker, processes):
    env, door = in_this_database(), free_port()
    processes.append(listener(broker.port, "first", env, door))
    assert until(lambda: health(door).get("status") == "ok", 30)
    crowd, storm = Crowd(broker.port), a_storm(town, sensors=100, seconds=SECONDS)

    said = list(storm.messages())
    third = len(said) // 3
    speak(crowd, said[:third], SECONDS / 3)
    os.kill(processes[0].pid, signal.SIGKILL)
    speak(crowd, said[third : 2 * third], SECONDS / 3)
    broker.stop()
    broker.start()
    processes.append(listener(broker.port, "first", env, door))
    speak(crowd, said[2 * third :], SECONDS / 3)

    assert_nothing_is_lost_nor_doubled(crowd, storm)
    assert health(door)["messages"]["taken"] > 0


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_listeners_of_a_group_share_the_load_and_none_doubles_or_loses_when_one_is_killed(town, broker, processes):
    env, doors = in_this_database(), (free_port(), free_port())
    processes += [listener(broker.port, f"of-two-{n}", env, door, "tongxin") for n, door in enumerate(doors)]
    assert until(lambda: all(health(door).get("status") == "ok" for door in doors), 40)
    crowd, storm = Crowd(broker.port), a_storm(town, sensors=30, seconds=4)

    said = list(storm.messages())
    half = len(said) // 2
    speak(crowd, said[:half], 2)
    shared = [sum(health(door)["messages"].values()) for door in doors]
    os.kill(processes[0].pid, signal.SIGKILL)
    processes.append(listener(broker.port, "of-two-0", env, doors[0], "tongxin"))
    speak(crowd, said[half:], 2)

    assert_nothing_is_lost_nor_doubled(crowd, storm)
    assert min(shared) > half / 5


def assert_nothing_is_lost_nor_doubled(crowd: Crowd, storm: Storm) -> None:
    assert until(lambda: crowd.heard() and Reading.objects.count() == storm.told, 40), Reading.objects.count()
    time.sleep(0.5)  # what is said again may still be under way
    crowd.leave()
    assert Reading.objects.count() == storm.told
    assert Matter.objects.count() == storm.matters
    assert set(Episode.objects.values_list("device__code", flat=True)) == set(storm.flooded)
    assert Episode.objects.count() == storm.floods and not Episode.objects.filter(matter=None).exists()


def a_storm(town, *, sensors: int, seconds: float) -> Storm:
    """Enter sensors in four grids: a third of them, in two of the grids, floods; a third only spikes."""
    where = {f"WL-{n:03}": GRIDS[n % 2 if n < sensors // 3 else n % 4] for n in range(sensors)}
    described = [
        Described(code, "water_level", town.unit["lamps"], *point, place=f"{code} 号点位", limits={"seconds": 0})
        for code, point in where.items()
    ]
    actions.enter_many(described, by=SYSTEM, now=timezone.now())
    grounds, every = {code: str(point) for code, point in where.items()}, timedelta(seconds=seconds / 25)
    return Storm(grounds, sensors // 3, sensors // 3, readings=25, start=timezone.now(), every=every)


def speak(crowd: Crowd, messages: list, seconds: float) -> None:
    """Say this much over so much time."""
    begun = time.monotonic()
    for n, each in enumerate(messages):
        crowd.say([each])
        ahead = begun + seconds * n / len(messages) - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)


def health(port: int) -> dict:
    with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
        return json.loads(answer.read())
    return {}
