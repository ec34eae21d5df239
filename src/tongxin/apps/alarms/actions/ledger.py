"""The ledger of partners: opening one, changing where it is told, its secret, and what it calls our stations."""

import re
from datetime import datetime, timedelta

from django.db import transaction

from tongxin.apps.alarms.models import Partner, Station
from tongxin.apps.alarms.sealing import BOX
from tongxin.apps.areas.queries import names
from tongxin.apps.journal.entries import record
from tongxin.apps.people.queries import stands
from tongxin.guard import destinations
from tongxin.guard.envelopes import new_secret
from tongxin.rules.area_codes import Level
from tongxin.rules.errors import Invalid, Missing
from tongxin.rules.permissions import Actor, Permission, require

BOTH_HOURS = 24  # how long the secret before is still good
CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")


@transaction.atomic
def open_partner(*, code: str, name: str, area: str, url: str = "", by: Actor, now: datetime) -> tuple[Partner, str]:
    """Open a platform of the police for a ground; return it with its secret, shown this once.

    Raises Invalid, NotAllowed. `url` is where it is told how incidents ended: public and https.
    """
    require(by, Permission.ISSUE_KEYS)
    if not CODE.fullmatch(code):
        raise Invalid("alarm.partner_code")
    if Partner.objects.filter(code=code).exists():
        raise Invalid("alarm.partner_taken", partner=code)
    if area not in names() or len(area) < Level.CITY:
        raise Invalid("area.unknown", area=area[:20])
    told = _checked(name, url)

    secret = new_secret()
    partner = Partner.objects.create(code=code, area=area, **told, sealed_secret=BOX.seal(secret))

    record("police.open", f"police:{partner.pk}", by=by, at=now, area=area)
    return partner, secret


@transaction.atomic
def change_partner(*, partner_id: int, name: str, url: str, is_open: bool, by: Actor, now: datetime) -> Partner:
    """Change a partner's name, where it is told, and whether it is heard at all. Raises Missing, Invalid."""
    partner = _locked(partner_id, by)
    told = _checked(name, url)

    partner.name, partner.url, partner.is_open = told["name"], told["url"], is_open
    partner.save(update_fields=["name", "url", "is_open"])

    record("police.change", f"police:{partner.pk}", by=by, at=now, is_open=is_open, is_told=bool(partner.url))
    return partner


@transaction.atomic
def rotate_secret(*, partner_id: int, by: Actor, now: datetime) -> str:
    """Give a partner a new secret; the one before stays good for a day. Raises Missing, NotAllowed."""
    partner = _locked(partner_id, by)

    secret = new_secret()
    partner.sealed_secret_before, partner.before_until = partner.sealed_secret, now + timedelta(hours=BOTH_HOURS)
    partner.sealed_secret = BOX.seal(secret)
    partner.save(update_fields=["sealed_secret", "sealed_secret_before", "before_until"])

    record("police.rotate", f"police:{partner.pk}", by=by, at=now)
    return secret


@transaction.atomic
def name_station(*, partner_id: int, code: str, unit_id: int, by: Actor, now: datetime) -> Station:
    """Write down what a partner calls one of our units; named again, it is the other unit. Raises Missing, Invalid."""
    partner = _locked(partner_id, by)
    if not CODE.fullmatch(code):
        raise Invalid("alarm.partner_code")
    if unit_id not in stands():
        raise Missing("unit.missing", unit=unit_id)

    station, _ = Station.objects.update_or_create(partner=partner, code=code, defaults={"unit_id": unit_id})

    record("police.station", f"police:{partner.pk}", by=by, at=now, unit=unit_id)
    return station


@transaction.atomic
def drop_station(*, partner_id: int, code: str, by: Actor, now: datetime) -> None:
    """Forget what a partner calls a unit. Doing it twice is doing it once. Raises Missing."""
    partner = _locked(partner_id, by)

    gone = Station.objects.filter(partner=partner, code=code).delete()[0]

    if gone:
        record("police.station_drop", f"police:{partner.pk}", by=by, at=now)


def _locked(partner_id: int, by: Actor) -> Partner:
    require(by, Permission.ISSUE_KEYS)
    partner = Partner.objects.select_for_update().filter(pk=partner_id).first()
    if partner is None:
        raise Missing("alarm.partner_missing")
    return partner


def _checked(name: str, url: str) -> dict[str, str]:
    if not name.strip() or len(name) > 60:
        raise Invalid("alarm.partner_unnamed", most=60)
    if url.strip():
        destinations.checked(url.strip())
    return {"name": name.strip(), "url": url.strip()}
