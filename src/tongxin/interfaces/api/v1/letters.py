"""Letters to the hotline by programs: what waits for one's unit, registered, answered or put aside. Then it is gone."""

from enum import StrEnum
from typing import Annotated, Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Struct
from ninja import Router

from tongxin.apps.hotline import actions, letters
from tongxin.apps.hotline.actions import Told
from tongxin.apps.hotline.models import Letter
from tongxin.apps.matters import queries as matters
from tongxin.interfaces.api.v1 import bodies, params, showing
from tongxin.interfaces.api.v1.asked import WHERE, Said
from tongxin.interfaces.api.v1.described import AREA, LAT, LON, WORDS, Moment, RowId, among, told
from tongxin.interfaces.api.v1.documents import documented, ref
from tongxin.rules.channels import Channel
from tongxin.rules.deadlines import Urgency
from tongxin.rules.permissions import Permission, require

router = Router()

MOST = 50


class Settling(StrEnum):
    """What becomes of a letter."""

    REPORT = "report"
    ANSWER = "answer"
    ASIDE = "aside"


# what is registered has a kind and a place; what is answered, an answer
BY_SETTLING: dict[str, Any] = {
    "allOf": [
        {
            "if": {"properties": {"settle": {"const": Settling.REPORT.value}}},
            "then": {"allOf": [WHERE, {"required": ["template"], "properties": {"template": {"minLength": 1}}}]},
        },
        {
            "if": {"properties": {"settle": {"const": Settling.ANSWER.value}}},
            "then": {"required": ["reply"], "properties": {"reply": {"pattern": WORDS}}},
        },
    ]
}


class LetterAsk(Said):
    """What becomes of a letter: made a matter or joined to one, answered at its address, or put aside."""

    BESIDES: ClassVar[dict[str, Any]] = BY_SETTLING

    settle: Annotated[
        Settling, told("report 登记为事项，answer 回信，aside 作广告处理 | registered, answered or put aside", "answer")
    ]
    text: Annotated[
        str, told("登记的内容；不填为来信原文 | what is registered; else the letter's own words", "路灯不亮")
    ] = ""
    template: Annotated[str, told("事项模板编码 | template", "D02", max_length=8)] = ""
    place: Annotated[str, told("地点描述 | the place in words", "荷花菜场东门", max_length=120)] = ""
    area: Annotated[str, told("区域编码 | code of the area", "330802007008001", max_length=17, pattern=AREA)] = ""
    lon: Annotated[float | None, told("经度 WGS-84 | longitude", 118.865, **LON)] = None
    lat: Annotated[float | None, told("纬度 WGS-84 | latitude", 28.945, **LAT)] = None
    urgency: Annotated[Urgency | None, among(Urgency, "紧急程度 | urgency")] = None
    is_secret: Annotated[bool, told("身份保密 | keep the identity secret")] = False
    master: Annotated[str, told("并入哪一件 | number of the matter it joins", "KC261120-0417", max_length=24)] = ""
    tells_writer: Annotated[bool, told("进展也告诉来信人 | the writer is told how it goes on")] = False
    reply: Annotated[str, told("回信 | the answer", "手机认证或到社区代办。", max_length=2000)] = ""
    articles: Annotated[list[RowId], told("依据的文章编号 | ids of articles cited", [7], max_length=5)] = []


class LetterFile(Struct, kw_only=True):
    """A file that came along."""

    name: Annotated[str, told("文件名 | name", "路灯.jpg")]
    size: Annotated[int, told("字节数 | bytes", 48213)]


class LetterShown(Struct, kw_only=True):
    """A letter that waits; whoever wrote it, masked."""

    id: Annotated[int, told("编号 | id", 7)]
    way: Annotated[Channel, among(Channel, "渠道 | by which way")]
    arrived_at: Annotated[Moment | None, told("到达 | arrived")]
    writer: Annotated[str, told("来信人，已隐去 | the writer, masked", "王* · w***@example.org")]
    title: Annotated[str, told("标题 | title", "路灯")]
    text: Annotated[str, told("内容 | text", "松园社区门口路灯不亮")]
    files: Annotated[list[LetterFile], told("附件 | files")]


