"""Taking a call down by programs: what becomes of it, and the figures of teams. Never by caller.

The telephone itself, ringing, muting, putting through, is the switchboard's: it speaks with /api/intake/cti.
"""

import secrets
from datetime import date, datetime, timedelta
from typing import Annotated, Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Struct
from ninja import Query, Router, Schema
from pydantic import Field

from tongxin.apps.hotline import actions, queries
from tongxin.apps.hotline.actions import Told
from tongxin.apps.matters import queries as matters
from tongxin.apps.matters.actions import Reported
from tongxin.apps.matters.incoming import PLACE_LIMIT
from tongxin.interfaces.api.v1 import bodies, params, shapes, showing
from tongxin.interfaces.api.v1.asked import WHERE, Contact, Said
from tongxin.interfaces.api.v1.described import AREA, LAT, LON, POINT_BOTH, WORDS, Moment, RowId, among, told
from tongxin.interfaces.api.v1.documents import documented, ref
from tongxin.interfaces.api.v1.params import Day
from tongxin.rules.calls import CallOutcome, EmergencyService
from tongxin.rules.deadlines import Urgency
from tongxin.rules.errors import Invalid
from tongxin.rules.lifecycles.matter import TEXT_LIMIT, State
from tongxin.rules.permissions import DESK, OVERSIGHT, Actor, Permission, require
from tongxin.rules.working_time import SHANGHAI

router = Router()

MOST_DAYS = 366


# an emergency waits for nothing but whom it is for; all else is a report, with a place
BY_OUTCOME: dict[str, Any] = {
    "if": {"properties": {"outcome": {"const": CallOutcome.HANDED_OVER.value}}},
    "then": POINT_BOTH | {"required": ["service"], "properties": {"service": {"type": "string"}}},
    "else": {
        "allOf": [
            WHERE,
            {"required": ["template"], "properties": {"template": {"minLength": 1}, "text": {"pattern": WORDS}}},
        ]
    },
}


class CallAsk(Said):
    """A call as the operator took it down, and what becomes of it. Where: by a point or by an area."""

    BESIDES: ClassVar[dict[str, Any]] = BY_OUTCOME

    outcome: Annotated[CallOutcome, among(CallOutcome, "怎么办 | what becomes of it")]
    text: Annotated[
        str, told("来电内容，最多 2000 字 | what was told", "松园社区菜场门口路灯不亮", maxLength=TEXT_LIMIT)
    ]
    template: Annotated[str, told("事项模板；转紧急电话可不填 | template; not asked in an emergency", "D02")] = ""
    place: Annotated[str, told("地点描述，最多 120 字 | the place in words", "荷花菜场东门", maxLength=PLACE_LIMIT)] = (
        ""
    )
    area: Annotated[str, told("区域编码 | code of the area", "330802007008001", pattern=AREA)] = ""
    lon: Annotated[float | None, told("经度 WGS-84，与 lat 一起填 | longitude; with lat", 118.865, **LON)] = None
    lat: Annotated[float | None, told("纬度 WGS-84 | latitude", 28.945, **LAT)] = None
    urgency: Annotated[Urgency | None, among(Urgency, "紧急程度 | urgency")] = None
    contact: Annotated[Contact | None, told("来电人同意留下的联系方式 | the contact the caller agreed to leave")] = None
    is_secret: Annotated[bool, told("身份保密 | keep the identity secret")] = False
    call: Annotated[RowId | None, told("总机来电的编号 | id of the call the switchboard told of", 12)] = None
    use_number: Annotated[bool, told("同意按来电号码回复 | answered at the number that rang")] = False
    reply: Annotated[str, told("当场答复的话 | what was answered", "手机认证或到社区代办。")] = ""
    articles: Annotated[list[RowId], told("答复依据的文章编号 | ids of articles cited", [7], max_length=5)] = []
    master: Annotated[str, told("并入哪一件 | number of the matter it joins", "KC261120-0417", max_length=24)] = ""
    service: Annotated[EmergencyService | None, among(EmergencyService, "转哪个紧急电话 | put through to")] = None
    key: Annotated[str, told("幂等键；相同的键只产生一件 | one matter for a key", "call-0417", max_length=40)] = ""


class CallTaken(Struct, kw_only=True):
    """What became of a call."""

    number: Annotated[str, told("事项编号 | number", "KC261120-0417")]
    receipt: Annotated[str, told("回执，给来电人 | receipt, for the caller")]
    state: Annotated[State, among(State, "状态 | state")]
    due_at: Annotated[Moment | None, told("全流程截止时刻 | when the whole is due")]
    is_new: Annotated[bool, told("同键重发为 false | false where the key was known", True)]


