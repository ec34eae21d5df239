"""What everybody may read, by programs: brands, announcements, and the words of matters after review."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Struct
from ninja import Query, Router, Schema
from pydantic import Field

from tongxin.apps.matters.queries import id_of
from tongxin.apps.publicity import actions, queries
from tongxin.apps.publicity.models import Brand, Notice
from tongxin.interfaces.api.v1 import bodies, params, shapes, showing
from tongxin.interfaces.api.v1.asked import Said
from tongxin.interfaces.api.v1.described import WORDS, AreaGiven, Moment, among, told
from tongxin.interfaces.api.v1.documents import documented, ref
from tongxin.interfaces.api.v1.params import AreaCode
from tongxin.rules.permissions import Permission, require
from tongxin.rules.publicity import NOTICE_LIMIT, TITLE_LIMIT, WORDS_LIMIT, Showing

router = Router()


class AnnouncementAsk(Said):
    """Something everybody in an area is told for a time. No names, no telephones of persons."""

    area: Annotated[AreaGiven, told("区域编码 | for whom", "330802007")]
    title: Annotated[str, told("标题，最多 60 字 | title", "荷花中路停水", maxLength=TITLE_LIMIT, pattern=WORDS)]
    text: Annotated[
        str,
        told(
            "内容，最多 2000 字 | text",
            "11 月 22 日 9 时至 17 时，荷花中路沿线停水检修。",
            maxLength=NOTICE_LIMIT,
            pattern=WORDS,
        ),
    ]
    start_at: Annotated[Moment, told("显示自 | shown from", "2026-11-21T08:00:00+08:00")]
    end_at: Annotated[Moment, told("显示至 | shown until", "2026-11-22T17:00:00+08:00")]


class WordsAsk(Said):
    """What is decided about the words of a matter."""

    state: Annotated[Showing, among(Showing, "公开、不公开或撤下 | shown, kept back or taken down")]
    text: Annotated[
        str,
        told("公开的文字，去掉能认出人的 | the words as edited", "菜场东门垃圾堆积，已清运。", maxLength=WORDS_LIMIT),
    ] = ""


class BrandShown(Struct, kw_only=True):
    """How the residents' door is called in one county."""

    area: Annotated[shapes.AreaRef, told("区域 | area")]
    name: Annotated[str, told("名称 | name", "柯城点点通")]
    name_en: Annotated[str, told("英文名称 | English name")]
    color: Annotated[str, told("颜色 | color", "#0b6e4f")]
    hotline: Annotated[str, told("热线 | hotline", "12345")]
    services: Annotated[list[dict[str, Any]], told("常用服务 | what is often asked for")]
    href: Annotated[str, told("群众端地址 | address of the residents' door", "/p/kecheng/")]


class Brands(Struct, kw_only=True):
    """Brands, by area."""

    items: Annotated[list[BrandShown], told("品牌 | brands")]


class AnnouncementShown(Struct, kw_only=True):
    """Something everybody in an area is told."""

    id: Annotated[int, told("编号 | id", 6)]
    area: Annotated[shapes.AreaRef, told("区域 | area")]
    title: Annotated[str, told("标题 | title", "荷花中路停水")]
    text: Annotated[str, told("内容 | text")]
    start_at: Annotated[Moment | None, told("显示自 | shown from")]
    end_at: Annotated[Moment | None, told("显示至 | shown until")]
    withdrawn_at: Annotated[Moment | None, told("撤下时刻；没有撤下为 null | taken off, or null")]


class Announcements(Struct, kw_only=True):
    """Announcements, the newest first."""

    items: Annotated[list[AnnouncementShown], told("公告 | announcements")]


class WordsShown(Struct, kw_only=True):
    """The words of a closed matter, and what was decided about them."""

    number: Annotated[str, told("事项编号 | number", "KC261120-0417")]
    template: Annotated[shapes.TemplateRef, told("事项模板 | template")]
    area: Annotated[shapes.AreaRef, told("区域 | area")]
    closed_at: Annotated[Moment | None, told("办结时刻 | closed")]
    told: Annotated[str, told("反映人的原话，不公开 | what was reported; not public")]
    state: Annotated[Showing | None, among(Showing, "决定；还没有为 null | decided; null: not yet")]
    text: Annotated[str, told("公开的文字 | the words shown")]


class WordsWaiting(Struct, kw_only=True):
    """Closed, unsealed matters of the last 90 days, the newest first."""

    items: Annotated[list[WordsShown], told("事项 | matters")]


class WordsDecided(Struct, kw_only=True):
    """What was decided about the words of a matter."""

    number: Annotated[str, told("事项编号 | number", "KC261120-0417")]
    state: Annotated[Showing, among(Showing, "决定 | decided")]
    text: Annotated[str, told("公开的文字 | the words shown")]


SHAPES = (AnnouncementAsk, WordsAsk, Brands, AnnouncementShown, Announcements, WordsWaiting, WordsDecided)


class InForce(Schema):
    """Which announcements."""

    area: AreaCode | None = Field(None, description="此处现在能看到的 | what stands here now")


class Decided(Schema):
    """Which matters."""

    state: Showing | None = Field(None, description="已决定的；不填为待审 | decided so; else those that wait")


