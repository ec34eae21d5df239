"""Webhooks by programs: endpoints of one's own, their secrets, what was sent and sending it again."""

from typing import Annotated, Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Meta, Struct
from ninja import Query, Router, Schema
from pydantic import Field

from tongxin.apps.notify import actions, queries
from tongxin.apps.notify.models import WAITING, Endpoint, Event
from tongxin.guard.destinations import LONGEST
from tongxin.interfaces.api.v1 import bodies, params, showing
from tongxin.interfaces.api.v1.asked import MOST_BIGINT, Said
from tongxin.interfaces.api.v1.described import WORDS, Moment, told
from tongxin.interfaces.api.v1.documents import documented, ref
from tongxin.rules import events
from tongxin.rules.errors import Missing

router = Router()

KINDS = "推送内容：单种、整类或 *，如 matter.close、clock.* | kinds: single ones, nouns, or *"
STATE = "状态：waiting 待发，sent 已发，failed 已放弃，dropped 未发 | waiting, sent, failed (given up), dropped"
SECRET = "密钥，只在开通和更换时给出 | the secret, told when opened or changed only"
EVERY = (*events.KINDS, *(f"{noun}.*" for noun in events.NOUNS))
Id = Annotated[int, Meta(ge=1, le=MOST_BIGINT)]


# an address by name, as `guard.destinations` takes it: no user, no password, no fragment
PUBLIC = r"^https://([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?[.])+[a-z][a-z0-9-]{0,22}[a-z](:[1-9][0-9]{0,3})?(/[!-\"$-~]*)?$"
# single events, or else a span
WHICH: dict[str, Any] = {
    "if": {"required": ["events"], "properties": {"events": {"minItems": 1}}},
    "else": {"required": ["start", "end"], "properties": {"start": {"type": "string"}, "end": {"type": "string"}}},
}


class EndpointAsk(Said):
    """An endpoint as it is opened or written anew, the whole of it."""

    name: Annotated[str, told("名称，最多 80 字 | name, 80 characters at most", "环卫调度系统", pattern=WORDS)]
    url: Annotated[
        str,
        told(
            "地址：https，公网可达 | address: https, public",
            "https://hooks.example/tongxin",
            maxLength=LONGEST,
            pattern=PUBLIC,
        ),
    ]
    kinds: Annotated[
        list[Annotated[str, Meta(extra_json_schema={"enum": ["*", *EVERY]})]],
        told(KINDS, ["matter.*", "clock.overdue"], minItems=1, maxItems=events.MOST_KINDS),
    ]
    is_on: Annotated[bool, told("修改时：是否推送 | on change: whether news is sent", True)] = True


class ReplayAsk(Said):
    """What to send again: single events, or all that were owed in a span `[start, end)`."""

    BESIDES: ClassVar[dict[str, Any]] = WHICH

    events: Annotated[list[Id], told("事件编号 | ids of events", [7, 8])] = []
    start: Annotated[Moment | None, told("起 | from")] = None
    end: Annotated[Moment | None, told("止（不含） | to, not included")] = None


class EndpointShown(Struct, kw_only=True, omit_defaults=True):
    """An endpoint."""

    id: Annotated[int, told("编号 | id", 7)]
    name: Annotated[str, told("名称 | name", "环卫调度系统")]
    url: Annotated[str, told("地址 | address", "https://hooks.example/tongxin")]
    kinds: Annotated[list[str], told(KINDS, ["matter.*"])]
    is_on: Annotated[bool, told("是否推送 | whether news is sent", True)]
    opened_at: Annotated[Moment | None, told("开通时刻 | opened")]
    failing_since: Annotated[Moment | None, told("从何时起没有收下 | since when it takes nothing")]
    old_secret_until: Annotated[Moment | None, told("旧密钥有效到 | until when the old secret signs too")]
    secret: Annotated[str, told(SECRET, "whsec_…")] = ""


class Endpoints(Struct, kw_only=True):
    """One's own endpoints."""

    items: Annotated[list[EndpointShown], told("推送地址 | endpoints")]


