"""The model town: one fixed cast for every test. Two streets in two counties, four grids, one working week.

    荷花街道 (柯城区): 松园社区 with grids 01 and 02, 荷西苑社区 with grid 01
    樟潭街道 (衢江区): 樟树潭社区 with grid 01

The clock stands at Friday 2026-11-20 15:42. Everybody is an `Actor`; who has no access is named so.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from inspect import signature
from io import BytesIO
from pathlib import Path
from typing import Any

import shapely
from django.db import connection, transaction
from PIL import Image

from tongxin.apps.areas import editions, sheets
from tongxin.apps.areas.models import Area
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import actions
from tongxin.apps.matters.models import Matter
from tongxin.apps.people import queries as people
from tongxin.apps.people.actions import pinyin_of
from tongxin.apps.people.models import Account, Person, Post, Unit
from tongxin.apps.people.staffing import usually_named
from tongxin.guard.limits import Limit
from tongxin.rules.lifecycles.matter import Act, CloseKind
from tongxin.rules.permissions import Actor, Role
from tongxin.rules.units import UnitKind
from tongxin.rules.working_time import SHANGHAI

NOW = datetime(2026, 11, 20, 15, 42, tzinfo=SHANGHAI)
ROOT = Path(__file__).resolve().parents[1]

AREAS = {
    "33": "浙江省",
    "3308": "衢州市",
    "330802": "柯城区",
    "330803": "衢江区",
    "330802001": "荷花街道",
    "330803001": "樟潭街道",
    "330802001001": "松园社区",
    "330802001002": "荷西苑社区",
    "330803001001": "樟树潭社区",
}
WEST, SOUTH, SIDE = 118.86, 28.94, 0.01  # grids are squares, side by side from west to east
GRIDS = {
    "330802001001001": "松园社区 01 网格",
    "330802001001002": "松园社区 02 网格",
    "330802001002001": "荷西苑社区 01 网格",
    "330803001001001": "樟树潭社区 01 网格",
}
SONGYUAN_01 = (WEST + SIDE * 0.5, SOUTH + SIDE * 0.5)
SONGYUAN_02 = (WEST + SIDE * 1.5, SOUTH + SIDE * 0.5)
HEXIYUAN_01 = (WEST + SIDE * 2.5, SOUTH + SIDE * 0.5)
ZHANGTAN_01 = (WEST + SIDE * 3.5, SOUTH + SIDE * 0.5)
AT_SEA = (123.5, 29.0)

UNITS = {
    # name: (kind, area)
    "city_center": (UnitKind.CITY_CENTER, "3308", "衢州市大联动中心"),
    "county_center": (UnitKind.COUNTY_CENTER, "330802", "柯城区联动中心"),
    "next_county_center": (UnitKind.COUNTY_CENTER, "330803", "衢江区联动中心"),
    "command_room": (UnitKind.COMMAND_ROOM, "330802001", "荷花街道综合信息指挥室"),
    "next_command_room": (UnitKind.COMMAND_ROOM, "330803001", "樟潭街道综合信息指挥室"),
    "station": (UnitKind.VILLAGE_STATION, "330802001001", "松园社区工作站"),
    "sanitation": (UnitKind.SANITATION, "330802001", "荷花街道环卫所"),
    "enforcement": (UnitKind.DESK_ENFORCEMENT, "330802001", "荷花街道综合执法队"),
    "next_sanitation": (UnitKind.SANITATION, "330803001", "樟潭街道环卫所"),
    "lamps": (UnitKind.MUNICIPAL, "330802", "柯城区市政路灯所"),
    "hotline": (UnitKind.HOTLINE, "3308", "衢州市 12345 热线"),
    "supervision": (UnitKind.SUPERVISION, "3308", "衢州市督查室"),
}
CAST = {
    # name: (role, unit, area)
    "grid_worker": (Role.GRID_WORKER, "station", "330802001001001"),
    "other_grid_worker": (Role.GRID_WORKER, "station", "330802001001002"),
    "grid_head": (Role.GRID_HEAD, "station", "330802001001"),
    "villager": (Role.HANDLER, "station", "330802001001"),
    "secretary": (Role.VILLAGE_SECRETARY, "station", "330802001001"),
    "acceptor": (Role.ACCEPTOR, "command_room", "330802001"),
    "dispatcher": (Role.DISPATCHER, "command_room", "330802001"),
    "duty_chief": (Role.DUTY_CHIEF, "command_room", "330802001"),
    "second_chief": (Role.DUTY_CHIEF, "command_room", "330802001"),
    "commander": (Role.COMMANDER, "command_room", "330802001"),
    "caller_back": (Role.CALLER_BACK, "command_room", "330802001"),
    "operator": (Role.OPERATOR, "hotline", "3308"),
    "second_operator": (Role.OPERATOR, "hotline", "3308"),
    "hotline_chief": (Role.DUTY_CHIEF, "hotline", "3308"),
    "county_chief": (Role.DUTY_CHIEF, "county_center", "330802"),
    "county_commander": (Role.COMMANDER, "county_center", "330802"),
    "city_chief": (Role.DUTY_CHIEF, "city_center", "3308"),
    "handler": (Role.HANDLER, "sanitation", "330802001"),
    "handler_head": (Role.HANDLER_HEAD, "sanitation", "330802001"),
    "enforcer": (Role.HANDLER, "enforcement", "330802001"),
    "lamp_handler": (Role.HANDLER, "lamps", "330802"),
    "supervisor": (Role.SUPERVISOR, "supervision", "3308"),
    "leader": (Role.LEADER, "city_center", "3308"),
    "neighbouring_dispatcher": (Role.DISPATCHER, "next_command_room", "330803001"),
    "neighbouring_chief": (Role.DUTY_CHIEF, "next_command_room", "330803001"),
    "neighbouring_handler": (Role.HANDLER, "next_sanitation", "330803001"),
    "neighbouring_grid_worker": (Role.GRID_WORKER, "next_command_room", "330803001001001"),
    "system_admin": (Role.SYSTEM_ADMIN, "city_center", "3308"),
    "second_admin": (Role.SYSTEM_ADMIN, "city_center", "3308"),
    "security_admin": (Role.SECURITY_ADMIN, "city_center", "3308"),
    "audit_admin": (Role.AUDIT_ADMIN, "city_center", "3308"),
}


@dataclass(frozen=True)
class Town:
    """Everybody by name (`town.dispatcher`), and every unit's id (`town.unit["sanitation"]`)."""

    cast: dict[str, Actor]
    unit: dict[str, int]

    def __getattr__(self, name: str) -> Actor:
        try:
            return self.cast[name]
        except KeyError:
            raise AttributeError(name) from None


