"""The reverse check by programs: what was called about beside the grid's reports, what is said of it, the figures."""

from datetime import date, datetime, timedelta
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Struct
from ninja import Query, Router, Schema
from pydantic import Field

from tongxin.apps.insight import actions, comparisons, queries
from tongxin.apps.insight.models import Comparison, Finding, ReverseRule
from tongxin.interfaces.api.v1 import bodies, params, shapes, showing
from tongxin.interfaces.api.v1.asked import Said
from tongxin.interfaces.api.v1.described import CURSOR, WORDS, Moment, among, told
from tongxin.interfaces.api.v1.documents import documented, ref
from tongxin.interfaces.api.v1.params import AreaCode, Day, Words
from tongxin.rules import cursors
from tongxin.rules.area_codes import Level
from tongxin.rules.errors import Invalid, Missing
from tongxin.rules.permissions import Actor
from tongxin.rules.reverse_check import DAYS, RADIUS_METRES, TEXT_LIMIT, Excuse, Review, Settings, Standing

router = Router()

WEEKS, MOST_DAYS = 13, 366
BELOW = {Level.PROVINCE: Level.CITY, Level.CITY: Level.COUNTY, Level.COUNTY: Level.TOWN, Level.TOWN: Level.VILLAGE}


class ReviewAsk(Said):
    """What is said of a comparison."""

    text: Annotated[
        str,
        told(
            "查了什么、为什么，最多 500 字 | what was found, and why",
            "当晚才倒的，巡查时还没有。",
            maxLength=TEXT_LIMIT,
            pattern=WORDS,
        ),
    ]
    excuse: Annotated[Excuse | None, among(Excuse, "不计入的原因 | why it does not count")] = None


class ReverseRuleAsk(Said):
    """How far comparisons reach from now on, the whole of it."""

    radius_m: Annotated[int, told("半径，米 | within meters", 100, ge=RADIUS_METRES[0], le=RADIUS_METRES[1])]
    days: Annotated[int, told("来电前多少天 | days before the call", 7, ge=DAYS[0], le=DAYS[1])]
    explain_days: Annotated[int, told("先听网格说明的天数 | days in which the grid is heard first", 3, ge=0, le=30)]
    templates: Annotated[list[str], told("巡查看得到的事项模板 | kinds a patrol sees", ["C02"], max_length=400)]


class FindingShown(Struct, kw_only=True):
    """One hotline matter held against the grid's reports. Nothing of who called."""

    number: Annotated[str, told("来电事项编号 | number of the hotline matter", "KC261120-0417")]
    template: Annotated[shapes.TemplateRef, told("事项模板 | template")]
    area: Annotated[shapes.AreaRef, told("区域 | area")]
    standing: Annotated[Standing, among(Standing, "结论 | where it stands")]
    reported_at: Annotated[Moment | None, told("来电时刻 | called about")]
    match: Annotated[str, told("网格先报的事项；没有则为空 | the grid's report, or empty", "KC261118-0007")]
    metres: Annotated[float | None, told("相距米数 | meters apart", 38.5)]
    explanation: Annotated[str, told("网格的说明 | the grid's word")]
    excuse: Annotated[str, told("不计入的原因代码；没有则为空 | why it does not count, a code", "just_happened")]
    judgment: Annotated[str, told("复核意见 | the judgment")]
    judged_at: Annotated[Moment | None, told("复核时刻 | judged")]
    explain_until: Annotated[Moment | None, told("网格可说明到 | the grid may explain until")]


class Findings(Struct, kw_only=True):
    """A page of comparisons, the newest call first."""

    items: Annotated[list[FindingShown], told("比对 | comparisons")]
    next: Annotated[str | None, told("下一页的 after；没有下一页为 null | cursor of the next page, or null")]


class Compared(Struct, kw_only=True):
    """What was compared of an area, by where it stands."""

    area: Annotated[shapes.AreaRef, told("区域 | area")]
    matched: Annotated[int, told("网格先报 | the grid was first", 18)]
    missed: Annotated[int, told("应报未报 | should have been reported", 2)]
    open: Annotated[int, told("待核 | to be looked at", 1)]
    explained: Annotated[int, told("已说明待复核 | explained, to be judged", 1)]
    excused: Annotated[int, told("不计入 | does not count", 3)]


class ReverseFigures(Struct, kw_only=True):
    """By area, in the order of codes: never by person, never by caller."""

    items: Annotated[list[Compared], told("区域 | areas")]


class ReverseRuleShown(Struct, kw_only=True):
    """How far comparisons reach."""

    radius_m: Annotated[int, told("半径，米 | within meters", 100)]
    days: Annotated[int, told("来电前多少天 | days before the call", 7)]
    explain_days: Annotated[int, told("先听网格说明的天数 | days in which the grid is heard first", 3)]
    templates: Annotated[list[str], told("巡查看得到的事项模板 | kinds a patrol sees", ["C02"])]
    set_at: Annotated[Moment | None, told("设定时刻 | set")]