class EventShown(Struct, kw_only=True):
    """One event in the log of an endpoint."""

    id: Annotated[int, told("编号；webhook-id 为 evt_编号 | id; its webhook-id is evt_{id}", 7)]
    kind: Annotated[str, told("内容 | kind", "matter.close")]
    number: Annotated[str, told("事项编号；已不在范围内则为空 | the matter; empty where out of scope", "KC261120-0417")]
    state: Annotated[str, told(STATE, "sent")]
    tries: Annotated[int, told("次数 | tries", 1)]
    code: Annotated[str, told("最后的回执：HTTP 状态或 timeout 等 | last answer: HTTP status, or timeout…", "200")]
    owed_at: Annotated[Moment | None, told("应发时刻 | owed since")]
    next_try_at: Annotated[Moment | None, told("下次尝试；不再尝试为 null | next try, or null")]
    ended_at: Annotated[Moment | None, told("结束时刻；未结束为 null | ended, or null")]


class Events(Struct, kw_only=True):
    """A page of the log, newest first."""

    items: Annotated[list[EventShown], told("事件 | events")]
    next: Annotated[int | None, told("下一页的 before；没有为 null | `before` of the next page, or null")]


class Replayed(Struct, kw_only=True):
    """How many are sent again."""

    events: Annotated[int, told("件数 | how many", 2)]


SHAPES = (EndpointAsk, ReplayAsk, EndpointShown, Endpoints, Events, Replayed)


class Asked(Schema):
    """Which page of the log."""

    state: params.Words = Field("", description=STATE)
    before: int | None = Field(None, ge=1, le=MOST_BIGINT, description="上一页的 next | the `next` of the page before")
    limit: int = Field(50, ge=1, le=200, description="每页条数 | events a page")


@router.get(
    "/webhooks",
    operation_id="listWebhooks",
    summary="推送地址 | Webhook endpoints",
    openapi_extra=documented({200: Endpoints}, 403, tag="webhooks"),
)
def index(request: HttpRequest) -> HttpResponse:
    """密钥所属人员自己的推送地址；系统管理员看到全部。

    Those of the person behind the key; a system administrator sees all.
    """
    return showing.answer(Endpoints(items=[_endpoint(each) for each in queries.endpoints(request.auth.actor)]))


@router.post(
    "/webhooks",
    operation_id="openWebhook",
    summary="开通推送地址 | Open an endpoint",
    openapi_extra=documented({201: EndpointShown}, 400, 403, 413, 422, body=ref(EndpointAsk), tag="webhooks"),
)
def opened(request: HttpRequest) -> HttpResponse:
    """CloudEvents 1.0，Standard Webhooks 签名；只推送归属人可看的事项，只含代码。密钥只在此处给出。

    CloudEvents 1.0, signed as Standard Webhooks; codes only, of what the owner may see. The secret is told here only.
    """
    said = bodies.read(bodies.body_of(request), EndpointAsk)
    told = {"name": said.name, "url": said.url, "kinds": said.kinds}
    endpoint = actions.open_endpoint(**told, by=request.auth.actor, now=timezone.now())
    return showing.answer(_endpoint(endpoint, secret=endpoint.secret), 201)