@router.get(
    "/brands",
    operation_id="listBrands",
    summary="群众端品牌 | Brands of the residents' door",
    openapi_extra=documented({200: Brands}, tag="publicity"),
)
def brands(request: HttpRequest) -> HttpResponse:
    """名称、颜色、热线和服务，对所有人公开，因此不按职责缩小。

    Name, color, hotline and services: public, so that no scope narrows them.
    """
    return showing.answer(Brands(items=[_brand(each) for each in Brand.objects.order_by("area")]))


@router.get(
    "/announcements",
    operation_id="listAnnouncements",
    summary="公告 | Announcements",
    openapi_extra=documented({200: Announcements}, 422, tag="publicity"),
)
def announcements(request: HttpRequest, wanted: Query[InForce]) -> HttpResponse:
    """给出区域时，是那里现在公开显示的；否则是此密钥能发布的区域里的全部，含过期的。

    With an area: what everybody there reads now. Else all of the areas in which this key may post, past ones too.
    """
    params.only(request, InForce)
    now = timezone.now()
    found = queries.notices(wanted.area, now) if wanted.area else queries.notices_kept(request.auth.actor)
    return showing.answer(Announcements(items=[_announcement(each) for each in found]))


@router.post(
    "/announcements",
    operation_id="postAnnouncement",
    summary="发布公告 | Tell everybody in an area",
    openapi_extra=documented({201: AnnouncementShown}, 400, 403, 413, 422, body=ref(AnnouncementAsk), tag="publicity"),
)
def post(request: HttpRequest) -> HttpResponse:
    """从开始到结束，在群众端显示。

    Shown at the residents' door from start to end.
    """
    said = bodies.said(request, AnnouncementAsk)
    told = {"area": said.area, "title": said.title, "text": said.text}
    shown = {"start_at": said.start_at, "end_at": said.end_at}
    notice = actions.post_notice(**told, **shown, by=request.auth.actor, now=timezone.now())
    return showing.answer(_announcement(notice), 201)


@router.post(
    "/announcements/{announcement_id}/withdraw",
    operation_id="withdrawAnnouncement",
    summary="撤下公告 | Take an announcement off",
    openapi_extra=documented({200: AnnouncementShown}, 403, 404, tag="publicity"),
)
def withdraw(request: HttpRequest, announcement_id: params.Id) -> HttpResponse:
    """再撤一次不变。

    Withdrawn twice is withdrawn once.
    """
    notice = actions.withdraw_notice(notice_id=announcement_id, by=request.auth.actor, now=timezone.now())
    return showing.answer(_announcement(notice))


@router.get(
    "/publications",
    operation_id="listWords",
    summary="待公开的文字 | Words that wait for review",
    openapi_extra=documented({200: WordsWaiting}, 403, 422, tag="publicity"),
)
def words(request: HttpRequest, wanted: Query[Decided]) -> HttpResponse:
    """近 90 天办结、非封存、职责范围内的，最多 50 件。限审核岗位。

    Closed in the last 90 days, unsealed and in scope, 50 at most. For who reviews.
    """
    params.only(request, Decided)
    require(request.auth.actor, Permission.PUBLISH_WORDS)
    found = queries.waiting(request.auth.actor, wanted.state, timezone.now())
    return showing.answer(WordsWaiting(items=[_words(each) for each in found]))


@router.put(
    "/publications/{number}",
    operation_id="reviewWords",
    summary="审核公开的文字 | Review the words of a matter",
    openapi_extra=documented({200: WordsDecided}, 400, 403, 404, 413, 422, body=ref(WordsAsk), tag="publicity"),
)
def review(request: HttpRequest, number: str) -> HttpResponse:
    """请先去掉姓名、电话、门牌；封存的从不公开。

    Names, telephones and doors are to be left out by who reviews; a sealed matter is never shown.
    """
    said, now = bodies.said(request, WordsAsk), timezone.now()
    matter_id = id_of(number)
    kept = actions.review(matter_id=matter_id, state=said.state, text=said.text, by=request.auth.actor, now=now)
    request.noted = {"matter": number[:24]}
    return showing.answer(WordsDecided(number=number.strip().upper(), state=Showing(kept.state), text=kept.text))


def _brand(row: Brand) -> BrandShown:
    told = {name: getattr(row, name) for name in ("name", "name_en", "color", "hotline", "services")}
    return BrandShown(area=showing.area(row.area), href=f"/p/{row.slug}/", **told)


def _announcement(row: Notice) -> AnnouncementShown:
    moments = {name: showing.local(getattr(row, name)) for name in ("start_at", "end_at", "withdrawn_at")}
    return AnnouncementShown(id=row.pk, area=showing.area(row.area), title=row.title, text=row.text, **moments)


def _words(row: queries.Waiting) -> WordsShown:
    matter, kept = row.matter, row.publication
    return WordsShown(
        number=matter.number,
        template=showing.template(matter.template_code),
        area=showing.area(matter.area),
        closed_at=showing.local(matter.closed_at),
        told=row.text,
        state=Showing(kept.state) if kept else None,
        text=kept.text if kept else "",
    )
