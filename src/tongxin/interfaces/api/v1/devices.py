"""The ledger of devices by programs: what stands where and works, entering it, its limits, its key, its upkeep.

What devices tell comes in at /api/intake/v1, by a device's own key or by that of whoever keeps it.
"""

from dataclasses import fields
from datetime import date, timedelta
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Struct
from ninja import Query, Router, Schema
from pydantic import Field

from tongxin.apps.devices import actions, kinds, queries
from tongxin.apps.devices.actions.ledger import MODEL_LIMIT, MOST_HEARTBEAT, NOTE_LIMIT, PLACE_LIMIT, Described
from tongxin.apps.devices.models import Device, Episode
from tongxin.interfaces.api.v1 import bodies, params, shapes, showing
from tongxin.interfaces.api.v1.asked import Said
from tongxin.interfaces.api.v1.described import LAT, LON, WORDS, Moment, among, told
from tongxin.interfaces.api.v1.documents import documented, ref
from tongxin.interfaces.api.v1.params import AreaCode, Words
from tongxin.rules.devices import Cause, DeviceKind, DeviceState, Upkeep
from tongxin.rules.readings import Limits

router = Router()

LIMITS = (
    "自己的阈值，没有的按这一类：raise_at、clear_at、need、of、seconds、quiet_minutes | "
    "limits of its own; what is not named is that of its kind"
)


NAMES = [each.name for each in fields(Limits)]  # of limits


class DeviceAsk(Said):
    """A device as it is entered; one whose code is known is changed."""

    code: Annotated[
        str, told("编码：3 至 40 个字母、数字、点、横线、下划线 | code", "WL-0007", pattern=r"^[A-Za-z0-9._-]{3,40}$")
    ]
    kind: Annotated[DeviceKind, among(DeviceKind, "种类 | kind")]
    owner: Annotated[
        params.UnitGiven, told("权属单位：编号或编码 | the unit that keeps it: id or code", "sanitation-330802007")
    ]
    lon: Annotated[float, told("经度 WGS-84 | longitude", 118.865, **LON)]
    lat: Annotated[float, told("纬度 WGS-84 | latitude", 28.945, **LAT)]
    place: Annotated[
        str, told("安装位置，最多 120 字 | where it stands", "松园溪拦水坝", maxLength=PLACE_LIMIT, pattern=WORDS)
    ]
    model: Annotated[str, told("型号，最多 60 字 | model", "YL-200", maxLength=MODEL_LIMIT)] = ""


class LimitsAsk(Said):
    """When a device raises the alarm, and how often it should be heard of: the whole of it."""

    limits: Annotated[dict[str, float], told(LIMITS, {"raise_at": 2.8, "clear_at": 2.5}, propertyNames={"enum": NAMES})]
    heartbeat_minutes: Annotated[int, told("心跳间隔，分钟 | minutes between heartbeats", 30, ge=1, le=MOST_HEARTBEAT)]


class UpkeepAsk(Said):
    """What was done to a device on a day, by its own unit."""

    what: Annotated[Upkeep, among(Upkeep, "做了什么 | what was done")]
    on: Annotated[date, told("日期 | day", "2026-11-20")]
    note: Annotated[
        str,
        told(
            "发现了什么，最多 200 字，不写姓名 | what was found; no names", "浮子卡住，已清理。", maxLength=NOTE_LIMIT
        ),
    ] = ""


