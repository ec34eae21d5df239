"""Visits, service vans and one-tap help as programs ask for them and are told of them."""

from datetime import date
from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct

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
from tongxin.interfaces.api.v1.patrol_shapes import RHYTHM
from tongxin.rules.help_calls import MINUTES, MOST_TEAMS, Ending, Standing, Trouble
from tongxin.rules.lamps import Lamp
from tongxin.rules.patrols import GridDuty, Rhythm
from tongxin.rules.vans import MOST_SERVED, MOST_STOPS, VanService
from tongxin.rules.visits import NOTE_LIMIT, PLACE_LIMIT, Outcome, PlaceKind, Purpose

ON_DAY = "每周第几天（周一为 1）或每月几日 | day of week or month"
VERSION = "修改时：您看到的版本，不一致时 412 | on change: the version you saw; 412 when changed since"
Ticks = Annotated[list[str], told("检查清单勾选的代码 | codes ticked of the checklist", ["exits"], max_length=40)]


# --- what is asked ---------------------------------------------------------------------------------------


class VisitAsk(Said):
    """A visit to a place. No names, no telephones: they are refused."""

    area: Annotated[AreaGiven, told("网格编码 | code of the grid", "330802007008001")]
    kind: Annotated[PlaceKind, among(PlaceKind, "场所类别 | kind of place")]
    place: Annotated[str, told("场所 | place", "松园社区 3 号楼", max_length=PLACE_LIMIT, pattern=WORDS)]
    purpose: Annotated[Purpose, among(Purpose, "事由 | purpose")]
    outcome: Annotated[Outcome, among(Outcome, "结果 | outcome")]
    at: Annotated[Moment, told("走访时刻 | when", "2026-11-20T09:10:00+08:00")]
    asked: Annotated[str, told("问了什么 | what was asked", "楼道堆物多久了", max_length=NOTE_LIMIT)] = ""
    answered: Annotated[str, told("怎么答复 | what was answered", "周五前清走", max_length=NOTE_LIMIT)] = ""
    ticks: Ticks = []
    template: Annotated[str, told("需要办理时：上报的事项模板 | the kind reported out of it", "C02", max_length=8)] = ""
    next_on: Annotated[date | None, told("下次走访 | when again", "2026-12-20")] = None


class StopAsk(Said):
    """A stop of a route."""

    name: Annotated[str, told("停靠点 | stop", "文化礼堂", max_length=40, pattern=WORDS)]
    start: Annotated[Clock, told("到 | from", "09:00")]
    end: Annotated[Clock, told("离 | to", "10:30")]
    lon: Annotated[float, told("经度 WGS-84 | longitude", 118.865, **LON)]
    lat: Annotated[float, told("纬度 WGS-84 | latitude", 28.945, **LAT)]


class VanAsk(Said):
    """A van as it is put into service or changed, the whole of it."""

    BESIDES: ClassVar[dict[str, Any]] = RHYTHM

    name: Annotated[str, told("名称 | name", "便民服务 1 号车", max_length=40, pattern=WORDS)]
    area: Annotated[AreaGiven, told("服务区域编码 | area", "330802007")]
    unit: Annotated[
        params.UnitGiven, told("队伍：单位编号或编码 | the team: id or code", "village_station-330802007008")
    ]
    offers: Annotated[list[VanService], told("服务 | services", ["papers", "repairs"], min_length=1, max_length=20)]
    rhythm: Annotated[Rhythm, among(Rhythm, "频次 | rhythm")]
    stops: Annotated[
        list[StopAsk],
        told(
            "停靠点，按先后，时间不重叠 | stops in their order, one after the other",
            min_length=1,
            max_length=MOST_STOPS,
        ),
    ]
    kit: Annotated[list[str], told("百宝箱 | its kit", ["血压计", "工具箱"], max_length=60)] = []
    on_day: Annotated[Small | None, told(ON_DAY, 1)] = None
    version: Annotated[int, told(VERSION, 1, ge=0, le=MOST_INT)] = 0


class PackAsk(Said):
    """What of the kit is on board today."""

    items: Annotated[list[str], told("已装车的 | on board", ["血压计"], max_length=60)]


class StandAsk(Said):
    """The van stands at a stop of its day."""

    BESIDES: ClassVar[dict[str, Any]] = POINT_BOTH

    stop: Annotated[RowId, told("停靠点编号 | id of the stop", 4)]
    at: Annotated[Moment, told("时刻 | when", "2026-11-20T09:05:00+08:00")]
    lon: Annotated[float | None, told("经度，量过即弃 | measured, never kept", 118.865, **LON)] = None
    lat: Annotated[float | None, told("纬度 | latitude", 28.945, **LAT)] = None
    served: Annotated[int, told("办了几件，只计数 | how many were served, a count", 3, ge=0, le=MOST_SERVED)] = 0


