"""What is reported: the catalog's own sample texts at points spread over the city's grids, the same every time."""

import random
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import shapely

from bench.houses import city, kinds
from bench.load import request
from tongxin.apps.areas.models import Area
from tongxin.apps.areas.queries import names
from tongxin.apps.matters.actions import Incoming
from tongxin.apps.matters.models import Template
from tongxin.rules.area_codes import Level

TELLING = ("，请尽快处理。", "，已经好几天了。", "，老人出门不方便。", "，晚上更厉害。", "，麻烦派人来看看。")


class Point(NamedTuple):
    """A point, and the village in whose grid it was chosen."""

    lon: float
    lat: float
    village: str


def points(many: int, *, within: str = "", seed: int = 1) -> list[Point]:
    """Return points in grids of an area, a grid chosen first: most grids are in town."""
    grids = Area.objects.filter(level=Level.GRID, shape__isnull=False, code__startswith=within).order_by("code")
    codes, shapes = zip(*grids.values_list("code", "shape"), strict=True)
    rng = np.random.default_rng(seed)
    chosen = rng.integers(len(codes), size=many)
    inside = shapely.point_on_surface(shapely.from_wkb([bytes(shape) for shape in shapes]))[chosen]
    near = shapely.get_coordinates(inside) + rng.normal(0, 0.0002, (many, 2))
    villages = [names()[codes[n][: Level.VILLAGE]] for n in chosen]
    return [Point(float(lon), float(lat), village) for (lon, lat), village in zip(near, villages, strict=True)]


def texts(seed: int = 1) -> list[tuple[str, str]]:
    """Return (template, text) of every sample in the catalog, in a fixed disorder."""
    found = [
        (row.code, sample["text"] + ending)
        for row in Template.objects.filter(is_current=True, is_sealed=False).order_by("code")
        for sample in row.samples
        for ending in TELLING
    ]
    random.Random(seed).shuffle(found)
    return found


def incoming(many: int, *, seed: int = 1) -> list[Incoming]:
    """Return that many reports."""
    told = texts(seed)
    reports = []
    for n, (lon, lat, village) in enumerate(points(many, seed=seed)):
        code, text = told[n % len(told)]
        reports.append(Incoming(template=code, text=text, place=f"{village} {n % 977} 号", lon=lon, lat=lat))
    return reports


def posts(reports: Sequence[Incoming], key: str) -> list[list[bytes]]:
    """Return the same reports as requests to the API, one a chain."""
    return [[report_request(each, key)] for each in reports]


def report_request(each: Incoming, key: str) -> bytes:
    return request("POST", "/api/v1/matters", body=msgspec.json.encode(_told(each)), Authorization=f"Bearer {key}")


def list_request(reports: Sequence[Incoming], key: str) -> bytes:
    body = msgspec.json.encode([_told(each) for each in reports])
    return request("POST", "/api/v1/matters", body=body, Authorization=f"Bearer {key}")


def _told(each: Incoming) -> dict[str, object]:
    told = {"template": each.template, "text": each.text, "place": each.place, "lon": each.lon, "lat": each.lat}
    return told | {"channel": each.channel.value}


HOME = city.HOME_VILLAGE
QUIET_KIND = "C22"  # 商业与社会生活噪音: no photos wanted, so that a life is measured and not Pillow


def at_home(many: int, *, seed: int = 2) -> list[Incoming]:
    """Return reports in the cast's own village, whose whole life the cast can take."""
    assert kinds.kind(QUIET_KIND).after_photos == 0
    return [
        Incoming(template=QUIET_KIND, text=f"楼下商铺晚上还在放喇叭，{n} 号楼都听得见。", lon=lon, lat=lat)
        for n, (lon, lat, _) in enumerate(points(many, within=HOME, seed=seed))
    ]
