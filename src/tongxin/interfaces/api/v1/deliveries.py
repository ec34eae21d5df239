"""For who runs deliveries: what was sent, in which words, and the robots that speak in units' groups."""

import re
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Struct
from ninja import Query, Router, Schema
from pydantic import Field

from tongxin.apps.notify import actions, queries
from tongxin.apps.notify.models import WAITING, Robot, Sending, Wording
from tongxin.apps.notify.speaking import LANGUAGES
from tongxin.interfaces.api.v1 import bodies, params, shapes, showing
from tongxin.interfaces.api.v1.asked import Said
from tongxin.interfaces.api.v1.described import Moment, RowId, among, told
from tongxin.interfaces.api.v1.documents import documented, ref
from tongxin.interfaces.api.v1.params import Words
from tongxin.rules.occasions import ON_REQUEST, ROBOTS, Medium, Occasion
from tongxin.rules.permissions import Permission, require
from tongxin.rules.wordings import LONGEST

router = Router()

STATE = "状态：waiting 待发，sent 已发，failed 已放弃，dropped 未发 | waiting, sent, failed (given up), dropped"
PAGE, MOST = 50, 200


# by what a robot speaks, and where it is called
Speaking = StrEnum("RobotMedium", {each.name: each.value for each in sorted(ROBOTS)})  # type: ignore[misc]
ROBOT = f'^https://({"|".join(map(re.escape, settings.ROBOT_HOSTS))})(/[!-"$-~]*)?$'


# what somebody asked for is worded by the catalog alone, and each medium takes so much
WORDED: dict[str, Any] = {
    "allOf": [
        {"properties": {"occasion": {"not": {"enum": sorted(ON_REQUEST)}}}},
        *(
            {"if": {"properties": {"medium": {"const": medium}}}, "then": {"properties": {"text": {"maxLength": most}}}}
            for medium, most in LONGEST.items()
        ),
    ]
}


class WordingAsk(Said):
    """What is said on an occasion by a medium; empty brings the catalog's words back."""

    BESIDES: ClassVar[dict[str, Any]] = WORDED

    occasion: Annotated[Occasion, among(Occasion, "事由 | occasion")]
    medium: Annotated[Medium, among(Medium, "方式 | medium")]
    language: Annotated[str, told("语言：zh-hans、en | language", "zh-hans", enum=list(LANGUAGES))]
    text: Annotated[str, told("说什么，可用 {number}、{kind} 等 | what is said", "{number} 待签收", max_length=400)]


class Wordings(Struct, kw_only=True):
    """What the city says in words of its own."""

    items: Annotated[list[WordingAsk], told("自己的措辞 | own words")]


