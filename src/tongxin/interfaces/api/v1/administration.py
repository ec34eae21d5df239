"""Running a city by programs: the calendar, units, areas, what is stuck, suggestions, and the figures of matters."""

from datetime import date
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Struct
from ninja import Query, Router, Schema
from pydantic import Field

from tongxin.apps.areas import actions as areas
from tongxin.apps.journal import actions as outbox
from tongxin.apps.journal import queries as journal
from tongxin.apps.matters import figures
from tongxin.apps.matters.actions import training
from tongxin.apps.people import actions as people
from tongxin.apps.people import directory
from tongxin.apps.people.models import Unit
from tongxin.interfaces.api.v1 import bodies, catalog, params, shapes, showing
from tongxin.interfaces.api.v1.asked import Said
from tongxin.interfaces.api.v1.described import WIDTHS, WORDS, AreaGiven, Moment, RowId, among, told
from tongxin.interfaces.api.v1.documents import documented, ref
from tongxin.interfaces.api.v1.params import AreaCode, Day, Words
from tongxin.rules.errors import Missing
from tongxin.rules.indices import rates
from tongxin.rules.permissions import Permission, require
from tongxin.rules.units import UnitKind

router = Router()

STUCK, MOST_DAYS = 100, 1_100


class DayAsk(Said):
    """A day that is worked or not, whatever the published calendar says."""

    is_working: Annotated[bool, told("上班 | worked")]
    source: Annotated[
        str, told("依据的通知 | the notice it rests on", "浙政办发明电〔2026〕8 号", max_length=200, pattern=WORDS)
    ]


class UnitAsk(Said):
    """A unit as it is opened."""

    code: Annotated[str, told("编码 | code", "sanitation-2", max_length=40, pattern=WORDS)]
    name: Annotated[str, told("名称 | name", "荷花街道环卫二所", max_length=80, pattern=WORDS)]
    kind: Annotated[UnitKind, among(UnitKind, "类别 | kind")]
    area: Annotated[AreaGiven, told("所在区域编码 | code of its area", "330802007", pattern=WIDTHS)]
    phone: Annotated[str, told("办公电话 | office telephone", "0570-8881234", max_length=30)] = ""


class UnitChange(Said):
    """A unit as it is changed, the whole of it."""

    name: Annotated[str, told("名称 | name", "荷花街道环卫二所", max_length=80, pattern=WORDS)]
    phone: Annotated[str, told("办公电话 | office telephone", "0570-8881234", max_length=30)]
    is_open: Annotated[bool, told("接收新的工作 | takes new work")]


class RetireAsk(Said):
    """The first day an area no longer stands."""

    on: Annotated[date, told("停用日 | first day no longer", "2026-12-01")]


class DeliveriesAsk(Said):
    """Which deliveries to try again."""

    deliveries: Annotated[list[RowId], told("编号 | ids", [8, 9], max_length=1000)]


class SwitchAsk(Said):
    """Whether suggestions are shown."""

    is_on: Annotated[bool, told("显示建议 | shown")]


class DayShown(Struct, kw_only=True):
    """A day that was set by hand."""

    day: Annotated[date, told("日期 | day", "2026-10-10")]
    is_working: Annotated[bool, told("上班 | worked")]
    source: Annotated[str, told("依据的通知 | the notice it rests on")]


class Days(Struct, kw_only=True):
    """The days of a year that were set by hand."""

    items: Annotated[list[DayShown], told("日子 | days")]


class UnitFull(shapes.UnitShown, kw_only=True):
    """A unit, and whether it takes new work."""

    is_open: Annotated[bool, told("接收新的工作 | takes new work", True)]


class Stuck(Struct, kw_only=True):
    """A delivery that will not go on without a person."""

    id: Annotated[int, told("编号 | id", 8)]
    reaction: Annotated[str, told("由谁处理 | the reaction it is owed to", "notify.tell")]
    tries: Annotated[int, told("次数 | tries", 10)]
    error: Annotated[str, told("出错的种类 | kind of error", "TimeoutError")]
    created_at: Annotated[Moment | None, told("产生时刻 | created")]


class Outbox(Struct, kw_only=True):
    """What is stuck, the longest waiting first."""

    items: Annotated[list[Stuck], told("卡住的，最多 100 条 | stuck ones, 100 at most")]


class Retrying(Struct, kw_only=True):
    """How many are due again."""

    deliveries: Annotated[int, told("条数 | how many", 2)]


class Switched(Struct, kw_only=True):
    """Whether suggestions are shown."""

    is_on: Annotated[bool, told("显示建议 | shown")]


