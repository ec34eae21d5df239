"""Reads of service vans: the day of one's own van, and what everybody may know of the next stops."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.utils import timezone

from tongxin.apps.matters.models import Matter
from tongxin.apps.matters.queries import visible_to
from tongxin.apps.patrols.actions.vans import drives
from tongxin.apps.patrols.models import Run, Stop, StopCheck, Van
from tongxin.apps.patrols.reach import seen_by, walked_by, within
from tongxin.rules.area_codes import Level, lineage
from tongxin.rules.errors import Missing
from tongxin.rules.permissions import Actor
from tongxin.rules.vans import REQUESTS, VanService
from tongxin.rules.working_time import SHANGHAI

LOOKED_AHEAD = 31  # days in which a van's next day is looked for


def visible_vans(actor: Actor) -> QuerySet[Van]:
    """Return the vans in service that an actor may see."""
    return Van.objects.filter(seen_by(actor), is_open=True).select_related("unit").order_by("area", "name", "id")


def van(actor: Actor, van_id: int) -> Van:
    """Return a van. Raises Missing, also out of scope."""
    found = visible_vans(actor).filter(pk=van_id).first()
    if found is None:
        raise Missing("van.missing")
    return found


def next_day(van: Van, day: date) -> date | None:
    """Return the next day on which a van drives, from this day on; None within a month."""
    days = (day + timedelta(days=n) for n in range(LOOKED_AHEAD))
    return next((each for each in days if drives(van, each)), None)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A van's day for its team: stops with what was written down there, and what residents asked for on the way."""

    van: Van
    day: date
    stops: tuple[tuple[Stop, StopCheck | None], ...]
    packed: frozenset[str]
    requests: tuple[Matter, ...]

    @property
    def next(self) -> Stop | None:
        """The first stop where the van has not stood."""
        return next((stop for stop, check in self.stops if check is None), None)


def sheets(actor: Actor, now: datetime) -> list[Sheet]:
    """Return the days of the vans that an actor's team drives today."""
    day = timezone.localdate(now)
    mine = Van.objects.filter(walked_by(actor), is_open=True).select_related("unit").order_by("id")
    return [_sheet(each, day, actor) for each in mine if drives(each, day)]


def _sheet(van: Van, day: date, actor: Actor) -> Sheet:
    run = Run.objects.filter(van=van, day=day).first()
    checks = {check.stop_id: check for check in run.checks.all()} if run else {}
    stops = list(van.stops.filter(is_open=True))
    asked = Q(pk__in=[])
    for village in {stop.area[: Level.VILLAGE] for stop in stops}:
        asked |= within(village)
    wanted = Matter.objects.filter(asked, template_code=REQUESTS, closed_at__isnull=True).order_by("due_at", "id")
    requests = tuple(visible_to(actor, wanted)[:20])
    packed = frozenset(run.packed if run else ())
    return Sheet(van, day, tuple((stop, checks.get(stop.pk)) for stop in stops), packed, requests)


class PublicStop(NamedTuple):
    """A stop as everybody may know it: which van, what it offers, where, from when to when. Nobody's name."""

    van: str
    offers: tuple[VanService, ...]
    name: str
    area: str
    lon: float
    lat: float
    start: datetime
    end: datetime


def public_stops(area: str, day: date) -> list[PublicStop]:
    """Return where service vans stand in an area on a day, the earliest first. Two statements.

    For everybody, so it asks for no actor: routes and hours are public by purpose (domain.md §1 S3-26).
    """
    near = within(area) | Q(area__in=lineage(area))
    stops = Stop.objects.filter(near, is_open=True, van__is_open=True).select_related("van").order_by("start", "id")
    return [_public(stop, day) for stop in stops if drives(stop.van, day)]


def _public(stop: Stop, day: date) -> PublicStop:
    start, end = (datetime.combine(day, each, SHANGHAI) for each in (stop.start, stop.end))
    offers = tuple(map(VanService, stop.van.offers))
    return PublicStop(stop.van.name, offers, stop.name, stop.area, stop.lon, stop.lat, start, end)