class DeviceShown(Struct, kw_only=True, omit_defaults=True):
    """A device."""

    code: Annotated[str, told("编码 | code", "WL-0007")]
    kind: Annotated[DeviceKind, among(DeviceKind, "种类 | kind")]
    owner: Annotated[shapes.UnitRef | None, told("权属单位 | the unit that keeps it")]
    area: Annotated[shapes.AreaRef, told("所在区域 | the area it stands in")]
    place: Annotated[str, told("安装位置 | where it stands", "松园溪拦水坝")]
    lon: Annotated[float, told("经度 WGS-84 | longitude", 118.865)]
    lat: Annotated[float, told("纬度 WGS-84 | latitude", 28.945)]
    model: Annotated[str, told("型号 | model", "YL-200")]
    state: Annotated[DeviceState, among(DeviceState, "状态 | state")]
    fault: Annotated[str, told("自报的故障；空为没有 | what it says is wrong; empty: nothing", "battery")]
    limits: Annotated[dict[str, Any], told(LIMITS, {"raise_at": 2.8})]
    heartbeat_minutes: Annotated[int, told("心跳间隔，分钟 | minutes between heartbeats", 30)]
    has_key: Annotated[bool, told("有自己的密钥 | has a key of its own", True)]
    seen_at: Annotated[Moment | None, told("最后听到它 | last heard of")]
    value: Annotated[float | None, told("最后的读数 | the last reading", 2.31)]
    value_at: Annotated[Moment | None, told("读数时刻 | when it was read")]
    is_raised: Annotated[bool, told("正在报警 | raised now", False)]
    href: Annotated[str, told("设备地址 | address of the device", "/api/v1/devices/WL-0007")]
    key: Annotated[str, told("密钥，只在更换时给出 | the key, told when it is changed only", "txd_…")] = ""


class EpisodeShown(Struct, kw_only=True):
    """Something that went on at a device, and the matter that came of it."""

    cause: Annotated[Cause, among(Cause, "缘由 | why it began")]
    what: Annotated[str, told("具体情形；读数为空 | what; empty for a reading", "dumping")]
    began_at: Annotated[Moment | None, told("开始 | began")]
    ended_at: Annotated[Moment | None, told("结束；还在继续为 null | ended; null while it goes on")]
    peak: Annotated[float | None, told("最高（最低）读数 | the furthest reading", 2.95)]
    times: Annotated[int, told("次数 | how often it was told", 3)]
    matter: Annotated[str, told("事项编号；没有则为空 | number of the matter; empty: none", "KC261120-0417")]


class UpkeepShown(Struct, kw_only=True):
    """What was done to a device."""

    what: Annotated[Upkeep, among(Upkeep, "做了什么 | what was done")]
    on: Annotated[date, told("日期 | day", "2026-11-20")]
    unit: Annotated[shapes.UnitRef | None, told("单位 | by which unit")]
    note: Annotated[str, told("说明 | note")]


class ReadingShown(Struct, kw_only=True):
    """A value that was told."""

    at: Annotated[Moment | None, told("时刻 | when")]
    value: Annotated[float, told("读数 | value", 2.31)]


class DeviceFull(DeviceShown, kw_only=True):
    """A device in full."""

    episodes: Annotated[list[EpisodeShown], told("报警、发现、故障，最多 30 条，新的在前 | what went on, newest first")]
    upkeep: Annotated[list[UpkeepShown], told("维护，最多 30 条，新的在前 | what was done, newest first")]


class Devices(Struct, kw_only=True):
    """A page of devices by code, and how many there are by state."""

    items: Annotated[list[DeviceShown], told("设备 | devices")]
    states: Annotated[dict[str, int], told("各状态台数 | how many by state", {"working": 12, "silent": 1})]
    next: Annotated[str | None, told("下一页的 after；没有下一页为 null | cursor of the next page, or null")]


class Readings(Struct, kw_only=True):
    """What a device measured, oldest first, thinned so that no peak is lost."""

    items: Annotated[list[ReadingShown], told("读数 | readings")]


SHAPES = (DeviceAsk, LimitsAsk, UpkeepAsk, DeviceShown, DeviceFull, Devices, Readings, UpkeepShown)


class Wanted(Schema):
    """Which devices."""

    kind: DeviceKind | None = Field(None, description="种类 | kind")
    state: DeviceState | None = Field(None, description="状态 | state")
    area: AreaCode | None = Field(None, description="区域编码，含下级 | within this area")
    owner: Words = Field("", description="权属单位：编号或编码 | the unit that keeps it: id or code")
    q: Words = Field("", description="编码开头或位置 | the code's beginning, or words of the place")
    after: Words = Field("", description="上一页的 next | the `next` of the page before")


