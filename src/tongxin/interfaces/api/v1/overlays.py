"""What lies over matters: reading it, acting on it, the lists of what waits, and supervision orders."""

import re
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from tongxin import words
from tongxin.apps.matters import actions, overlay_choices, overlay_queues, queries
from tongxin.apps.matters import orders as order_reads
from tongxin.apps.matters.models import Deadline, Matter
from tongxin.apps.matters.overlay_choices import Choice, Laid
from tongxin.apps.matters.overlay_queues import QUEUES, Waiting
from tongxin.apps.matters.unsealings import reading
from tongxin.interfaces.api import problems
from tongxin.interfaces.api.v1 import bodies, full, overlay_shapes, params, shapes, showing
from tongxin.interfaces.api.v1.acts import known_as
from tongxin.interfaces.api.v1.asked import MOST_BIGINT
from tongxin.interfaces.api.v1.described import CURSOR_OF_DUE
from tongxin.interfaces.api.v1.documents import documented, ref
from tongxin.interfaces.api.v1.overlay_shapes import OverlayAct, OverlayAsk, QueueName
from tongxin.interfaces.api.v1.params import Words
from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.overlays.frame import Overlay
from tongxin.rules.overlays.order import Grade
from tongxin.rules.overlays.tables import BY_ACT, TABLES, options
from tongxin.rules.working_time import Limit

router = Router()

PAGE, MOST = 50, 200
# what every kind has, what is shown by its name, and who: never told
COMMON = {
    "id",
    "matter",
    "state",
    "unit",
    "opened_at",
    "opened_by",
    "said",
    "answer",
    "due_at",
    "decided_by",
    "decided_at",
    "endorsed_by",
    "ended_at",
    "whistle",
    "order",
    "suggested",
    "ruled",
}


class Asked(Schema):
    """Which page of a list."""

    after: Words = Field(
        "", description="上一页的 next | the `next` of the page before", json_schema_extra={"pattern": CURSOR_OF_DUE}
    )
    limit: int = Field(PAGE, ge=1, le=MOST, description="每页条数 | lines a page")


class OrdersAsked(Schema):
    """Which orders."""

    is_open: bool | None = Field(None, description="在办或已结束；不填为全部 | running or over; else all")
    before: int | None = Field(None, ge=1, le=MOST_BIGINT, description="上一页的 next | the `next` of the page before")
    limit: int = Field(PAGE, ge=1, le=MOST, description="每页条数 | orders a page")


@router.get(
    "/matters/{number}/overlays",
    operation_id="readOverlays",
    summary="延期、挂账、协办、吹哨、督办等 | What lies over a matter",
    openapi_extra=documented({200: overlay_shapes.Overlays}, 404, tag="overlays"),
)
def listing(request: HttpRequest, number: str) -> HttpResponse:
    """进行中与已结束的各项，各自的时限，能办与不能办（附原因）；以及可以新提出的。

    All of it, running and over, each with its clocks and acts, open and refused with reasons; and what may be opened.
    """
    now, spoken, actor = timezone.now(), problems.language(request), request.auth.actor
    found = queries.one(actor, number, now=now)
    actor = reading(actor, found)
    clocks = list(found.deadlines.order_by("id"))
    laid = overlay_choices.laid(actor, found, clocks, now, ended=TABLES)
    notes = _notes(found, laid)
    shown = overlay_shapes.Overlays(
        rev=found.rev,
        items=[_overlay(found, each, clocks, notes, now, spoken) for each in laid],
        openings=[_choice(number, each, spoken) for each in overlay_choices.openings(actor, found, clocks, now)],
    )
    return showing.answer(shown, ETag=f'"{found.rev}"')


