"""Patrols as programs ask for them and are told of them."""

from datetime import date
from typing import Annotated, Any, ClassVar

from msgspec import Struct

from tongxin.interfaces.api.v1 import params, shapes
from tongxin.interfaces.api.v1.asked import MOST_INT, Said
from tongxin.interfaces.api.v1.described import (
    LAT,
    LON,
    POINT_BOTH,
    WORDS,
    AreaGiven,
    Clock,
    Moment,
    RowId,
    Small,
    among,
    told,
)
from tongxin.rules.lamps import Lamp
from tongxin.rules.patrols import MOST_POINTS, ON_DAY, RADIUS_M, Found, GridDuty, Rhythm

# a weekly plan names a day of the week, a monthly one a day of the month
RHYTHM: dict[str, Any] = {
    "allOf": [
        {
            "if": {"properties": {"rhythm": {"const": rhythm}}},
            "then": {
                "required": ["on_day"],
                "properties": {"on_day": {"type": "integer", "minimum": 1, "maximum": most}},
            },
        }
        for rhythm, most in ON_DAY.items()
    ]
}


class PointAsk(Said):
    """A point as it is put on a plan. One that keeps its id and place keeps its past."""

    name: Annotated[str, told("名称 | name", "菜场东门", max_length=40, pattern=WORDS)]
    lon: Annotated[float, told("经度 WGS-84 | longitude", 118.865, **LON)]
    lat: Annotated[float, told("纬度 WGS-84 | latitude", 28.945, **LAT)]
    radius_m: Annotated[
        int, told("打卡半径，米 | meters within which one is there", 50, ge=RADIUS_M.start, le=RADIUS_M.stop - 1)
    ] = 50
    look_at: Annotated[str, told("看什么 | what to look at", "消防通道是否畅通", max_length=120)] = ""
    id: Annotated[RowId | None, told("原来的编号；新点不填 | the id it had; none for a new one", 7)] = None


class PlanAsk(Said):
    """A plan as it is drawn up or drawn anew, the whole of it."""

    BESIDES: ClassVar[dict[str, Any]] = RHYTHM

    name: Annotated[str, told("名称 | name", "菜场周边日巡", max_length=60, pattern=WORDS)]
    area: Annotated[AreaGiven, told("区域编码 | area", "330802007008001")]
    duty: Annotated[GridDuty, among(GridDuty, "职责 | duty")]
    unit: Annotated[
        params.UnitGiven, told("巡查队伍：单位编号或编码 | the team: id or code", "village_station-330802007008")
    ]
    rhythm: Annotated[Rhythm, among(Rhythm, "频次 | rhythm")]
    opens: Annotated[Clock, told("开始时刻 | from", "08:30")]
    closes: Annotated[Clock, told("截止时刻；不晚于开始即到次日 | until; not later than `opens`: next day", "17:30")]
    points: Annotated[
        list[PointAsk], told("点位，按先后 | points in their order", min_length=1, max_length=MOST_POINTS)
    ]
    on_day: Annotated[Small | None, told("每周第几天（周一为 1）或每月几日 | day of week or month", 1)] = None
    version: Annotated[int, told("修改时：您看到的版本 | on change: the version you saw", 1, ge=0, le=MOST_INT)] = 0


class CheckInAsk(Said):
    """A check-in at a point. The position is measured and never kept."""

    BESIDES: ClassVar[dict[str, Any]] = POINT_BOTH

    point: Annotated[RowId, told("点位编号 | id of the point", 7)]
    found: Annotated[Found, among(Found, "情况 | what was found")]
    at: Annotated[Moment, told("打卡时刻 | when", "2026-11-20T09:10:00+08:00")]
    lon: Annotated[float | None, told("到场经度，量过即弃 | measured, never kept", 118.865, **LON)] = None
    lat: Annotated[float | None, told("到场纬度 | latitude", 28.945, **LAT)] = None
    matter: Annotated[str, told("已上报的事项编号 | number of the matter reported", "KC261120-0417", max_length=24)] = (
        ""
    )
    reason: Annotated[str, told("无法到达的原因 | why it could not be reached", "施工围挡", max_length=120)] = ""
    ticks: Annotated[
        list[str], told("检查清单勾选的代码 | codes ticked of the checklist", ["exits"], max_length=40)
    ] = []


class PointShown(Struct, kw_only=True):
    """A point."""

    id: Annotated[int, told("编号 | id", 7)]
    name: Annotated[str, told("名称 | name", "菜场东门")]
    lon: Annotated[float, told("经度 | longitude", 118.865)]
    lat: Annotated[float, told("纬度 | latitude", 28.945)]
    radius_m: Annotated[int, told("打卡半径，米 | radius, meters", 50)]
    look_at: Annotated[str, told("看什么 | what to look at")]