class Span(Schema):
    """How far back, and how fine."""

    hours: int = Field(24, ge=1, le=24 * 90, description="最近多少小时 | how many hours back")
    points: int = Field(240, ge=2, le=2000, description="最多多少点 | at most so many points")


@router.get(
    "/devices",
    operation_id="listDevices",
    summary="设备台账 | The ledger of devices",
    openapi_extra=documented({200: Devices}, 404, 422, tag="devices"),
)
def index(request: HttpRequest, wanted: Query[Wanted]) -> HttpResponse:
    """只列出此密钥职责范围内、或本单位的设备，按编码。

    Only devices in scope of the key, or of its own unit, by code.
    """
    params.only(request, Wanted)
    owner = showing.unit_id(params.unit_given(wanted.owner))
    asked = queries.Narrowed(wanted.kind or "", wanted.state or "", wanted.area or "", owner, wanted.q)
    rows, following = queries.page(request.auth.actor, asked, after=wanted.after)
    states = dict(queries.by_state(request.auth.actor, asked._replace(state="")))
    return showing.answer(Devices(items=[_shown(each) for each in rows], states=states, next=following or None))


@router.post(
    "/devices",
    operation_id="enterDevice",
    summary="登记设备 | Enter a device",
    openapi_extra=documented(
        {201: DeviceShown, 200: DeviceShown}, 400, 403, 413, 422, body=ref(DeviceAsk), tag="devices"
    ),
)
def enter(request: HttpRequest) -> HttpResponse:
    """编码已有的，按此修改（200）。

    One whose code is known is changed (200).
    """
    said, by = bodies.read(bodies.body_of(request), DeviceAsk), request.auth.actor
    described = Described(
        said.code, said.kind, showing.unit_id(said.owner) or 0, said.lon, said.lat, said.place, said.model
    )
    entered = actions.enter(described, by=by, now=timezone.now())
    return showing.answer(_shown(Device.objects.get(pk=entered.device_id)), 201 if entered.is_new else 200)


@router.get(
    "/devices/{code}",
    operation_id="readDevice",
    summary="一台设备 | One device",
    openapi_extra=documented({200: DeviceFull}, 404, tag="devices"),
)
def one(request: HttpRequest, code: str) -> HttpResponse:
    """附报警经过和维护记录。

    With what went on and what was done to it.
    """
    device = queries.one(request.auth.actor, code)
    return showing.answer(
        DeviceFull(
            **_told(device),
            episodes=[_episode(each) for each in queries.episodes_of(device)],
            upkeep=[
                UpkeepShown(what=Upkeep(each.what), on=each.on, unit=showing.unit(each.unit_id), note=each.note)
                for each in queries.upkeep_of(device)
            ],
        )
    )


@router.get(
    "/devices/{code}/readings",
    operation_id="listReadings",
    summary="读数 | What a device measured",
    openapi_extra=documented({200: Readings}, 404, 422, tag="devices"),
)
def readings(request: HttpRequest, code: str, span: Query[Span]) -> HttpResponse:
    """最近一段时间的读数；多于所要的点数时，每一小段取最高（最低）的一个。

    The readings of late; where there are more than asked for, the furthest of each piece of time.
    """
    params.only(request, Span)
    device, now = queries.one(request.auth.actor, code), timezone.now()
    limits = kinds.limits_for(device.kind, device.limits)
    is_low_bad = limits is not None and limits.raise_at < limits.clear_at
    line = queries.series(device, now - timedelta(hours=span.hours), now, pieces=span.points, low_is_bad=is_low_bad)
    return showing.answer(Readings(items=[ReadingShown(at=showing.local(at), value=value) for at, value in line]))


@router.put(
    "/devices/{code}/limits",
    operation_id="setDeviceLimits",
    summary="修改阈值和心跳 | Set limits and heartbeat",
    openapi_extra=documented({200: DeviceShown}, 400, 403, 404, 413, 422, body=ref(LimitsAsk), tag="devices"),
)
def limits(request: HttpRequest, code: str) -> HttpResponse:
    """没有写的阈值按这一类设备。

    Limits that are not named are those of the kind.
    """
    said, by = bodies.read(bodies.body_of(request), LimitsAsk), request.auth.actor
    own = {name: int(value) if value == int(value) else value for name, value in said.limits.items()}
    told = {"limits": own, "heartbeat_minutes": said.heartbeat_minutes}
    device = queries.one(by, code)
    return showing.answer(_shown(actions.change(device_id=device.pk, **told, by=by, now=timezone.now())))


