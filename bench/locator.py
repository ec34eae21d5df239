"""Point to grid in Quzhou, one by one and in bulk, beside the budget of design.md §7; then Boston's real points.

Prints one JSON object a line: name, unit, value, limit, ratio (below 1 is within the limit), and what else explains it.
No database is needed. Boston's files are read from beside the repository and passed over when they are not there.
"""

import csv
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import django
import numpy as np
import shapely
from django.conf import settings

settings.configure(INSTALLED_APPS=["tongxin.apps.journal", "tongxin.apps.areas"])
django.setup()

from tongxin.apps.areas import outlines, tables  # noqa: E402
from tongxin.apps.areas.locator import Locator  # noqa: E402
from tongxin.apps.areas.management.commands.load_areas import files_of  # noqa: E402
from tongxin.rules.area_codes import How, Level  # noqa: E402
from tongxin.rules.datum import Datum  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
QUZHOU = ROOT / "cities" / "quzhou"
BOSTON = ROOT.parent / "shared" / "data" / "boston311"
POINTS, ROUNDS = 20_000, 7


def microseconds(act: Callable[[], object]) -> float:
    """Return the best of several rounds, for one point."""
    spent = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        act()
        spent.append(time.perf_counter() - start)
    return min(spent) / POINTS * 1e6


def quzhou() -> tuple[list[str], list[shapely.Geometry]]:
    tables_at, outlines_at = files_of(QUZHOU)
    codes = [row.code for path in tables_at for row in tables.read(path)[0] if len(row.code) == Level.GRID]
    drawn = {}
    for path in outlines_at:
        drawn |= outlines.read(path, by_name={}, codes=codes, key="code", datum=Datum.WGS84)[0]
    return codes, [drawn[code].shape for code in codes]


def where_people_are(shapes: list[shapely.Geometry]) -> np.ndarray:
    """Return points spread evenly over the grids, not over the ground: most grids are in town."""
    chance = np.random.default_rng(20261120)
    boxes = shapely.bounds(np.array(shapes))[chance.integers(len(shapes), size=POINTS)]
    return boxes[:, :2] + chance.random((POINTS, 2)) * (boxes[:, 2:] - boxes[:, :2])


def figure(name: str, unit: str, value: float, limit: float, **explanation: object) -> dict[str, object]:
    ratio = round(value / limit, 3)
    return {"name": name, "unit": unit, "value": round(value, 4), "limit": limit, "ratio": ratio, **explanation}


def figures() -> Iterator[dict[str, object]]:
    codes, shapes = quzhou()
    start = time.perf_counter()
    locator = Locator(codes, shapes)
    yield figure("locator.build", "s", time.perf_counter() - start, 1.0, grids=len(codes))
    points = where_people_are(shapes)
    lons, lats, singly = *points.T, points.tolist()
    locator.at_many(lons, lats)  # the first round builds what the prepared shapes keep
    one = microseconds(lambda: [locator.at(lon, lat) for lon, lat in singly])
    many = microseconds(lambda: locator.at_many(lons, lats))
    yield figure("locator.single", "us", one, 15.0, grids=len(codes), points=POINTS)
    yield figure("locator.many", "us", many, 1.5, grids=len(codes), points=POINTS)
    if BOSTON.is_dir():
        yield boston()


def boston() -> dict[str, object]:
    """Return which share of Boston's located requests is not found in a neighborhood; half a percent may not be."""
    shapes = [
        shapely.make_valid(shapely.from_geojson(json.dumps(each["geometry"])), method="structure")
        for each in json.loads((BOSTON / "neighborhoods.geojson").read_text("utf-8"))["features"]
    ]
    points = []
    for path in sorted(BOSTON.glob("filtered_*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            points += [
                (float(row["longitude"]), float(row["latitude"])) for row in csv.DictReader(file) if row["longitude"]
            ]
    hows = Locator([f"{n:02d}" for n in range(len(shapes))], shapes).at_many(*np.array(points).T)[1]
    found = sum(how in (How.INSIDE, How.ON_EDGE, How.OVERLAP) for how in hows)
    return figure("locator.boston_outside", "share", 1 - found / len(hows), 0.005, points=len(hows), inside=found)


if __name__ == "__main__":
    for each in figures():
        print(json.dumps(each))