class ComparisonAsk(Said):
    """Which days are to be compared, both in."""

    since: Annotated[date, told("起始日 | from this local day", "2026-06-01")]
    until: Annotated[date, told("截止日 | to this local day", "2026-11-20")]


class ComparisonShown(Struct, kw_only=True):
    """How far a comparison is that somebody asked for."""

    id: Annotated[int, told("编号 | its id", 7)]
    start_at: Annotated[Moment | None, told("起 | from")]
    end_at: Annotated[Moment | None, told("止（不含） | to, not in")]
    reached_at: Annotated[Moment | None, told("已比对到 | compared up to here")]
    written: Annotated[int, told("新比对的来电事项 | calls compared anew", 1200)]
    open: Annotated[int, told("其中网格未先报 | of these, without a report of the grid", 640)]
    asked_at: Annotated[Moment | None, told("提出时刻 | asked for")]
    ended_at: Annotated[Moment | None, told("完成时刻；进行中为 null | done; null while it goes on")]


SHAPES = (
    ReviewAsk,
    ReverseRuleAsk,
    ComparisonAsk,
    FindingShown,
    Findings,
    ReverseFigures,
    ReverseRuleShown,
    ComparisonShown,
)


class Wanted(Schema):
    """Which comparisons."""

    standing: Standing | None = Field(None, description="结论 | where it stands")
    area: AreaCode | None = Field(None, description="区域编码，含下级 | within this area")
    after: Words = Field(
        "", description="上一页的 next | the `next` of the page before", json_schema_extra={"pattern": CURSOR}
    )


class Period(Schema):
    """Which days, where, and by what."""

    area: AreaCode = Field("", description="区域编码 | within this area", examples=["330802"])
    since: Day | None = Field(None, description="日期自（含），默认 13 周 | from this local day; 13 weeks back")
    until: Day | None = Field(None, description="日期至（含），默认今天 | to this local day; today")


@router.get(
    "/reverse/findings",
    operation_id="listFindings",
    summary="倒逼比对 | What was called about beside the grid's reports",
    openapi_extra=documented({200: Findings}, 422, tag="reverse"),
)
def index(request: HttpRequest, wanted: Query[Wanted]) -> HttpResponse:
    """职责范围内、非封存的，来电新的在前，每页 50 件。

    In scope and unsealed, the newest call first, 50 a page.
    """
    params.only(request, Wanted)
    after = _cursor(wanted.after) if wanted.after else None
    rows = queries.listed(request.auth.actor, wanted.standing, area=wanted.area or "", after=after)
    shown = rows[: queries.PAGE]
    last = shown[-1] if len(rows) > queries.PAGE else None
    return showing.answer(
        Findings(
            items=[_finding(each) for each in shown],
            next=cursors.cursor(last.reported_at, last.pk) if last else None,
        )
    )


@router.get(
    "/reverse/findings/{number}",
    operation_id="readFinding",
    summary="一件比对 | One comparison",
    openapi_extra=documented({200: FindingShown}, 404, tag="reverse"),
)
def one(request: HttpRequest, number: str) -> HttpResponse:
    """按来电事项的编号。

    By the number of the hotline matter.
    """
    return showing.answer(_finding(_found(request.auth.actor, number)))


@router.post(
    "/reverse/findings/{number}/acts/{act}",
    operation_id="reviewFinding",
    summary="说明或复核 | Explain or judge a comparison",
    openapi_extra=documented({200: FindingShown}, 400, 403, 404, 409, 413, 422, body=ref(ReviewAsk), tag="reverse"),
)
def take(request: HttpRequest, number: str, act: Review) -> HttpResponse:
    """网格先说明，别人再复核；自己说明的不能自己复核。

    The grid explains first, somebody else judges: nobody their own word.
    """
    by, said = request.auth.actor, bodies.said(request, ReviewAsk)
    found = _found(by, number)
    actions.take(act, matter_id=found.pk, text=said.text, by=by, now=timezone.now(), excuse=said.excuse)
    return showing.answer(_finding(_found(by, number)))


@router.get(
    "/reverse/figures",
    operation_id="countFindings",
    summary="倒逼指标 | Figures of the reverse check",
    openapi_extra=documented({200: ReverseFigures}, 422, tag="reverse"),
)
def figures(request: HttpRequest, wanted: Query[Period]) -> HttpResponse:
    """按下一级区域。

    By the areas of the level below.
    """
    params.only(request, Period)
    since, until = params.period(wanted.since, wanted.until, back=7 * WEEKS - 1, most=MOST_DAYS)
    level = Level(len(wanted.area)) if len(wanted.area) in set(Level) else Level.CITY
    below = BELOW.get(level, Level.GRID)
    groups = queries.figures(request.auth.actor, day_from=since, day_to=until, area=wanted.area, level=below)
    items = [Compared(area=showing.area(each.area), **each.tally._asdict()) for each in groups]
    return showing.answer(ReverseFigures(items=items))


