"""One's own notices by programs, and by which media one hears of what."""

from enum import StrEnum
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Struct
from ninja import Query, Router, Schema
from pydantic import Field

from tongxin.apps.notify import actions, queries
from tongxin.interfaces.api import problems
from tongxin.interfaces.api.v1 import bodies, params, showing
from tongxin.interfaces.api.v1.asked import Said
from tongxin.interfaces.api.v1.described import CURSOR, Moment, RowId, among, told
from tongxin.interfaces.api.v1.documents import documented, ref
from tongxin.interfaces.api.v1.params import Words
from tongxin.rules.occasions import FOR_STAFF, Group, Medium, Occasion

router = Router()

MEDIA = "按类别选择的方式 | media by group: " + "，".join(Medium)
PAGE, MOST = 50, 200

StaffMedium = StrEnum("StaffMedium", {each.name: each.value for each in sorted(FOR_STAFF)})  # type: ignore[misc]


class ReadAsk(Said):
    """Up to which notice all are read."""

    up_to: Annotated[RowId, told("到这一条为止 | up to this one", 117)]


class ChoicesAsk(Said):
    """By which media one hears of each group; a group that is not named is told as usual."""

    media: Annotated[
        dict[str, list[StaffMedium]], told(MEDIA, {"work": ["app", "mail"]}, propertyNames={"enum": list(Group)})
    ]


class NoticeShown(Struct, kw_only=True):
    """One of one's own notices."""

    id: Annotated[int, told("编号 | id", 117)]
    occasion: Annotated[Occasion, among(Occasion, "事由 | occasion")]
    group: Annotated[Group, among(Group, "类别 | group")]
    title: Annotated[str, told("标题 | title", "待签收")]
    text: Annotated[str, told("内容 | text")]
    number: Annotated[str, told("事项编号；与事项无关为空 | the matter; empty: about none", "KC261120-0417")]
    at: Annotated[Moment | None, told("时刻 | when")]
    is_read: Annotated[bool, told("已读 | read")]


class Notices(Struct, kw_only=True):
    """A page of notices, the newest first."""

    items: Annotated[list[NoticeShown], told("通知 | notices")]
    unread: Annotated[int, told("未读条数，最多数到 1000 | unread ones, counted up to 1000", 3)]
    next: Annotated[str | None, told("下一页的 after；没有下一页为 null | cursor of the next page, or null")]


class MarkedRead(Struct, kw_only=True):
    """How many were marked."""

    marked: Annotated[int, told("标为已读的条数 | how many", 3)]


class Choices(Struct, kw_only=True):
    """By which media one hears of what."""

    media: Annotated[dict[str, list[Medium]], told(MEDIA, {"work": ["app", "push"]})]


SHAPES = (ReadAsk, ChoicesAsk, Notices, MarkedRead, Choices)


class Wanted(Schema):
    """Which notices."""

    group: Group | None = Field(None, description="类别 | group")
    is_unread: bool = Field(False, description="只要未读的 | unread ones alone")
    after: Words = Field(
        "", description="上一页的 next | the `next` of the page before", json_schema_extra={"pattern": CURSOR}
    )
    limit: int = Field(PAGE, ge=1, le=MOST, description="每页条数 | notices a page")


@router.get(
    "/notices",
    operation_id="listNotices",
    summary="我的通知 | One's own notices",
    openapi_extra=documented({200: Notices}, 422, tag="notices"),
)
def index(request: HttpRequest, wanted: Query[Wanted]) -> HttpResponse:
    """密钥所属人员自己的，新的在前；不再可见的事项不列。

    Those of the person behind the key, the newest first; none about a matter no longer to be seen.
    """
    params.only(request, Wanted)
    actor = request.auth.actor
    language = problems.language(request)
    asked = {"group": wanted.group, "is_unread": wanted.is_unread, "after": wanted.after}
    page = queries.notices(actor, **asked, size=wanted.limit, language=language)
    items = [_notice(row) for row in page.rows]
    return showing.answer(Notices(items=items, unread=queries.unread(actor), next=page.next or None))


@router.post(
    "/notices/read",
    operation_id="markNoticesRead",
    summary="全部标为已读 | Mark notices as read",
    openapi_extra=documented({200: MarkedRead}, 400, 403, 413, 422, body=ref(ReadAsk), tag="notices"),
)
def read_all(request: HttpRequest) -> HttpResponse:
    """到这一条为止；此后新来的仍是未读。

    Up to this one: what came later stays new.
    """
    said = bodies.said(request, ReadAsk)
    marked = actions.read_all(up_to=said.up_to, by=request.auth.actor, now=timezone.now())
    return showing.answer(MarkedRead(marked=marked))


@router.post(
    "/notices/{notice_id}/read",
    operation_id="markNoticeRead",
    summary="一条标为已读 | Mark one notice as read",
    openapi_extra=documented({200: MarkedRead}, 403, 404, tag="notices"),
)
def read_one(request: HttpRequest, notice_id: params.Id) -> HttpResponse:
    """只能是自己的。

    One's own alone.
    """
    actions.read_one(notice_id=notice_id, by=request.auth.actor, now=timezone.now())
    return showing.answer(MarkedRead(marked=1))


@router.get(
    "/notices/choices",
    operation_id="readNoticeChoices",
    summary="通知方式 | By which media one is told",
    openapi_extra=documented({200: Choices}, tag="notices"),
)
def choices(request: HttpRequest) -> HttpResponse:
    """按类别。

    By group.
    """
    return showing.answer(_choices(request))


@router.put(
    "/notices/choices",
    operation_id="setNoticeChoices",
    summary="选择通知方式 | Choose media",
    openapi_extra=documented({200: Choices}, 400, 403, 413, 422, body=ref(ChoicesAsk), tag="notices"),
)
def choose(request: HttpRequest) -> HttpResponse:
    """没有写的类别照常通知。

    Groups that are not named are told as usual.
    """
    said = bodies.said(request, ChoicesAsk)
    actions.choose(media=said.media, by=request.auth.actor, now=timezone.now())
    return showing.answer(_choices(request))


def _notice(row: queries.Shown) -> NoticeShown:
    return NoticeShown(
        id=row.id,
        occasion=row.occasion,
        group=row.occasion.group,
        title=row.said.title,
        text=row.said.text,
        number=row.number,
        at=showing.local(row.at),
        is_read=row.is_read,
    )


def _choices(request: HttpRequest) -> Choices:
    found = queries.choices(request.auth.actor)
    return Choices(media={group.value: sorted(media) for group, media in found.items()})
