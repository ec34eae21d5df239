"""Draw the grids of Quzhou for show: `python cities/quzhou/draw.py`. The same input gives the same files.

Nobody publishes outlines below the county. Within each real county outline this lays out as many cells as the county
has grids, smaller towards the county's seat, and then gathers them from the bottom up: cells into villages, villages
into towns, each with the number it must have. So everything above a cell is a union of cells, and nothing can gap or
overlap. See PROVENANCE.md.
"""

import csv
import json
import re
from collections import defaultdict
from math import cos, pi, radians, sqrt
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np
import shapely

HERE = Path(__file__).parent
ORDINARY, SPECIAL = 4194, 49  # domain: the published numbers of ordinary and special grids
PRECISION = 1e-6  # degrees, some 10 cm: that of the source
KILOMETERS = 111.195  # per degree on a sphere
SEATS = {  # where the county's offices stand, roughly
    "330802": (118.871, 28.969),
    "330803": (118.959, 28.980),
    "330822": (118.511, 28.900),
    "330824": (118.415, 29.137),
    "330825": (119.172, 29.028),
    "330881": (118.627, 28.737),
}
SPECIALS = {"330802": 13, "330803": 10, "330822": 5, "330824": 5, "330825": 8, "330881": 8}
CALLED = {  # what people say instead of the special grids' own names
    "行政中心": "政府大院",
    "商务楼宇": "写字楼",
    "农贸市场": "菜场",
    "工业园区": "工业园",
    "专业市场": "小商品市场",
}
URBAN_SQUARE_KILOMETERS = 0.15  # of a grid in town: some 400 households
SAMPLES_PER_CELL = 60
ROUNDS = 5  # of evening out; more would wash out the difference between town and country
ANGLES = np.arange(24) * pi / 24
SUFFIX = re.compile(r"(?<=村)(村民委员会|村委会|委会)$|(村民委员会|居民委员会|居委会)$|委会$")


class Village(NamedTuple):
    code: str
    name: str
    grids: int
    special: str | None  # what its special grid is called

    @property
    def cells(self) -> int:
        return self.grids + (self.special is not None)


class Ground(NamedTuple):
    """A county cut into cells, on a plane in kilometers."""

    points: np.ndarray
    cells: np.ndarray
    beside: list[set[int]]  # of each cell, the cells it shares a border with


def chance(code: str, salt: str = "") -> float:
    """Return a number in [0, 1) that only the code decides."""
    return crc32(f"{salt}{code}".encode()) / 2**32


def is_community(code: str) -> bool:
    return code[9:] < "200"  # 居委会 001-199, 村委会 200-399


def is_urban(town: str) -> bool:
    return town[6:] < "100"  # 街道 001-099, 镇 100-199, 乡 200-399


def short(name: str) -> str:
    """Return the village without its committee: 童村碓村委会 is 童村碓村, 书香社区居委会 is 书香社区."""
    return SUFFIX.sub("", name)


def apportioned(villages: list[str]) -> dict[str, int]:
    """Return how many ordinary grids each village has: communities about six, villages about two, at least one.

    By largest remainders, so that the sum is exact.
    """
    weights = {
        each: (4.6 + 2.4 * chance(each)) if is_community(each) else (1.3 + 1.6 * chance(each)) for each in villages
    }
    scale = ORDINARY / sum(weights.values())
    grids = {each: max(1, int(weight * scale)) for each, weight in weights.items()}
    by_remainder = sorted(villages, key=lambda each: (int(weights[each] * scale) - weights[each] * scale, each))
    for each in by_remainder[: ORDINARY - sum(grids.values())]:
        grids[each] += 1
    return grids


def alias(name: str) -> str:
    """Return what people would call a special grid, as they call such places: 荷花街道农贸市场专属网格 is 荷花菜场."""
    for what, called in CALLED.items():
        place, found, _ = name.partition(what)
        if found:
            return f"{re.sub('(街道|[镇乡区县市]|社区)$', '', place)}{called}"
    return ""