class RobotAsk(Said):
    """A robot in the group of a unit."""

    unit: Annotated[params.UnitGiven, told("单位：编号或编码 | unit: id or code", "sanitation-330802007")]
    medium: Annotated[Speaking, among(sorted(ROBOTS), "种类 | kind")]
    url: Annotated[
        str,
        told("机器人地址 | its address", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0417", pattern=ROBOT),
    ]
    secret: Annotated[str, told("钉钉加签密钥 | the signature's secret", "SEC…", max_length=120)] = ""


class RetryAsk(Said):
    """Which messages to try again."""

    sendings: Annotated[list[RowId], told("编号 | ids", [8, 9], max_length=1000)]


class SendingShown(Struct, kw_only=True):
    """One message in the delivery log: no words, no address."""

    id: Annotated[int, told("编号 | id", 8)]
    occasion: Annotated[Occasion, among(Occasion, "事由 | occasion")]
    medium: Annotated[Medium, among(Medium, "方式 | medium")]
    number: Annotated[str, told("事项编号 | the matter", "KC261120-0417")]
    state: Annotated[str, told(STATE, "sent")]
    tries: Annotated[int, told("次数 | tries", 1)]
    code: Annotated[str, told("对方的回执 | what the other side answered", "200")]
    owed_at: Annotated[Moment | None, told("应发时刻 | owed since")]
    next_try_at: Annotated[Moment | None, told("下次尝试；不再尝试为 null | next try, or null")]


class Sendings(Struct, kw_only=True):
    """A page of the delivery log, the newest first."""

    items: Annotated[list[SendingShown], told("消息 | messages")]
    next: Annotated[int | None, told("下一页的 before；没有为 null | `before` of the next page, or null")]


class Retried(Struct, kw_only=True):
    """How many are due again."""

    sendings: Annotated[int, told("条数 | how many", 2)]


class RobotShown(Struct, kw_only=True):
    """A robot; its address is shown to nobody again."""

    id: Annotated[int, told("编号 | id", 4)]
    unit: Annotated[shapes.UnitRef | None, told("单位 | unit")]
    medium: Annotated[Medium, among(Medium, "种类 | kind")]
    is_active: Annotated[bool, told("在用 | in use", True)]


class Robots(Struct, kw_only=True):
    """Robots of units' groups."""

    items: Annotated[list[RobotShown], told("机器人 | robots")]


SHAPES = (WordingAsk, Wordings, RobotAsk, RetryAsk, Sendings, Retried, Robots)


class Logged(Schema):
    """Which messages."""

    state: Words = Field("", description=STATE)
    medium: Medium | None = Field(None, description="方式 | medium")
    before: params.Key | None = Field(None, description="上一页的 next | the `next` of the page before")
    limit: int = Field(PAGE, ge=1, le=MOST, description="每页条数 | messages a page")


@router.get(
    "/sendings",
    operation_id="listSendings",
    summary="消息发送记录 | The delivery log",
    openapi_extra=documented({200: Sendings}, 403, 422, tag="deliveries"),
)
def sendings(request: HttpRequest, wanted: Query[Logged]) -> HttpResponse:
    """编号、方式和代码，不含文字和地址。限系统管理员。

    Numbers, media and codes; no words, no addresses. For system administrators.
    """
    params.only(request, Logged)
    asked = {"state": wanted.state, "medium": wanted.medium or "", "before": wanted.before, "size": wanted.limit}
    log = queries.sendings(request.auth.actor, **asked)
    items = [_sending(row, log.numbers.get(row.matter_id or 0, "")) for row in log.rows]
    return showing.answer(Sendings(items=items, next=log.next))


@router.post(
    "/sendings/retry",
    operation_id="retrySendings",
    summary="重发失败的消息 | Try messages again",
    openapi_extra=documented({200: Retried}, 400, 403, 413, 422, body=ref(RetryAsk), tag="deliveries"),
)
def retry(request: HttpRequest) -> HttpResponse:
    """重新计次数。

    With a fresh count of tries.
    """
    said = bodies.said(request, RetryAsk)
    many = actions.retry(sending_ids=said.sendings, by=request.auth.actor, now=timezone.now())
    return showing.answer(Retried(sendings=many))


@router.get(
    "/wordings",
    operation_id="listWordings",
    summary="自己的措辞 | Words of the city's own",
    openapi_extra=documented({200: Wordings}, 403, tag="deliveries"),
)
def wordings(request: HttpRequest) -> HttpResponse:
    """没有列出的，用系统原来的措辞。

    What is not listed is said in the catalog's words.
    """
    require(request.auth.actor, Permission.EDIT_RULES)
    rows = Wording.objects.order_by("occasion", "medium", "language")
    items = [
        WordingAsk(occasion=Occasion(each.occasion), medium=Medium(each.medium), language=each.language, text=each.text)
        for each in rows
    ]
    return showing.answer(Wordings(items=items))


@router.put(
    "/wordings",
    operation_id="setWording",
    summary="改通知的措辞 | Word a notice",
    openapi_extra=documented({200: WordingAsk}, 400, 403, 413, 422, body=ref(WordingAsk), tag="deliveries"),
)
def wording(request: HttpRequest) -> HttpResponse:
    """留空则恢复原来的措辞。

    Empty brings the catalog's words back.
    """
    said = bodies.said(request, WordingAsk)
    told = {"occasion": said.occasion, "medium": said.medium, "language": said.language, "text": said.text}
    actions.set_wording(**told, by=request.auth.actor, now=timezone.now())
    return showing.answer(said)


@router.get(
    "/robots",
    operation_id="listRobots",
    summary="群机器人 | Robots in groups",
    openapi_extra=documented({200: Robots}, 403, tag="deliveries"),
)
def robots(request: HttpRequest) -> HttpResponse:
    """只说编号和类别，不说人。

    They say numbers and kinds, nothing of persons.
    """
    return showing.answer(Robots(items=[_robot(each) for each in queries.robots(request.auth.actor)]))


@router.post(
    "/robots",
    operation_id="setRobot",
    summary="加群机器人 | Let a robot speak in a group",
    openapi_extra=documented({201: Robots}, 400, 403, 413, 422, body=ref(RobotAsk), tag="deliveries"),
)
def set_robot(request: HttpRequest) -> HttpResponse:
    """返回全部机器人；地址不再显示。

    Answers with all robots; its address is shown to nobody again.
    """
    said = bodies.said(request, RobotAsk)
    told = {"medium": said.medium, "url": said.url, "secret": said.secret}
    unit_id = showing.unit_id(said.unit) or 0
    actions.set_robot(unit_id=unit_id, **told, by=request.auth.actor, now=timezone.now())
    found = Robots(items=[_robot(each) for each in queries.robots(request.auth.actor)])
    return showing.answer(found, 201)


@router.delete(
    "/robots/{robot_id}",
    operation_id="dropRobot",
    summary="移除群机器人 | Take a robot out",
    openapi_extra=documented({200: Robots}, 403, 404, tag="deliveries"),
)
def drop_robot(request: HttpRequest, robot_id: params.Id) -> HttpResponse:
    """返回其余的。

    Answers with those that are left.
    """
    actions.drop_robot(robot_id=robot_id, by=request.auth.actor, now=timezone.now())
    return robots(request)


def _sending(row: Sending, number: str) -> SendingShown:
    return SendingShown(
        id=row.pk,
        occasion=Occasion(row.occasion),
        medium=Medium(row.medium),
        number=number,
        state=row.state,
        tries=row.tries,
        code=row.code,
        owed_at=showing.local(row.owed_at),
        next_try_at=showing.local(row.next_try_at) if row.state == WAITING else None,
    )


def _robot(row: Robot) -> RobotShown:
    return RobotShown(id=row.pk, unit=showing.unit(row.unit_id), medium=Medium(row.medium), is_active=row.is_active)