class RateShown(Struct, kw_only=True):
    """One index of a period."""

    index: Annotated[str, told("指标代码 | the index, a code", "on_time")]
    part: Annotated[int, told("分子 | counted", 90)]
    whole: Annotated[int, told("分母 | among", 100)]
    percent: Annotated[float | None, told("百分比；没有分母为 null | percent; null where nothing counts", 90.0)]
    is_small: Annotated[bool, told("样本小，不宜比较 | too few to compare", False)]


class AreaFigures(Struct, kw_only=True):
    """The figures of one area; the whole has none."""

    area: Annotated[shapes.AreaRef | None, told("区域；null 为合计 | area; null: the whole")]
    counts: Annotated[dict[str, int], told("件数 | counts", {"reported": 120, "closed": 100})]
    rates: Annotated[list[RateShown], told("指标 | indices")]


class FiguresShown(Struct, kw_only=True):
    """Figures of matters by area: the whole first, then in the order of codes. Never by person."""

    items: Annotated[list[AreaFigures], told("区域 | areas")]


SHAPES = (
    DayAsk, UnitAsk, UnitChange, RetireAsk, DeliveriesAsk, SwitchAsk, DayShown, Days, UnitFull, Outbox, Retrying,
    Switched, FiguresShown,
)  # fmt: skip


class YearWanted(Schema):
    """Which year."""

    year: int = Field(0, ge=0, le=2200, description="年份，默认今年 | year; this year")


class FiguresWanted(Schema):
    """Which matters, and by what."""

    area: AreaCode | None = Field(None, description="区域编码，含下级 | within this area")
    since: Day | None = Field(None, description="上报日自（含），默认 30 天前 | from this local day; 30 days back")
    until: Day | None = Field(
        None, description="上报日至（含），默认今天，最多 1100 天 | to this local day; today; 1,100 days at most"
    )
    template: Words = Field("", description="模板编码或其开头 | a template, or how it begins")
    by: Literal["", "county", "town", "village"] = Field("", description="按区县、镇街或村社 | by which level")


@router.get(
    "/figures",
    operation_id="readFigures",
    summary="事项指标 | Figures of matters",
    openapi_extra=documented({200: FiguresShown}, 422, tag="figures"),
)
def shown(request: HttpRequest, wanted: Query[FiguresWanted]) -> HttpResponse:
    """职责范围内的事项：件数和指标，各有分子分母。

    Of matters in scope: counts, and indices with what they count among.
    """
    params.only(request, FiguresWanted)
    since, until = params.period(wanted.since, wanted.until, back=30, most=MOST_DAYS)
    found = figures.counted(
        request.auth.actor,
        timezone.now(),
        period=figures.Period(since, until),
        area=wanted.area or "",
        by=wanted.by,
        template=wanted.template,
    )
    return showing.answer(FiguresShown(items=[_figures(each) for each in found]))


@router.get(
    "/calendar",
    operation_id="listCalendarDays",
    summary="手工设定的工作日 | Days set by hand",
    openapi_extra=documented({200: Days}, 422, tag="administration"),
)
def calendar(request: HttpRequest, wanted: Query[YearWanted]) -> HttpResponse:
    """一年里的，对所有密钥公开。

    Those of a year, open to every key.
    """
    params.only(request, YearWanted)
    rows = directory.overrides(max(wanted.year, 1970) if wanted.year else timezone.localdate().year)
    items = [DayShown(day=each.date, is_working=each.is_working, source=each.source) for each in rows]
    return showing.answer(Days(items=items))


@router.put(
    "/calendar/{day}",
    operation_id="setCalendarDay",
    summary="设定工作日或休息日 | Set a day worked or not",
    openapi_extra=documented({200: DayShown}, 400, 403, 404, 413, 422, body=ref(DayAsk), tag="administration"),
)
def set_day(request: HttpRequest, day: params.DayNamed) -> HttpResponse:
    """在办时限随之重算。

    Open limits are reckoned anew.
    """
    said, by = bodies.said(request, DayAsk), request.auth.actor
    if day.year not in bodies.YEARS:
        raise Missing("path.invalid", at="day")
    row = people.set_day(day=day, is_working=said.is_working, source=said.source, by=by, now=timezone.now())
    return showing.answer(DayShown(day=row.date, is_working=row.is_working, source=row.source))


@router.delete(
    "/calendar/{day}",
    operation_id="clearCalendarDay",
    summary="取消设定 | Take a setting back",
    openapi_extra=documented({200: Days}, 403, 404, 422, tag="administration"),
)
def clear_day(request: HttpRequest, day: params.DayNamed) -> HttpResponse:
    """恢复按公布的安排；返回那一年其余的。

    The day follows the published calendar again; answers with what is left of that year.
    """
    people.clear_day(day=day, by=request.auth.actor, now=timezone.now())
    return calendar(request, YearWanted(year=day.year))


