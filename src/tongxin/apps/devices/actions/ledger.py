"""设备台账: devices entered, changed, given keys, looked after, taken away."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import transaction

from tongxin.apps.areas.locator import locator
from tongxin.apps.devices import kinds
from tongxin.apps.devices.models import Device, Episode, Maintenance
from tongxin.apps.journal.entries import Draft, record, record_many
from tongxin.apps.people.queries import digest_of, stands
from tongxin.rules.devices import DeviceKind, DeviceState, Upkeep, keeps, ref_of
from tongxin.rules.errors import Invalid, Missing, NotAllowed, Refused
from tongxin.rules.permissions import Actor, Permission

CODE = re.compile(r"[A-Za-z0-9._-]{3,40}")
PLACE_LIMIT, MODEL_LIMIT, NOTE_LIMIT, MOST_HEARTBEAT = 120, 60, 200, 10_080
CHANGED = ("kind", "owner_id", "lon", "lat", "area", "place", "model", "heartbeat_minutes", "limits")


@dataclass(frozen=True, slots=True)
class Described:
    """A device as somebody enters it. Without `heartbeat_minutes` it is that of its kind; a point in WGS-84."""

    code: str
    kind: str
    owner_id: int
    lon: float
    lat: float
    place: str
    model: str = ""
    heartbeat_minutes: int | None = None
    limits: Mapping[str, Any] = field(default_factory=dict)


class Entered(NamedTuple):
    """The answer to one row: new, changed, or neither because it stood there just so."""

    device_id: int
    is_new: bool
    is_changed: bool


def enter(described: Described, *, by: Actor, now: datetime) -> Entered:
    """Enter one device, or change it where its code is known. Raises Invalid, NotAllowed."""
    answer = enter_many([described], by=by, now=now)[0]
    if isinstance(answer, Refused):
        raise answer
    return answer


@transaction.atomic
def enter_many(batch: Sequence[Described], *, by: Actor, now: datetime) -> list[Entered | Refused]:
    """Enter devices by their codes; those known are changed. A refused row stops no other.

    Run twice, the second time changes nothing. Five statements however many rows.
    """
    found = Device.objects.select_for_update(no_key=True).filter(code__in=[each.code for each in batch])
    known = {device.code: device for device in found.order_by("pk")}

    areas = _areas(batch)
    answers: list[Entered | Refused | None] = []
    fresh: dict[str, Device] = {}
    changed: dict[int, Device] = {}
    for described, area in zip(batch, areas, strict=True):
        try:
            device = known.get(described.code) or fresh.get(described.code)
            told = _checked(described, area, device, by)
            if device is None:
                fresh[described.code] = Device(code=described.code, entered_at=now, **told)
                answers.append(None)
            elif differs := {name for name, value in told.items() if getattr(device, name) != value}:
                for name in differs:
                    setattr(device, name, told[name])
                if device.pk is not None:
                    changed[device.pk] = device
                answers.append(Entered(device.pk or 0, False, True))
            else:
                answers.append(Entered(device.pk or 0, False, False))
        except Refused as refusal:
            answers.append(refusal)

    Device.objects.bulk_create(fresh.values(), batch_size=1000)
    Device.objects.bulk_update(changed.values(), CHANGED, batch_size=500)

    record_many([_entry("device.enter", device, by, now) for device in fresh.values()], fresh=True)
    record_many([_entry("device.change", device, by, now) for device in changed.values()])
    return [
        Entered(fresh[described.code].pk, True, False) if answer is None else answer
        for described, answer in zip(batch, answers, strict=True)
    ]


def _entry(kind: str, device: Device, by: Actor, now: datetime) -> Draft:
    told = {"device_kind": device.kind, "owner": device.owner_id, "area": device.area}
    return Draft(kind, ref_of(device.pk), by.ref, None, now, told)


def _areas(batch: Sequence[Described]) -> list[str | None]:
    """Return the area of each point, None where it lies outside or is no point."""
    points = [(each.lon, each.lat) if abs(each.lon) <= 180 and abs(each.lat) <= 90 else (0.0, 0.0) for each in batch]
    if not points:
        return []
    return list(locator().at_many([lon for lon, _ in points], [lat for _, lat in points])[0])


def _checked(described: Described, area: str | None, known: Device | None, by: Actor) -> dict[str, Any]:
    """Return the columns of a row. Raises Invalid, NotAllowed."""
    if not CODE.fullmatch(described.code):
        raise Invalid("device.code", code=described.code[:40])
    if described.kind not in set(DeviceKind):
        raise Invalid("device.kind", kind=described.kind[:40], allowed="、".join(DeviceKind))
    if described.owner_id not in stands():
        raise Invalid("device.owner", code=described.code)
    if area is None:
        raise Invalid("point.outside", lon=round(described.lon, 5), lat=round(described.lat, 5))
    if not described.place.strip() or len(described.place) > PLACE_LIMIT or len(described.model) > MODEL_LIMIT:
        raise Invalid("device.place", limit=PLACE_LIMIT)
    minutes = described.heartbeat_minutes or kinds.book().sorts[DeviceKind(described.kind)].heartbeat_minutes
    if not 1 <= minutes <= MOST_HEARTBEAT:
        raise Invalid("device.heartbeat", most=MOST_HEARTBEAT)
    if described.limits and kinds.limits_for(described.kind, described.limits) is None:
        raise Invalid("reading.no_values", device=described.code)
    _require(by, described.owner_id, area)
    if known is not None:
        _require(by, known.owner_id, known.area)
        if known.state == DeviceState.RETIRED:
            raise Invalid("device.retired", device=known.code)
    return {
        "kind": described.kind,
        "owner_id": described.owner_id,
        "lon": described.lon,
        "lat": described.lat,
        "area": area,
        "place": described.place.strip(),
        "model": described.model.strip(),
        "heartbeat_minutes": minutes,
        "limits": dict(described.limits),
    }


def _require(by: Actor, owner_id: int, area: str) -> None:
    if not keeps(by, owner_id=owner_id, area=area):
        raise NotAllowed("permission.denied", permission=Permission.KEEP_DEVICES)


def _locked(device_id: int, by: Actor) -> Device:
    """Return the device, which the actor keeps and which is not taken away. Raises Missing, NotAllowed, Invalid."""
    device = Device.objects.select_for_update(no_key=True).filter(pk=device_id).first()
    if device is None:
        raise Missing("device.missing", device=device_id)
    _require(by, device.owner_id, device.area)
    if device.state == DeviceState.RETIRED:
        raise Invalid("device.retired", device=device.code)
    return device


@transaction.atomic
def change(*, device_id: int, limits: Mapping[str, Any], heartbeat_minutes: int, by: Actor, now: datetime) -> Device:
    """Set a device's own limits and how often it should be heard of. Raises Missing, NotAllowed, Invalid."""
    device = _locked(device_id, by)

    if limits and kinds.limits_for(device.kind, limits) is None:
        raise Invalid("reading.no_values", device=device.code)
    if not 1 <= heartbeat_minutes <= MOST_HEARTBEAT:
        raise Invalid("device.heartbeat", most=MOST_HEARTBEAT)

    device.limits, device.heartbeat_minutes = dict(limits), heartbeat_minutes
    device.save(update_fields=["limits", "heartbeat_minutes"])

    record("device.change", ref_of(device.pk), by=by, at=now, limits=sorted(limits), heartbeat=heartbeat_minutes)
    return device