@router.post(
    "/matters/{number}/overlays/{act}",
    operation_id="takeOverlayAct",
    summary="办理延期、挂账、协办等的一步 | Act on what lies over a matter",
    openapi_extra=documented(
        {200: overlay_shapes.OverlayTaken}, 400, 403, 404, 409, 412, 413, 422,
        body=ref(OverlayAsk),
        may_be_empty=True,
        tag="overlays",
    ),
)  # fmt: skip
def take(request: HttpRequest, number: str, act: OverlayAct) -> HttpResponse:  # type: ignore[valid-type]
    """新提出时不带 `id`；办理已有的一项要带。要填什么，读取时逐项列出。

    Without `id` the act opens something new. What each act asks for, reading tells.
    """
    body = bodies.body_of(request)
    said = bodies.read(body, OverlayAsk) if body.strip() else OverlayAsk()
    with known_as(number) as matter_id:
        done = actions.take_over(
            str(act),
            matter_id=matter_id,
            by=request.auth.actor,
            now=timezone.now(),
            overlay_id=said.id,
            rev=said.rev,
            **_details(said),
        )
    request.noted = {"matter": done.number, "act": str(act)}
    shown = overlay_shapes.OverlayTaken(
        number=done.number,
        kind=BY_ACT[str(act)].overlay,
        id=done.id,
        state=done.state,
        rev=done.rev,
        due_at=showing.local(done.due_at),
    )
    return showing.answer(shown, ETag=f'"{done.rev}"')


@router.get(
    "/overlays/{queue}",
    operation_id="listWaiting",
    summary="等您办的审批、协办、应哨、督办、回访、复核 | What waits over matters",
    openapi_extra=documented({200: overlay_shapes.WaitingPage}, 404, 422, tag="overlays"),
)
def waiting(request: HttpRequest, queue: QueueName, asked: Query[Asked]) -> HttpResponse:  # type: ignore[valid-type]
    """只列出此密钥的岗位能办的，先到期的在前；held、extended 列出职责范围内所有在挂账、在申请延期的。

    Only what a post of this key can act on, the first due first; held and extended list all that runs in scope.
    """
    params.only(request, Asked)
    if not re.fullmatch(CURSOR_OF_DUE, asked.after):
        raise Invalid("cursor.invalid", cursor=asked.after[:40])
    now, found = timezone.now(), QUEUES[str(queue)]
    page = overlay_queues.waiting(request.auth.actor, found, after=asked.after, size=asked.limit)
    items = [_waiting(found.kind, each, now) for each in page.rows]
    return showing.answer(overlay_shapes.WaitingPage(items=items, next=page.next))


@router.post(
    "/orders",
    operation_id="issueOrder",
    summary="发督办单 | Issue a supervision order",
    openapi_extra=documented(
        {201: overlay_shapes.OrderIssued, 207: overlay_shapes.OrderIssued},
        400, 403, 404, 409, 413, 422,
        body=ref(overlay_shapes.OrderAsk),
        tag="orders",
    ),
)  # fmt: skip
def issue(request: HttpRequest) -> HttpResponse:
    """一份督办单可以督办多件；个别件不能督办时不影响其他件（207），全部不能时返回第一件的原因。

    One order presses for several matters; one that may not be pressed for stops no other (207). Where none may, the
    first one's reason is the answer.
    """
    said = bodies.read(bodies.body_of(request), overlay_shapes.OrderAsk)
    ids = {each: queries.id_of(each) for each in dict.fromkeys(said.matters)}
    issued = actions.issue_order(
        matter_ids=list(ids.values()),
        grade=said.grade,
        text=said.text,
        by=request.auth.actor,
        now=timezone.now(),
        reply_by=said.reply_by,
    )
    refused = [each for each in issued.items if isinstance(each, Refused)]
    if not issued.number:
        raise refused[0]
    request.noted = {"order": issued.number}
    spoken = problems.language(request)
    items = [_outcome(number, each, spoken) for number, each in zip(ids, issued.items, strict=True)]
    return showing.answer(overlay_shapes.OrderIssued(number=issued.number, items=items), 207 if refused else 201)


