"""The stage: the grids of the city with their weights, the units with their pace, and who sits where. Read once."""

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import accumulate
from random import Random
from typing import Any, NamedTuple

from django.utils.timezone import localdate

from tongxin.apps.areas.queries import names, valid_on
from tongxin.apps.matters import kinds
from tongxin.apps.matters.kinds import Kind
from tongxin.apps.matters.models import Template
from tongxin.apps.people.calendar import calendar
from tongxin.apps.people.models import Post, Unit
from tongxin.apps.people.queries import offices
from tongxin.interfaces.console.simulation import chances
from tongxin.rules.area_codes import AreaKind, Level
from tongxin.rules.errors import Refused
from tongxin.rules.permissions import GRID, Actor, Duty, Role, scope
from tongxin.rules.routing import Case, route
from tongxin.rules.sealing import Seal
from tongxin.rules.units import UnitKind
from tongxin.rules.working_time import SHANGHAI, WorkingCalendar

FIRST_VILLAGE = "200"  # 001-199 居委, 200-399 村委 (GB/T 10114; domain.md §2.9)
BOX = ("lon", "lat", "west", "south", "east", "north")
SILENT = (Role.GRID_HELPER, Role.GRID_GUIDE)  # most of all posts, and none of them takes a step


class SimulationRefused(Refused):
    """The city cannot be simulated as it stands; the code says what is missing."""


class Grid(NamedTuple):
    """Where reports come from: a grid, its centre, how far it reaches from there in degrees, what it carries."""

    code: str
    lon: float
    lat: float
    reach: tuple[float, float]
    is_urban: bool
    weight: float

    @property
    def village(self) -> str:
        return self.code[: Level.VILLAGE]


class Ground:
    """Some grids, drawn by weight."""

    def __init__(self, grids: Iterable[Grid]) -> None:
        self.grids = list(grids)
        self._sums = list(accumulate(grid.weight for grid in self.grids))

    def draw(self, rng: Random) -> Grid:
        return self.grids[min(bisect(self._sums, rng.random() * self._sums[-1]), len(self.grids) - 1)]


@dataclass(frozen=True)
class Stage:
    """All that simulated people look at; `seats` by role and unit, or by role and area for those on the ground."""

    seed: int
    end: datetime
    home: str
    grids: Sequence[Grid]
    kinds: Mapping[str, Kind]
    calendar: WorkingCalendar
    seats: Mapping[tuple[Role, int | str], Sequence[Actor]]
    units: Mapping[int, tuple[str, UnitKind, str]]
    samples: Mapping[str, Sequence[Mapping[str, Any]]]
    transfers: Mapping[str, str]

    @cached_property
    def urban(self) -> Ground:
        return Ground([grid for grid in self.grids if grid.is_urban] or self.grids)

    @cached_property
    def rural(self) -> Ground:
        return Ground([grid for grid in self.grids if not grid.is_urban] or self.grids)

    @cached_property
    def at_home(self) -> Sequence[Grid]:
        """The grids of the home village, or, where there is none, of the busiest."""
        return [grid for grid in self.grids if grid.code.startswith(self.home)]

    @cached_property
    def home_town(self) -> Sequence[Grid]:
        """The grids of the town around it."""
        return [grid for grid in self.grids if grid.code.startswith(self.home[: Level.TOWN])]

    @cached_property
    def by_unit_kind(self) -> Mapping[UnitKind, Sequence[str]]:
        """The templates that routing sends to each kind of unit from the home village, by code."""
        found: dict[UnitKind, list[str]] = defaultdict(list)
        rules, stand = kinds.routing(), offices()
        for code, kind in sorted(self.kinds.items()):
            case = Case(code, kind.level, kind.urgency, "grid", self.at_home[0].code)
            found[self.units[route(case, rules, stand).unit_id][1]].append(code)
        return found

    @cached_property
    def units_by_kind(self) -> Mapping[tuple[UnitKind, str], Sequence[int]]:
        """The units by kind and area, and under the empty area all of a kind."""
        found: dict[tuple[UnitKind, str], list[int]] = defaultdict(list)
        for unit_id, (_, kind, area) in self.units.items():
            found[kind, area].append(unit_id)
            found[kind, ""].append(unit_id)
        return found

    @cached_property
    def _staffed(self) -> Mapping[str, Sequence[int]]:
        """The units of each town that have somebody to handle work, by code."""
        found: dict[str, list[int]] = defaultdict(list)
        for unit_id, (_, _, area) in self.units.items():
            if len(area) == Level.TOWN and self.sitting(Role.HANDLER, unit_id):
                found[area].append(unit_id)
        return found

    @cached_property
    def _paces(self) -> dict[int, float]:
        return {}

    def sitting(self, role: Role, place: int | str) -> Sequence[Actor]:
        """Return who holds this role in the unit, or on this very ground."""
        return self.seats.get((role, place), ())

    def others(self, unit_id: int, town: str) -> Sequence[int]:
        """Return the town's other units that could be taken for the right one."""
        return [other for other in self._staffed.get(town, ()) if other != unit_id]

    def pace(self, unit_id: int | None) -> float:
        """Return how slow a unit is: 1 is usual, and some are slow for good."""
        if unit_id is None or unit_id not in self.units:
            return 1.0
        if unit_id not in self._paces:
            rng = Random(f"{self.seed}/unit/{self.units[unit_id][0]}")
            slow = chances.SLOWER if rng.random() < chances.SLOW_UNITS else 1.0
            self._paces[unit_id] = rng.lognormvariate(0, chances.UNIT_SPREAD) * slow
        return self._paces[unit_id]


