"""The kinds of devices as the process holds them: `catalog/devices.json`, read once and checked as a whole."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings

from tongxin.rules.devices import DeviceKind, Fault, Sighting
from tongxin.rules.readings import Limits, limits_of


@dataclass(frozen=True, slots=True)
class Way:
    """What becomes of an episode: a matter of this template, alone or with others near it, verified first or not.

    `group_minutes` 0: each device has a matter of its own. `form` may name {value} and {code}.
    """

    template: str
    group_minutes: int
    confirm: bool
    form: Mapping[str, Any]
    quiet_minutes: int = 0
    stale_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Sort:
    """One kind of device. Without `limits` it sends no values: it is an asset, or it sees happenings."""

    heartbeat_minutes: int
    measure: str = ""
    unit: str = ""
    lowest: float = 0.0
    highest: float = 0.0
    told: Mapping[str, Any] | None = None
    limits: Limits | None = None
    way: Way | None = None
    measure_en: str = ""
    unit_en: str = ""

    def named(self, language: str) -> tuple[str, str]:
        """Return what is measured and its unit as a language writes them."""
        if language.startswith("zh"):
            return self.measure, self.unit
        return self.measure_en or self.measure, self.unit_en or self.unit


@dataclass(frozen=True, slots=True)
class Book:
    """All of it. `silent_after` and `fault_after` count heartbeats that did not come."""

    sorts: Mapping[DeviceKind, Sort]
    sightings: Mapping[Sighting, Way]
    silence: Way
    silent_after: int
    fault_after: int
    faults: Mapping[Fault, str]
    keep_days: int


@lru_cache(maxsize=1)
def book() -> Book:
    """Return the settings of the city. Raises KeyError, Invalid where the file does not hold what it should."""
    told = json.loads((settings.ROOT / "catalog" / "devices.json").read_text(encoding="utf-8"))
    silence = told["silence"]
    return Book(
        sorts={kind: _sort(told["kinds"][kind]) for kind in DeviceKind},
        sightings={each: _way(told["sightings"][each]) for each in Sighting},
        silence=_way({"group_minutes": 60, "confirm": False, **silence}),
        silent_after=silence["silent_after"],
        fault_after=silence["fault_after"],
        faults={fault: told["faults"][fault] for fault in Fault},
        keep_days=told["keep_days"],
    )


def _sort(told: Mapping[str, Any]) -> Sort:
    if "raise_at" not in told:
        return Sort(told["heartbeat_minutes"])
    return Sort(
        told["heartbeat_minutes"],
        told["measure"],
        told["unit"],
        told["lowest"],
        told["highest"],
        told,
        limits_of(told, {}),
        _way(told),
        told.get("measure_en", ""),
        told.get("unit_en", ""),
    )


def _way(told: Mapping[str, Any]) -> Way:
    return Way(
        told["template"],
        told["group_minutes"],
        told["confirm"],
        told.get("form", {}),
        told.get("quiet_minutes", 0),
        told.get("stale_minutes", 0),
    )


def limits_for(kind: str, own: Mapping[str, Any]) -> Limits | None:
    """Return the limits of one device, None where its kind sends no values. Raises Invalid."""
    sort = book().sorts[DeviceKind(kind)]
    if sort.told is None or not own:
        return sort.limits
    return limits_of(sort.told, own)
