"""Places: areas by name or by what lies above, which one a point lies in, what it is, and how much is told of it."""

from typing import Annotated

import msgspec
import shapely
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from msgspec import Struct
from ninja import Query, Router, Schema
from pydantic import Field

from tongxin.apps.areas import queries as areas
from tongxin.apps.areas.locator import explained
from tongxin.apps.areas.models import Area
from tongxin.apps.areas.tables import aliases_of
from tongxin.apps.hotline import places
from tongxin.apps.publicity import queries as publicity
from tongxin.interfaces.api.v1 import intake, params, shapes, showing
from tongxin.interfaces.api.v1.described import AREA, DATUM, LAT, LON, told
from tongxin.interfaces.api.v1.documents import documented
from tongxin.rules.area_codes import Level, canonical, parent_of
from tongxin.rules.datum import to_wgs84
from tongxin.rules.errors import Invalid, Missing
from tongxin.rules.permissions import Permission, require
from tongxin.rules.publicity import FEWEST, WINDOW

router = Router()

FOUND = 50  # areas that answer to some words


class Point(Schema):
    """A point in some datum."""

    lon: float = Field(
        description="经度，度 | longitude, degrees", examples=[118.865], allow_inf_nan=False, json_schema_extra=LON
    )
    lat: float = Field(
        description="纬度，度 | latitude, degrees", examples=[28.945], allow_inf_nan=False, json_schema_extra=LAT
    )
    crs: str = Field(
        "wgs84",
        description="坐标系，不分大小写 | datum, any case: wgs84, gcj02, bd09, cgcs2000",
        examples=["gcj02"],
        json_schema_extra={"pattern": DATUM},
    )


class Sought(Schema):
    """Which areas."""

    q: params.Words = Field("", description="名称、拼音或编码 | name, pinyin or code", examples=["荷花 松园"])
    parent: str = Field(
        "",
        description="上级编码；不写 q 时列出紧挨着的下一级 | code of the area above; without q: those right below it",
        examples=["330802007"],
        json_schema_extra={"pattern": AREA},
    )


class Typed(Schema):
    """What was typed of a place."""

    q: params.Words = Field(description="地名，至少两个字 | words of a place, two letters at least", examples=["松园"])


class Areas(Struct, kw_only=True):
    """Areas by code and name."""

    items: Annotated[list[shapes.AreaRef], told("区域 | areas")]


class Place(Struct, kw_only=True):
    """A place on offer, with its area; `week` is how many matters it had in seven days."""

    name: Annotated[str, told("叫什么 | what it is called", "松园菜场东门")]
    area: Annotated[shapes.AreaRef, told("所在的最小区域 | the smallest area it lies in")]
    lon: Annotated[float | None, told("经度，知道时 | longitude, where it is known", 118.865)]
    lat: Annotated[float | None, told("纬度，知道时 | latitude, where it is known", 28.945)]
    week: Annotated[int, told("七天内的事项数 | matters of seven days", 2)]


class Places(Struct, kw_only=True):
    """Places that answer to what was typed."""

    items: Annotated[list[Place], told("地点 | places")]


class CountShown(Struct, kw_only=True):
    """How much was reported in an area, as far as everybody may know."""

    area: Annotated[shapes.AreaRef, told("区域 | area")]
    matters: Annotated[
        int | None, told(f"事项数；少于 {FEWEST} 件的不说 | matters; fewer than {FEWEST} are not told", 34)
    ]


class Counts(Struct, kw_only=True):
    """What everybody is told of the areas below one."""

    days: Annotated[int, told("多少天内，到昨天为止 | of how many days, up to yesterday", WINDOW.days)]
    items: Annotated[list[CountShown], told("下一级各区域 | the areas right below")]


SHAPES = (Areas, Places, Counts)


class Drawn(Schema):
    """Whether to draw."""

    shape: bool = Field(False, description="为 1 时附 GeoJSON 几何 | 1: with GeoJSON geometry")


@router.get(
    "/areas",
    operation_id="listAreas",
    summary="按名称或上级找区域 | Find areas",
    openapi_extra=documented({200: Areas}, 404, 422, tag="areas"),
)
def index(request: HttpRequest, sought: Query[Sought]) -> HttpResponse:
    """写了 q 就按名称找，最多 50 个；只写 parent 则是它的下一级；都不写是最上一级。

    By words, 50 at most; of a parent alone, what lies right below it; of neither, the tops of the tree.
    """
    params.only(request, Sought)
    if sought.parent and areas.named(sought.parent) is None:
        raise Missing("area.missing", area=sought.parent[:20])
    below = canonical(sought.parent) if sought.parent else ""
    if sought.q.strip():
        named = areas.search(sought.q, limit=len(areas.names()))
        found = [each for each in named if each.code.startswith(below) and each.code != below][:FOUND]
    else:
        found = list(areas.children(below or None))
    return showing.answer(Areas(items=[showing.area(each.code) for each in found]))