@router.post(
    "/devices/{code}/key",
    operation_id="rotateDeviceKey",
    summary="更换设备密钥 | Give a device a new key",
    openapi_extra=documented({200: DeviceShown}, 403, 404, 409, tag="devices"),
)
def rotate(request: HttpRequest, code: str) -> HttpResponse:
    """旧密钥立即失效；新密钥只在此处给出一次。

    The old one ends at once; the new one is told here only.
    """
    by = request.auth.actor
    device, key = actions.rotate_key(device_id=queries.one(by, code).pk, by=by, now=timezone.now())
    return showing.answer(DeviceShown(**_told(device), key=key))


@router.delete(
    "/devices/{code}/key",
    operation_id="revokeDeviceKey",
    summary="停用设备密钥 | End a device's key",
    openapi_extra=documented({200: DeviceShown}, 403, 404, 409, tag="devices"),
)
def revoke(request: HttpRequest, code: str) -> HttpResponse:
    """立即失效。

    It ends at once.
    """
    by = request.auth.actor
    device = actions.revoke_key(device_id=queries.one(by, code).pk, by=by, now=timezone.now())
    return showing.answer(_shown(device))


@router.post(
    "/devices/{code}/upkeep",
    operation_id="enterUpkeep",
    summary="登记维护 | Enter what was done",
    openapi_extra=documented({201: UpkeepShown}, 400, 403, 404, 413, 422, body=ref(UpkeepAsk), tag="devices"),
)
def upkeep(request: HttpRequest, code: str) -> HttpResponse:
    """记在权属单位名下，不记个人。

    Under the unit that keeps it; never a person.
    """
    said, by = bodies.read(bodies.body_of(request), UpkeepAsk), request.auth.actor
    device = queries.one(by, code)
    row = actions.maintain(
        device_id=device.pk,
        what=said.what,
        on=said.on,
        unit_id=device.owner_id,
        note=said.note,
        by=by,
        now=timezone.now(),
    )
    shown = UpkeepShown(what=Upkeep(row.what), on=row.on, unit=showing.unit(row.unit_id), note=row.note)
    return showing.answer(shown, 201)


@router.post(
    "/devices/{code}/retire",
    operation_id="retireDevice",
    summary="停用设备 | Take a device out of service",
    openapi_extra=documented({200: DeviceShown}, 403, 404, 409, tag="devices"),
)
def retire(request: HttpRequest, code: str) -> HttpResponse:
    """密钥失效，经过保留。

    Its key ends, its past stays.
    """
    by = request.auth.actor
    device = actions.retire(device_id=queries.one(by, code).pk, by=by, now=timezone.now())
    return showing.answer(_shown(device))


def _shown(device: Device) -> DeviceShown:
    return DeviceShown(**_told(device))


def _told(device: Device) -> dict[str, Any]:
    return {
        "code": device.code,
        "kind": DeviceKind(device.kind),
        "owner": showing.unit(device.owner_id),
        "area": showing.area(device.area),
        "place": device.place,
        "lon": device.lon,
        "lat": device.lat,
        "model": device.model,
        "state": DeviceState(device.state),
        "fault": device.fault,
        "limits": device.limits,
        "heartbeat_minutes": device.heartbeat_minutes,
        "has_key": device.digest is not None,
        "seen_at": showing.local(device.seen_at),
        "value": device.value,
        "value_at": showing.local(device.value_at),
        "is_raised": device.is_raised,
        "href": f"/api/v1/devices/{device.code}",
    }


def _episode(row: Episode) -> EpisodeShown:
    return EpisodeShown(
        cause=Cause(row.cause),
        what=row.what,
        began_at=showing.local(row.began_at),
        ended_at=showing.local(row.ended_at),
        peak=row.peak,
        times=row.times,
        matter=row.matter.number if row.matter else "",
    )
