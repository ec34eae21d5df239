"""Matters: reporting, listing, reading one."""

import re

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from tongxin.apps.matters import queries
from tongxin.interfaces.api import problems
from tongxin.interfaces.api.v1 import asked, full, intake, params, replays, shapes, showing
from tongxin.interfaces.api.v1.described import CURSOR
from tongxin.interfaces.api.v1.documents import documented, header, ref
from tongxin.interfaces.api.v1.params import AreaCode, Day, Words
from tongxin.rules.channels import Channel
from tongxin.rules.deadlines import Urgency
from tongxin.rules.errors import Invalid
from tongxin.rules.lamps import Lamp
from tongxin.rules.lifecycles.matter import State

router = Router()

PAGE, MOST = 50, 200


class Wanted(Schema):
    """What a list is narrowed to; what is not given narrows nothing."""

    state: list[State] = Field([], description="状态，可重复 | states, may be repeated")
    area: AreaCode | None = Field(None, description="区域编码，含下级 | within this area")
    template: Words = Field("", description="模板编码 | code of the template")
    lamp: Lamp | None = Field(None, description="时限灯 | lamp")
    unit: Words = Field("", description="承办单位编号或编码 | id or code of the unit that handles it")
    channel: Channel | None = Field(None, description="来源渠道 | channel")
    urgency: Urgency | None = Field(None, description="紧急程度 | urgency")
    since: Day | None = Field(None, description="上报日自（含） | reported on or after this local day")
    until: Day | None = Field(None, description="上报日至（含） | reported on or before this local day")
    q: Words = Field("", description="编号或文字 | a number, or words of title, place and text")
    after: Words = Field(
        "", description="上一页的 next | the `next` of the page before", json_schema_extra={"pattern": CURSOR}
    )
    limit: int = Field(PAGE, ge=1, le=MOST, description="每页件数 | matters a page")

    def filters(self) -> queries.Filters:
        """Return the same in the words of the query. Raises Invalid for a unit nobody knows."""
        unit = int(self.unit) if self.unit.isascii() and self.unit.isdigit() and len(self.unit) < 19 else self.unit
        return queries.Filters(
            states=tuple(self.state),
            area=self.area or "",
            template=self.template,
            lamp=self.lamp,
            unit_id=showing.unit_id(unit) if unit != "" else None,
            channel=self.channel or "",
            urgency=self.urgency or "",
            words=self.q,
            day_from=self.since,
            day_to=self.until,
        )


@router.post(
    "/matters",
    operation_id="reportMatters",
    summary="上报事项，一件或一批 | Report one matter, or a list",
    openapi_extra=documented(
        {
            201: {"oneOf": [ref(shapes.Reported), {"type": "array", "items": ref(shapes.Row)}]},
            200: {"oneOf": [ref(shapes.Reported), {"type": "array", "items": ref(shapes.Row)}]},
            207: {"type": "array", "items": ref(shapes.Row)},
        },
        400, 403, 413, 422,
        problem=shapes.RowsProblem,
        body={"oneOf": [ref(asked.Report), {"type": "array", "items": ref(asked.Report), "maxItems": 5000}]},
        headers=(
            header(
                "Idempotency-Key",
                "如 12345-2026-0417：同一密钥下，相同的键只产生一件事项；一批时逐行派生为“键:行号” | one matter for a "
                "key, however often it is sent; for a list, each row's key is derived as key:index",
                pattern=replays.WRITTEN,
            ),
        ),
        tag="matters",
    ),
)  # fmt: skip
def report(request: HttpRequest) -> HttpResponse:
    """一件：201；同键重发：200，带 Idempotency-Replayed: true；同键而内容不同：422。一批（最多 5000 件）：逐行作答，
    坏的一行不影响其他行；有拒收的为 207，没有一行能读的为 422。正文最大 8 MB。

    One: 201; the same key again: 200 with Idempotency-Replayed: true; the same key for other content: 422. A list
    (5,000 at most): answered row by row, a bad row fails alone; 207 where one was
    refused, 422 where no row can be read. 8 MB at most.
    """
    return intake.report(request)


@router.get(
    "/matters",
    operation_id="listMatters",
    summary="事项列表 | List matters",
    openapi_extra=documented({200: shapes.Lines}, 404, 422, tag="matters"),
)
def listing(request: HttpRequest, wanted: Query[Wanted]) -> HttpResponse:
    """只列出此密钥职责范围内的事项；只问办理中的状态时，最急的在前，否则最新的在前。

    Only what is in scope of the key. Where only open states are asked for, the most urgent comes first, else the
    newest.
    """
    params.only(request, Wanted)
    if not re.fullmatch(CURSOR, wanted.after):
        raise Invalid("cursor.invalid", cursor=wanted.after[:40])
    now = timezone.now()
    page = queries.worklist(request.auth.actor, wanted.filters(), now, after=wanted.after, size=wanted.limit)
    items = [shapes.Line(**showing.line(row, now)) for row in page.rows]
    return showing.answer(shapes.Lines(items=items, next=page.next))


@router.get(
    "/matters/{number}",
    operation_id="readMatter",
    summary="一件事项 | One matter",
    openapi_extra=documented({200: shapes.Matter}, 404, tag="matters"),
)
def one(request: HttpRequest, number: str) -> HttpResponse:
    """事项全貌：时限、能办与不能办（附原因）、经过、证据。联系方式始终隐去。ETag 为版本。

    The whole: clocks, acts open and refused with reasons, timeline, evidence. Contacts stay masked. The ETag is the
    revision.
    """
    shown = full.matter(request.auth.actor, number, timezone.now(), spoken=problems.language(request))
    request.noted = {"matter": shown.number}
    return showing.answer(shown, ETag=f'"{shown.rev}"')
