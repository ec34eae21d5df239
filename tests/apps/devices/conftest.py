"""Devices of the model town: sensors in two grids of 松园, one over the border, and a clock that goes on."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests import town as towns
from tongxin.apps.devices import actions
from tongxin.apps.devices.actions import Message
from tongxin.apps.devices.actions.ledger import Described
from tongxin.apps.devices.models import Device
from tongxin.rules.devices import DeviceKind, Tidings
from tongxin.rules.permissions import SYSTEM

NOW = towns.NOW


def a_device(town: towns.Town, code: str = "WL-001", kind: str = DeviceKind.WATER_LEVEL, **changes) -> Device:
    """Return a device of the lamp office in the first grid of 松园."""
    lon, lat = changes.pop("point", towns.SONGYUAN_01)
    owner = town.unit[changes.pop("owner", "lamps")]
    told = {"code": code, "kind": kind, "owner_id": owner, "lon": lon, "lat": lat, "place": "荷花中路下穿通道"}
    entered = actions.enter(Described(**(told | changes)), by=SYSTEM, now=NOW)
    return Device.objects.get(pk=entered.device_id)


def values(code: str, *depths: float, start: datetime = NOW, every: int = 20) -> list[Message]:
    """Return readings of a device, so many seconds apart."""
    return [
        Message(code, Tidings.READING, start + timedelta(seconds=every * n), value=float(depth))
        for n, depth in enumerate(depths)
    ]


@pytest.fixture
def told(town) -> Callable[..., list]:
    """Hand in messages as the broker does, at the moment of the last of them."""

    def tell(*messages: Message, now: datetime | None = None, by=SYSTEM):
        moment = now or max(each.at or NOW for each in messages)
        return actions.take_in(list(messages), by=by, now=moment)

    return tell
