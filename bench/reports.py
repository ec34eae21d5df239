"""What is reported: the catalog's own sample texts at points spread over the city's grids, the same every time."""

import random
from collections.abc import Sequence

import msgspec
import numpy as np
import shapely

from bench.houses import city, kinds
from bench.load import request
from tongxin.apps.areas.models import Area
from tongxin.apps.matters.actions import Incoming
from tongxin.apps.matters.models import Template

TELLING = ("，请尽快处理。", "，已经好几天了。", "，老人出门不方便。", "，晚上更厉害。", "，麻烦派人来看看。")


def points(many: int, *, within: str = "", seed: int = 1) -> list[tuple[float, float]]:
    """Return points in grids of an area, a grid chosen first: most grids are in town."""
    rows = Area.objects.filter(level=15, shape__isnull=False, code__startswith=within).order_by("code")
    shapes = shapely.from_wkb([bytes(shape) for shape in rows.values_list("shape", flat=True)])
    rng = np.random.default_rng(seed)
    chosen = shapely.point_on_surface(shapes)[rng.integers(len(shapes), size=many)]
    near = shapely.get_coordinates(chosen) + rng.normal(0, 0.0002, (many, 2))
    return [(float(lon), float(lat)) for lon, lat in near]


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
    return [
        Incoming(template=code, text=text, place=f"府前街 {n % 977} 号", lon=lon, lat=lat)
        for n, ((lon, lat), (code, text)) in enumerate(
            zip(points(many, seed=seed), (told[n % len(told)] for n in range(many)), strict=True)
        )
    ]


def posts(reports: Sequence[Incoming], key: str) -> list[list[bytes]]:
    """Return the same reports as requests to the API, one a chain."""
    return [[report_request(each, key)] for each in reports]


def report_request(each: Incoming, key: str) -> bytes:
    told = {"template": each.template, "text": each.text, "place": each.place, "lon": each.lon, "lat": each.lat}
    body = msgspec.json.encode(told | {"channel": each.channel.value})
    return request("POST", "/api/v1/matters", body=body, Authorization=f"Bearer {key}")


HOME = city.HOME_VILLAGE
QUIET_KIND = "C22"  # 商业与社会生活噪音: no photos wanted, so that a life is measured and not Pillow


def at_home(many: int, *, seed: int = 2) -> list[Incoming]:
    """Return reports in the cast's own village, whose whole life the cast can take."""
    assert kinds.kind(QUIET_KIND).after_photos == 0
    return [
        Incoming(template=QUIET_KIND, text=f"楼下商铺晚上还在放喇叭，{n} 号楼都听得见。", lon=lon, lat=lat)
        for n, (lon, lat) in enumerate(points(many, within=HOME, seed=seed))
    ]
