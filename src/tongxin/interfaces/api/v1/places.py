"""Places: which area a point lies in, and what an area is."""

import msgspec
import shapely
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from tongxin.apps.areas import queries as areas
from tongxin.apps.areas.locator import explained
from tongxin.apps.areas.models import Area
from tongxin.interfaces.api.v1 import intake, params, shapes, showing
from tongxin.interfaces.api.v1.described import DATUM, LAT, LON
from tongxin.interfaces.api.v1.documents import documented
from tongxin.rules.area_codes import Level, parent_of
from tongxin.rules.datum import to_wgs84
from tongxin.rules.errors import Invalid, Missing

router = Router()


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


class Drawn(Schema):
    """Whether to draw."""

    shape: bool = Field(False, description="为 1 时附 GeoJSON 几何 | 1: with GeoJSON geometry")


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


def _geometry(found: Area) -> msgspec.Raw:
    return msgspec.Raw(shapely.to_geojson(shapely.from_wkb(bytes(found.shape))).encode())