def read(*, seed: int, end: datetime, home: str) -> Stage:
    """Return the stage as the city stands. Raises SimulationRefused where a part of it is missing. Five statements."""
    if not names():
        raise SimulationRefused("simulate.no_areas")
    if not kinds.current():
        raise SimulationRefused("simulate.no_catalog")
    units = {row[0]: (row[1], UnitKind(row[2]), row[3]) for row in _open_units()}
    seats = _seats(end)
    if not units or not seats:
        raise SimulationRefused("simulate.no_units")
    grids = _grids(seed, end, home)
    if not grids:
        raise SimulationRefused("simulate.no_grids")
    if not any(grid.code.startswith(home) for grid in grids):
        home = max(grids, key=lambda grid: grid.weight).village
    rows = list(Template.objects.filter(is_current=True).values_list("code", "samples", "transfer_to"))
    samples, transfers = {row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows}
    return Stage(seed, end, home, grids, kinds.current(), calendar(), seats, units, samples, transfers)


def _open_units() -> Iterable[tuple[int, str, str, str]]:
    return Unit.objects.filter(is_open=True).order_by("code").values_list("id", "code", "kind", "area")


def _grids(seed: int, end: datetime, home: str) -> list[Grid]:
    drawn = valid_on(end.astimezone(SHANGHAI).date()).filter(level=Level.GRID, lon__isnull=False).order_by("code")
    grids = [_grid(seed, *row) for row in drawn.values_list("code", "kind", *BOX)]
    at_home = sum(grid.weight for grid in grids if grid.code.startswith(home[: Level.TOWN]))
    wanted = chances.HOME_SHARE * sum(grid.weight for grid in grids if grid.is_urban) / chances.URBAN_SHARE
    boost = max(wanted / at_home, 1.0) if at_home else 1.0
    return [
        grid._replace(weight=grid.weight * boost) if grid.code.startswith(home[: Level.TOWN]) else grid
        for grid in grids
    ]


def _grid(
    seed: int, code: str, kind: str, lon: float, lat: float, west: float, south: float, east: float, north: float
) -> Grid:
    rng = Random(f"{seed}/grid/{code}")
    special = chances.SPECIAL_GRID if kind == AreaKind.SPECIAL else 1.0
    is_urban = kind == AreaKind.SPECIAL or code[Level.TOWN : Level.VILLAGE] < FIRST_VILLAGE
    weight = rng.lognormvariate(0, chances.SPREAD) * special
    return Grid(code, lon, lat, ((east - west) / 2, (north - south) / 2), is_urban, weight)


def _seats(end: datetime) -> Mapping[tuple[Role, int | str], Sequence[Actor]]:
    held = Post.objects.exclude(role__in=SILENT).filter(start_on__lte=localdate(end), end_on__isnull=True)
    duties: dict[int, list[Duty]] = defaultdict(list)
    for post_id, person_id, role, area, unit_id, seals in held.order_by("id").values_list(
        "id", "person_id", "role", "area", "unit_id", "seals"
    ):
        duties[person_id].append(Duty(post_id, Role(role), area, unit_id, tuple(map(Seal, seals))))
    seats: dict[tuple[Role, int | str], list[Actor]] = defaultdict(list)
    for person_id, own in duties.items():
        actor = Actor(f"person:{person_id}", person_id, tuple(own))
        for duty in own:
            seats[duty.role, duty.area if duty.role in GRID else duty.unit_id].append(actor)
    return dict(seats)


class Lying(NamedTuple):
    """A matter as far as it matters who reads it."""

    area: str
    unit_id: int | None
    seal: str
    involved: tuple[int, ...] = ()
    reported_by: int | None = None
    id: int = 0


def sees(actor: Actor, *, area: str, unit_id: int | None, seal: str) -> bool:
    """Tell whether the matter is in the actor's scope."""
    return not seal or scope(actor).sees(Lying(area, unit_id, seal))
