"""Visits to places by programs, and what a month counts for each of the eight duties."""

from typing import Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from tongxin.apps.patrols import actions
from tongxin.apps.patrols.models import Visit
from tongxin.apps.patrols.queries import duties, visits
from tongxin.apps.patrols.queries.duties import Month
from tongxin.apps.patrols.reach import within
from tongxin.interfaces.api.v1 import bodies, params, showing
from tongxin.interfaces.api.v1.documents import documented, ref
from tongxin.interfaces.api.v1.params import AreaCode, Day
from tongxin.interfaces.api.v1.visit_shapes import VISITS, DutiesCounted, DutyCounted, VisitAsk, Visits, VisitShown
from tongxin.rules.patrols import GridDuty
from tongxin.rules.visits import Outcome, PlaceKind, Purpose

router = Router()
SHAPES = VISITS

PAGE, MOST = 50, 200


class Wanted(Schema):
    """Which visits."""

    area: AreaCode | None = Field(None, description="区域编码，含下级 | within this area")
    purpose: Purpose | None = Field(None, description="事由 | purpose")
    outcome: Outcome | None = Field(None, description="结果 | outcome")
    before: params.Key | None = Field(None, description="上一页的 next | the `next` of the page before")
    limit: int = Field(PAGE, ge=1, le=MOST, description="每页条数 | visits a page")


class MonthWanted(Schema):
    """Which month, where, and by what."""

    area: AreaCode | None = Field(None, description="区域编码，含下级 | within this area")
    month: Day | None = Field(None, description="月内任一天，默认本月 | any day of the month; this month")
    by: Literal["grid", "village", "town"] = Field(
        "village", description="按网格、村社或镇街 | by grid, village or town"
    )


@router.get(
    "/visits",
    operation_id="listVisits",
    summary="走访记录 | Visits to places",
    openapi_extra=documented({200: Visits}, 422, tag="visits"),
)
def index(request: HttpRequest, wanted: Query[Wanted]) -> HttpResponse:
    """职责范围内的走访，新的在前；记场所，不记居民。

    Visits in scope, the latest first: of places, never of residents.
    """
    params.only(request, Wanted)
    found = visits.visible_visits(request.auth.actor).filter(within(wanted.area or "")).order_by("-pk")
    for name in ("purpose", "outcome"):
        if value := getattr(wanted, name):
            found = found.filter(**{name: value})
    if wanted.before:
        found = found.filter(pk__lt=wanted.before)
    rows = list(found[: wanted.limit + 1])
    items = [_shown(each) for each in rows[: wanted.limit]]
    return showing.answer(Visits(items=items, next=items[-1].id if len(rows) > wanted.limit else None))


@router.post(
    "/visits",
    operation_id="makeVisit",
    summary="登记走访 | Write down a visit",
    openapi_extra=documented({201: VisitShown}, 400, 403, 409, 413, 422, body=ref(VisitAsk), tag="visits"),
)
def make(request: HttpRequest) -> HttpResponse:
    """需要办理的，同时按 template 上报一件事项。

    Where something must be done, a matter of this template is reported with it.
    """
    said = bodies.said(request, VisitAsk)
    made = actions.visit(
        area=said.area,
        kind=said.kind,
        place=said.place,
        purpose=said.purpose,
        outcome=said.outcome,
        at=said.at,
        asked=said.asked,
        answered=said.answered,
        ticks=said.ticks,
        template=said.template,
        next_on=said.next_on,
        by=request.auth.actor,
        now=timezone.now(),
    )
    return showing.answer(_shown(made), 201)


@router.get(
    "/duties",
    operation_id="countDuties",
    summary="八项职责月度留痕 | The eight duties in a month",
    openapi_extra=documented({200: DutiesCounted}, 422, tag="visits"),
)
def month(request: HttpRequest, wanted: Query[MonthWanted]) -> HttpResponse:
    """按区域计数，从不按个人。

    Counted by area, never by person.
    """
    params.only(request, MonthWanted)
    asked = Month.of(wanted.month or timezone.localdate())
    found = duties.evidence(request.auth.actor, asked, area=wanted.area or "", by=wanted.by)
    items = [
        DutyCounted(
            duty=GridDuty(each.duty),
            total=each.total,
            by_area=dict(each.by_area),
            by_source=_added((count.source, many) for count, many in each.by_source),
        )
        for each in found
    ]
    return showing.answer(DutiesCounted(items=items))


def _added(pairs) -> dict[str, int]:
    found: dict[str, int] = {}
    for source, many in pairs:
        found[source] = found.get(source, 0) + many
    return found


def _shown(row: Visit) -> VisitShown:
    return VisitShown(
        id=row.pk,
        area=showing.area(row.area),
        kind=PlaceKind(row.kind),
        place=row.place,
        purpose=Purpose(row.purpose),
        duty=GridDuty(row.duty),
        outcome=Outcome(row.outcome),
        asked=row.asked,
        answered=row.answered,
        ticked=list(row.ticked),
        unit=showing.unit(row.unit_id),
        at=showing.local(row.at),
        next_on=row.next_on,
        matter=row.matter.number if row.matter else "",
    )
