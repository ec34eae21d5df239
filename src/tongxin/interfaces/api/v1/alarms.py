"""What the police hand over, by programs of the units it is pushed to: seeing it, and saying what came of it.

The police's own platform speaks with /api/intake. Of parties and officers nothing is told: codes, units and moments.
"""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Struct
from ninja import Query, Router, Schema
from pydantic import Field

from tongxin.apps.alarms import actions, queries
from tongxin.apps.alarms.models import Alarm, Push
from tongxin.interfaces.api.v1 import bodies, params, shapes, showing
from tongxin.interfaces.api.v1.asked import Said
from tongxin.interfaces.api.v1.described import Moment, among, told
from tongxin.interfaces.api.v1.documents import documented, ref
from tongxin.rules.alarms import Answering, Category, Result, Toward
from tongxin.rules.errors import Missing
from tongxin.rules.lifecycles.matter import State

router = Router()

PAGE, MOST = 50, 200


class AnsweringAsk(Said):
    """What came of a push; asked for when feeding back."""

    result: Annotated[Result | None, among(Result, "反馈时：结果 | on feedback: what came of it")] = None


class PushShown(Struct, kw_only=True):
    """One of the three: to which unit, and what was done about it there."""

    id: Annotated[int, told("编号 | id", 7)]
    to: Annotated[Toward, among(Toward, "推给谁 | for whom")]
    unit: Annotated[shapes.UnitRef | None, told("单位 | unit")]
    is_mine: Annotated[bool, told("此密钥可以答复 | this key may answer it")]
    pushed_at: Annotated[Moment | None, told("推送 | pushed")]
    due_at: Annotated[Moment | None, told("应在此前确认 | to be acknowledged by")]
    acknowledged_at: Annotated[Moment | None, told("确认 | acknowledged")]
    arrived_at: Annotated[Moment | None, told("报到 | somebody was there")]
    visited_at: Annotated[Moment | None, told("上门 | visited")]
    result: Annotated[str, told("反馈的结果代码；没有为空 | what came of it, a code; empty: not yet", "settled")]


class AlarmShown(Struct, kw_only=True):
    """An incident the police handed over."""

    number: Annotated[str, told("事项编号 | number of the matter", "KC261120-0417")]
    category: Annotated[Category, among(Category, "纠纷类别 | what it is about")]
    area: Annotated[shapes.AreaRef, told("区域 | area")]
    state: Annotated[State, among(State, "事项状态 | state of the matter")]
    is_hurt: Annotated[bool, told("有人受伤 | somebody is hurt")]
    has_weapon: Annotated[bool, told("有凶器 | there is a weapon")]
    raised_at: Annotated[Moment | None, told("报警 | when the police were called")]
    heard_at: Annotated[Moment | None, told("推来 | handed over")]
    withdrawn_at: Annotated[Moment | None, told("警方撤回；没有为 null | taken back by the police, or null")]
    outcome: Annotated[str, told("告知警方的结果代码；没有为空 | what the police were told, a code", "settled")]
    pushes: Annotated[list[PushShown], told("三推送 | the three pushes")]


class Alarms(Struct, kw_only=True):
    """A page of incidents, the newest first."""

    items: Annotated[list[AlarmShown], told("警情 | incidents")]
    next: Annotated[int | None, told("下一页的 before；没有为 null | `before` of the next page, or null")]


SHAPES = (AnsweringAsk, AlarmShown, Alarms)


class Wanted(Schema):
    """Which incidents."""

    is_waiting: bool = Field(False, description="只要本单位还没确认的 | only those the own unit has not acknowledged")
    before: params.Key | None = Field(None, description="上一页的 next | the `next` of the page before")
    limit: int = Field(PAGE, ge=1, le=MOST, description="每页条数 | incidents a page")


@router.get(
    "/alarms",
    operation_id="listAlarms",
    summary="警情 | Incidents the police handed over",
    openapi_extra=documented({200: Alarms}, 422, tag="alarms"),
)
def index(request: HttpRequest, wanted: Query[Wanted]) -> HttpResponse:
    """事项在范围内的，和推给本站所的，新的在前。

    Those whose matter is in scope, and those pushed to the own station, the newest first.
    """
    params.only(request, Wanted)
    actor = request.auth.actor
    rows = queries.listed(actor, before=wanted.before, is_waiting=wanted.is_waiting, size=wanted.limit + 1)
    page = rows[: wanted.limit]
    items = [_shown(each, queries.answerable(actor, each)) for each in page]
    return showing.answer(Alarms(items=items, next=page[-1].pk if len(rows) > wanted.limit else None))


@router.get(
    "/alarms/{number}",
    operation_id="readAlarm",
    summary="一起警情 | One incident",
    openapi_extra=documented({200: AlarmShown}, 404, tag="alarms"),
)
def one(request: HttpRequest, number: str) -> HttpResponse:
    """按事项编号。

    By the number of its matter.
    """
    return showing.answer(_read(request, number))


@router.post(
    "/alarms/{number}/pushes/{push_id}/{answering}",
    operation_id="answerAlarm",
    summary="确认、报到、上门、反馈 | Answer a push",
    openapi_extra=documented({200: AlarmShown}, 400, 403, 404, 409, 413, 422, body=ref(AnsweringAsk), tag="alarms"),
)
def answer(request: HttpRequest, number: str, push_id: params.Id, answering: Answering) -> HttpResponse:
    """只限推给本单位的；反馈时要 result，会告知警方。请求体可以为空。

    Of one's own unit alone; feedback names a result, which the police are told. The body may be empty.
    """
    body = bodies.body_of(request)
    said = bodies.read(body, AnsweringAsk) if body.strip() else AnsweringAsk()
    by = request.auth.actor
    alarm = queries.one(by, number)
    if push_id not in {push.pk for push in alarm.pushes.all()}:
        raise Missing("alarm.no_push")
    actions.answer(push_id=push_id, answering=answering, result=said.result, by=by, now=timezone.now())
    request.noted = {"matter": alarm.matter.number}
    return showing.answer(_read(request, number))


def _read(request: HttpRequest, number: str) -> AlarmShown:
    actor = request.auth.actor
    alarm = queries.one(actor, number.replace("\x00", ""))
    return _shown(alarm, queries.answerable(actor, alarm))


def _shown(alarm: Alarm, mine: set[int]) -> AlarmShown:
    return AlarmShown(
        number=alarm.matter.number,
        category=Category(alarm.category),
        area=showing.area(alarm.area),
        state=State(alarm.matter.state),
        is_hurt=alarm.is_hurt,
        has_weapon=alarm.has_weapon,
        raised_at=showing.local(alarm.raised_at),
        heard_at=showing.local(alarm.heard_at),
        withdrawn_at=showing.local(alarm.withdrawn_at),
        outcome=alarm.outcome,
        pushes=[_push(each, is_mine=each.pk in mine) for each in alarm.pushes.all()],
    )


def _push(row: Push, *, is_mine: bool) -> PushShown:
    names = ("pushed_at", "due_at", "acknowledged_at", "arrived_at", "visited_at")
    moments = {name: showing.local(getattr(row, name)) for name in names}
    unit = showing.unit(row.unit_id)
    return PushShown(id=row.pk, to=Toward(row.to), unit=unit, is_mine=is_mine, result=row.result, **moments)