class Letters(Struct, kw_only=True):
    """Letters that wait, the first that came first."""

    items: Annotated[list[LetterShown], told("来信，最多 50 封 | letters, 50 at most")]


class LetterSettled(Struct, kw_only=True):
    """What became of a letter."""

    id: Annotated[int, told("编号 | id", 7)]
    number: Annotated[str, told("登记的事项编号；没有则为空 | number of the matter; empty: none", "KC261120-0417")]


SHAPES = (LetterAsk, LetterShown, Letters, LetterSettled)


@router.get(
    "/letters",
    operation_id="listLetters",
    summary="等处理的来信 | Letters that wait",
    openapi_extra=documented({200: Letters}, 403, tag="letters"),
)
def index(request: HttpRequest) -> HttpResponse:
    """本单位的，先到的在前；处理过的不再给出。限话务员。

    Of one's own unit, the first that came first; what is settled is told no more. For operators.
    """
    require(request.auth.actor, Permission.TAKE_CALLS)
    rows = letters.waiting(request.auth.actor)[:MOST]
    return showing.answer(Letters(items=[_shown(each) for each in rows]), **{"Cache-Control": "no-store"})


@router.get(
    "/letters/{letter_id}",
    operation_id="readLetter",
    summary="一封来信 | One letter",
    openapi_extra=documented({200: LetterShown}, 403, 404, tag="letters"),
)
def one(request: HttpRequest, letter_id: params.Id) -> HttpResponse:
    """来信人已隐去。

    Its writer masked.
    """
    require(request.auth.actor, Permission.TAKE_CALLS)
    shown = _shown(letters.one(request.auth.actor, letter_id))
    return showing.answer(shown, **{"Cache-Control": "no-store"})


@router.post(
    "/letters/{letter_id}/settle",
    operation_id="settleLetter",
    summary="登记、回信或作广告处理 | Register, answer or put aside",
    openapi_extra=documented({200: LetterSettled}, 400, 403, 404, 409, 413, 422, body=ref(LetterAsk), tag="letters"),
)
def settle(request: HttpRequest, letter_id: params.Id) -> HttpResponse:
    """登记的与其他渠道同一编号、同一队列；附件成为证据。回信发到来信的地址。

    What is registered is numbered and queued with every other door's, its files become evidence; an answer goes to
    the address it came from.
    """
    said, by, now = bodies.said(request, LetterAsk), request.auth.actor, timezone.now()
    require(by, Permission.TAKE_CALLS)
    letter, number = letters.one(by, letter_id), ""
    match said.settle:
        case Settling.ASIDE:
            actions.put_aside(letter.pk, by=by, now=now)
        case Settling.ANSWER:
            actions.answer_letter(letter.pk, said=said.reply, articles=said.articles, by=by, now=now)
        case Settling.REPORT:
            master_id = matters.one(by, said.master, now=now).pk if said.master else None
            asked = {"master_id": master_id, "tells_writer": said.tells_writer}
            number = actions.register_letter(letter.pk, _told(said, letter), **asked, by=by, now=now).number
            request.noted = {"matter": number}
    return showing.answer(LetterSettled(id=letter_id, number=number))


def _told(said: LetterAsk, letter: Letter) -> Told:
    where = {"place": said.place, "area": said.area, "lon": said.lon, "lat": said.lat}
    text = said.text or letters.said(letter).text
    told = {"template": said.template, "urgency": said.urgency, "is_secret": said.is_secret}
    return Told(key=f"letter-{letter.pk}", text=text, **where, **told)  # type: ignore[arg-type]


def _shown(letter: Letter) -> LetterShown:
    said = letters.said(letter)
    return LetterShown(
        id=letter.pk,
        way=Channel(letter.way),
        arrived_at=showing.local(letter.arrived_at),
        writer=said.masked,
        title=said.title,
        text=said.text,
        files=[LetterFile(name=each.name, size=each.size) for each in letters.files(letter)],
    )
