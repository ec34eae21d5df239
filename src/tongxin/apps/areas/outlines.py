"""Outlines of areas: GeoJSON in any of the datums, each geometry checked by itself."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import shapely

from tongxin.apps.areas.files import Fault, bytes_of, text_of
from tongxin.rules.area_codes import canonical
from tongxin.rules.datum import Datum, to_wgs84
from tongxin.rules.errors import Invalid

KEYS = ("code", "gb", "adcode", "name")  # properties that may say which area it is, the surest first
COUNTRY = "156"  # "gb" puts the country before the code. Source: ISO 3166, 天地图
TYPES = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


class Outline(NamedTuple):
    """The shape of one area, WGS-84."""

    shape: shapely.Geometry
    is_synthetic: bool


class _Feature(NamedTuple):
    number: int
    properties: Mapping[str, object]
    geometry: object


def read(
    path: Path, *, by_name: Mapping[str, list[str]], codes: Iterable[str], key: str | None, datum: Datum
) -> tuple[dict[str, Outline], list[Fault]]:
    """Return outlines by area code, and what is wrong with others. Features of no known area are named too.

    An outline that crosses itself is told and mended: whether that will do the caller decides. `by_name` holds
    the codes of each name. Raises Invalid for the whole file.
    """
    known = set(codes)
    outlines: dict[str, Outline] = {}
    faults: list[Fault] = []
    for feature in _features(path):
        code, wrong = _code(feature.properties, (key,) if key else KEYS, known, by_name)
        shape = None
        if not wrong and code in outlines:
            wrong = {"rule": "outline.repeated"}
        if not wrong:
            shape, wrong = _shape(feature.geometry, datum)
        if wrong:
            faults.append(Fault(0, code, {**wrong, "feature": feature.number}))
        if shape is not None:
            outlines[code] = Outline(shape, bool(feature.properties.get("synthetic")))
    return outlines, faults


def _features(path: Path) -> list[_Feature]:
    """Return the features of a GeoJSON file. Raises Invalid when it is none."""
    try:
        document = json.loads(text_of(bytes_of(path), path.name))
    except json.JSONDecodeError as error:
        raise Invalid("file.json", file=path.name, line=error.lineno, column=error.colno) from error
    except RecursionError as error:
        raise Invalid("file.json", file=path.name, line=1, column=1) from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not features:
        raise Invalid("file.geojson", file=path.name)
    return [_feature(number, each if isinstance(each, dict) else {}) for number, each in enumerate(features, 1)]


def _feature(number: int, raw: dict[str, object]) -> _Feature:
    properties = raw.get("properties")
    return _Feature(number, properties if isinstance(properties, dict) else {}, raw.get("geometry"))


def _code(
    properties: Mapping[str, object], keys: Iterable[str], known: set[str], by_name: Mapping[str, list[str]]
) -> tuple[str, dict[str, object]]:
    """Return the code of the area a feature belongs to, or what it was called and why it is none of ours."""
    called = [
        str(value).strip().encode(errors="replace").decode()
        for key in keys
        if (value := properties.get(key)) not in (None, "")
    ]
    for each in called:
        for code in (canonical(each), canonical(each.removeprefix(COUNTRY))):
            if code in known:
                return code, {}
        if len(same := by_name.get(each, [])) == 1:
            return same[0], {}
        if len(same) > 1:
            return "", {"rule": "outline.name_ambiguous", "name": each, "codes": ", ".join(same)}
    return "", {"rule": "outline.unknown", "called": " / ".join(called)[:80], "keys": ", ".join(keys)}


def _shape(geometry: object, datum: Datum) -> tuple[shapely.Geometry | None, dict[str, object]]:
    """Return a sound polygon in WGS-84 and what was wrong with it, or None and why it is none."""
    shape = shapely.from_geojson(json.dumps(geometry), on_invalid="ignore")
    if shape is None or shape.is_empty:
        return None, {"rule": "outline.unreadable"}
    if shapely.get_type_id(shape) not in TYPES:
        return None, {"rule": "outline.type", "found": shape.geom_type}
    west, south, east, north = shape.bounds
    if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):
        return None, {"rule": "outline.range", "lon": round(west, 3), "lat": round(south, 3)}
    wrong = {} if shape.is_valid else {"rule": "outline.invalid", "reason": shapely.is_valid_reason(shape)}
    sound = _mended(shape) if wrong else shape
    return shapely.transform(sound, lambda points: _shifted(points, datum)), wrong  # drops heights too


def _mended(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the ground that an outline crossing itself goes around; lines and points left over are dropped."""
    parts = shapely.get_parts(shapely.make_valid(shape, method="structure"))
    return shapely.union_all([part for part in shapely.get_parts(parts) if part.geom_type == "Polygon"])


def _shifted(points: np.ndarray, datum: Datum) -> np.ndarray:
    if datum in (Datum.WGS84, Datum.CGCS2000):
        return points
    return np.array([to_wgs84(lon, lat, datum) for lon, lat in points])
