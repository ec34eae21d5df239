"""A town's work on the grid in a demonstration: plans, a week of rounds, a day half done, visits, a van, a help place.

By the real actions, each by who would do it. Nothing here names anybody.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from tongxin.apps.areas.queries import children, detail
from tongxin.apps.patrols import actions
from tongxin.apps.patrols.actions import Draft, Fit, Setting, Spot
from tongxin.apps.patrols.models import Plan, Point, Round
from tongxin.apps.patrols.reach import lies_in
from tongxin.apps.people.queries import offices
from tongxin.rules.area_codes import Level
from tongxin.rules.help_calls import Ending, Trouble
from tongxin.rules.patrols import Found, GridDuty, Rhythm
from tongxin.rules.permissions import SYSTEM, Actor, reporting
from tongxin.rules.units import UnitKind
from tongxin.rules.vans import Stop, VanService
from tongxin.rules.visits import Outcome, PlaceKind, Purpose
from tongxin.rules.working_time import SHANGHAI

DAYS = 7  # of rounds that lie behind
PLACES = ("小学北侧", "菜市场东门", "配电房", "河边步道", "老年食堂", "地下车库入口", "健身广场", "垃圾分类亭")
ROUTES = (
    ("消防通道巡查", GridDuty.SAFETY, Rhythm.DAILY, time(8, 30), time(17, 30), "通道、楼道、飞线充电"),
    ("场所与设施核对", GridDuty.INFORMATION, Rhythm.WEEKLY, time(9), time(17), "公示牌、井盖、护栏"),
)
VISITS = (
    (
        PlaceKind.SHOP,
        "荷花中路 12 号便利店",
        Purpose.PREVENTION,
        "店里老人接到“养老金升级”电话，怎么办？",
        "是诈骗，挂断，拨 96110。",
    ),
    (
        PlaceKind.BUILDING,
        "松园小区 2 幢",
        Purpose.NEEDS,
        "楼道灯什么时候换成感应的？",
        "已列入下月更换，十五日前完成。",
    ),
    (PlaceKind.SITE, "学后巷改造工地", Purpose.SAFETY, "", ""),
    (PlaceKind.RENTAL, "荷花里 5 幢群租房", Purpose.SAFETY, "电瓶车能否进楼？", "不能，楼下有充电棚，已当场示范。"),
)
CALLS = ((Trouble.QUARREL, 50, 200), (Trouble.LOST, 95, 400), (Trouble.INJURED, 40, 150), (Trouble.OTHER, 160, 600))
KIT = ("血压计", "老花镜", "急救包", "工具箱", "打印机", "雨伞")


@dataclass(frozen=True, slots=True)
class Crew:
    """Who does it: the grid worker walks, the secretary plans for the village, the duty chief for the town."""

    worker: Actor
    secretary: Actor
    chief: Actor


def walk(crew: Crew, *, village: str, seed: int, now: datetime) -> None:
    """Furnish a village with what its grids do, up to this moment."""
    rng = Random(f"{seed}/patrols")
    station = offices()[UnitKind.VILLAGE_STATION, village]
    began = now - timedelta(days=DAYS)
    grids = [grid.code for grid in children(village)]
    for code in grids:
        for route in ROUTES:
            _plan(crew, code, station, route, rng, began)
    home = next((duty.area for duty in crew.worker.duties), grids[0])
    for back in range(DAYS, -1, -1):
        _day(crew, home, (now - timedelta(days=back)), now, rng)
    _visits(crew, home, now)
    _van(crew, village, station, rng, now)
    _help(crew, village, station, home, rng, now)


def _points(area: str, rng: Random, many: int) -> Iterator[tuple[float, float]]:
    """Yield points near the middle of an area, some sixty metres apart, those that lie in its village."""
    found = detail(area)
    for n in range(many if found is not None and found.lon is not None else 0):
        step = (n - many / 2) * 0.0006
        lon, lat = round(found.lon + step, 6), round(found.lat + rng.uniform(-0.0005, 0.0005), 6)  # type: ignore[union-attr]
        if lies_in(area[: Level.VILLAGE], lon, lat):
            yield lon, lat


def _plan(crew: Crew, area: str, station: int, route: tuple, rng: Random, now: datetime) -> Plan | None:
    name, duty, rhythm, opens, closes, look_at = route
    placed = list(zip(rng.sample(PLACES, 5), _points(area, rng, 5), strict=False))
    spots = [Spot(place, lon, lat, 50, look_at) for place, (lon, lat) in placed]
    if not spots:
        return None
    told = {"name": name, "area": area, "duty": duty, "unit_id": station, "rhythm": rhythm}
    draft = Draft(**told, opens=opens, closes=closes, spots=spots, on_day=3)
    return actions.draw_up(draft, by=crew.secretary, now=now)


def _day(crew: Crew, home: str, day: datetime, now: datetime, rng: Random) -> None:
    """Open a day's rounds, and walk those of the worker's grid: of today half, of earlier days nearly all."""
    today = timezone.localdate(day)
    actions.open_rounds(today, by=SYSTEM, now=day)
    for round_ in Round.objects.filter(day=today, area=home).select_related("plan"):
        points = Point.objects.in_bulk(round_.points)
        walked = round_.points[: 3 if today == timezone.localdate(now) else rng.choice((4, 5, 5, 5))]
        for n, point_id in enumerate(walked):
            at = round_.opens_at + timedelta(minutes=20 + 12 * n + rng.randint(0, 8))
            if at <= now and now - at < timedelta(days=3):
                _check_in(crew, round_, points[point_id], at, rng)


def _check_in(crew: Crew, round_: Round, point: Point, at: datetime, rng: Random) -> None:
    is_shut = rng.random() < 0.06
    told = {"found": Found.UNREACHED, "reason": "围挡施工，绕不过去"} if is_shut else {"found": Found.FINE}
    where = {"lon": point.lon + rng.uniform(-0.0002, 0.0002), "lat": point.lat}
    actions.check_in(round_id=round_.pk, point_id=point.pk, at=at, **told, **where, by=crew.worker, now=at)


def _visits(crew: Crew, home: str, now: datetime) -> None:
    for n, (kind, place, purpose, asked, answered) in enumerate(VISITS):
        at = min(now, _today_at(time(9 + 2 * n, 20 + 7 * n), timezone.localdate(now - timedelta(days=n))))
        outcome = Outcome.ANSWERED if asked else Outcome.NOTHING
        again = {"next_on": timezone.localdate(now) + timedelta(days=2)} if n == 2 else {}
        told = {"area": home, "kind": kind, "place": place, "purpose": purpose, "outcome": outcome}
        actions.visit(**told, asked=asked, answered=answered, at=at, **again, by=crew.worker, now=at)


def _van(crew: Crew, village: str, station: int, rng: Random, now: datetime) -> None:
    hours = ((time(9), time(10)), (time(10, 30), time(11, 30)), (time(14), time(15)), (time(15, 30), time(16, 30)))
    spots = zip(("社区广场", "老年食堂", "松园小学", "学后巷口"), _points(village, rng, 4), hours, strict=False)
    stops = [Stop(name, *span, lon, lat) for name, (lon, lat), span in spots]
    if not stops:
        return
    offers = [VanService.PAPERS, VanService.HEALTH, VanService.REPAIRS, VanService.POLICY]
    told = {"name": "松园便民流动车", "area": village, "unit_id": station, "offers": offers, "kit": KIT}
    van = actions.equip_van(Fit(**told, rhythm=Rhythm.DAILY, stops=stops), by=crew.secretary, now=now)
    actions.pack(van_id=van.pk, items=KIT[:5], by=crew.worker, now=now)
    for stop in van.stops.all():
        at = _today_at(stop.start, timezone.localdate(now)) + timedelta(minutes=4)
        if at < now:
            asked = {"stop_id": stop.pk, "at": at, "lon": stop.lon, "lat": stop.lat, "served": rng.randint(3, 11)}
            actions.stop_at(van_id=van.pk, **asked, by=crew.worker, now=at)


def _help(crew: Crew, village: str, station: int, home: str, rng: Random, now: datetime) -> None:
    """Set up a market and a school that call the station, then the town; the worker answered what was called lately."""
    town = village[: Level.TOWN]
    stand: Mapping[tuple[UnitKind, str], int] = offices()
    units = [
        station,
        *(stand[kind, town] for kind in (UnitKind.DESK_SAFETY, UnitKind.COMMAND_ROOM) if (kind, town) in stand),
    ]
    for name in ("荷花菜市场", "松园小学门口"):
        (lon, lat), *_rest = [*_points(home, rng, 1), (None, None)]
        told = Setting(name, home, units, lon=lon, lat=lat)
        place = actions.set_up_place(told, by=crew.chief, now=now - timedelta(days=DAYS))
        by = reporting(f"help_place:{place.pk}")
        for n, (trouble, answer_s, arrive_s) in enumerate(CALLS):
            called = now - timedelta(days=n + 1, minutes=rng.randint(0, 400))
            made = actions.call(place_id=place.pk, trouble=trouble, by=by, now=called)
            answer = called + timedelta(seconds=answer_s + rng.randint(-15, 30))
            arrive = called + timedelta(seconds=arrive_s + rng.randint(0, 120))
            actions.answer(call_id=made.pk, by=crew.worker, now=answer)
            actions.arrive(call_id=made.pk, by=crew.worker, now=arrive)
            end = rng.choice((Ending.SETTLED, Ending.SETTLED, Ending.NOTHING))
            actions.end_call(call_id=made.pk, ending=end, by=crew.worker, now=arrive + timedelta(minutes=12))


def _today_at(moment: time, day: date) -> datetime:
    return datetime.combine(day, moment, SHANGHAI)
