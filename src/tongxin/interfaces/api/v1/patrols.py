"""Patrols by programs: plans and their points, the rounds they make, checking in, and how much was covered."""

from datetime import date, datetime, time
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from tongxin.apps.patrols import actions
from tongxin.apps.patrols.actions import Draft, Spot
from tongxin.apps.patrols.models import CheckIn, Plan, Round
from tongxin.apps.patrols.queries import rounds
from tongxin.apps.patrols.queries.rounds import Covered, Place, Sheet
from tongxin.apps.patrols.reach import within
from tongxin.interfaces.api.v1 import bodies, params, showing
from tongxin.interfaces.api.v1.documents import documented, ref
from tongxin.interfaces.api.v1.params import AreaCode, Day
from tongxin.interfaces.api.v1.patrol_shapes import (
    SHAPES,
    CheckInAsk,
    CheckInShown,
    Coverage,
    CoveredShown,
    PlaceShown,
    PlanAsk,
    PlanLine,
    Plans,
    PlanShown,
    PointShown,
    Rounds,
    RoundShown,
)
from tongxin.rules.errors import Missing
from tongxin.rules.patrols import Found, GridDuty, Rhythm

__all__ = ["SHAPES", "router"]

router = Router()

MOST_DAYS, PAGE = 92, 100
By = Literal["grid", "village", "town", "team"]


class InArea(Schema):
    """Where."""

    area: AreaCode | None = Field(None, description="区域编码，含下级 | within this area")


class Period(InArea):
    """Which days, `[since, until]`; today where nothing is said."""

    since: Day | None = Field(None, description="日期自（含），默认今天 | from this local day; today")
    until: Day | None = Field(None, description="日期至（含），默认同起 | to this local day, included")

    def days(self, now: datetime) -> tuple[date, date]:
        """Return the days. Raises Invalid for a period that ends before it begins, or is longer than three months."""
        today = timezone.localdate(now)
        return params.period(self.since or self.until or today, self.until or self.since or today, most=MOST_DAYS)


class RoundsWanted(Period):
    """Which rounds."""

    unit: params.Words = Field("", description="巡查队伍：编号或编码 | the team: id or code")


class CoverageWanted(Period):
    """Covered where, and by what."""

    by: By = Field("grid", description="按网格、村社、镇街或队伍 | by grid, village, town or team")


@router.get(
    "/patrols/plans",
    operation_id="listPatrolPlans",
    summary="巡查计划 | Patrol plans",
    openapi_extra=documented({200: Plans}, 422, tag="patrols"),
)
def plans(request: HttpRequest, wanted: Query[InArea]) -> HttpResponse:
    """职责范围内在用的计划。

    The plans in use, as far as they are in scope.
    """
    params.only(request, InArea)
    found = rounds.visible_plans(request.auth.actor).filter(within(wanted.area or ""))
    return showing.answer(Plans(items=[PlanLine(**_line(each)) for each in found]))


@router.post(
    "/patrols/plans",
    operation_id="drawUpPatrolPlan",
    summary="制定巡查计划 | Draw up a plan",
    openapi_extra=documented({201: PlanShown}, 400, 403, 413, 422, body=ref(PlanAsk), tag="patrols"),
)
def draw_up(request: HttpRequest) -> HttpResponse:
    """从下一个到期日起生成巡查。

    Its rounds begin on the next day it falls due.
    """
    by = request.auth.actor
    plan = actions.draw_up(_draft(bodies.said(request, PlanAsk)), by=by, now=timezone.now())
    return showing.answer(_plan(rounds.plan(by, plan.pk)), 201)


@router.get(
    "/patrols/plans/{plan_id}",
    operation_id="readPatrolPlan",
    summary="一份巡查计划 | One plan",
    openapi_extra=documented({200: PlanShown}, 404, tag="patrols"),
)
def plan(request: HttpRequest, plan_id: params.Id) -> HttpResponse:
    """附点位。

    With its points.
    """
    return showing.answer(_plan(rounds.plan(request.auth.actor, plan_id)))


