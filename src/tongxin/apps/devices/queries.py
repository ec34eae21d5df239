"""Reads of devices, each from what the reader may see: the ground of the duties, and what the own unit keeps."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Substr

from tongxin.apps.devices.models import Device, Episode, Maintenance, Reading
from tongxin.apps.people.queries import digest_of
from tongxin.postgres.batches import run
from tongxin.rules.area_codes import Level, span
from tongxin.rules.devices import DeviceState, readable, ref_of
from tongxin.rules.errors import Missing
from tongxin.rules.permissions import Actor, reporting

PAGE = 50
MOST_POINTS = 2_000
MOST_READINGS = 2_000
# at most so many points of a line: of every piece of time the one furthest from rest, so that no peak is lost
SERIES = """
    SELECT DISTINCT ON (piece) at, value FROM (
        SELECT at, value, width_bucket(extract(epoch FROM at), extract(epoch FROM %s::timestamptz),
                                       extract(epoch FROM %s::timestamptz), %s::int) AS piece
        FROM devices_reading WHERE device_id = %s AND what = '' AND at >= %s AND at < %s) AS each
    ORDER BY piece, CASE WHEN %s::boolean THEN value ELSE -value END, at"""


def visible_to(actor: Actor) -> QuerySet[Device]:
    """Return the devices the actor may see. No duty: none."""
    areas, units = readable(actor)
    seen = Q(owner__in=units)
    for area in areas:
        low, high = span(area) if area else ("", "~")
        seen |= Q(area__gte=low, area__lt=high)
    return Device.objects.filter(seen)


class Narrowed(NamedTuple):
    """What a list is narrowed to; empty: all."""

    kind: str = ""
    state: str = ""
    area: str = ""
    owner_id: int | None = None
    words: str = ""


def narrowed(actor: Actor, asked: Narrowed) -> QuerySet[Device]:
    """Return the devices that the list shows, without an order."""
    found = visible_to(actor)
    if asked.kind:
        found = found.filter(kind=asked.kind)
    if asked.state:
        found = found.filter(state=asked.state)
    if asked.area:
        low, high = span(asked.area)
        found = found.filter(area__gte=low, area__lt=high)
    if asked.owner_id:
        found = found.filter(owner=asked.owner_id)
    for word in asked.words.split():
        found = found.filter(Q(code__istartswith=word) | Q(place__contains=word))
    return found


def page(actor: Actor, asked: Narrowed, *, after: str = "") -> tuple[list[Device], str]:
    """Return a page of devices by code, and the code behind which the next begins, empty at the end. One statement."""
    found = list(narrowed(actor, asked).filter(code__gt=after).defer("recent").order_by("code")[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].code if len(found) > PAGE else ""


def one(actor: Actor, code: str) -> Device:
    """Return a device by its code. Raises Missing."""
    found = visible_to(actor).filter(code=code).first()
    if found is None:
        raise Missing("device.missing", device=code[:40])
    return found


class Group(NamedTuple):
    """Devices of an owner or an area by state. `due` should work: what is expected or taken away is not in it."""

    key: str
    states: Mapping[str, int]

    @property
    def due(self) -> int:
        return sum(many for state, many in self.states.items() if state not in ("expected", "retired"))

    @property
    def working(self) -> int:
        return self.states.get(DeviceState.WORKING, 0)


def by_state(actor: Actor, asked: Narrowed) -> Mapping[str, int]:
    """Return how many devices there are by state. One statement."""
    rows = narrowed(actor, asked).values("state").annotate(many=Count("pk")).order_by()
    return {row["state"]: row["many"] for row in rows}


def by_owner(actor: Actor, asked: Narrowed) -> list[Group]:
    """Return the devices of each owner by state, in the order of the units. One statement."""
    rows = narrowed(actor, asked).values_list("owner", "state").annotate(many=Count("pk")).order_by("owner", "state")
    return _grouped((str(owner), state, many) for owner, state, many in rows)


def by_area(actor: Actor, asked: Narrowed, level: Level) -> list[Group]:
    """Return the devices in each area of a level by state, in the order of the codes. One statement."""
    found = narrowed(actor, asked).annotate(at=Substr("area", 1, int(level)))
    rows = found.values_list("at", "state").annotate(many=Count("pk")).order_by("at", "state")
    return _grouped(rows)


def _grouped(rows) -> list[Group]:
    found: dict[str, dict[str, int]] = {}
    for key, state, many in rows:
        found.setdefault(key, {})[state] = many
    return [Group(key, states) for key, states in found.items()]


def points(actor: Actor, asked: Narrowed, box: Sequence[float]) -> list[Device]:
    """Return devices within west, south, east, north for the map, those in trouble first. One statement."""
    west, south, east, north = box
    found = narrowed(actor, asked).exclude(state=DeviceState.RETIRED)
    found = found.filter(lon__gte=west, lon__lte=east, lat__gte=south, lat__lte=north)
    return list(found.defer("recent").order_by("state", "code")[:MOST_POINTS])


def series(
    device: Device, since: datetime, until: datetime, *, pieces: int, low_is_bad: bool
) -> list[tuple[datetime, float]]:
    """Return what a device measured over `[since, until)` in at most so many points, the worst of each piece."""
    asked = [since, until, pieces, device.pk, since, until, low_is_bad]
    return [(at, value) for at, value in run(SERIES, asked)]


def told(device: Device, since: datetime, limit: int = 50) -> list[Reading]:
    """Return the last things a device told, the newest first. One statement."""
    return list(Reading.objects.filter(device=device, at__gte=since).order_by("-at")[:limit])


def episodes_of(device: Device, limit: int = 30) -> list[Episode]:
    """Return a device's episodes with their matters, the newest first. One statement."""
    return list(Episode.objects.filter(device=device).select_related("matter").order_by("-serial")[:limit])


def upkeep_of(device: Device, limit: int = 30) -> list[Maintenance]:
    """Return what was done to a device, the newest first. One statement."""
    return list(Maintenance.objects.filter(device=device).select_related("unit").order_by("-on", "-pk")[:limit])


def raised(actor: Actor, limit: int = 12) -> list[Episode]:
    """Return the readings and happenings that go on now at devices the actor may see. One statement."""
    found = Episode.objects.filter(
        ended_at__isnull=True, cause__in=("reading", "sighting"), device__in=visible_to(actor)
    )
    return list(found.select_related("device", "matter").order_by("-began_at")[:limit])


def actor_of(device_id: int) -> Actor:
    """Return a device as who reports."""
    return reporting(ref_of(device_id))


def speaker_of_key(key: str) -> tuple[Actor, str] | None:
    """Return the device behind its own key, as who reports and by its code; None where unknown. One statement."""
    found = Device.objects.filter(digest=digest_of(key)).values_list("pk", "code").first()
    return (actor_of(found[0]), found[1]) if found is not None else None
