"""The demonstration city: Quzhou as published, offices and staff as its rules call for, and a cast to sign in as."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from rich.console import Console

from tongxin.apps.areas.queries import names
from tongxin.apps.insight import actions as reverse_check
from tongxin.apps.matters.actions.catalog import load_catalog
from tongxin.apps.matters.models import Matter, Template
from tongxin.apps.people import actions, queries, staffing
from tongxin.apps.people.models import ApiKey, Unit
from tongxin.interfaces.console.simulation import (
    alarms,
    calls,
    letters,
    looks,
    notices,
    offices,
    outgoing,
    partners,
    patrolling,
    public,
    residents,
    reviewing,
    sensors,
)
from tongxin.rules.occasions import Medium
from tongxin.rules.permissions import SYSTEM, Actor, Role

CITY = "quzhou"
HALF_A_YEAR = timedelta(days=184)
GRID_STAFF = 38_099  # 一长三员, as published (domain.md S0-13)
SINCE = date(2020, 1, 1)
PASSWORD = "tongxin-demo"  # a demonstration binds to this machine only and says so on its sign-in page
HOME_TOWN = "330802007"  # 荷花街道
HOME_VILLAGE = "330802007008"  # 松园社区


class Part(NamedTuple):
    """One of the cast: how it signs in, what it is, where it sits."""

    username: str
    role: str
    title: str
    seats: tuple[tuple[Role, str, str], ...]  # role, unit code, area


def _town(kind: str) -> str:
    return f"{kind}-{HOME_TOWN}"


STATION = f"village_station-{HOME_VILLAGE}"
GRID = f"{HOME_VILLAGE}001"
PARTS = (
    Part("grid_worker", "grid_worker", "松园社区 专职网格员", ((Role.GRID_WORKER, STATION, GRID),)),
    Part("checker", "checker", "松园社区 网格长（核查）", ((Role.GRID_HEAD, STATION, HOME_VILLAGE),)),
    Part(
        "village_secretary",
        "village_secretary",
        "松园社区 村社书记",
        ((Role.VILLAGE_SECRETARY, STATION, HOME_VILLAGE), (Role.HANDLER_HEAD, STATION, HOME_VILLAGE)),
    ),
    Part("acceptor", "acceptor", "荷花街道指挥室 受理员", ((Role.ACCEPTOR, _town("command_room"), HOME_TOWN),)),
    Part("dispatcher", "dispatcher", "荷花街道指挥室 派遣员", ((Role.DISPATCHER, _town("command_room"), HOME_TOWN),)),
    Part("duty_chief", "duty_chief", "荷花街道指挥室 值班长", ((Role.DUTY_CHIEF, _town("command_room"), HOME_TOWN),)),
    Part(
        "second_chief",
        "second_chief",
        "荷花街道指挥室 副值班长",
        ((Role.DUTY_CHIEF, _town("command_room"), HOME_TOWN),),
    ),
    Part("commander", "commander", "荷花街道 指挥长", ((Role.COMMANDER, _town("command_room"), HOME_TOWN),)),
    Part(
        "caller_back",
        "caller_back",
        "荷花街道指挥室 回访员",
        ((Role.CALLER_BACK, _town("command_room"), HOME_TOWN),),
    ),
    Part(
        "county_chief", "county_chief", "柯城区联动中心 值班长", ((Role.DUTY_CHIEF, "county_center-330802", "330802"),)
    ),
    Part("handler", "handler", "荷花街道环卫所 承办人", ((Role.HANDLER, _town("sanitation"), HOME_TOWN),)),
    Part(
        "handler_head", "handler_head", "荷花街道环卫所 负责人", ((Role.HANDLER_HEAD, _town("sanitation"), HOME_TOWN),)
    ),
    Part(
        "enforcement_handler",
        "enforcement_handler",
        "荷花街道综合执法队 承办人",
        ((Role.HANDLER, _town("desk_enforcement"), HOME_TOWN),),
    ),
    Part(
        "neighbouring_handler",
        "neighbouring_handler",
        "衢江区樟潭街道环卫所 承办人（邻县，看不到柯城的事项）",
        ((Role.HANDLER, "sanitation-330803001", "330803001"),),
    ),
    Part(
        "neighbouring_dispatcher",
        "neighbouring_dispatcher",
        "衢江区樟潭街道指挥室 派遣员",
        ((Role.DISPATCHER, "command_room-330803001", "330803001"),),
    ),
    Part(
        "police_officer",
        "police_officer",
        "荷花街道派出所 值班民警（只看推送来的警情）",
        ((Role.HANDLER, _town("police"), HOME_TOWN),),
    ),
    Part("operator", "operator", "12345 热线 话务员", ((Role.OPERATOR, "hotline-3308", "3308"),)),
    Part("hotline_chief", "hotline_chief", "12345 热线 值班长", ((Role.DUTY_CHIEF, "hotline-3308", "3308"),)),
    Part(
        "county_commander",
        "county_commander",
        "柯城区联动中心 指挥长",
        ((Role.COMMANDER, "county_center-330802", "330802"),),
    ),
    Part("partner", "partner", "外部平台（经 Open311，只看自己上报的）", ((Role.HANDLER, "hotline-3308", "3308"),)),
    Part("supervisor", "supervisor", "市督查室 督查员", ((Role.SUPERVISOR, "supervision-3308", "3308"),)),
    Part("discloser", "discloser", "柯城区 信息公开审核员", ((Role.DISCLOSER, "county_center-330802", "330802"),)),
    Part("leader", "leader", "市大联动中心 领导（只读）", ((Role.LEADER, "city_center-3308", "3308"),)),
    Part("system_admin", "system_admin", "系统管理员", ((Role.SYSTEM_ADMIN, "city_center-3308", "3308"),)),
    Part(
        "second_admin",
        "second_admin",
        "系统管理员（第二人）",
        ((Role.SYSTEM_ADMIN, "city_center-3308", "3308"),),
    ),
    Part("security_admin", "security_admin", "安全管理员", ((Role.SECURITY_ADMIN, "city_center-3308", "3308"),)),
    Part("audit_admin", "audit_admin", "审计管理员", ((Role.AUDIT_ADMIN, "city_center-3308", "3308"),)),
)


LOOKING = ("dispatcher", "handler", "caller_back", "duty_chief", "enforcement_handler")  # who telephones reporters
ROBOTS = {Medium.WECOM: _town("command_room"), Medium.DINGTALK: _town("sanitation")}


def prepare(out: Console, *, matters: int, seed: int, now: datetime) -> None:
    """Set up what is missing of the city, saying what is being done; a city that stands is left alone."""
    if not names():
        with _saying(out, "载入衢州区划与网格…… Loading Quzhou's areas and grids"):
            call_command("load_areas", str(settings.ROOT / "cities" / CITY), verbosity=0)
    if not Template.objects.exists():
        with _saying(out, "载入事项模板与派单规则…… Loading templates and routing"):
            load_catalog(settings.ROOT / "catalog", by=SYSTEM, now=now)
    if not Unit.objects.exists():
        with _saying(out, "设立单位和岗位…… Opening units and posts"):
            staffing.set_up_units(settings.ROOT / "catalog" / "standard_units.json", by=SYSTEM, now=now)
            staffing.staff(grid_staff=GRID_STAFF, by=SYSTEM, now=now, since=SINCE)
    if missing := [part for part in PARTS if queries.account_of(part.username) is None]:
        _appoint(missing, now)
    reverse_check.load_rule(settings.ROOT / "catalog" / "reverse_check.json", by=SYSTEM, now=now)
    if matters and not Matter.objects.exists():
        call_command("simulate", matters=matters, seed=seed)
        partners.tell(_actor("partner", now), HOME_VILLAGE, now)
        reviewing.review(start=now - HALF_A_YEAR, now=now, seed=seed)
        sensors.furnish(home=HOME_TOWN, seed=seed, now=now)
        residents.follow(HOME_VILLAGE, now)
        crew = (_actor(username, now) for username in ("grid_worker", "village_secretary", "duty_chief"))
        patrolling.walk(patrolling.Crew(*crew), village=HOME_VILLAGE, seed=seed, now=now)
        alarms.hand_over(home=HOME_TOWN, now=now)
        looks.look(home=HOME_TOWN, by=[_actor(name, now) for name in LOOKING], now=now)
        sent = {"home": HOME_TOWN, "admin": _actor("system_admin", now), "owner": _actor("leader", now).person_id}
        outgoing.leave(robots=ROBOTS, **sent, now=now, seed=seed)
        notices.leave_the_news(now)
    chiefs = (part for part in PARTS if part.role in ("duty_chief", "hotline_chief", "county_chief"))
    offices.connect(now)
    offices.arrange({part.seats[0][1]: _actor(part.username, now) for part in chiefs}, now)
    calls.set_up(now=now, seed=seed)
    letters.set_up(now=now)
    public.tell(settings.ROOT / "cities" / CITY, _actor("discloser", now), now)


@contextmanager
def _saying(out: Console, words: str) -> Iterator[None]:
    with out.status(words):
        yield
    out.print(f"✓ {words}")


def _actor(username: str, now: datetime) -> Actor:
    return queries.actor_of(queries.account_of(username).person_id, now)


def _appoint(parts: Sequence[Part], now: datetime) -> None:
    units = dict(Unit.objects.values_list("code", "id"))
    for part in parts:
        person = actions.register(
            name=part.title.split()[-1], username=part.username, password=PASSWORD, by=SYSTEM, now=now
        )
        for role, unit, area in part.seats:
            post = {"unit_id": units[unit], "role": role, "area": area, "seals": staffing.usually_named(role)}
            actions.appoint(person_id=person.pk, **post, start_on=SINCE, by=SYSTEM, now=now)


def cast(*, url: str, kept: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the cast with its keys. Only digests are stored: `kept` hands in the keys of the last start."""
    now = timezone.now()
    known = {each["name"]: each["key"] for each in (kept or {}).get("api_keys", [])}
    live = {
        bytes(digest)
        for digest in ApiKey.objects.filter(revoked_at__isnull=True, expires_at__gt=now).values_list(
            "digest", flat=True
        )
    }
    keys = [
        {
            "name": part.username,
            "key": known[part.username]
            if part.username in known and queries.digest_of(known[part.username]) in live
            else _new_key(part, now),
        }
        for part in PARTS
    ]
    accounts = [
        {"role": part.role, "username": part.username, "password": PASSWORD, "title": part.title} for part in PARTS
    ]
    told = {"url": url, "accounts": accounts, "api_keys": keys}
    if tried := residents.shown(HOME_VILLAGE):
        told["resident"] = {"url": f"{url}/p/t/{tried.receipt}/", "number": tried.number, "digits": tried.digits}
    return told


def _new_key(part: Part, now: datetime) -> str:
    account = queries.account_of(part.username)
    _, text = actions.issue_key(name=f"demo:{part.username}", person_id=account.person_id, by=SYSTEM, now=now)
    return text
