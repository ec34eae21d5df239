"""What time alone brings about: devices that fall silent, happenings that are over, readings that are purged."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import ExpressionWrapper, F, Q
from django.db.models.fields import DateTimeField

from tongxin.apps.devices import kinds
from tongxin.apps.devices.episodes import Book, ground_of
from tongxin.apps.devices.models import Device, Episode
from tongxin.postgres.batches import run
from tongxin.rules.devices import Cause, DeviceState, Sighting
from tongxin.rules.permissions import Actor, Permission, require

CHUNK = 500
SILENCE = """
    UPDATE devices_device SET state = 'silent'
    WHERE id IN (SELECT id FROM devices_device WHERE state = 'working'
                 AND seen_at < %s - heartbeat_minutes * %s * interval '1 minute'
                 ORDER BY id LIMIT 10000 FOR NO KEY UPDATE SKIP LOCKED)
    RETURNING id"""
PURGE = """
    DELETE FROM devices_reading WHERE id IN (SELECT id FROM devices_reading WHERE received_at < %s LIMIT %s)
    RETURNING 1"""


@transaction.atomic
def watch_silence(*, by: Actor, now: datetime) -> int:
    """Mark devices that were not heard of in time, and report those that stay away. Returns how many were reported.

    At most 500 a call: whoever calls goes on while it answers that it did something.
    """
    require(by, Permission.KEEP_DEVICES)
    book = kinds.book()
    run(SILENCE, [now, book.silent_after])
    late = ExpressionWrapper(
        now - timedelta(minutes=1) * book.fault_after * F("heartbeat_minutes"), output_field=DateTimeField()
    )
    waiting = Device.objects.filter(state=DeviceState.SILENT, seen_at__lt=late).exclude(
        pk__in=Episode.objects.filter(cause=Cause.SILENCE, ended_at__isnull=True).values("device")
    )
    devices = list(waiting.select_for_update(no_key=True, skip_locked=True).order_by("pk")[:CHUNK])
    if not devices:
        return 0

    episodes = Book(devices, now)
    episodes.lock(ground_of(device, Cause.SILENCE, "") for device in devices)
    for device in devices:
        episodes.begin(device, Cause.SILENCE, "", device.seen_at or now, None)

    episodes.save()
    Device.objects.bulk_update(devices, ["episodes"])
    return len(devices)


@transaction.atomic
def end_sightings(*, by: Actor, now: datetime) -> int:
    """End happenings that nobody has told of for a while. Returns how many."""
    require(by, Permission.KEEP_DEVICES)
    over = Q()
    for sighting, way in kinds.book().sightings.items():
        over |= Q(what=Sighting(sighting).value, last_at__lt=now - timedelta(minutes=way.quiet_minutes))
    found = Episode.objects.filter(over, cause=Cause.SIGHTING, ended_at__isnull=True).values_list("device", flat=True)
    devices = list(Device.objects.select_for_update(no_key=True).filter(pk__in=list(found)).order_by("pk")[:CHUNK])

    book, many = Book(devices, now), 0
    for device in devices:
        for sighting, way in kinds.book().sightings.items():
            running = book.open.get((device.pk, Cause.SIGHTING.value, sighting.value))
            if running is not None and running.last_at < now - timedelta(minutes=way.quiet_minutes):
                book.end(device, Cause.SIGHTING, sighting.value, running.last_at)
                many += 1

    book.save()
    return many


def purge(*, by: Actor, now: datetime, chunk: int = 20_000) -> int:
    """Delete readings older than the city keeps them, in chunks. Returns how many."""
    require(by, Permission.KEEP_DEVICES)
    before, many = now - timedelta(days=kinds.book().keep_days), 0
    while gone := len(run(PURGE, [before, chunk])):
        many += gone
        if gone < chunk:
            break
    return many
