"""Devices: what kinds there are, how one stands, when it counts as silent, and who keeps it. Things, never persons."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from tongxin.rules.permissions import GRANTS, SYSTEM, UNIT, Actor, Permission, Role, scope


class DeviceKind(StrEnum):
    """What a device is. Cameras and gates are kept as things that work or do not: nothing of what they see or let
    through comes in. Source: domain.md S2-14, S2-15, S3-23."""

    WATER_LEVEL = "water_level"
    SMOKE = "smoke"
    GAS = "gas"
    MANHOLE = "manhole"
    LAMP = "lamp"
    DUMPING_CAMERA = "dumping_camera"
    RIVER_CAMERA = "river_camera"
    LOOKOUT = "lookout"
    CAMERA = "camera"
    GATE = "gate"


class DeviceState(StrEnum):
    """How a device stands: entered and not yet heard of, heard of in time, not heard of, broken, taken away."""

    EXPECTED = "expected"
    WORKING = "working"
    SILENT = "silent"
    FAULTY = "faulty"
    RETIRED = "retired"


class Fault(StrEnum):
    """What a device says is wrong with itself."""

    POWER = "power"
    BATTERY = "battery"
    SENSOR = "sensor"
    COVERED = "covered"
    TILTED = "tilted"
    DOOR = "door"
    OTHER = "other"


class Sighting(StrEnum):
    """What an image event says is going on. A kind of happening at a place; there is no word for a person in it.

    Source: domain.md S3-23, E01-E10.
    """

    DUMPING = "dumping"
    SAND_MINING = "sand_mining"
    FISHING = "fishing"
    FLOATING = "floating"
    SMOKE = "smoke"
    FLOOD = "flood"


class Tidings(StrEnum):
    """What a device can tell: a value, a happening, that it is there, that something is wrong with it."""

    READING = "reading"
    SIGHTING = "sighting"
    HEARTBEAT = "heartbeat"
    FAULT = "fault"


class Cause(StrEnum):
    """Why an episode began."""

    READING = "reading"
    SIGHTING = "sighting"
    FAULT = "fault"
    SILENCE = "silence"


class Upkeep(StrEnum):
    """What was done to a device on the spot."""

    INSPECTED = "inspected"
    REPAIRED = "repaired"
    REPLACED = "replaced"
    CALIBRATED = "calibrated"


SEES = {  # which happenings a kind of device may tell of
    DeviceKind.DUMPING_CAMERA: frozenset({Sighting.DUMPING}),
    DeviceKind.RIVER_CAMERA: frozenset({Sighting.SAND_MINING, Sighting.FISHING, Sighting.FLOATING, Sighting.DUMPING}),
    DeviceKind.LOOKOUT: frozenset({Sighting.SMOKE, Sighting.FLOOD}),
}
HEARD = frozenset({DeviceState.EXPECTED, DeviceState.SILENT})  # from here a device is working once it is heard of


class Kept(Protocol):
    """A device, as far as it matters who keeps it."""

    @property
    def pk(self) -> int: ...
    @property
    def owner_id(self) -> int: ...
    @property
    def area(self) -> str: ...


def keeps(actor: Actor, *, owner_id: int, area: str) -> bool:
    """Tell whether the actor keeps the devices of this unit here: its own head, or who administers the platform."""
    if actor is SYSTEM:
        return True
    if actor.acts is not None and Permission.KEEP_DEVICES not in actor.acts:
        return False
    return any(
        duty.unit_id == owner_id if duty.role in UNIT else area.startswith(duty.area)
        for duty in actor.holding(GRANTS[Permission.KEEP_DEVICES])
    )


def speaks_for(actor: Actor, device: Kept) -> bool:
    """Tell whether what the actor hands in may be this device's: its own key, its keeper, or the broker behind it."""
    return actor.ref == ref_of(device.pk) or keeps(actor, owner_id=device.owner_id, area=device.area)


def ref_of(device_id: int) -> str:
    """Return how the journal names a device."""
    return f"device:{device_id}"


def readable(actor: Actor) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the areas and the units whose devices the actor may see: the ground of the duties, and what they keep."""
    seen = scope(actor)
    admins = tuple(duty.area for duty in actor.holding({Role.SYSTEM_ADMIN}))
    return (*seen.areas, *admins), seen.units


def silent_since(last_seen: datetime, interval: timedelta, intervals: int) -> datetime:
    """Return the moment from which a device that was last heard of then counts as silent."""
    return last_seen + interval * intervals


def online(states: Sequence[str]) -> tuple[int, int]:
    """Return how many work of how many that should: what is only expected or taken away counts in neither."""
    due = [state for state in states if state not in (DeviceState.EXPECTED, DeviceState.RETIRED)]
    return sum(state == DeviceState.WORKING for state in due), len(due)