class HelpPlaceAsk(Said):
    """A help place as it is set up or changed, the whole of it."""

    BESIDES: ClassVar[dict[str, Any]] = POINT_BOTH

    name: Annotated[str, told("名称 | name", "荷花菜场", max_length=60, pattern=WORDS)]
    area: Annotated[AreaGiven, told("网格编码 | code of the grid", "330802007008001")]
    units: Annotated[
        list[params.UnitGiven],
        told(
            "队伍，按呼叫先后 | teams in their order",
            ["village_station-330802007008"],
            min_length=1,
            max_length=MOST_TEAMS,
        ),
    ]
    minutes: Annotated[int, told("几分钟内应答 | answer within minutes", 3, ge=MINUTES.start, le=MINUTES.stop - 1)] = 3
    lon: Annotated[Annotated[float, Meta(ge=-180, le=180)] | None, told("经度 WGS-84 | longitude", 118.865)] = None
    lat: Annotated[Annotated[float, Meta(ge=-90, le=90)] | None, told("纬度 WGS-84 | latitude", 28.945)] = None
    is_open: Annotated[bool, told("在用 | in use")] = True
    version: Annotated[int, told(VERSION, 1, ge=0, le=MOST_INT)] = 0


class HelpAsk(Said):
    """A call for help from a place."""

    trouble: Annotated[Trouble, among(Trouble, "求助事由 | what for")]


class EndHelpAsk(Said):
    """How a call ended."""

    ending: Annotated[Ending, among(Ending, "结果 | how it ended")]
    matter: Annotated[str, told("转为事项的：编号 | the matter it became", "KC261120-0417", max_length=24)] = ""


# --- what is told ----------------------------------------------------------------------------------------


class VisitShown(Struct, kw_only=True):
    """A visit to a place, by a team."""

    id: Annotated[int, told("编号 | id", 31)]
    area: Annotated[shapes.AreaRef, told("网格 | grid")]
    kind: Annotated[PlaceKind, among(PlaceKind, "场所类别 | kind of place")]
    place: Annotated[str, told("场所 | place", "松园社区 3 号楼")]
    purpose: Annotated[Purpose, among(Purpose, "事由 | purpose")]
    duty: Annotated[GridDuty, among(GridDuty, "职责 | duty")]
    outcome: Annotated[Outcome, among(Outcome, "结果 | outcome")]
    asked: Annotated[str, told("问了什么；两年后清除 | what was asked; gone after two years")]
    answered: Annotated[str, told("怎么答复 | what was answered")]
    ticked: Annotated[list[str], told("勾选的代码 | codes ticked")]
    unit: Annotated[shapes.UnitRef | None, told("队伍 | the team")]
    at: Annotated[Moment | None, told("时刻 | when")]
    next_on: Annotated[date | None, told("下次走访 | when again")]
    matter: Annotated[str, told("事项编号；没有则为空 | number of the matter, or empty", "KC261120-0417")]


class Visits(Struct, kw_only=True):
    """A page of visits, the latest first."""

    items: Annotated[list[VisitShown], told("走访 | visits")]
    next: Annotated[int | None, told("下一页的 before；没有为 null | `before` of the next page, or null")]


class DutyCounted(Struct, kw_only=True):
    """What one of the eight duties counted in a month."""

    duty: Annotated[GridDuty, among(GridDuty, "职责 | duty")]
    total: Annotated[int, told("合计 | total", 42)]
    by_area: Annotated[dict[str, int], told("按区域编码 | by code of the area", {"330802001001": 42})]
    by_source: Annotated[dict[str, int], told("按来源 | by source", {"visits": 30, "check_ins": 12})]


class DutiesCounted(Struct, kw_only=True):
    """The eight duties in a month, by area, never by person."""

    items: Annotated[list[DutyCounted], told("八项职责 | the eight duties")]


class StopShown(Struct, kw_only=True):
    """A stop of a route."""

    id: Annotated[int, told("编号 | id", 4)]
    name: Annotated[str, told("停靠点 | stop", "文化礼堂")]
    start: Annotated[str, told("到 | from", "09:00")]
    end: Annotated[str, told("离 | to", "10:30")]
    lon: Annotated[float, told("经度 | longitude", 118.865)]
    lat: Annotated[float, told("纬度 | latitude", 28.945)]


