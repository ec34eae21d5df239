"""The knowledge base by programs: finding an answer, writing the next wording, having it looked at by another."""

from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Struct
from ninja import Query, Router, Schema
from pydantic import Field

from tongxin.apps.hotline import actions, knowledge
from tongxin.apps.hotline.actions.knowledge import BODY_LIMIT, SOURCE_LIMIT, TITLE_LIMIT
from tongxin.apps.hotline.models import Version
from tongxin.interfaces.api.v1 import bodies, params, shapes, showing
from tongxin.interfaces.api.v1.asked import Said
from tongxin.interfaces.api.v1.described import WORDS, AreaGiven, Moment, among, told
from tongxin.interfaces.api.v1.documents import documented, ref
from tongxin.interfaces.api.v1.params import AreaCode, Words
from tongxin.rules.knowledge import ArticleAct, ArticleState, Freshness
from tongxin.rules.permissions import Permission, require
from tongxin.rules.working_time import SHANGHAI

router = Router()

UNTIL = "有效至（不含）；长期为 null | until, not included; null: open"


class ArticleAsk(Said):
    """The next wording of an article, the whole of it."""

    title: Annotated[
        str, told("问题，最多 80 字 | the question", "养老认证怎么办", maxLength=TITLE_LIMIT, pattern=WORDS)
    ]
    body: Annotated[
        str,
        told(
            "答复口径，最多 4000 字 | the answer",
            "手机认证或到社区代办，每年一次。",
            maxLength=BODY_LIMIT,
            pattern=WORDS,
        ),
    ]
    area: Annotated[AreaGiven, told("适用区域编码 | where it holds", "330802")]
    from_on: Annotated[date, told("生效日 | from", "2026-11-20")]
    until_on: Annotated[date | None, told(UNTIL, "2027-11-20")] = None
    source: Annotated[str, told("依据，最多 160 字 | source", "衢市人社发〔2026〕12 号", maxLength=SOURCE_LIMIT)] = ""
    templates: Annotated[list[str], told("相关事项模板 | kinds it belongs to", ["F14"], max_length=20)] = []


class VersionShown(Struct, kw_only=True):
    """One wording."""

    id: Annotated[int, told("编号 | id", 12)]
    number: Annotated[int, told("第几版 | which version", 2)]
    state: Annotated[ArticleState, among(ArticleState, "状态 | state")]
    title: Annotated[str, told("问题 | the question", "养老认证怎么办")]
    body: Annotated[str, told("答复口径 | the answer")]
    area: Annotated[shapes.AreaRef, told("适用区域 | where it holds")]
    templates: Annotated[list[str], told("相关事项模板 | kinds it belongs to", ["F14"])]
    from_on: Annotated[date, told("生效日 | from", "2026-11-20")]
    until_on: Annotated[date | None, told(UNTIL)]
    source: Annotated[str, told("依据 | source")]
    checked_on: Annotated[date, told("最近核对 | checked last", "2026-11-20")]
    written_at: Annotated[Moment | None, told("写于 | written")]
    published_at: Annotated[Moment | None, told("发布于；未发布为 null | published, or null")]


class ArticleLine(Struct, kw_only=True):
    """An article found, by a wording of it."""

    id: Annotated[int, told("编号，接电话作答时引用 | id, by which an answer cites it", 7)]
    code: Annotated[str, told("文章编码 | code", "k0007-12")]
    freshness: Annotated[Freshness | None, among(Freshness, "时效；未发布为 null | does it hold; null: unpublished")]
    used: Annotated[int, told("被引用次数 | how many answers cite it", 31)]
    version: Annotated[VersionShown, told("这一版 | the wording")]


class Articles(Struct, kw_only=True):
    """Articles, the nearest first."""

    items: Annotated[list[ArticleLine], told("文章 | articles")]


class ArticleShown(Struct, kw_only=True):
    """An article with all its wordings."""

    id: Annotated[int, told("编号 | id", 7)]
    code: Annotated[str, told("文章编码 | code", "k0007-12")]
    used: Annotated[int, told("被引用次数 | how many answers cite it", 31)]
    versions: Annotated[list[VersionShown], told("各版，新的在前 | wordings, the newest first")]


SHAPES = (ArticleAsk, VersionShown, Articles, ArticleShown)


class Wanted(Schema):
    """Which articles."""

    q: Words = Field("", description="问题 | the question", examples=["养老认证"])
    area: AreaCode | None = Field(None, description="适用于此处的 | that hold here")
    template: Words = Field("", description="模板编码 | code of the template")
    is_waiting: bool = Field(False, description="改列待审待发布的 | list those that wait for review instead")