@router.put(
    "/patrols/plans/{plan_id}",
    operation_id="redrawPatrolPlan",
    summary="修改巡查计划 | Change a plan",
    openapi_extra=documented({200: PlanShown}, 400, 403, 404, 412, 413, 422, body=ref(PlanAsk), tag="patrols"),
)
def redraw(request: HttpRequest, plan_id: params.Id) -> HttpResponse:
    """整份重写；已生成的巡查不变。version 不一致时 412。

    The whole anew; rounds that were made stay. 412 where the version has changed since.
    """
    by, said = request.auth.actor, bodies.said(request, PlanAsk)
    actions.redraw(_draft(said), plan_id=plan_id, version=said.version, by=by, now=timezone.now())
    return showing.answer(_plan(rounds.plan(by, plan_id)))


@router.post(
    "/patrols/plans/{plan_id}/close",
    operation_id="closePatrolPlan",
    summary="停用巡查计划 | Close a plan",
    openapi_extra=documented({200: Plans}, 403, 404, tag="patrols"),
)
def close(request: HttpRequest, plan_id: params.Id) -> HttpResponse:
    """不再生成巡查；返回其余的计划。

    No more rounds come of it; answers with the plans that are left.
    """
    actions.close_plan(plan_id=plan_id, by=request.auth.actor, now=timezone.now())
    return plans(request, InArea(area=None))


@router.get(
    "/patrols/rounds",
    operation_id="listPatrolRounds",
    summary="巡查 | Rounds",
    openapi_extra=documented({200: Rounds}, 404, 422, tag="patrols"),
)
def listed(request: HttpRequest, wanted: Query[RoundsWanted]) -> HttpResponse:
    """一段日子里职责范围内的巡查，先到期的在前。

    The rounds of some days that are in scope, the first due on top.
    """
    params.only(request, RoundsWanted)
    now = timezone.now()
    since, until = wanted.days(now)
    chosen = rounds.visible_rounds(request.auth.actor).filter(within(wanted.area or ""), day__range=(since, until))
    if wanted.unit:
        chosen = chosen.filter(unit_id=showing.unit_id(params.unit_given(wanted.unit)))
    sheets = rounds.sheets(Round.objects.filter(pk__in=chosen.order_by("day", "due_at", "id")[:PAGE]))
    found = sorted(sheets, key=lambda each: (each.round.due_at, each.round.pk))
    return showing.answer(Rounds(items=[_round(each, now) for each in found]))


@router.get(
    "/patrols/rounds/{round_id}",
    operation_id="readPatrolRound",
    summary="一次巡查 | One round",
    openapi_extra=documented({200: RoundShown}, 404, tag="patrols"),
)
def one(request: HttpRequest, round_id: params.Id) -> HttpResponse:
    """各点位的情况。

    What was found at its points.
    """
    return showing.answer(_round(_sheet(request, round_id), timezone.now()))


@router.post(
    "/patrols/rounds/{round_id}/check-ins",
    operation_id="checkIn",
    summary="到点打卡 | Check in at a point",
    openapi_extra=documented({201: CheckInShown}, 400, 403, 404, 409, 413, 422, body=ref(CheckInAsk), tag="patrols"),
)
def check_in(request: HttpRequest, round_id: params.Id) -> HttpResponse:
    """只限当班的巡查队伍；位置量过即弃，只留以十米计的距离。

    By the team on duty alone; the position is measured and dropped, kept are tens of meters.
    """
    said = bodies.said(request, CheckInAsk)
    found = {"found": said.found, "matter": said.matter, "reason": said.reason, "ticks": said.ticks}
    where = {"round_id": round_id, "point_id": said.point, "lon": said.lon, "lat": said.lat}
    made = actions.check_in(**where, **found, at=said.at, by=request.auth.actor, now=timezone.now())  # type: ignore[arg-type]
    request.noted = {"round": round_id}
    return showing.answer(_check_in(made), 201)


