"""Setting up a city's offices and staff in one go: the standard units of every area, and who sits in them.

Persons made here are synthetic: a surname and a duty, no telephone. A real city imports its own.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from django.db import transaction

from tongxin.apps.areas.queries import names
from tongxin.apps.journal.entries import record
from tongxin.apps.people import queries
from tongxin.apps.people.actions import pinyin_of
from tongxin.apps.people.models import Person, Post, Unit
from tongxin.rules.area_codes import Level
from tongxin.rules.permissions import Actor, Permission, Role, require
from tongxin.rules.sealing import Seal
from tongxin.rules.units import COMMAND, UnitKind

LEVELS = {"Y": Level.CITY, "C": Level.COUNTY, "T": Level.TOWN, "V": Level.VILLAGE}
PLACES = {Level.CITY: "city", Level.COUNTY: "county", Level.TOWN: "town", Level.VILLAGE: "village"}
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑谢罗梁宋唐许邓韩冯曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚"
STAFF_OF_COMMAND = (Role.ACCEPTOR, Role.DISPATCHER, Role.DUTY_CHIEF, Role.DUTY_CHIEF, Role.COMMANDER)
RUN_A_ROOM = frozenset({Role.DUTY_CHIEF, Role.COMMANDER})
STAFF_OF_OTHERS = (Role.HANDLER, Role.HANDLER, Role.HANDLER_HEAD)
BATCH = 5_000


@transaction.atomic
def set_up_units(patterns: Path, *, by: Actor, now: datetime) -> int:
    """Open every standard unit that a city's areas call for and that does not stand yet; return how many."""
    require(by, Permission.EDIT_UNITS)
    standing = set(Unit.objects.values_list("code", flat=True))
    wanted = [
        unit for unit in _standard_units(json.loads(patterns.read_text(encoding="utf-8"))) if unit.code not in standing
    ]

    Unit.objects.bulk_create(wanted, batch_size=BATCH)

    record("units.load", "units", by=by, at=now, opened=len(wanted))
    queries.forget()
    return len(wanted)


@transaction.atomic
def enter_telephones(of: Mapping[int, str], *, by: Actor, now: datetime) -> int:
    """Write down the office telephones of many units at once, by id; return how many there were."""
    require(by, Permission.EDIT_UNITS)
    units = list(Unit.objects.select_for_update().filter(pk__in=of))

    for unit in units:
        unit.phone = of[unit.pk]
    Unit.objects.bulk_update(units, ["phone"], batch_size=BATCH)

    record("units.telephones", "units", by=by, at=now, units=len(units))
    queries.forget()
    return len(units)


def _standard_units(patterns: Mapping[str, Any]) -> Iterator[Unit]:
    known = names()
    for kind in patterns["kinds"]:
        for stand in kind["stands"]:
            level = LEVELS[stand["level"]]
            for area in (code for code in known if len(code) == level):
                name = stand["name"].format(**{PLACES[level]: known[area]})
                yield Unit(
                    code=f"{kind['kind']}-{area}", name=name, kind=kind["kind"], area=area, pinyin=pinyin_of(name)
                )


def usually_named(role: Role) -> list[Seal]:
    """Return what a post is named for unless somebody says otherwise: whoever runs a command room, for every kind."""
    return list(Seal) if role in RUN_A_ROOM else []


class _Seat(NamedTuple):
    unit_id: int
    role: Role
    area: str


@transaction.atomic
def staff(*, grid_staff: int, by: Actor, now: datetime, since: date) -> int:
    """Fill the seats of all units with synthetic persons, and the grids with that many grid staff; return the persons.

    Each grid has a head and a full-time worker, each village a guide; helpers fill up to `grid_staff` in turn.
    """
    require(by, Permission.EDIT_POSTS)
    units = list(Unit.objects.order_by("id").values_list("id", "kind", "area"))
    stations = {area: id_ for id_, kind, area in units if kind == UnitKind.VILLAGE_STATION}
    grids = sorted(code for code in names() if len(code) == Level.GRID)
    groups = [*_office_seats(units), *_grid_seats(stations, grids, grid_staff)]

    persons = Person.objects.bulk_create(
        [Person(name=f"{SURNAMES[n % len(SURNAMES)]}某") for n in range(len(groups))], batch_size=BATCH
    )
    Post.objects.bulk_create(
        (
            Post(
                person=person,
                unit_id=seat.unit_id,
                role=seat.role,
                area=seat.area,
                start_on=since,
                seals=usually_named(seat.role),
            )
            for person, seats in zip(persons, groups, strict=True)
            for seat in seats
        ),
        batch_size=BATCH,
    )

    record("posts.load", "posts", by=by, at=now, persons=len(persons))
    return len(persons)


def _office_seats(units: Iterable[tuple[int, str, str]]) -> Iterator[tuple[_Seat, ...]]:
    command = set(COMMAND.values()) - {UnitKind.VILLAGE_STATION}
    for unit_id, kind, area in units:
        if kind == UnitKind.VILLAGE_STATION:
            # the secretary signs off what the station's own people did
            yield _Seat(unit_id, Role.VILLAGE_SECRETARY, area), _Seat(unit_id, Role.HANDLER_HEAD, area)
            yield (_Seat(unit_id, Role.HANDLER, area),)
            continue
        seats = STAFF_OF_COMMAND + STAFF_OF_OTHERS if kind in command else STAFF_OF_OTHERS
        if kind == UnitKind.HOTLINE:
            seats = (Role.OPERATOR, Role.OPERATOR, Role.CALLER_BACK, *STAFF_OF_OTHERS)
        yield from ((_Seat(unit_id, role, area),) for role in seats)


def _grid_seats(stations: Mapping[str, int], grids: list[str], total: int) -> Iterator[tuple[_Seat, ...]]:
    homes = [(grid, stations[grid[: Level.VILLAGE]]) for grid in grids if grid[: Level.VILLAGE] in stations]
    fixed = [
        *((_Seat(station, Role.GRID_HEAD, grid),) for grid, station in homes),
        *((_Seat(station, Role.GRID_WORKER, grid),) for grid, station in homes),
        *((_Seat(station, Role.GRID_GUIDE, village),) for village, station in stations.items()),
    ]
    yield from fixed
    for n in range(max(total - len(fixed), 0) if homes else 0):
        grid, station = homes[n % len(homes)]
        yield (_Seat(station, Role.GRID_HELPER, grid),)