@router.get(
    "/reverse/rule",
    operation_id="readReverseRule",
    summary="比对规则 | How far comparisons reach",
    openapi_extra=documented({200: ReverseRuleShown}, 404, tag="reverse"),
)
def rule(request: HttpRequest) -> HttpResponse:
    """现行的一版；还没有设定为 404。

    The edition in force; 404 where none was set.
    """
    found = queries.current_rule()
    if found is None:
        raise Missing("reverse.missing")
    return showing.answer(_rule(found))


@router.put(
    "/reverse/rule",
    operation_id="setReverseRule",
    summary="设定比对规则 | Set how far comparisons reach",
    openapi_extra=documented({200: ReverseRuleShown}, 400, 403, 413, 422, body=ref(ReverseRuleAsk), tag="reverse"),
)
def set_rule(request: HttpRequest) -> HttpResponse:
    """从现在起比对的适用；已比对的不变。

    For what is compared from now on; what was compared stays.
    """
    said = bodies.said(request, ReverseRuleAsk)
    wanted = Settings(said.radius_m, said.days, said.explain_days, frozenset(said.templates))
    return showing.answer(_rule(actions.set_rule(wanted, by=request.auth.actor, now=timezone.now())))


@router.post(
    "/reverse/comparisons",
    operation_id="compareDays",
    summary="比对一段日子 | Compare the calls of some days",
    openapi_extra=documented({201: ComparisonShown}, 400, 403, 409, 413, 422, body=ref(ComparisonAsk), tag="reverse"),
)
def compare(request: HttpRequest) -> HttpResponse:
    """最近三天每小时自动比对；更早的、从别的系统导入的，在这里提出。由后台逐月比对，已复核的不变；一次一段。

    The last three days are compared every hour; ask here for others. The worker compares month by month, nothing judged
    is touched; one span at a time.
    """
    said = bodies.said(request, ComparisonAsk)
    found = comparisons.ask(said.since, said.until, by=request.auth.actor, now=timezone.now())
    return showing.answer(_comparison(found), status=201)


@router.get(
    "/reverse/comparisons/{comparison_id}",
    operation_id="readComparison",
    summary="比对进度 | How far a comparison is",
    openapi_extra=documented({200: ComparisonShown}, 404, tag="reverse"),
)
def comparison(request: HttpRequest, comparison_id: params.Id) -> HttpResponse:
    """只给可以设定比对范围的岗位。

    For posts that may set the reach.
    """
    return showing.answer(_comparison(comparisons.one(request.auth.actor, comparison_id)))


def _comparison(row: Comparison) -> ComparisonShown:
    moments = ("start_at", "end_at", "reached_at", "asked_at", "ended_at")
    told = {name: showing.local(getattr(row, name)) for name in moments}
    return ComparisonShown(id=row.pk, written=row.written, open=row.left, **told)


def _found(actor: Actor, number: str) -> Finding:
    """Return a comparison by its matter's number. Raises Missing, also out of scope."""
    asked = queries.visible_to(actor).select_related("matter", "match", "rule")
    found = asked.filter(matter__number=number[:24].replace("\x00", "").upper()).first()
    if found is None:
        raise Missing("reverse.missing")
    return found


def _cursor(text: str) -> tuple[datetime, int]:
    """Return where the page before ended. Raises Invalid, also for a moment that no calendar here can hold."""
    at, last = cursors.read(text)
    if at.year not in bodies.YEARS or not last:
        raise Invalid("cursor.invalid", cursor=text[:40])
    return at, last


def _finding(row: Finding) -> FindingShown:
    return FindingShown(
        number=row.matter.number,
        template=showing.template(row.template_code),
        area=showing.area(row.area),
        standing=Standing(row.standing),
        reported_at=showing.local(row.reported_at),
        match=row.match.number if row.match else "",
        metres=row.metres,
        explanation=row.explanation,
        excuse=row.excuse,
        judgment=row.judgment,
        judged_at=showing.local(row.judged_at),
        explain_until=showing.local(row.found_at + timedelta(days=row.rule.explain_days)),
    )


def _rule(row: ReverseRule) -> ReverseRuleShown:
    told = {name: getattr(row, name) for name in ("radius_m", "days", "explain_days")}
    return ReverseRuleShown(**told, templates=list(row.templates), set_at=showing.local(row.set_at))