class VanShown(Struct, kw_only=True):
    """A service van."""

    id: Annotated[int, told("编号 | id", 2)]
    name: Annotated[str, told("名称 | name", "便民服务 1 号车")]
    area: Annotated[shapes.AreaRef, told("服务区域 | area")]
    unit: Annotated[shapes.UnitRef | None, told("队伍 | the team")]
    offers: Annotated[list[VanService], told("服务 | services")]
    kit: Annotated[list[str], told("百宝箱 | its kit")]
    rhythm: Annotated[Rhythm, among(Rhythm, "频次 | rhythm")]
    on_day: Annotated[int | None, told(ON_DAY)]
    next_day: Annotated[date | None, told("下次出车；一个月内没有为 null | next day; null within a month")]
    version: Annotated[int, told("版本 | version", 1)]
    stops: Annotated[list[StopShown], told("停靠点 | stops")]


class Vans(Struct, kw_only=True):
    """Vans in service."""

    items: Annotated[list[VanShown], told("流动车 | vans")]


class Packed(Struct, kw_only=True):
    """What is on board."""

    day: Annotated[date, told("日期 | day", "2026-11-20")]
    items: Annotated[list[str], told("已装车的 | on board", ["血压计"])]


class Stood(Struct, kw_only=True):
    """The van stood at a stop."""

    stop: Annotated[int, told("停靠点编号 | id of the stop", 4)]
    at: Annotated[Moment | None, told("时刻 | when")]
    metres: Annotated[int | None, told("离停靠点的米数，取十 | meters away, in tens", 20)]
    served: Annotated[int, told("办了几件 | how many were served", 3)]


class HelpPlaceShown(Struct, kw_only=True, omit_defaults=True):
    """A help place."""

    id: Annotated[int, told("编号 | id", 5)]
    name: Annotated[str, told("名称 | name", "荷花菜场")]
    area: Annotated[shapes.AreaRef, told("网格 | grid")]
    units: Annotated[list[shapes.UnitRef], told("队伍，按呼叫先后 | teams as they are called")]
    minutes: Annotated[int, told("几分钟内应答 | answer within minutes", 3)]
    lon: Annotated[float | None, told("经度 | longitude", 118.865)]
    lat: Annotated[float | None, told("纬度 | latitude", 28.945)]
    is_open: Annotated[bool, told("在用 | in use", True)]
    version: Annotated[int, told("版本 | version", 1)]
    href: Annotated[str, told("印在求助码上的地址，只给能设置的岗位 | what its code holds; for who sets it up")] = ""


class HelpPlaces(Struct, kw_only=True):
    """Help places, by area and name."""

    items: Annotated[list[HelpPlaceShown], told("求助点 | help places")]


class HelpCallShown(Struct, kw_only=True):
    """A call for help: the place and the team, never who called or came."""

    id: Annotated[int, told("编号 | id", 9)]
    place: Annotated[str, told("求助点 | the place", "荷花菜场")]
    area: Annotated[shapes.AreaRef, told("网格 | grid")]
    trouble: Annotated[Trouble, among(Trouble, "求助事由 | what for")]
    standing: Annotated[Standing, among(Standing, "进展 | where it stands")]
    lamp: Annotated[Lamp, among(Lamp, "时限灯 | lamp")]
    unit: Annotated[shapes.UnitRef | None, told("应答的队伍 | the team that answered")]
    called_at: Annotated[Moment | None, told("呼叫 | called")]
    answered_at: Annotated[Moment | None, told("应答 | answered")]
    arrived_at: Annotated[Moment | None, told("到场 | arrived")]
    ended_at: Annotated[Moment | None, told("结束 | ended")]
    ending: Annotated[str, told("结果代码；未结束为空 | how it ended, a code", "settled")]
    matter: Annotated[str, told("转为事项的编号；没有则为空 | number of the matter, or empty", "KC261120-0417")]


class HelpCalls(Struct, kw_only=True):
    """A page of calls for help, the latest first."""

    items: Annotated[list[HelpCallShown], told("求助 | calls")]
    next: Annotated[int | None, told("下一页的 before；没有为 null | `before` of the next page, or null")]


VISITS = (VisitAsk, VisitShown, Visits, DutiesCounted)
VANS = (VanAsk, PackAsk, StandAsk, VanShown, Vans, Packed, Stood)
HELP = (HelpPlaceAsk, HelpAsk, EndHelpAsk, HelpPlaceShown, HelpPlaces, HelpCallShown, HelpCalls)