def build() -> None:
    """Write the town into an empty database."""
    shapes = {
        code: shapely.box(WEST + SIDE * n, SOUTH, WEST + SIDE * (n + 1), SOUTH + SIDE) for n, code in enumerate(GRIDS)
    }
    for code, name in (AREAS | GRIDS).items():
        own = shapely.union_all([shape for grid, shape in shapes.items() if grid.startswith(code)])
        west, south, east, north = own.bounds
        Area.objects.create(
            code=code,
            name=name,
            pinyin=sheets.pinyin_of(name),
            level=len(code),
            shape=shapely.to_wkb(own),
            lon=own.centroid.x,
            lat=own.centroid.y,
            west=west,
            south=south,
            east=east,
            north=north,
        )
    editions.bump()
    units = {
        name: Unit.objects.create(code=name, name=title, kind=kind, area=area, pinyin=pinyin_of(title))
        for name, (kind, area, title) in UNITS.items()
    }
    for name, (role, unit, area) in CAST.items():
        person = Person.objects.create(name=f"测试{name}")
        account = Account(username=name, person=person)
        account.set_password("tongxin")
        account.save()
        held = Post(person=person, unit=units[unit], role=role, area=area, start_on=date(2020, 1, 1))
        held.seals = usually_named(role)  # chiefs of command rooms, for every kind
        held.save()
    load_rules()


NOT_OURS = {"django_migrations", "django_content_type", "auth_permission"}  # Django keeps these itself
_rows: dict[str, bytes] = {}  # the rows of every table, as they were when the town was first built


def found() -> None:
    """Build the town into the empty database of this process, and keep its rows at hand."""
    build()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            with cursor.copy(f"COPY {table} TO STDOUT") as out:
                rows = b"".join(out)
            if rows and table not in NOT_OURS:
                _rows[table] = rows
    founded()


def stand() -> None:
    """Put the town back where it does not stand: a test that empties the database may have been here before."""
    forget()
    if Area.objects.exists():
        return
    if not _rows:
        build()
        return
    with transaction.atomic(), connection.cursor() as cursor:
        for table, rows in _rows.items():  # in any order: keys are looked at when the transaction ends
            with cursor.copy(f"COPY {table} FROM STDIN") as into:
                into.write(rows)
    forget()  # what a page of the test before has asked in the empty house


def leave() -> None:
    """Empty every table but Django's own: when all who write have ended, and only those that have rows."""
    with transaction.atomic(), connection.cursor() as cursor:
        tables = sorted(set(connection.introspection.table_names(cursor)) - NOT_OURS)
        cursor.execute(f"LOCK TABLE {', '.join(tables)}")
        cursor.execute(" UNION ALL ".join(f"SELECT '{each}' WHERE EXISTS (SELECT FROM {each})" for each in tables))
        for (table,) in cursor.fetchall():  # in any order: keys are looked at when the transaction ends
            cursor.execute(f"TRUNCATE {table}" if table.startswith("journal_") else f"DELETE FROM {table}")


