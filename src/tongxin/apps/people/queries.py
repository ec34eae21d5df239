"""Reads of people: who acts, which unit stands where."""

import hashlib
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from threading import Lock
from typing import Generic, TypeVar

from django.db.models import QuerySet
from django.utils import timezone

from tongxin.apps.people.models import Account, ApiKey, Unit
from tongxin.postgres.batches import run
from tongxin.rules.area_codes import Level
from tongxin.rules.errors import Missing
from tongxin.rules.permissions import Actor, Duty, Role
from tongxin.rules.sealing import Seal
from tongxin.rules.units import COMMAND, UnitKind

T = TypeVar("T")
ROOMS = frozenset(COMMAND.values())

# every request of every page asks this: prepared, and past the ORM
DUTIES = """
    SELECT id, role, area, unit_id, seals, stands_in_for_id FROM people_post
    WHERE person_id = %s AND start_on <= %s::date AND (end_on IS NULL OR end_on > %s::date) ORDER BY id"""


class Remembered(Generic[T]):
    """A read kept in the process for a moment: what everybody asks all the time and hardly ever changes."""

    def __init__(self, read: Callable[[], T], seconds: float = 2.0) -> None:
        self._read, self._seconds, self._lock = read, seconds, Lock()
        self._value: T | None = None
        self._until = 0.0

    def __call__(self) -> T:
        if time.monotonic() >= self._until:
            with self._lock:
                if time.monotonic() >= self._until:
                    self._value = self._read()
                    self._until = time.monotonic() + self._seconds
        return self._value  # type: ignore[return-value]

    def forget(self) -> None:
        """Read anew at the next call."""
        self._until = 0.0


def actor_of(person_id: int, now: datetime, *, acts: frozenset[str] | None = None, ref: str | None = None) -> Actor:
    """Return the person as an actor with the posts held now. One statement."""
    day = timezone.localtime(now).date()
    duties = tuple(
        Duty(id_, Role(role), area, unit_id, tuple(map(Seal, seals)), stands_in_for)
        for id_, role, area, unit_id, seals, stands_in_for in run(DUTIES, [person_id, day, day])
    )
    return Actor(ref or f"person:{person_id}", person_id, duties, acts)


def digest_of(key: str) -> bytes:
    """Return what is kept of an API key."""
    return hashlib.sha256(key.encode()).digest()


def actor_of_key(key: str, now: datetime) -> Actor | None:
    """Return the actor an API key stands for, or None where the key is unknown, revoked or expired. Two statements."""
    found = ApiKey.objects.filter(digest=digest_of(key), revoked_at__isnull=True, expires_at__gt=now).first()
    if found is None:
        return None
    acts = frozenset(found.acts) if found.acts is not None else None
    return actor_of(found.person_id, now, acts=acts, ref=f"key:{found.pk}")


def offices() -> Mapping[tuple[UnitKind, str], int]:
    """Return where each kind of unit stands: (kind, area code) → unit id."""
    return _offices()


def stands() -> Mapping[int, tuple[UnitKind, str]]:
    """Return what each open unit is and where it stands: unit id → (kind, area code)."""
    return _stands()


def rooms_below() -> Mapping[str, Sequence[tuple[int, str]]]:
    """Return the open command rooms, unit id and area, by the area of the next one above; "" where there is none.

    Drawn from `stands` once for as long as that is remembered.
    """
    global _rooms
    known = stands()
    if _rooms[0] is not known:
        rooms = {unit: area for unit, (kind, area) in known.items() if kind in ROOMS}
        areas, below = set(rooms.values()), defaultdict(list)
        for unit, area in rooms.items():
            above = (area[:width] for width in sorted(Level, reverse=True) if width < len(area))
            below[next((each for each in above if each in areas), "")].append((unit, area))
        _rooms = known, below
    return _rooms[1]


def unit_names() -> Mapping[int, str]:
    """Return the names of all units by id."""
    return _unit_names()


def _read_offices() -> dict[tuple[UnitKind, str], int]:
    rows = Unit.objects.filter(is_open=True).order_by("-id").values_list("kind", "area", "id")
    return {(UnitKind(kind), area): unit_id for kind, area, unit_id in rows}


_offices = Remembered(_read_offices)
_stands = Remembered(
    lambda: {
        id_: (UnitKind(kind), area)
        for id_, kind, area in Unit.objects.filter(is_open=True).values_list("id", "kind", "area")
    }
)
_rooms: tuple[Mapping[int, tuple[UnitKind, str]], Mapping[str, Sequence[tuple[int, str]]]] = ({}, {})
_unit_names = Remembered(lambda: dict(Unit.objects.values_list("id", "name")))


def forget() -> None:
    """Drop what this process remembers of units; called by every action that changes them."""
    _offices.forget()
    _stands.forget()
    _unit_names.forget()


def unit(unit_id: int) -> Unit:
    """Return a unit. Raises Missing."""
    found = Unit.objects.filter(pk=unit_id).first()
    if found is None:
        raise Missing("unit.missing", unit=unit_id)
    return found


def units_within(area: str) -> QuerySet[Unit]:
    """Return the open units standing in an area, by code."""
    return Unit.objects.filter(area__startswith=area, is_open=True).order_by("area", "code")


def account_of(username: str) -> Account | None:
    """Return an account by its name, whatever the case."""
    return Account.objects.filter(username__iexact=username).first()