@router.get(
    "/orders",
    operation_id="listOrders",
    summary="督办单列表 | List supervision orders",
    openapi_extra=documented({200: overlay_shapes.Orders}, 422, tag="orders"),
)
def orders(request: HttpRequest, asked: Query[OrdersAsked]) -> HttpResponse:
    """只列出涉及此密钥职责范围内事项的督办单，件数也只计范围内的。

    Only orders over matters in scope of the key, and only those matters are counted.
    """
    params.only(request, OrdersAsked)
    page = order_reads.orders(
        request.auth.actor, timezone.now(), is_open=asked.is_open, before=asked.before, size=asked.limit
    )
    items = [overlay_shapes.OrderLine(**_line(each)) for each in page.rows]
    return showing.answer(overlay_shapes.Orders(items=items, next=page.next))


@router.get(
    "/orders/{number}",
    operation_id="readOrder",
    summary="一份督办单 | One supervision order",
    openapi_extra=documented({200: overlay_shapes.OrderShown}, 404, tag="orders"),
)
def order(request: HttpRequest, number: str) -> HttpResponse:
    """督办单与各件的签收、答复、销号情况。

    The order, and how far each of its matters is.
    """
    now, spoken = timezone.now(), problems.language(request)
    line, items = order_reads.one(request.auth.actor, number, now)
    matters = [
        overlay_shapes.OrderItemShown(
            id=item.pk,
            state=item.state,
            label=_state(Overlay.ORDER, item.state, spoken),
            unit=showing.unit(item.unit_id),
            due_at=showing.local(row.due_at),
            lamp=row.lamp(now),
            signed_at=showing.local(item.signed_at),
            replied_at=showing.local(item.replied_at),
            sent_back=item.sent_back,
            matter=shapes.Line(**showing.line(row.matter, now)),
        )
        for item, row in items
    ]
    return showing.answer(overlay_shapes.OrderShown(**_line(line), matters=matters))


@router.post(
    "/orders/{number}/cancel",
    operation_id="cancelOrder",
    summary="撤销督办单 | Take an order back",
    openapi_extra=documented(
        {200: overlay_shapes.OrderLine}, 400, 403, 404, 409, 413, 422, body=ref(overlay_shapes.CancelAsk), tag="orders"
    ),
)
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """撤销还没销号的；只限发起的岗位。

    What is still open of it; only who issued it may.
    """
    said, by, now = bodies.said(request, overlay_shapes.CancelAsk), request.auth.actor, timezone.now()
    order_reads.one(by, number, now)
    actions.cancel_order(number=number, reason=said.reason, by=by, now=now)
    request.noted = {"order": number[:24]}
    line, _items = order_reads.one(by, number, now)
    return showing.answer(overlay_shapes.OrderLine(**_line(line)))


# --- what was asked --------------------------------------------------------------------------------------


def _details(said: OverlayAsk) -> dict[str, Any]:
    """Return the fields of `frame.Ask`. Raises Invalid for a span that cannot be read."""
    try:
        limit = Limit.parse(said.limit) if said.limit else None
    except ValueError as wrong:
        raise Invalid("overlay.unreadable", field="limit", found=said.limit[:20]) from wrong
    plain = {name: getattr(said, name) for name in ("reason", "kind", "join", "rating", "outcome")}
    moments = {name: getattr(said, name) for name in ("until", "reply_by", "is_solved", "is_beyond", "lon", "lat")}
    return (
        plain
        | moments
        | {
            "ground": said.ground or None,
            "limit": limit,
            "unit_id": showing.unit_id(said.unit),
            "units": tuple(filter(None, map(showing.unit_id, said.units))),
        }
    )


# --- what is shown ---------------------------------------------------------------------------------------


def _notes(found: Matter, laid: Sequence[Laid]) -> dict[int, str]:
    """Return the words overlays were opened with, by seq. One statement where there are any."""
    seqs = [each.row.said for each in laid if each.row.said]
    return dict(found.notes.filter(seq__in=seqs).values_list("seq", "text")) if seqs else {}