def forget() -> None:
    """Forget what the process remembers of the database, and who knocked how often: the next test's is another one."""
    for way in _ways_to_forget(len(sys.modules)):
        way()


@cache
def _ways_to_forget(modules: int) -> list[Callable[[], None]]:
    """Return `forget()` of every module that remembers, and of every limit: found anew when a module came in."""
    ours = [module for name, module in sys.modules.items() if name.startswith("tongxin.") and module]
    ways = [module.forget for module in ours if callable(getattr(module, "forget", None))]
    limits = {id(each): each for module in ours for each in vars(module).values() if isinstance(each, Limit)}
    return [way for way in ways if not signature(way).parameters] + [each.forget for each in limits.values()]


def load_rules() -> None:
    """Load the real catalog: the tests live by the city's own templates and routing."""
    from tongxin.apps.matters.actions.catalog import load_catalog
    from tongxin.rules.permissions import SYSTEM

    load_catalog(ROOT / "catalog", by=SYSTEM, now=NOW)


def find() -> Town:
    """Return the town as it stands in the database."""
    persons = dict(Account.objects.filter(username__in=CAST).values_list("username", "person_id"))
    cast = {name: people.actor_of(persons[name], NOW) for name in CAST}
    return Town(cast, dict(Unit.objects.filter(code__in=UNITS).values_list("code", "id")))


@cache
def founded() -> Town:
    """Return the town as it was built: the same whenever it stands, whatever tests change in it."""
    return find()


# --- tiny builders: they walk the real actions to a state, never set it ----------------------------------


def a_report(**changes: Any) -> actions.Incoming:
    """Return a plain report: refuse on the street in the first grid of 松园."""
    lon, lat = changes.pop("point", SONGYUAN_01)
    told = {"template": "C02", "text": "菜场出来那个垃圾箱旁边堆了好多垃圾，纸箱也没人收。", "lon": lon, "lat": lat}
    return actions.Incoming(**(told | changes))


# how a matter usually goes, and who takes each step
WAY = (
    ("AWAITING_FILING", Act.ACCEPT, "acceptor", {}),
    ("AWAITING_DISPATCH", Act.FILE, "duty_chief", {}),
    ("AWAITING_SIGNATURE", Act.DISPATCH, "dispatcher", {"unit_id": "sanitation"}),
    ("HANDLING", Act.SIGN, "handler", {}),
    ("AWAITING_REVIEW", Act.HANDLE, "handler", {"reason": "垃圾已清运，地面已冲洗。"}),
    ("AWAITING_CHECK", Act.REVIEW, "handler_head", {}),
    ("AWAITING_CLOSING", Act.CHECK, "grid_worker", {}),
    ("CLOSED", Act.CLOSE, "duty_chief", {"close_as": CloseKind.NORMAL}),
)


def a_matter(
    town: Town,
    state: str = "AWAITING_ACCEPTANCE",
    *,
    now: datetime = NOW,
    photos: int = 1,
    by: Actor | None = None,
    **told: Any,
) -> Matter:
    """Return a matter that was walked to this state, one minute a step, with after-photos attached on the way.

    The grid worker reports it, unless somebody else is named: `by=RESIDENT`.
    """
    reported = actions.report(a_report(**told), by=by or town.grid_worker, now=now)
    return walked(town, reported.id, state, now=now, photos=photos)


def walked(town: Town, matter_id: int, state: str, *, now: datetime = NOW, photos: int = 1) -> Matter:
    """Return a matter that was walked on to this state from where it stands, one minute a step."""
    at, stands = now, Matter.objects.get(pk=matter_id).state.upper()
    states = ["AWAITING_ACCEPTANCE", *(reached for reached, *_ in WAY)]
    for _, act, who, details in WAY[states.index(stands) : states.index(state)]:
        at += timedelta(minutes=1)
        if act is Act.HANDLE:
            for n in range(photos):
                actions.attach(a_photo(n), matter_id=matter_id, kind="after", by=town.handler, now=at)
        given = details | ({"unit_id": town.unit[details["unit_id"]]} if "unit_id" in details else {})
        actions.take(act, matter_id=matter_id, by=getattr(town, who), now=at, **given)
    return Matter.objects.get(pk=matter_id)


def a_photo(shade: int = 0) -> BytesIO:
    """Return a small JPEG file; another shade is another picture."""
    file = BytesIO()
    Image.new("RGB", (64, 48), (30 + shade % 200, 90, 120)).save(file, "JPEG")
    file.seek(0)
    return file


def kinds_of(matter: Matter) -> list[str]:
    """Return the kinds of the matter's journal entries, oldest first."""
    return list(Entry.objects.filter(subject=f"matter:{matter.pk}").order_by("seq").values_list("kind", flat=True))


def utc(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=UTC)