@router.get(
    "/places",
    operation_id="findPlaces",
    summary="按说法找地点 | Find places by what they are called",
    openapi_extra=documented({200: Places}, 403, 422, tag="calls"),
)
def sought(request: HttpRequest, typed: Query[Typed]) -> HttpResponse:
    """接电话时用：过去报过的地点、区域、话里提到的区域，各附网格。

    For who takes calls: places of earlier reports, areas, and areas named in what was said, each with its grid.
    """
    params.only(request, Typed)
    require(request.auth.actor, Permission.TAKE_CALLS)
    found = places.search(request.auth.actor, typed.q)
    items = [
        Place(name=each.name, area=showing.area(each.area), lon=each.lon, lat=each.lat, week=each.week)
        for each in found
    ]
    return showing.answer(Places(items=items))


@router.get(
    "/areas/locate",
    operation_id="locatePoint",
    summary="坐标落在哪个网格 | Which area a point lies in",
    openapi_extra=documented({200: shapes.Located}, 422, tag="areas"),
)
def locate(request: HttpRequest, point: Query[Point]) -> HttpResponse:
    """给出区域和定位方式：在内、在边界上、取最近、在外；重叠和相邻的也列出。

    The area and how it was found: inside, on an edge, nearest, outside; what overlaps or touches is listed too.
    """
    params.only(request, Point)
    if not (-180 <= point.lon <= 180 and -90 <= point.lat <= 90):
        raise Invalid("point.invalid", lon=point.lon, lat=point.lat)
    lon, lat = to_wgs84(point.lon, point.lat, intake.datum_of(point.crs))
    found = explained(lon, lat)
    shown = shapes.Located(
        lon=round(lon, 7),
        lat=round(lat, 7),
        how=found.how,
        area=showing.area(found.code) if found.code else None,
        metres=round(found.metres, 1) if found.metres is not None else None,
        others=[shapes.Other(code=code, name=name) for code, name in found.others],
        is_synthetic=found.is_synthetic,
    )
    return showing.answer(shown)


@router.get(
    "/areas/{code}",
    operation_id="readArea",
    summary="一个区域 | One area",
    openapi_extra=documented({200: shapes.AreaShown}, 404, 422, tag="areas"),
)
def area(request: HttpRequest, code: str, drawn: Query[Drawn]) -> HttpResponse:
    """名称、层级、上级、范围、中心；shape=1 时附几何。

    Name, level, area above, bounds, centre; with shape=1 its geometry.
    """
    params.only(request, Drawn)
    found = areas.detail(code) if code.isascii() and code.isdigit() and len(code) <= Level.MICRO_GRID else None
    if found is None:
        raise Missing("area.missing", area=code[:20])
    has_shape = found.west is not None
    shown = shapes.AreaShown(
        code=found.code,
        name=found.name,
        aliases=list(aliases_of(found.aliases)),
        level=Level(found.level).name.lower(),
        kind=found.kind,
        parent=parent_of(found.code),
        chain=areas.chain(found.code),
        bbox=[found.west, found.south, found.east, found.north] if has_shape else None,
        centre=[found.lon, found.lat] if has_shape else None,
        is_synthetic=found.is_synthetic,
        valid_from=found.valid_from.isoformat() if found.valid_from else None,
        valid_to=found.valid_to.isoformat() if found.valid_to else None,
        geometry=_geometry(found) if drawn.shape and has_shape else None,
    )
    return showing.answer(shown)


@router.get(
    "/areas/{code}/counts",
    operation_id="countPublicly",
    summary="公开的事项数 | How much was reported, as everybody may know",
    openapi_extra=documented({200: Counts}, 404, tag="publicity"),
)
def counts(request: HttpRequest, code: str) -> HttpResponse:
    """与群众端地图同一来源：市、县、镇的下一级，到村社为止；不含保密件。

    What the residents' map shows: the areas right below a city, a county or a town, down to villages; nothing sealed.
    """
    below = areas.children(code) if code in areas.names() and Level.CITY <= len(code) <= Level.TOWN else ()
    if not below:
        raise Missing("area.missing", area=code[:20])
    sums = publicity.sums(code, below[0].level, timezone.now())
    items = [CountShown(area=showing.area(each.code), matters=sums.get(each.code)) for each in below]
    return showing.answer(Counts(days=WINDOW.days, items=items))


def _geometry(found: Area) -> msgspec.Raw:
    return msgspec.Raw(shapely.to_geojson(shapely.from_wkb(bytes(found.shape))).encode())