def _overlay(
    found: Matter, laid: Laid, clocks: Sequence[Deadline], notes: dict[int, str], now: datetime, spoken: str
) -> overlay_shapes.OverlayShown:
    row, kind = laid.row, laid.kind
    return overlay_shapes.OverlayShown(
        kind=kind,
        id=row.pk,
        state=row.state,
        label=_state(kind, row.state, spoken),
        unit=showing.unit(row.unit_id),
        opened_at=showing.local(row.opened_at),
        due_at=showing.local(row.due_at),
        ended_at=showing.local(row.ended_at),
        facts=_facts(row),
        said=notes.get(row.said or 0, ""),
        clocks=[full.clock(each, now) for each in clocks if (each.of, each.of_id) == (kind.value, row.pk)],
        acts=[_choice(found.number, each, spoken) for each in laid.choices],
    )


def _facts(row: Any) -> dict[str, Any]:
    """Return what only this kind has: codes, counts, days and moments; never who."""
    own = {name: getattr(row, name) for field in row._meta.fields if (name := field.name) not in COMMON}
    told = {name: showing.local(value) if isinstance(value, datetime) else value for name, value in own.items()}
    for name in ("suggested", "ruled"):
        if getattr(row, f"{name}_id", None):
            told[name] = showing.unit(getattr(row, f"{name}_id"))
    if placed := getattr(row, "order", None):
        told |= {"order": placed.number, "grade": placed.grade}
    if whistle := getattr(row, "whistle_id", None):
        told["whistle"] = whistle
    return {name: value for name, value in told.items() if value not in (None, "")}


def _state(kind: Overlay, state: str, spoken: str) -> str:
    named: type[StrEnum] | None = options(TABLES[kind].steps[0].act, "state")
    return words.label(named(state), spoken) if named and state in set(named) else state


def _choice(number: str, choice: Choice, spoken: str) -> overlay_shapes.OverlayChoice:
    refused = choice.refused
    return overlay_shapes.OverlayChoice(
        act=choice.act.value,
        label=words.label(choice.act, spoken),
        is_open=refused is None,
        needs=[_field(each) for each in choice.asks if not each.endswith("?")],
        may=[_field(each.rstrip("?")) for each in choice.asks if each.endswith("?")],
        refused=shapes.Problem(**problems.problem(refused, spoken)) if refused else None,
        href=f"{showing.MATTERS}/{number}/overlays/{choice.act.value}",
    )


def _field(name: str) -> str:
    return "unit" if name == "unit_id" else name


def _waiting(kind: Overlay, row: Waiting, now: datetime) -> overlay_shapes.WaitingShown:
    return overlay_shapes.WaitingShown(
        kind=kind,
        id=row.id,
        state=row.state,
        unit=showing.unit(row.unit_id),
        opened_at=showing.local(row.opened_at),
        due_at=showing.local(row.due_at),
        lamp=row.lamp(now),
        matter=shapes.Line(**showing.line(row.matter, now)),
    )


def _line(row: order_reads.Line) -> dict[str, Any]:
    return {
        "number": row.number,
        "grade": Grade(row.grade),
        "trigger": row.trigger,
        "text": row.text,
        "issuer": showing.unit(row.issuer_unit_id),
        "issued_at": showing.local(row.issued_at),
        "reply_by": showing.local(row.reply_by),
        "ended_at": showing.local(row.ended_at),
        "items": row.items,
        "open": row.open,
        "replied": row.replied,
        "overdue": row.late,
        "href": f"/api/v1/orders/{row.number}",
    }


def _outcome(number: str, answer: Any, spoken: str) -> overlay_shapes.OrderOutcome:
    if isinstance(answer, Refused):
        problem = shapes.Problem(**problems.problem(answer, spoken))
        return overlay_shapes.OrderOutcome(number=number, status=answer.status, problem=problem)
    return overlay_shapes.OrderOutcome(number=answer.number, status=201, id=answer.id)