class TeamFigures(Struct, kw_only=True):
    """What one team took in."""

    unit: Annotated[shapes.UnitRef | None, told("队伍 | team")]
    calls: Annotated[int, told("来电 | calls", 120)]
    connected: Annotated[int, told("接通 | connected", 118)]
    in_time: Annotated[int, told("15 秒内接通 | within 15 seconds", 111)]
    missed: Annotated[int, told("未接 | missed", 2)]
    answered: Annotated[int, told("当场答复 | answered", 60)]
    dispatched: Annotated[int, told("受理派送 | dispatched", 50)]
    joined: Annotated[int, told("并入同一件 | joined", 6)]
    handed_over: Annotated[int, told("转紧急电话 | handed over", 2)]


class CallFigures(Struct, kw_only=True):
    """What teams took in, and what each channel dispatched. Nobody's calls are counted alone."""

    teams: Annotated[list[TeamFigures], told("队伍 | teams")]
    channels: Annotated[dict[str, int], told("各渠道派遣件数 | matters dispatched by channel", {"hotline": 50})]


SHAPES = (CallAsk, CallTaken, CallFigures)


class Period(Schema):
    """Which days, both included; today where nothing is said."""

    since: Day | None = Field(None, description="日期自（含），默认今天 | from this local day; today")
    until: Day | None = Field(None, description="日期至（含），默认今天 | to this local day; today")


@router.post(
    "/calls",
    operation_id="takeCall",
    summary="记下一通来电 | Take a call down",
    openapi_extra=documented(
        {201: CallTaken, 200: CallTaken}, 400, 403, 404, 409, 413, 422, body=ref(CallAsk), tag="calls"
    ),
)
def take(request: HttpRequest) -> HttpResponse:
    """当场答复、受理派送、并入同一件、转紧急电话；与其他渠道同一编号、同一队列。限话务员。

    Answered at once, dispatched, joined, or put through; numbered and queued with every other door's. For operators.
    """
    said, by, now = bodies.said(request, CallAsk), request.auth.actor, timezone.now()
    require(by, Permission.TAKE_CALLS)
    taken = _decided(said, by, now)
    request.noted = {"matter": taken.number}
    shown = CallTaken(
        number=taken.number,
        receipt=taken.receipt,
        state=State(matters.one(by, taken.number, now=now).state),
        due_at=showing.local(taken.due_at),
        is_new=taken.is_new,
    )
    return showing.answer(shown, 201 if taken.is_new else 200)


@router.get(
    "/calls/figures",
    operation_id="countCalls",
    summary="热线运行数 | Figures of the hotline",
    openapi_extra=documented({200: CallFigures}, 403, 422, tag="calls"),
)
def figures(request: HttpRequest, wanted: Query[Period]) -> HttpResponse:
    """按队伍，不按个人，不按来电人。

    By team: neither by person nor by caller.
    """
    params.only(request, Period)
    actor = request.auth.actor
    if not actor.roles & (DESK | OVERSIGHT):
        require(actor, Permission.TAKE_CALLS)
    start, end = _span(wanted)
    teams = [
        TeamFigures(
            unit=showing.unit(each.unit_id),
            **{name: getattr(each, name) for name in TeamFigures.__struct_fields__ if name != "unit"},
        )
        for each in queries.figures(actor, start, end)
    ]
    return showing.answer(CallFigures(teams=teams, channels=queries.by_channel(actor, start, end)))


def _decided(said: CallAsk, by: Actor, now: datetime) -> Reported:
    contact = said.contact or Contact()
    told = Told(
        key=said.key or secrets.token_urlsafe(12),
        **{name: getattr(said, name) for name in ("text", "template", "place", "area", "lon", "lat", "urgency")},
        use_number=said.use_number,
        contact_name=contact.name,
        contact_phone=contact.phone,
        is_secret=said.is_secret,
        call_id=said.call,
    )
    match said.outcome:
        case CallOutcome.ANSWERED:
            return actions.answer(told, said=said.reply, articles=said.articles, by=by, now=now)
        case CallOutcome.JOINED:
            return actions.join(told, master_id=matters.one(by, said.master, now=now).pk, by=by, now=now)
        case CallOutcome.HANDED_OVER:
            if said.service is None:
                raise Invalid("body.missing", at="service")
            return actions.hand_over(told, to=said.service, by=by, now=now)[0]
        case _:
            return actions.dispatch(told, by=by, now=now)


def _span(wanted: Period) -> tuple[datetime, datetime]:
    """Return the local days as `[start, end)`. Raises Invalid for a period that is none, or longer than a year."""
    since, until = params.period(wanted.since, wanted.until, back=0, most=MOST_DAYS)
    return _midnight(since), _midnight(until + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
