"""For who audits: the journal across its subjects, and who opened which sealed matter."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Struct
from ninja import Query, Router, Schema
from pydantic import Field

from tongxin.apps.journal import audit
from tongxin.apps.matters.unsealings import latest
from tongxin.interfaces.api.v1 import params, showing
from tongxin.interfaces.api.v1.described import Moment, told
from tongxin.interfaces.api.v1.documents import documented
from tongxin.rules.permissions import Permission, require

router = Router()


class Asked(Schema):
    """Which entries."""

    subject: params.Words = Field("", description="关于什么 | about what", examples=["matter:117"])
    kind: params.Words = Field("", description="种类或其开头 | kind, or its beginning", examples=["matter."])
    actor: params.Words = Field("", description="谁 | by whom", examples=["person:7"])
    day: params.Day | None = Field(None, description="哪一天记下的 | written on which day", examples=["2026-11-20"])
    before: params.Key | None = Field(None, description="上一页的 next | the `next` of the page before")


class Page(Schema):
    """Which page."""

    before: params.Key | None = Field(None, description="上一页的 next | the `next` of the page before")


class EntryShown(Struct, kw_only=True):
    """An entry of the journal: codes and references, no personal text."""

    id: Annotated[int, told("编号 | id", 22557)]
    subject: Annotated[str, told("关于什么 | about what", "matter:117")]
    seq: Annotated[int, told("它的第几条 | its place in the chain of the subject", 3)]
    kind: Annotated[str, told("种类 | kind", "matter.dispatch")]
    actor: Annotated[str, told("谁：人、密钥、系统 | by whom: person, key, system", "person:7")]
    post: Annotated[int | None, told("当时的岗位 | the post held then", 12)]
    at: Annotated[Moment | None, told("发生 | happened")]
    recorded_at: Annotated[Moment | None, told("记下 | written")]
    facts: Annotated[dict[str, Any], told("代码与编号 | codes and ids", {"state": "handling"})]


class Entries(Struct, kw_only=True):
    """A page of entries, newest first."""

    items: Annotated[list[EntryShown], told("记录 | entries")]
    next: Annotated[int | None, told("下一页的 before；没有为 null | `before` of the next page, or null")]


class UnsealingShown(Struct, kw_only=True):
    """Who opened a sealed matter: by which post, why, and for how long."""

    id: Annotated[int, told("编号 | id", 7)]
    number: Annotated[str, told("事项编号 | number", "KC261120-0417")]
    post: Annotated[int | None, told("凭哪个岗位 | by which post", 12)]
    reason: Annotated[str, told("为什么 | why", "核对处置是否及时。")]
    at: Annotated[Moment | None, told("打开时刻 | opened")]
    until: Annotated[Moment | None, told("关闭时刻 | closes, or was closed")]
    is_open: Annotated[bool, told("现在是否还开着 | whether it is open now", False)]


class Unsealings(Struct, kw_only=True):
    """A page of them, newest first."""

    items: Annotated[list[UnsealingShown], told("紧急查看 | sealed matters opened")]
    next: Annotated[int | None, told("下一页的 before；没有为 null | `before` of the next page, or null")]


SHAPES = (Entries, Unsealings)


@router.get(
    "/audit",
    operation_id="listEntries",
    summary="审计记录 | The journal, for audits",
    openapi_extra=documented({200: Entries}, 403, 422, tag="administration"),
)
def index(request: HttpRequest, asked: Query[Asked]) -> HttpResponse:
    """审计管理员可读，新的在前，每页 50 条。

    For the audit administrator: newest first, fifty a page.
    """
    params.only(request, Asked)
    require(request.auth.actor, Permission.READ_AUDIT)
    wanted = audit.Asked(asked.subject, asked.kind, asked.actor, asked.day)
    found = audit.entries(wanted, before=asked.before)
    items = [
        EntryShown(
            id=row.pk,
            subject=row.subject,
            seq=row.seq,
            kind=row.kind,
            actor=row.actor,
            post=row.post_id,
            at=showing.local(row.at),
            recorded_at=showing.local(row.recorded_at),
            facts=row.data,
        )
        for row in found.rows
    ]
    return showing.answer(Entries(items=items, next=found.next))


@router.get(
    "/unsealings",
    operation_id="listUnsealings",
    summary="谁打开过保密件 | Who opened sealed matters",
    openapi_extra=documented({200: Unsealings}, 403, 422, tag="administration"),
)
def unsealings(request: HttpRequest, page: Query[Page]) -> HttpResponse:
    """安全、审计管理员可读，新的在前，每页 50 条。

    For the security and the audit administrator: newest first, fifty a page.
    """
    params.only(request, Page)
    require(request.auth.actor, Permission.END_UNSEALING)
    now = timezone.now()
    rows, next_ = latest(before=page.before)
    items = [
        UnsealingShown(
            id=row.pk,
            number=row.matter.number,
            post=row.post_id,
            reason=row.reason,
            at=showing.local(row.at),
            until=showing.local(row.ended_at or row.until),
            is_open=row.ended_at is None and row.until > now,
        )
        for row in rows
    ]
    return showing.answer(Unsealings(items=items, next=next_))