@transaction.atomic
def rotate_key(*, device_id: int, by: Actor, now: datetime) -> tuple[Device, str]:
    """Give a device a new key, the old one ending at once; return its text, which is shown this once only."""
    device = _locked(device_id, by)

    text = f"txd_{secrets.token_urlsafe(32)}"

    device.digest, device.hint = digest_of(text), text[:8]
    device.save(update_fields=["digest", "hint"])

    record("device.rotate_key", ref_of(device.pk), by=by, at=now)
    return device, text


@transaction.atomic
def revoke_key(*, device_id: int, by: Actor, now: datetime) -> Device:
    """End a device's key at once. Raises Missing, NotAllowed, Invalid."""
    device = _locked(device_id, by)

    device.digest, device.hint = None, ""
    device.save(update_fields=["digest", "hint"])

    record("device.revoke_key", ref_of(device.pk), by=by, at=now)
    return device


@transaction.atomic
def retire(*, device_id: int, by: Actor, now: datetime) -> Device:
    """Take a device out of service: its key ends, its episodes too, its past stays. Raises Missing, NotAllowed."""
    device = _locked(device_id, by)

    device.state, device.retired_at, device.digest, device.hint = DeviceState.RETIRED, now, None, ""
    device.is_raised, device.recent, device.fault = False, [], ""
    device.save(update_fields=["state", "retired_at", "digest", "hint", "is_raised", "recent", "fault"])
    Episode.objects.filter(device=device, ended_at__isnull=True, began_at__lte=now).update(ended_at=now)

    record("device.retire", ref_of(device.pk), by=by, at=now)
    return device


@transaction.atomic
def maintain(*, device_id: int, what: str, on: date, unit_id: int, note: str, by: Actor, now: datetime) -> Maintenance:
    """Enter what was done to a device on a day, by which unit. Raises Missing, NotAllowed, Invalid."""
    device = _locked(device_id, by)
    if what not in set(Upkeep) or unit_id not in stands():
        raise Invalid("device.upkeep")
    if len(note) > NOTE_LIMIT:
        raise Invalid("report.too_long", field="note", limit=NOTE_LIMIT, found=len(note))

    done = Maintenance.objects.create(device=device, what=what, on=on, unit_id=unit_id, note=note.strip())

    record("device.maintain", ref_of(device.pk), by=by, at=now, what=what, unit=unit_id, on=on.isoformat())
    return done