@catalog.router.post(
    "/units",
    operation_id="openUnit",
    summary="设立单位 | Open a unit",
    openapi_extra=documented({201: UnitFull}, 400, 403, 413, 422, body=ref(UnitAsk), tag="administration"),
)
def open_unit(request: HttpRequest) -> HttpResponse:
    """编码不得重复。

    Its code is nobody else's.
    """
    said, by = bodies.said(request, UnitAsk), request.auth.actor
    told = {"code": said.code, "name": said.name, "kind": said.kind, "area": said.area, "phone": said.phone}
    return showing.answer(_unit(people.open_unit(**told, by=by, now=timezone.now())), 201)


@router.put(
    "/units/{unit_id}",
    operation_id="changeUnit",
    summary="修改单位 | Change a unit",
    openapi_extra=documented({200: UnitFull}, 400, 403, 404, 413, 422, body=ref(UnitChange), tag="administration"),
)
def change_unit(request: HttpRequest, unit_id: params.Id) -> HttpResponse:
    """名称、电话、是否接收新的工作。

    Its name, its telephone, and whether it takes new work.
    """
    said, by = bodies.said(request, UnitChange), request.auth.actor
    told = {"name": said.name, "phone": said.phone, "is_open": said.is_open}
    return showing.answer(_unit(people.change_unit(unit_id=unit_id, **told, by=by, now=timezone.now())))  # type: ignore[arg-type]


@router.post(
    "/areas/{code}/retire",
    operation_id="retireArea",
    summary="停用区域 | End an area",
    openapi_extra=documented({200: RetireAsk}, 400, 403, 404, 409, 413, 422, body=ref(RetireAsk), tag="areas"),
)
def retire_area(request: HttpRequest, code: str) -> HttpResponse:
    """没有下级、没有接替的；合并拆分用导入。

    One with nothing below it and nothing after it; merging and splitting is for the importer.
    """
    said = bodies.said(request, RetireAsk)
    areas.retire(code=code[:20], on=said.on, by=request.auth.actor, now=timezone.now())
    return showing.answer(said)


@router.get(
    "/outbox",
    operation_id="listStuck",
    summary="卡住的后台事务 | What is stuck",
    openapi_extra=documented({200: Outbox}, 403, tag="administration"),
)
def stuck(request: HttpRequest) -> HttpResponse:
    """不经人处理就不会继续的，等得最久的在前。限系统管理员。

    What will not go on without a person, the longest waiting first. For system administrators.
    """
    require(request.auth.actor, Permission.RUN_OUTBOX)
    items = [
        Stuck(
            id=each.pk,
            reaction=each.reaction,
            tries=each.tries,
            error=each.error,
            created_at=showing.local(each.created_at),
        )
        for each in journal.stuck()[:STUCK]
    ]
    return showing.answer(Outbox(items=items))


@router.post(
    "/outbox/retry",
    operation_id="retryStuck",
    summary="重试 | Try again",
    openapi_extra=documented({200: Retrying}, 400, 403, 413, 422, body=ref(DeliveriesAsk), tag="administration"),
)
def retry(request: HttpRequest) -> HttpResponse:
    """重新计次数。

    With a fresh count of tries.
    """
    said = bodies.said(request, DeliveriesAsk)
    many = outbox.retry(delivery_ids=said.deliveries, by=request.auth.actor, now=timezone.now())
    return showing.answer(Retrying(deliveries=many))


@router.put(
    "/suggestions/switch",
    operation_id="switchSuggestions",
    summary="开关建议 | Turn suggestions on or off",
    openapi_extra=documented({200: Switched}, 400, 403, 413, 422, body=ref(SwitchAsk), tag="administration"),
)
def switch(request: HttpRequest) -> HttpResponse:
    """立即对所有人生效。

    For everybody, at once.
    """
    said = bodies.said(request, SwitchAsk)
    turn = training.switch_on if said.is_on else training.switch_off
    turn(by=request.auth.actor, now=timezone.now())
    return showing.answer(Switched(is_on=said.is_on))


def _unit(row: Unit) -> UnitFull:
    told = {"code": row.code, "name": row.name, "area": row.area, "phone": row.phone, "is_open": row.is_open}
    return UnitFull(id=row.pk, kind=UnitKind(row.kind), **told)


def _figures(group: figures.Group) -> AreaFigures:
    counts = group.counts
    return AreaFigures(
        area=showing.area(group.area) if group.area else None,
        counts=counts._asdict(),
        rates=[
            RateShown(
                index=each.of.value,
                part=each.part,
                whole=each.whole,
                percent=each.percent,
                is_small=each.is_small,
            )
            for each in rates(counts)
        ],
    )