@router.get(
    "/articles",
    operation_id="findArticles",
    summary="查知识库 | Find articles",
    openapi_extra=documented({200: Articles}, 403, 422, tag="knowledge"),
)
def index(request: HttpRequest, wanted: Query[Wanted]) -> HttpResponse:
    """已发布的，最相近的在前，最多 50 篇；知识库对工作人员公开。

    Those published, the nearest first, 50 at most; the knowledge base is open to all staff.
    """
    params.only(request, Wanted)
    require(request.auth.actor, Permission.ATTACH)
    if wanted.is_waiting:
        items = [_line(each, each.article_id, each.article.code, None, each.article.used) for each in _waiting()]
        return showing.answer(Articles(items=items))
    today = timezone.now().astimezone(SHANGHAI).date()
    found = knowledge.search(wanted.q, today, area=wanted.area or "", template=wanted.template, limit=50)
    items = [_line(each.version, each.article_id, each.code, each.freshness, each.used) for each in found]
    return showing.answer(Articles(items=items))


@router.post(
    "/articles",
    operation_id="writeArticle",
    summary="写新文章 | Write an article",
    openapi_extra=documented({201: ArticleShown}, 400, 403, 413, 422, body=ref(ArticleAsk), tag="knowledge"),
)
def write(request: HttpRequest) -> HttpResponse:
    """先为草稿；须由别人审核、发布。

    A draft at first; others review and publish it.
    """
    return showing.answer(_written(request, ""), 201)


@router.get(
    "/articles/{code}",
    operation_id="readArticle",
    summary="一篇文章 | One article",
    openapi_extra=documented({200: ArticleShown}, 403, 404, tag="knowledge"),
)
def one(request: HttpRequest, code: str) -> HttpResponse:
    """附各版。

    With all its wordings.
    """
    require(request.auth.actor, Permission.ATTACH)
    return showing.answer(_article(code))


@router.put(
    "/articles/{code}",
    operation_id="rewriteArticle",
    summary="写下一版 | Write the next wording",
    openapi_extra=documented({200: ArticleShown}, 400, 403, 404, 413, 422, body=ref(ArticleAsk), tag="knowledge"),
)
def rewrite(request: HttpRequest, code: str) -> HttpResponse:
    """未发布的草稿被覆盖；发布前原版照用。

    An open draft is written over; what is published holds until the next is.
    """
    return showing.answer(_written(request, code))


@router.post(
    "/articles/versions/{version_id}/acts/{act}",
    operation_id="moveArticle",
    summary="审核、退回、发布、撤下 | Review, send back, publish, withdraw",
    openapi_extra=documented({200: VersionShown}, 403, 404, 409, tag="knowledge"),
)
def move(request: HttpRequest, version_id: params.Id, act: ArticleAct) -> HttpResponse:
    """自己写的须由别人审核、发布。

    What one wrote oneself, another reviews and publishes.
    """
    version = actions.move(act, version_id, by=request.auth.actor, now=timezone.now())
    return showing.answer(_version(version))


def _waiting() -> list[Version]:
    return list(knowledge.waiting()[:50])


def _written(request: HttpRequest, code: str) -> ArticleShown:
    said, now = bodies.said(request, ArticleAsk), timezone.now()
    if code:
        knowledge.one(code)
    told = {name: getattr(said, name) for name in ArticleAsk.__struct_fields__}
    version = actions.write(**told, code=code, by=request.auth.actor, now=now)
    return _article(version.article.code)


def _article(code: str) -> ArticleShown:
    article = knowledge.one(code)
    versions = [_version(each) for each in knowledge.versions(article)]
    return ArticleShown(id=article.pk, code=article.code, used=article.used, versions=versions)


def _line(version: Version, id: int, code: str, freshness: Freshness | None, used: int) -> ArticleLine:
    return ArticleLine(id=id, code=code, freshness=freshness, used=used, version=_version(version))


def _version(row: Version) -> VersionShown:
    told = {name: getattr(row, name) for name in VersionShown.__struct_fields__}
    at: dict[str, datetime | None] = {name: showing.local(told[name]) for name in ("written_at", "published_at")}
    told |= {"state": ArticleState(row.state), "area": showing.area(row.area), "templates": list(row.templates)}
    return VersionShown(id=row.pk, **{name: each for name, each in (told | at).items() if name != "id"})
