"""Service vans by programs: routes and kits, and a van's day as its team writes it down."""

from datetime import time

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router

from tongxin.apps.patrols import actions
from tongxin.apps.patrols.actions import Fit
from tongxin.apps.patrols.models import Van
from tongxin.apps.patrols.queries import vans
from tongxin.apps.patrols.reach import within
from tongxin.interfaces.api.v1 import bodies, params, showing
from tongxin.interfaces.api.v1.documents import documented, ref
from tongxin.interfaces.api.v1.patrols import InArea
from tongxin.interfaces.api.v1.visit_shapes import (
    VANS,
    PackAsk,
    Packed,
    StandAsk,
    Stood,
    StopShown,
    VanAsk,
    Vans,
    VanShown,
)
from tongxin.rules.patrols import Rhythm
from tongxin.rules.vans import Stop, VanService

router = Router()
SHAPES = VANS


@router.get(
    "/vans",
    operation_id="listVans",
    summary="便民流动车 | Service vans",
    openapi_extra=documented({200: Vans}, 422, tag="vans"),
)
def index(request: HttpRequest, wanted: Query[InArea]) -> HttpResponse:
    """职责范围内在用的车。

    The vans in service that are in scope.
    """
    params.only(request, InArea)
    found = vans.visible_vans(request.auth.actor).filter(within(wanted.area or "")).prefetch_related("stops")
    return showing.answer(Vans(items=[_shown(each) for each in found]))


@router.post(
    "/vans",
    operation_id="equipVan",
    summary="投用流动车 | Put a van into service",
    openapi_extra=documented({201: VanShown}, 400, 403, 413, 422, body=ref(VanAsk), tag="vans"),
)
def equip(request: HttpRequest) -> HttpResponse:
    """路线、日子、服务和百宝箱。

    Its route, days, services and kit.
    """
    by = request.auth.actor
    van = actions.equip_van(_fit(bodies.said(request, VanAsk)), by=by, now=timezone.now())
    return showing.answer(_shown(vans.van(by, van.pk)), 201)


@router.get(
    "/vans/{van_id}",
    operation_id="readVan",
    summary="一辆流动车 | One van",
    openapi_extra=documented({200: VanShown}, 404, tag="vans"),
)
def one(request: HttpRequest, van_id: params.Id) -> HttpResponse:
    """附停靠点和下次出车的日子。

    With its stops, and the next day on which it drives.
    """
    return showing.answer(_shown(vans.van(request.auth.actor, van_id)))


@router.put(
    "/vans/{van_id}",
    operation_id="changeVan",
    summary="修改流动车 | Change a van",
    openapi_extra=documented({200: VanShown}, 400, 403, 404, 412, 413, 422, body=ref(VanAsk), tag="vans"),
)
def change(request: HttpRequest, van_id: params.Id) -> HttpResponse:
    """整份重写；version 不一致时 412。

    The whole anew; 412 where the version has changed since.
    """
    by, said = request.auth.actor, bodies.said(request, VanAsk)
    actions.equip_van(_fit(said), van_id=van_id, version=said.version, by=by, now=timezone.now())
    return showing.answer(_shown(vans.van(by, van_id)))


@router.post(
    "/vans/{van_id}/retire",
    operation_id="retireVan",
    summary="停用流动车 | Take a van out of service",
    openapi_extra=documented({200: Vans}, 403, 404, tag="vans"),
)
def retire(request: HttpRequest, van_id: params.Id) -> HttpResponse:
    """返回其余的车。

    Answers with the vans that are left.
    """
    actions.retire_van(van_id=van_id, by=request.auth.actor, now=timezone.now())
    return index(request, InArea(area=None))


@router.put(
    "/vans/{van_id}/kit",
    operation_id="packVan",
    summary="装车 | Tick what is on board",
    openapi_extra=documented({200: Packed}, 400, 403, 404, 409, 413, 422, body=ref(PackAsk), tag="vans"),
)
def pack(request: HttpRequest, van_id: params.Id) -> HttpResponse:
    """只限本车队伍，出车当天。

    By its own team, on a day on which it drives.
    """
    said = bodies.said(request, PackAsk)
    run = actions.pack(van_id=van_id, items=said.items, by=request.auth.actor, now=timezone.now())
    return showing.answer(Packed(day=run.day, items=list(run.packed)))


@router.post(
    "/vans/{van_id}/stands",
    operation_id="standAtStop",
    summary="到停靠点 | Stand at a stop",
    openapi_extra=documented({200: Stood}, 400, 403, 404, 409, 413, 422, body=ref(StandAsk), tag="vans"),
)
def stand(request: HttpRequest, van_id: params.Id) -> HttpResponse:
    """位置量过即弃；再报一次只改办件数。

    The position is measured and dropped; told again, only the count changes.
    """
    said = bodies.said(request, StandAsk)
    told = {"stop_id": said.stop, "at": said.at, "lon": said.lon, "lat": said.lat, "served": said.served}
    made = actions.stop_at(van_id=van_id, **told, by=request.auth.actor, now=timezone.now())  # type: ignore[arg-type]
    return showing.answer(Stood(stop=made.stop_id, at=showing.local(made.at), metres=made.metres, served=made.served))


def _fit(said: VanAsk) -> Fit:
    stops = [
        Stop(each.name, time.fromisoformat(each.start), time.fromisoformat(each.end), each.lon, each.lat)
        for each in said.stops
    ]
    told = {"offers": said.offers, "kit": said.kit, "rhythm": said.rhythm, "stops": stops, "on_day": said.on_day}
    return Fit(name=said.name, area=said.area, unit_id=showing.unit_id(said.unit) or 0, **told)  # type: ignore[arg-type]


def _shown(van: Van) -> VanShown:
    return VanShown(
        id=van.pk,
        name=van.name,
        area=showing.area(van.area),
        unit=showing.unit(van.unit_id),
        offers=[VanService(each) for each in van.offers],
        kit=list(van.kit),
        rhythm=Rhythm(van.rhythm),
        on_day=van.on_day,
        next_day=vans.next_day(van, timezone.localdate()),
        version=van.version,
        stops=[
            StopShown(
                id=each.pk,
                name=each.name,
                start=f"{each.start:%H:%M}",
                end=f"{each.end:%H:%M}",
                lon=each.lon,
                lat=each.lat,
            )
            for each in van.stops.all()
            if each.is_open
        ],
    )