@router.get(
    "/patrols/coverage",
    operation_id="readCoverage",
    summary="巡查覆盖 | How much was covered",
    openapi_extra=documented({200: Coverage}, 422, tag="patrols"),
)
def coverage(request: HttpRequest, wanted: Query[CoverageWanted]) -> HttpResponse:
    """按区域或队伍，从不按个人。

    By area or team, never by person.
    """
    params.only(request, CoverageWanted)
    now = timezone.now()
    since, until = wanted.days(now)
    found = rounds.coverage(request.auth.actor, now, day_from=since, day_to=until, by=wanted.by, area=wanted.area or "")
    return showing.answer(Coverage(items=[_covered(each, wanted.by) for each in found]))


# --- what was asked --------------------------------------------------------------------------------------


def _draft(said: PlanAsk) -> Draft:
    return Draft(
        name=said.name,
        area=said.area,
        duty=said.duty,
        unit_id=showing.unit_id(said.unit) or 0,
        rhythm=said.rhythm,
        opens=time.fromisoformat(said.opens),
        closes=time.fromisoformat(said.closes),
        spots=[Spot(each.name, each.lon, each.lat, each.radius_m, each.look_at, each.id) for each in said.points],
        on_day=said.on_day,
    )


def _sheet(request: HttpRequest, round_id: int) -> Sheet:
    found = rounds.sheets(rounds.visible_rounds(request.auth.actor).filter(pk=round_id))
    if not found:
        raise Missing("patrol.missing")
    return found[0]


# --- what is shown ---------------------------------------------------------------------------------------


def _line(plan: Plan) -> dict[str, Any]:
    return {
        "id": plan.pk,
        "name": plan.name,
        "area": showing.area(plan.area),
        "duty": GridDuty(plan.duty),
        "unit": showing.unit(plan.unit_id),
        "rhythm": Rhythm(plan.rhythm),
        "on_day": plan.on_day,
        "opens": f"{plan.opens:%H:%M}",
        "closes": f"{plan.closes:%H:%M}",
        "version": plan.version,
        "is_open": plan.is_open,
    }


def _plan(plan: Plan) -> PlanShown:
    return PlanShown(**_line(plan), points=[PointShown(**_point(each)) for each in plan.points.all()])


def _point(point: Any) -> dict[str, Any]:
    return {name: getattr(point, name) for name in PointShown.__struct_fields__}


def _round(sheet: Sheet, now: datetime) -> RoundShown:
    row = sheet.round
    return RoundShown(
        id=row.pk,
        plan=row.plan_id,
        name=row.plan.name,
        day=row.day,
        area=showing.area(row.area),
        unit=showing.unit(row.unit_id),
        opens_at=showing.local(row.opens_at),
        due_at=showing.local(row.due_at),
        lamp=sheet.lamp(now),
        done=sheet.done,
        places=[_place(each) for each in sheet.places],
    )


def _place(place: Place) -> PlaceShown:
    return PlaceShown(**_point(place.point), check_in=_check_in(place.check) if place.check else None)


def _check_in(row: CheckIn) -> CheckInShown:
    return CheckInShown(
        found=Found(row.found),
        at=showing.local(row.at),
        metres=row.metres,
        is_within=row.is_within,
        is_late=row.is_late,
        reason=row.reason,
        ticked=list(row.ticked),
        matter=row.matter.number if row.matter else "",
    )


def _covered(row: Covered, by: str) -> CoveredShown:
    told = {name: getattr(row, name) for name in ("rounds", "due", "seen", "late", "problems", "unreached", "missed")}
    if by == "team":
        return CoveredShown(area=None, unit=showing.unit(int(row.key)), **told)
    return CoveredShown(area=showing.area(row.key), unit=None, **told)
