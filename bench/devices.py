"""Machines: a minute of 10,000 messages through a real broker into one listener, with repetitions and flapping.

In the middle of it the listener is killed with `kill -9` and started again, and then the broker goes and comes back.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from django.utils import timezone
from tests.interfaces.console.brokers import Broker, Crowd, listener, until

from bench import houses
from bench.figures import Figure, at_least, at_most
from tongxin.apps.areas.models import Area
from tongxin.apps.devices import actions
from tongxin.apps.devices.actions.ledger import Described
from tongxin.apps.devices.models import Reading
from tongxin.apps.matters.models import Matter
from tongxin.apps.people.models import Unit
from tongxin.interfaces.console.simulation.weather import Storm
from tongxin.rules.permissions import SYSTEM

SENSORS, READINGS, A_MINUTE = 100, 100, 10_000


def run(sizes: Mapping[str, int]) -> list[Figure]:
    """Speak for a minute (a tenth of it in a quick run); count what came in, what of it was lost, and the matters."""
    seconds = 60.0 if sizes["reports"] > 1000 else 6.0
    with houses.house("devices"):
        storm = _storm(seconds)
        folder = Path(tempfile.mkdtemp(prefix="tongxin-broker-"))
        house = House(folder)
        try:
            time.sleep(8)  # until it is connected: what is measured is a minute of its life, not its start
            told, took = _speak(house, storm, seconds)
        finally:
            house.close()
            shutil.rmtree(folder, ignore_errors=True)
        lost = storm.told - Reading.objects.count()
        wrong = abs(Matter.objects.filter(source="device").count() - storm.matters)
    rate = told / took * 60
    return [
        at_least(
            "MQTT, one listener killed once, broker restarted", rate, "messages/min", 0.9 * A_MINUTE, seconds=took
        ),
        at_most("MQTT, readings lost", lost, "", 0, told=told),
        at_most("MQTT, matters too many or too few", wrong, "", 0, right=storm.matters),
    ]


class House:
    """A broker and one listener to it, each of which can fall and stand up again."""

    def __init__(self, folder: Path) -> None:
        self.broker = Broker(folder)
        self.broker.start()
        self.listener = self._listening()

    def _listening(self) -> subprocess.Popen:
        return listener(self.broker.port, "bench", dict(os.environ))

    def listener_killed(self) -> None:
        self.listener.kill()
        self.listener.wait()
        self.listener = self._listening()

    def broker_restarted(self) -> None:
        self.broker.stop()
        self.broker.start()

    def close(self) -> None:
        self.listener.terminate()
        self.listener.wait(20)
        self.broker.stop()


def _storm(seconds: float) -> Storm:
    grids = list(Area.objects.filter(level=15, lon__isnull=False).order_by("code").values("code", "lon", "lat")[:8])
    owner = Unit.objects.filter(is_open=True).order_by("pk").values_list("pk", flat=True)[0]
    readings = max(int(READINGS * seconds / 60), 10)
    where = {f"BN-{n:03}": grids[n % 4 if n < SENSORS // 3 else n % 8] for n in range(SENSORS)}
    described = [
        Described(code, "water_level", owner, at["lon"], at["lat"], f"{code} 点位", limits={"seconds": 0})
        for code, at in where.items()
    ]
    actions.enter_many(described, by=SYSTEM, now=timezone.now())
    grounds = {code: at["code"] for code, at in where.items()}
    every = timedelta(seconds=seconds / readings)
    return Storm(grounds, SENSORS // 3, SENSORS // 3, readings, timezone.now() + timedelta(seconds=8), every)


def _speak(house: House, storm: Storm, seconds: float) -> tuple[int, float]:
    crowd, said, begun = Crowd(house.broker.port), list(storm.messages()), time.monotonic()
    accidents = {len(said) // 3: house.listener_killed, len(said) * 2 // 3: house.broker_restarted}
    for n, each in enumerate(said):
        crowd.say([each])
        if n in accidents:
            accidents[n]()
        ahead = begun + seconds * n / len(said) - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)
    until(lambda: crowd.heard() and Reading.objects.count() == storm.told, 60)
    took = time.monotonic() - begun
    crowd.leave()
    return len(said), took
