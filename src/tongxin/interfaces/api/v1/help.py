"""One-tap help by programs: places and their teams, calls, and what the teams say of them."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from tongxin.apps.patrols import actions
from tongxin.apps.patrols.actions import Setting
from tongxin.apps.patrols.models import HelpCall, HelpPlace
from tongxin.apps.patrols.queries import help as helps
from tongxin.apps.patrols.reach import within
from tongxin.interfaces.api.v1 import bodies, params, showing
from tongxin.interfaces.api.v1.documents import documented, ref
from tongxin.interfaces.api.v1.params import AreaCode
from tongxin.interfaces.api.v1.patrols import InArea
from tongxin.interfaces.api.v1.visit_shapes import (
    HELP,
    EndHelpAsk,
    HelpAsk,
    HelpCalls,
    HelpCallShown,
    HelpPlaceAsk,
    HelpPlaces,
    HelpPlaceShown,
)
from tongxin.rules import help_calls
from tongxin.rules.help_calls import Standing, Trouble
from tongxin.rules.permissions import Actor, Permission, may

router = Router()
SHAPES = HELP

PAGE, MOST = 50, 200


class Wanted(Schema):
    """Which calls."""

    area: AreaCode | None = Field(None, description="区域编码，含下级 | within this area")
    is_open: bool | None = Field(None, description="进行中或已结束；不填为全部 | running or ended; else all")
    before: params.Key | None = Field(None, description="上一页的 next | the `next` of the page before")
    limit: int = Field(PAGE, ge=1, le=MOST, description="每页条数 | calls a page")


@router.get(
    "/help/places",
    operation_id="listHelpPlaces",
    summary="求助点 | Help places",
    openapi_extra=documented({200: HelpPlaces}, 422, tag="help"),
)
def places(request: HttpRequest, wanted: Query[InArea]) -> HttpResponse:
    """职责范围内的，和呼叫本队的。

    Those in scope, and those that call the own team.
    """
    params.only(request, InArea)
    actor = request.auth.actor
    found = helps.visible_places(actor).filter(within(wanted.area or ""))
    return showing.answer(HelpPlaces(items=[_place(each, actor) for each in found]))


@router.post(
    "/help/places",
    operation_id="setUpHelpPlace",
    summary="设置求助点 | Set up a help place",
    openapi_extra=documented({201: HelpPlaceShown}, 400, 403, 413, 422, body=ref(HelpPlaceAsk), tag="help"),
)
def set_up(request: HttpRequest) -> HttpResponse:
    """队伍按呼叫的先后。

    Its teams in the order in which they are called.
    """
    by = request.auth.actor
    place = actions.set_up_place(_setting(bodies.said(request, HelpPlaceAsk)), by=by, now=timezone.now())
    return showing.answer(_place(helps.place(by, place.pk), by), 201)


@router.put(
    "/help/places/{place_id}",
    operation_id="changeHelpPlace",
    summary="修改求助点 | Change a help place",
    openapi_extra=documented({200: HelpPlaceShown}, 400, 403, 404, 412, 413, 422, body=ref(HelpPlaceAsk), tag="help"),
)
def change(request: HttpRequest, place_id: params.Id) -> HttpResponse:
    """整份重写；version 不一致时 412。

    The whole anew; 412 where the version has changed since.
    """
    by, said = request.auth.actor, bodies.said(request, HelpPlaceAsk)
    actions.set_up_place(_setting(said), place_id=place_id, version=said.version, by=by, now=timezone.now())
    return showing.answer(_place(helps.place(by, place_id), by))


@router.post(
    "/help/places/{place_id}/renew",
    operation_id="renewHelpPlace",
    summary="更换求助码 | Give a place a new code",
    openapi_extra=documented({200: HelpPlaceShown}, 403, 404, tag="help"),
)
def renew(request: HttpRequest, place_id: params.Id) -> HttpResponse:
    """印好的旧码不再呼叫任何人。

    The old printed code calls nobody any more.
    """
    by = request.auth.actor
    actions.renew_token(place_id=place_id, by=by, now=timezone.now())
    return showing.answer(_place(helps.place(by, place_id), by))


@router.post(
    "/help/places/{place_id}/calls",
    operation_id="callForHelp",
    summary="一键求助 | Call the team of a place",
    openapi_extra=documented({201: HelpCallShown}, 400, 403, 404, 413, 422, body=ref(HelpAsk), tag="help"),
)
def call(request: HttpRequest, place_id: params.Id) -> HttpResponse:
    """同一事由还在呼叫时，就是那一次。有生命危险请打 110、119、120。印好的求助码（页面 /f/help/…）谁都能用，不需密钥；
    这里按编号呼叫，编号人人可猜，所以要有密钥的程序：值守大屏、门禁机、报警按钮。

    While the same trouble is being called for, it is the same call. In danger of life, ring 110, 119 or 120. The
    printed code (its page, /f/help/…) is for everybody and asks for no key; here a place is called by an id that
    anybody could guess, so programs with a key alone may: boards, gates, panic buttons.
    """
    by, said = request.auth.actor, bodies.said(request, HelpAsk)
    place = helps.place(by, place_id)
    made = actions.call(place_id=place.pk, trouble=said.trouble, by=by, now=timezone.now())
    return showing.answer(_call(made), 201)


@router.get(
    "/help/calls",
    operation_id="listHelpCalls",
    summary="求助记录 | Calls for help",
    openapi_extra=documented({200: HelpCalls}, 422, tag="help"),
)
def calls(request: HttpRequest, wanted: Query[Wanted]) -> HttpResponse:
    """职责范围内的，和呼叫到本队的，新的在前。

    Those in scope, and those that called the own team, the latest first.
    """
    params.only(request, Wanted)
    found = helps.visible_calls(request.auth.actor).filter(within(wanted.area or "")).order_by("-pk")
    if wanted.is_open is not None:
        found = found.filter(ended_at__isnull=wanted.is_open)
    if wanted.before:
        found = found.filter(pk__lt=wanted.before)
    rows = list(found[: wanted.limit + 1])
    items = [_call(each) for each in rows[: wanted.limit]]
    return showing.answer(HelpCalls(items=items, next=items[-1].id if len(rows) > wanted.limit else None))


@router.post(
    "/help/calls/{call_id}/answer",
    operation_id="answerHelp",
    summary="我去 | Answer a call",
    openapi_extra=documented({200: HelpCallShown}, 403, 404, 409, tag="help"),
)
def answer(request: HttpRequest, call_id: params.Id) -> HttpResponse:
    """此后不再呼叫别的队伍。

    Nobody else is called any more.
    """
    return showing.answer(_call(actions.answer(call_id=call_id, by=request.auth.actor, now=timezone.now())))


@router.post(
    "/help/calls/{call_id}/arrive",
    operation_id="arriveAtHelp",
    summary="到场 | Say that the team is there",
    openapi_extra=documented({200: HelpCallShown}, 403, 404, 409, tag="help"),
)
def arrive(request: HttpRequest, call_id: params.Id) -> HttpResponse:
    """直接到场的即为应答。

    Who comes has answered by coming.
    """
    return showing.answer(_call(actions.arrive(call_id=call_id, by=request.auth.actor, now=timezone.now())))


@router.post(
    "/help/calls/{call_id}/end",
    operation_id="endHelp",
    summary="结束求助 | End a call",
    openapi_extra=documented({200: HelpCallShown}, 400, 403, 404, 409, 413, 422, body=ref(EndHelpAsk), tag="help"),
)
def end(request: HttpRequest, call_id: params.Id) -> HttpResponse:
    """转为事项的，写明编号。

    What became a matter names it.
    """
    said, by = bodies.said(request, EndHelpAsk), request.auth.actor
    ended = actions.end_call(call_id=call_id, ending=said.ending, matter=said.matter, by=by, now=timezone.now())
    return showing.answer(_call(ended))


def _setting(said: HelpPlaceAsk) -> Setting:
    return Setting(
        name=said.name,
        area=said.area,
        units=[showing.unit_id(each) or 0 for each in said.units],
        minutes=said.minutes,
        lon=said.lon,
        lat=said.lat,
        is_open=said.is_open,
    )


def _place(place: HelpPlace, actor: Actor) -> HelpPlaceShown:
    sets_up = may(actor, Permission.PLAN_PATROLS, place.area)
    found = [showing.unit(each.unit_id) for each in place.responders.all()]
    return HelpPlaceShown(
        id=place.pk,
        name=place.name,
        area=showing.area(place.area),
        units=[each for each in found if each],
        minutes=place.minutes,
        lon=place.lon,
        lat=place.lat,
        is_open=place.is_open,
        version=place.version,
        href=f"/f/help/{place.token}" if sets_up else "",
    )


def _call(made: HelpCall) -> HelpCallShown:
    now = timezone.now()
    return HelpCallShown(
        id=made.pk,
        place=made.place.name,
        area=showing.area(made.area),
        trouble=Trouble(made.trouble),
        standing=Standing(made.standing),
        lamp=help_calls.lamp(made.called_at, made.answered_at, made.minutes, now),
        unit=showing.unit(made.unit_id),
        called_at=showing.local(made.called_at),
        answered_at=showing.local(made.answered_at),
        arrived_at=showing.local(made.arrived_at),
        ended_at=showing.local(made.ended_at),
        ending=made.ending,
        matter=made.matter.number if made.matter else "",
    )
