"""Intake: what devices tell, each thing once, in batches from whatever door."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from tongxin.apps.devices import kinds
from tongxin.apps.devices.episodes import Book, ground_of
from tongxin.apps.devices.models import Device
from tongxin.postgres.batches import run
from tongxin.rules.devices import HEARD, SEES, Cause, DeviceKind, DeviceState, Tidings, silent_since, speaks_for
from tongxin.rules.errors import Invalid, Missing, Refused
from tongxin.rules.permissions import Actor
from tongxin.rules.readings import CLOCK_SKEW, Reading, Turn, Watch, mark_of, watched

FAULT_STALE = timedelta(days=1)  # a fault told later than this is history
MOST = 2**53  # of `seq`: what every JSON reader can hold
KEEP = """
    INSERT INTO devices_reading (device_id, what, mark, at, value)
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::timestamptz[], %s::float8[])
    ON CONFLICT DO NOTHING RETURNING device_id, what, mark"""
COLUMNS = (
    ("id", "bigint"),
    ("state", "text"),
    ("fault", "text"),
    ("seen_at", "timestamptz"),
    ("value", "float8"),
    ("value_at", "timestamptz"),
    ("episodes", "int"),
    ("is_raised", "boolean"),
    ("turned_at", "timestamptz"),
    ("turned_mark", "bigint"),
    ("quiet_until", "timestamptz"),
    ("recent", "jsonb"),
    ("since", "timestamptz"),
)
SAVE = f"""
    UPDATE devices_device AS d SET {", ".join(f"{name} = new.{name}" for name, _ in COLUMNS[1:])}
    FROM unnest({", ".join(f"%s::{kind}[]" for _, kind in COLUMNS)}) AS new({", ".join(n for n, _ in COLUMNS)})
    WHERE d.id = new.id"""


class Message(NamedTuple):
    """What a device tells. `what` names a happening or a fault, `is_over` a fault that is gone. `at` is aware."""

    device: str
    told: Tidings
    at: datetime | None = None
    seq: int | None = None
    value: float | None = None
    what: str = ""
    is_over: bool = False


class Taken(NamedTuple):
    """The answer to one message. `is_new` is False where it was told before; `matter_id` is what came of it."""

    device_id: int
    is_new: bool
    matter_id: int | None = None


class _Heard(NamedTuple):
    """A message with its device, told once, at a moment."""

    message: Message
    device: Device
    at: datetime
    mark: int


@transaction.atomic
def take_in(batch: Sequence[Message], *, by: Actor, now: datetime) -> list[Taken | Refused]:
    """Take in what devices tell; answer each in its place. A refused one leaves nothing behind and stops no other.

    A message that came before changes nothing, however often it comes. Six statements however many, and a few more
    for each episode that begins or ends.
    """
    devices = _locked({message.device for message in batch})
    answers: list[Taken | Refused] = []
    heard: list[_Heard | None] = []
    for message in batch:
        try:
            heard.append(_checked(message, devices.get(message.device), by, now))
            answers.append(Taken(heard[-1].device.pk, True))
        except Refused as refusal:
            heard.append(None)
            answers.append(refusal)

    fresh = _kept(heard)
    for index in set(range(len(batch))) - fresh:
        if isinstance(taken := answers[index], Taken):
            answers[index] = taken._replace(is_new=False)
    alive = [each for each in heard if each is not None]
    found = _decide({n: each for n, each in enumerate(heard) if each is not None and n in fresh}, alive, now)

    _save({each.device.pk: each.device for each in alive}.values())
    return [
        taken._replace(matter_id=found.get(index)) if isinstance(taken, Taken) else taken
        for index, taken in enumerate(answers)
    ]


# --- lock ------------------------------------------------------------------------------------------------


def _locked(codes: Iterable[str]) -> dict[str, Device]:
    found = Device.objects.select_for_update(no_key=True).filter(code__in=list(codes)).order_by("pk")
    return {device.code: device for device in found}


# --- decide: what may come in ----------------------------------------------------------------------------


def _checked(message: Message, device: Device | None, by: Actor, now: datetime) -> _Heard:
    if device is None or not speaks_for(by, device):
        raise Missing("device.missing", device=message.device[:40])
    if device.state == DeviceState.RETIRED:
        raise Invalid("device.retired", device=device.code)
    if message.seq is not None and not 0 <= message.seq <= MOST:
        raise Invalid("reading.seq", seq=str(message.seq)[:24])
    if message.at is not None and message.at > now + CLOCK_SKEW:
        raise Invalid("reading.in_future", at=message.at)
    if message.at is not None and message.at < now - timedelta(days=kinds.book().keep_days):
        raise Invalid("reading.too_old", at=message.at, days=kinds.book().keep_days)
    if message.told is not Tidings.HEARTBEAT and message.at is None and message.seq is None:
        raise Invalid("reading.no_mark")
    if message.told is Tidings.READING:
        _check_value(message, device)
    if message.told is Tidings.SIGHTING and message.what not in SEES.get(DeviceKind(device.kind), ()):
        raise Invalid("sighting.not_seen", device=device.code, what=message.what)
    return _Heard(message, device, message.at or now, mark_of(message.at, message.seq))


def _check_value(message: Message, device: Device) -> None:
    sort = kinds.book().sorts[DeviceKind(device.kind)]
    if sort.limits is None:
        raise Invalid("reading.no_values", device=device.code)
    value = message.value
    if value is None or not math.isfinite(value) or not sort.lowest <= value <= sort.highest:
        raise Invalid("reading.range", value=str(value)[:24], lowest=sort.lowest, highest=sort.highest)


def _kept(heard: Sequence[_Heard | None]) -> set[int]:
    """Write what was not told before; return the places in the batch where that stood first.

    Heartbeats are news each time and are not kept.
    """
    first: dict[tuple[int, str, int], int] = {}
    rows, beats = [], set()
    for index, each in enumerate(heard):
        if each is None:
            continue
        if each.message.told is Tidings.HEARTBEAT:
            beats.add(index)
            continue
        key = (each.device.pk, each.message.what, each.mark)
        if first.setdefault(key, index) == index:
            value = each.message.value if each.message.told is Tidings.READING else float(not each.message.is_over)
            rows.append((*key, each.at, value))
    new = set(run(KEEP, [list(column) for column in zip(*rows, strict=True)])) if rows else set()
    return beats | {index for key, index in first.items() if key in new}


# --- decide: what comes of it ----------------------------------------------------------------------------


class _Step(NamedTuple):
    """Something that begins, goes on or ends at a device."""

    at: datetime
    device: Device
    cause: Cause
    what: str
    is_begin: bool
    value: float | None
    index: int  # of the message in the batch


def _decide(fresh: Mapping[int, _Heard], alive: Sequence[_Heard], now: datetime) -> dict[int, int | None]:
    """Move devices and episodes on; return the matter behind each message that belongs to an episode."""
    steps: list[_Step] = []
    for device, readings in _by_device(fresh).items():
        steps += _watch(device, readings, now)
    for index, each in fresh.items():
        if each.message.told is Tidings.SIGHTING:
            way = kinds.book().sightings[each.message.what]  # type: ignore[index]
            if each.at >= now - timedelta(minutes=way.stale_minutes):
                steps.append(_Step(each.at, each.device, Cause.SIGHTING, each.message.what, True, None, index))
        elif each.message.told is Tidings.FAULT and each.at >= now - FAULT_STALE:
            is_begin = not each.message.is_over
            steps.append(_Step(each.at, each.device, Cause.FAULT, each.message.what, is_begin, None, index))
    returned = _hear(alive, now)
    raised = [each.device for each in fresh.values() if each.device.is_raised]
    if not (steps or returned or raised):
        return {}
    book = Book({each.device.pk: each.device for each in alive}.values(), now)
    book.lock(ground_of(each.device, each.cause, each.what) for each in steps if each.is_begin)
    for device in returned:
        book.end(device, Cause.SILENCE, "", device.seen_at or now)
    found = {step.index: _take(step, book) for step in sorted(steps, key=lambda step: (step.at, step.index))}
    for each in fresh.values():
        if each.message.told is Tidings.READING and (open_ := book.open.get((each.device.pk, Cause.READING, ""))):
            book.go_on(open_, each.at, each.message.value)
    book.save()
    return found


def _by_device(fresh: Mapping[int, _Heard]) -> dict[Device, list[tuple[int, _Heard]]]:
    found: dict[Device, list[tuple[int, _Heard]]] = {}
    for index, each in fresh.items():
        if each.message.told is Tidings.READING:
            found.setdefault(each.device, []).append((index, each))
    return found


def _watch(device: Device, heard: Sequence[tuple[int, _Heard]], now: datetime) -> list[_Step]:
    limits = kinds.limits_for(device.kind, device.limits)
    assert limits is not None  # `_check_value` let nothing else pass
    readings = {
        Reading(each.at, each.mark, each.message.value or 0.0, each.message.seq): index for index, each in heard
    }
    after, turns = watched(watch_of(device), readings, limits, now)
    device.is_raised, device.quiet_until = after.is_raised, after.quiet_until
    device.turned_at, device.turned_mark = after.turned or (None, None)
    device.recent, device.since = [[each.at.isoformat(), *each[1:]] for each in after.recent], after.since
    last = max(readings)
    if device.value_at is None or last.at >= device.value_at:
        device.value, device.value_at = last.value, last.at
    first = next(iter(readings.values()))
    return [_step_of(device, turn, readings.get(turn.reading, first)) for turn in turns]


def watch_of(device: Device) -> Watch:
    """Return what is remembered of a device."""
    turned = (device.turned_at, device.turned_mark) if device.turned_at and device.turned_mark is not None else None
    recent = tuple(Reading(datetime.fromisoformat(at).astimezone(UTC), *rest) for at, *rest in device.recent)
    return Watch(device.is_raised, turned, device.quiet_until, recent, device.since)


def _step_of(device: Device, turn: Turn, index: int) -> _Step:
    return _Step(turn.reading.at, device, Cause.READING, "", turn.is_raise, turn.reading.value, index)


def _take(step: _Step, book: Book) -> int | None:
    """Take one step; return the matter of its episode."""
    key = (step.device.pk, step.cause.value, step.what)
    running = book.open.get(key)
    if not step.is_begin:
        book.end(step.device, step.cause, step.what, step.at, step.value)
        _mend(step, book)
        return running.matter_id if running else None
    if running is not None and _still(step, running.last_at):
        book.go_on(running, step.at, step.value, times=1)
        return running.matter_id
    if running is not None:
        book.end(step.device, step.cause, step.what, running.last_at)
    if step.cause is Cause.FAULT:
        step.device.state, step.device.fault = DeviceState.FAULTY, step.what
    return book.begin(step.device, step.cause, step.what, step.at, step.value).matter_id


def _still(step: _Step, last_at: datetime) -> bool:
    """Tell whether this goes on what is open: a happening only while it is not quiet about it."""
    if step.cause is not Cause.SIGHTING:
        return True
    return step.at - last_at <= timedelta(minutes=kinds.book().sightings[step.what].quiet_minutes)  # type: ignore[index]


def _mend(step: _Step, book: Book) -> None:
    """A device whose last fault is over works again."""
    device = step.device
    if step.cause is Cause.FAULT and device.state == DeviceState.FAULTY:
        others = [what for key, cause, what in book.open if key == device.pk and cause == Cause.FAULT]
        device.state, device.fault = (DeviceState.FAULTY, others[0]) if others else (DeviceState.WORKING, "")


def _hear(alive: Sequence[_Heard], now: datetime) -> list[Device]:
    """Note when devices were heard of; return those that were silent and are so no more."""
    returned = []
    for each in alive:
        device, at = each.device, min(each.at, now)
        device.seen_at = max(device.seen_at or at, at)
        until = silent_since(device.seen_at, timedelta(minutes=device.heartbeat_minutes), kinds.book().silent_after)
        if device.state in HEARD and until > now:
            if device.state == DeviceState.SILENT:
                returned.append(device)
            device.state = DeviceState.WORKING
    return returned


# --- save ------------------------------------------------------------------------------------------------


def _save(devices: Iterable[Device]) -> None:
    rows = [
        tuple(json.dumps(each.recent) if name == "recent" else getattr(each, name) for name, _ in COLUMNS)
        for each in devices
    ]
    if rows:
        run(SAVE, [list(column) for column in zip(*rows, strict=True)])