def special_names(county: str, names: dict[str, str], villages: list[str]) -> dict[str, str]:
    """Return what the special grids are called, by the village they are carved out of, at most one in each."""
    by_town = defaultdict(list)
    for village in villages:
        by_town[village[:9]].append(village)
    urban = [each for each in villages if is_urban(each[:9]) and is_community(each)]
    urban = urban or [each for each in villages if is_community(each)]
    found = {urban[0]: f"{names[county]}行政中心"}
    kinds = [("商务楼宇", "village"), ("农贸市场", "town"), ("工业园区", "town"), ("专业市场", "town")]
    towns, offices = sorted(by_town, key=lambda town: (chance(town), town)), urban[1:]
    turn = 0
    while len(found) < SPECIALS[county]:
        what, named_after = kinds[turn % len(kinds)]
        if named_after == "village" and offices:
            host = offices.pop(len(offices) // 2)
            found.setdefault(host, f"{short(names[host])}{what}")
        else:
            town = towns.pop(0)
            host = by_town[town][0]
            found.setdefault(host, f"{names[town]}{what}")
        turn += 1
    return found


def sites(outline: shapely.Geometry, count: int, urban: int, seat: np.ndarray) -> np.ndarray:
    """Return points inside the outline (kilometers), evenly spread for a density that peaks at the seat; (count, 2)."""
    west, south, east, north = outline.bounds
    step = sqrt(outline.area / count / SAMPLES_PER_CELL)
    x, y = np.meshgrid(np.arange(west, east, step), np.arange(south, north, step))
    samples = np.column_stack([x.ravel(), y.ravel()])
    samples = samples[shapely.contains_xy(outline, samples)]
    core = max(urban, 20) * URBAN_SQUARE_KILOMETERS / pi  # radius of the town, squared
    peak = max(urban, 20) / (count - urban) * outline.area / (pi * core)
    density = 1 + peak * np.exp(-((samples - seat) ** 2).sum(axis=1) / core)

    samples, density = (each[along_curve(samples, (west, south), step)] for each in (samples, density))
    mass = np.cumsum(density) / density.sum()
    points = samples[np.searchsorted(mass, (np.arange(count) + 0.5) / count)]
    spots = shapely.points(samples)
    for _ in range(ROUNDS):
        nearest = shapely.STRtree(shapely.points(points)).nearest(spots)
        weight = np.bincount(nearest, density, count)
        points = np.column_stack([np.bincount(nearest, density * samples[:, axis], count) / weight for axis in (0, 1)])
    return points


def along_curve(points: np.ndarray, corner: tuple[float, float], step: float) -> np.ndarray:
    """Return the order of the points along a Morton curve: what is near on the curve is near on the ground."""
    column, row = np.round((points - corner) / step).astype(np.int64).T
    key = np.zeros(len(points), dtype=np.int64)
    for bit in range(16):
        key |= ((column >> bit) & 1) << (2 * bit) | ((row >> bit) & 1) << (2 * bit + 1)
    return np.argsort(key, kind="stable")


def neighbors(cells: np.ndarray) -> list[set[int]]:
    """Return, for each cell, those it shares a border with."""
    pairs = shapely.STRtree(cells).query(cells, predicate="intersects").T
    pairs = pairs[shapely.length(shapely.intersection(*cells[pairs.T])) > PRECISION]
    beside: list[set[int]] = [set() for _ in cells]
    for one, other in pairs[pairs[:, 0] != pairs[:, 1]].tolist():
        beside[one].add(other)
    return beside


def is_connected(members: np.ndarray, beside: list[set[int]]) -> bool:
    """Tell whether one can walk between all of these cells without leaving them."""
    ahead = set(members.tolist())
    edge = {ahead.pop()}
    while edge:
        edge = set().union(*(beside[each] for each in edge)) & ahead
        ahead -= edge
    return not ahead


def gathered(ground: Ground, members: np.ndarray, wanted: list[tuple[str, int]]) -> dict[int, str]:
    """Return the group of each member, each group as large as wanted: cut in two, again and again.

    The cut is tried across the longer side first, then turned until both halves hang together.
    """
    if len(wanted) <= 1:
        return {member: group for group, _ in wanted for member in members.tolist()}
    sizes = np.cumsum([size for _, size in wanted])
    half = 1 + int(np.argmin(np.abs(sizes[:-1] - sizes[-1] / 2)))
    along = ground.points[members] @ np.array([np.cos(ANGLES), np.sin(ANGLES)])
    turns = np.argsort(-np.ptp(along, axis=0), kind="stable")
    cuts = [np.split(members[np.argsort(along[:, turn], kind="stable")], [sizes[half - 1]]) for turn in turns]
    whole = (cut for cut in cuts if all(is_connected(side, ground.beside) for side in cut))
    one, other = next(whole, cuts[0])
    return gathered(ground, one, wanted[:half]) | gathered(ground, other, wanted[half:])


def cores(towns: dict[str, list[Village]]) -> list[str]:
    """Return the towns around the seat: the streets, or where a county has none, the town with most communities."""
    streets = [town for town in towns if is_urban(town)]
    return streets or [max(towns, key=lambda town: sum(is_community(each.code) for each in towns[town]))]


def assigned(ground: Ground, towns: dict[str, list[Village]], seat: np.ndarray) -> list[str]:
    """Return the village of each cell: streets next to the seat, towns around, villages within each town."""
    core = cores(towns)
    inner = [(town, sum(each.cells for each in towns[town])) for town in core]
    outer = [(town, sum(each.cells for each in towns[town])) for town in towns if town not in core]
    everywhere = np.arange(len(ground.points))
    near, far = outward(ground, everywhere, seat, sum(size for _, size in inner))
    town_of = gathered(ground, near, inner) | gathered(ground, far, outer)
    found: dict[int, str] = {}
    for town, villages in towns.items():
        members = np.array([cell for cell in sorted(town_of) if town_of[cell] == town])
        built = [each for each in villages if town in core and is_community(each.code)]
        near, far = outward(ground, members, seat, sum(each.cells for each in built))
        found |= gathered(ground, near, [(each.code, each.cells) for each in built])
        found |= gathered(ground, far, [(each.code, each.cells) for each in villages if each not in built])
    return [found[cell] for cell in range(len(ground.points))]


def outward(ground: Ground, members: np.ndarray, seat: np.ndarray, count: int) -> list[np.ndarray]:
    """Return so many of the members that are nearest to the seat, and the others."""
    away = ((ground.points[members] - seat) ** 2).sum(axis=1)
    return np.split(members[np.argsort(away, kind="stable")], [count])


def knotted(cells: np.ndarray, counties: list[str], outlines: list[shapely.Geometry]) -> np.ndarray:
    """Return the cells meeting vertex to vertex on the precision grid, each in one piece.

    All lines of the city are knotted at once, so that counties share the vertices of their borders too. A piece that a
    bay of the border cuts off from its cell goes to the neighbor in the county with the longest common border.
    """
    lines = shapely.union_all(
        np.concatenate([shapely.boundary(cells), shapely.boundary(outlines)]), grid_size=PRECISION
    )
    pieces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    inside, cell = shapely.STRtree(cells).query(shapely.point_on_surface(pieces), predicate="intersects")
    owner = dict(zip(inside.tolist(), cell.tolist(), strict=True))
    by_size = sorted(owner, key=lambda piece: shapely.area(pieces[piece]), reverse=True)
    main: dict[int, int] = {}
    for piece in by_size:
        if main.setdefault(owner[piece], piece) != piece:
            county = counties[owner[piece]]
            beside = [other for cell, other in main.items() if counties[cell] == county and cell != owner[piece]]
            common = shapely.length(shapely.intersection(pieces[piece], pieces[beside]))
            owner[piece] = owner[beside[int(np.argmax(common))]]
    gathered_pieces: dict[int, list[shapely.Geometry]] = defaultdict(list)
    for piece, cell in sorted(owner.items()):
        gathered_pieces[cell].append(pieces[piece])
    return np.array([shapely.coverage_union_all(gathered_pieces[cell]) for cell in range(len(cells))], dtype=object)


class Grid(NamedTuple):
    code: str
    name: str
    households: int
    shape: shapely.Geometry


def numbered(village: Village, shapes: list[shapely.Geometry]) -> list[Grid]:
    """Return the village's grids, numbered from west to east and from north to south; the smallest is the special one.

    Source: DB6101/T 3185-2024, domain.md 2.1.
    """
    shapes = sorted(shapes, key=lambda shape: (shape.area, shape.bounds))
    grids = []
    if village.special:
        code = f"{village.code}901"
        grids.append(Grid(code, f"{village.special}专属网格", int(40 * chance(code)), shapes.pop(0)))
    rows = round(sqrt(len(shapes)))
    southward = sorted(shapes, key=lambda shape: -shape.centroid.y)
    row = {id(shape): place * rows // len(shapes) for place, shape in enumerate(southward)}
    shapes.sort(key=lambda shape: (row[id(shape)], shape.centroid.x))
    for number, shape in enumerate(shapes, 1):
        code = f"{village.code}{number:03d}"
        least, more = (300, 200) if is_community(village.code) else (120, 160)
        grids.append(Grid(code, f"{short(village.name)} {number:02d} 网格", least + int(more * chance(code)), shape))
    return sorted(grids)


def drawn(names: dict[str, str], outlines: dict[str, shapely.Geometry]) -> list[Grid]:
    """Return all grids of the city, by code."""
    codes = [code for code in names if len(code) == 12]
    counts = apportioned(codes)
    to_plane = np.array([KILOMETERS * cos(radians(28.9)), KILOMETERS])
    cells, owners, villages = [], [], {}
    for county in sorted(outlines):
        inside = [code for code in codes if code.startswith(county)]
        special = special_names(county, names, inside)
        towns: dict[str, list[Village]] = defaultdict(list)
        for code in inside:
            towns[code[:9]].append(Village(code, names[code], counts[code], special.get(code)))
        outline, seat = shapely.transform(outlines[county], lambda points: points * to_plane), SEATS[county] * to_plane
        urban = sum(each.cells for town in cores(towns) for each in towns[town] if is_community(each.code))
        points = sites(outline, sum(each.cells for there in towns.values() for each in there), urban, seat)
        voronoi = shapely.voronoi_polygons(shapely.multipoints(points), extend_to=outline, ordered=True)
        cut = shapely.intersection(shapely.get_parts(voronoi), outline)
        owners += assigned(Ground(points, cut, neighbors(cut)), towns, seat)
        villages |= {each.code: each for there in towns.values() for each in there}
        cells.append(shapely.transform(cut, lambda points: points / to_plane))
    shapes = defaultdict(list)
    counties = [owner[:6] for owner in owners]
    for owner, shape in zip(owners, knotted(np.concatenate(cells), counties, list(outlines.values())), strict=True):
        shapes[owner].append(shape)
    return [grid for code in codes for grid in numbered(villages[code], shapes[code])]


def feature(code: str, shape: shapely.Geometry, **properties: object) -> str:
    """Return one line of GeoJSON, to six decimals."""
    exact = shapely.transform(shapely.orient_polygons(shape), lambda points: np.round(points, 6))
    geometry = shapely.to_geojson(exact)
    text = json.dumps({"code": code, **properties}, ensure_ascii=False, separators=(",", ":"))
    return f'{{"type":"Feature","properties":{text},"geometry":{geometry}}}'


def write(path: Path, features: list[str]) -> None:
    path.write_text('{"type":"FeatureCollection","features":[\n' + ",\n".join(features) + "\n]}\n", encoding="utf-8")


def write_city(folder: Path) -> None:
    """Write all files of the city into the folder."""
    with open(HERE / "quzhou_divisions.csv", encoding="utf-8") as table:
        names = {row["code"]: row["name"] for row in csv.DictReader(table)}
    source = json.loads((HERE / "quzhou_counties.geojson").read_text("utf-8"))["features"]
    outlines = {each["properties"]["code"]: shapely.from_geojson(json.dumps(each["geometry"])) for each in source}

    grids = drawn(names, outlines)

    with open(folder / "grids.csv", "w", encoding="utf-8", newline="") as table:
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(["code", "name", "aliases", "level", "parent", "kind", "households"])
        for grid in grids:
            kind = "special" if grid.code[12:] >= "900" else "ordinary"
            writer.writerow([grid.code, grid.name, alias(grid.name), "grid", grid.code[:12], kind, grid.households])
    counties = []
    for county in sorted(outlines):
        inside = [grid for grid in grids if grid.code.startswith(county)]
        write(folder / f"{county}.geojson", [feature(each.code, each.shape, synthetic=True) for each in inside])
        counties.append(feature(county, shapely.coverage_union_all([each.shape for each in inside])))
    write(folder / "counties.geojson", counties)


if __name__ == "__main__":
    write_city(HERE / "drawn")