@router.get(
    "/webhooks/{webhook_id}",
    operation_id="readWebhook",
    summary="一个推送地址 | One endpoint",
    openapi_extra=documented({200: EndpointShown}, 403, 404, tag="webhooks"),
)
def one(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """不含密钥。

    Without its secret.
    """
    return showing.answer(_endpoint(queries.endpoint(request.auth.actor, _known(webhook_id))))


@router.put(
    "/webhooks/{webhook_id}",
    operation_id="changeWebhook",
    summary="修改推送地址 | Change an endpoint",
    openapi_extra=documented({200: EndpointShown}, 400, 403, 404, 413, 422, body=ref(EndpointAsk), tag="webhooks"),
)
def change(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """重新启用后从头计失败天数。

    Switched on again, its failing days are counted afresh.
    """
    said = bodies.read(bodies.body_of(request), EndpointAsk)
    told = {"name": said.name, "url": said.url, "kinds": said.kinds, "is_on": said.is_on}
    by = request.auth.actor
    return showing.answer(
        _endpoint(actions.change_endpoint(endpoint_id=_known(webhook_id), **told, by=by, now=timezone.now()))
    )


@router.delete(
    "/webhooks/{webhook_id}",
    operation_id="removeWebhook",
    summary="删除推送地址 | Remove an endpoint",
    openapi_extra=documented({200: Endpoints}, 403, 404, tag="webhooks"),
)
def remove(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """返回其余的推送地址；记录按规则保留。

    Answers with those that are left; the log is kept by rule.
    """
    actions.remove_endpoint(endpoint_id=_known(webhook_id), by=request.auth.actor, now=timezone.now())
    return index(request)


@router.post(
    "/webhooks/{webhook_id}/secret",
    operation_id="rotateWebhookSecret",
    summary="更换密钥 | Change the secret",
    openapi_extra=documented({200: EndpointShown}, 403, 404, tag="webhooks"),
)
def rotate(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """此后 24 小时新旧两个密钥同时签名。

    For 24 hours both secrets sign.
    """
    endpoint = actions.rotate_secret(endpoint_id=_known(webhook_id), by=request.auth.actor, now=timezone.now())
    return showing.answer(_endpoint(endpoint, secret=endpoint.secret))


@router.get(
    "/webhooks/{webhook_id}/events",
    operation_id="listWebhookEvents",
    summary="推送记录 | What was sent",
    openapi_extra=documented({200: Events}, 403, 404, 422, tag="webhooks"),
)
def log(request: HttpRequest, webhook_id: int, asked: Query[Asked]) -> HttpResponse:
    """新的在前；保留 180 天。

    The newest first; kept for 180 days.
    """
    params.only(request, Asked)
    page = {"state": asked.state, "before": asked.before, "size": asked.limit}
    found = queries.events(request.auth.actor, _known(webhook_id), **page)
    items = [_event(row, found.numbers.get(row.matter_id, "")) for row in found.rows]
    return showing.answer(Events(items=items, next=found.next))


@router.post(
    "/webhooks/{webhook_id}/replay",
    operation_id="replayWebhook",
    summary="重发 | Send again",
    openapi_extra=documented({200: Replayed}, 400, 403, 404, 413, 422, body=ref(ReplayAsk), tag="webhooks"),
)
def replay(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """按编号，或按应发时刻的一段；webhook-id 不变，接收方据此去重。一次最多 10000 件。

    By ids, or all that were owed in a span; under their own webhook-id, by which a receiver knows them. 10,000 at once.
    """
    said = bodies.read(bodies.body_of(request), ReplayAsk)
    told: dict[str, Any] = {"event_ids": said.events, "start": said.start, "end": said.end}
    by = request.auth.actor
    many = actions.replay(endpoint_id=_known(webhook_id), **told, by=by, now=timezone.now())
    return showing.answer(Replayed(events=many))


def _known(webhook_id: int) -> int:
    """Return an id the database can hold. Raises Missing for any other."""
    if not 0 < webhook_id <= MOST_BIGINT:
        raise Missing("webhook.missing", webhook=webhook_id)
    return webhook_id


def _endpoint(row: Endpoint, *, secret: str = "") -> EndpointShown:
    return EndpointShown(
        id=row.pk,
        name=row.name,
        url=row.url,
        kinds=list(row.kinds),
        is_on=row.disabled_at is None,
        opened_at=showing.local(row.since),
        failing_since=showing.local(row.failing_since),
        old_secret_until=showing.local(row.old_until),
        secret=secret,
    )


def _event(row: Event, number: str) -> EventShown:
    return EventShown(
        id=row.pk,
        kind=row.kind,
        number=number,
        state=row.state,
        tries=row.tries,
        code=row.code,
        owed_at=showing.local(row.owed_at),
        next_try_at=showing.local(row.next_try_at) if row.state == WAITING else None,
        ended_at=showing.local(row.ended_at),
    )