class PlanLine(Struct, kw_only=True):
    """A plan."""

    id: Annotated[int, told("编号 | id", 3)]
    name: Annotated[str, told("名称 | name", "菜场周边日巡")]
    area: Annotated[shapes.AreaRef, told("区域 | area")]
    duty: Annotated[GridDuty, among(GridDuty, "职责 | duty")]
    unit: Annotated[shapes.UnitRef | None, told("巡查队伍 | the team")]
    rhythm: Annotated[Rhythm, among(Rhythm, "频次 | rhythm")]
    on_day: Annotated[int | None, told("每周第几天或每月几日 | day of week or month")]
    opens: Annotated[str, told("开始 | from", "08:30")]
    closes: Annotated[str, told("截止 | until", "17:30")]
    version: Annotated[int, told("版本 | version", 1)]
    is_open: Annotated[bool, told("在用 | in use", True)]


class PlanShown(PlanLine, kw_only=True):
    """A plan with its points."""

    points: Annotated[list[PointShown], told("点位，按先后 | points in their order")]


class Plans(Struct, kw_only=True):
    """Plans, by area and name."""

    items: Annotated[list[PlanLine], told("计划 | plans")]


class CheckInShown(Struct, kw_only=True):
    """What was found at a point: how near, never by whom."""

    found: Annotated[Found, among(Found, "情况 | what was found")]
    at: Annotated[Moment | None, told("时刻 | when")]
    metres: Annotated[int | None, told("离点位的米数，取十，最多一千 | meters away, in tens, 1000 at most", 20)]
    is_within: Annotated[bool | None, told("在半径内；没有定位为 null | within the radius; null without position")]
    is_late: Annotated[bool, told("晚于截止时刻 | after the hour")]
    reason: Annotated[str, told("无法到达的原因 | why it could not be reached")]
    ticked: Annotated[list[str], told("勾选的代码 | codes ticked")]
    matter: Annotated[str, told("事项编号；没有则为空 | number of the matter, or empty", "KC261120-0417")]


class PlaceShown(PointShown, kw_only=True):
    """A point of a round, and what was found there."""

    check_in: Annotated[CheckInShown | None, told("打卡；还没有为 null | the check-in, or null")]


class RoundShown(Struct, kw_only=True):
    """A plan's day."""

    id: Annotated[int, told("编号 | id", 12)]
    plan: Annotated[int, told("计划编号 | id of the plan", 3)]
    name: Annotated[str, told("计划名称 | name of the plan")]
    day: Annotated[date, told("日期 | day", "2026-11-20")]
    area: Annotated[shapes.AreaRef, told("区域 | area")]
    unit: Annotated[shapes.UnitRef | None, told("巡查队伍 | the team")]
    opens_at: Annotated[Moment | None, told("开始 | from")]
    due_at: Annotated[Moment | None, told("截止 | until")]
    lamp: Annotated[Lamp | None, among(Lamp, "时限灯；都巡完为 null | lamp; null where nothing waits")]
    done: Annotated[int, told("已打卡的点位 | points done", 2)]
    places: Annotated[list[PlaceShown], told("点位 | points")]


class Rounds(Struct, kw_only=True):
    """Rounds, the first due on top."""

    items: Annotated[list[RoundShown], told("巡查，最多 100 次 | rounds, 100 at most")]


class CoveredShown(Struct, kw_only=True):
    """How much of the rounds of an area or a team was covered."""

    area: Annotated[shapes.AreaRef | None, told("区域；按队伍时为 null | area; null by team")]
    unit: Annotated[shapes.UnitRef | None, told("队伍；按区域时为 null | team; null by area")]
    rounds: Annotated[int, told("巡查次数 | rounds", 5)]
    due: Annotated[int, told("应巡点位 | points due", 20)]
    seen: Annotated[int, told("已巡点位 | points seen", 18)]
    late: Annotated[int, told("其中晚于截止 | late of them", 1)]
    problems: Annotated[int, told("发现问题 | led to a matter", 2)]
    unreached: Annotated[int, told("无法到达 | could not be reached", 0)]
    missed: Annotated[int, told("漏巡 | due and left", 2)]


class Coverage(Struct, kw_only=True):
    """How much was covered, by area or team; never by person."""

    items: Annotated[list[CoveredShown], told("区域或队伍 | areas or teams")]


SHAPES = (PlanAsk, CheckInAsk, Plans, PlanShown, CheckInShown, RoundShown, Rounds, Coverage)
