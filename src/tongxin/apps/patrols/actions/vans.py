"""Service vans: equipped with a route and a kit, packed in the morning, checked in at their stops."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from tongxin.apps.journal.entries import record
from tongxin.apps.patrols.models import Run, Stop, StopCheck, Van
from tongxin.apps.patrols.reach import area_of, lies_in
from tongxin.apps.people.calendar import calendar
from tongxin.apps.people.queries import stands
from tongxin.rules import patrols, vans
from tongxin.rules.errors import Invalid, Missing, NotAllowed, Refused, Stale
from tongxin.rules.patrols import Rhythm, check_rhythm, overlaps
from tongxin.rules.permissions import Actor, Duty, Permission, duty_for, require
from tongxin.rules.vans import MOST_SERVED, VanService


@dataclass(frozen=True, slots=True)
class Fit:
    """A van as somebody wants it to drive."""

    name: str
    area: str
    unit_id: int
    offers: Sequence[VanService]
    kit: Sequence[str]
    rhythm: Rhythm
    stops: Sequence[vans.Stop]
    on_day: int | None = None


@transaction.atomic
def equip_van(fit: Fit, *, van_id: int | None = None, version: int = 0, by: Actor, now: datetime) -> Van:
    """Put a van into service, or change one: its route, days, services and kit. Raises Missing, Stale, Invalid."""
    van = _locked(van_id, by) if van_id is not None else Van(version=0)
    require(by, Permission.PLAN_PATROLS, fit.area)
    _check(fit)
    if van_id is not None and van.version != version:
        raise Stale("patrol.changed")

    van.name, van.area, van.unit_id = fit.name.strip(), fit.area, fit.unit_id
    van.offers = [each for each in VanService if each in set(fit.offers)]
    van.kit = list(dict.fromkeys(item.strip()[:30] for item in fit.kit if item.strip()))
    van.rhythm, van.version = fit.rhythm, van.version + 1
    van.on_day = fit.on_day if fit.rhythm in (Rhythm.WEEKLY, Rhythm.MONTHLY) else None
    van.save()
    _route(van, fit.stops)

    duty = duty_for(by, Permission.PLAN_PATROLS, van.area)
    codes = {"area": van.area, "unit": van.unit_id, "stops": len(fit.stops)}
    record("van.equip", f"van:{van.pk}", by=by, at=now, post_id=duty.post_id if duty else None, **codes)
    return van


@transaction.atomic
def retire_van(*, van_id: int, by: Actor, now: datetime) -> None:
    """Take a van out of service. Raises Missing, NotAllowed."""
    van = _locked(van_id, by)

    Van.objects.filter(pk=van.pk).update(is_open=False)

    record("van.retire", f"van:{van.pk}", by=by, at=now)


@transaction.atomic
def pack(*, van_id: int, items: Sequence[str], by: Actor, now: datetime) -> Run:
    """Tick what of the kit is on board today. Raises Missing, NotAllowed, Invalid, Refused."""
    van, duty = _driven(van_id, by)
    if unknown := [item for item in items if item not in van.kit]:
        raise Invalid("van.kit", item=unknown[0][:30])

    run = _today(van, timezone.localdate(now))
    run.packed = [item for item in van.kit if item in set(items)]
    run.save(update_fields=["packed"])

    record("van.pack", f"van:{van.pk}", by=by, at=now, post_id=duty.post_id, day=run.day.isoformat())
    return run


@transaction.atomic
def stop_at(
    *,
    van_id: int,
    stop_id: int,
    at: datetime,
    lon: float | None = None,
    lat: float | None = None,
    served: int = 0,
    by: Actor,
    now: datetime,
) -> StopCheck:
    """Write down that the van stands at a stop of its day. Raises Missing, NotAllowed, Invalid, Refused."""
    van, duty = _driven(van_id, by)
    patrols.check_moment(at, now)
    if not 0 <= served <= MOST_SERVED:
        raise Invalid("van.served", most=MOST_SERVED)
    stop = van.stops.filter(pk=stop_id, is_open=True).first()
    if stop is None:
        raise Missing("van.missing")
    run = _today(van, timezone.localdate(at))
    metres = patrols.metres_to(lon, lat, stop.lon, stop.lat)

    made, _ = StopCheck.objects.update_or_create(
        run=run, stop=stop, defaults={"served": served}, create_defaults={"served": served, "at": at, "metres": metres}
    )

    codes = {"stop": stop.pk, "day": run.day.isoformat(), "served": served}
    record("van.stop", f"van:{van.pk}", by=by, at=at, post_id=duty.post_id, **codes)
    return made


def drives(van: Van, day: date) -> bool:
    """Tell whether a van drives its route on a day."""
    return patrols.is_due(Rhythm(van.rhythm), van.on_day, day, calendar().is_working)


def _locked(van_id: int, by: Actor) -> Van:
    van = Van.objects.select_for_update().filter(pk=van_id, is_open=True).first()
    if van is None:
        raise Missing("van.missing")
    require(by, Permission.PLAN_PATROLS, van.area)
    return van


def _driven(van_id: int, by: Actor) -> tuple[Van, Duty]:
    """Return the van, locked, and the duty of who drives it. Raises Missing, NotAllowed."""
    require(by, Permission.PATROL)
    van = Van.objects.select_for_update().filter(pk=van_id, is_open=True).first()
    if van is None:
        raise Missing("van.missing")
    duty = patrols.duty_on(by, van.area, van.unit_id)
    if duty is None:
        raise NotAllowed("patrol.not_mine")
    return van, duty


def _today(van: Van, day: date) -> Run:
    if not drives(van, day):
        raise Refused("van.not_today")
    return Run.objects.get_or_create(van=van, day=day)[0]


def _check(fit: Fit) -> None:
    check_rhythm(fit.rhythm, fit.on_day)
    vans.check_stops(fit.stops)
    if not fit.name.strip():
        raise Invalid("van.unnamed")
    if not fit.offers:
        raise Invalid("van.offers")
    stand = stands().get(fit.unit_id)
    if stand is None or not overlaps(stand[1], fit.area):
        raise Invalid("patrol.no_team")
    for stop in fit.stops:
        if not lies_in(fit.area, stop.lon, stop.lat):
            raise Invalid("patrol.outside", point=stop.name)


def _route(van: Van, stops: Sequence[vans.Stop]) -> None:
    """Write the stops anew where they changed: days of the past keep the old ones."""
    known = {(row.name, row.start, row.end, row.lon, row.lat): row for row in van.stops.filter(is_open=True)}
    kept = set()
    for position, stop in enumerate(stops, 1):
        old = known.get(stop)
        if old is not None:
            Stop.objects.filter(pk=old.pk).update(position=position)
            kept.add(old.pk)
        else:
            area = area_of(stop.lon, stop.lat)
            Stop.objects.create(van=van, position=position, area=area, **stop._asdict())
    van.stops.filter(is_open=True, pk__in=[row.pk for row in known.values() if row.pk not in kept]).update(
        is_open=False
    )
