"""How areas lie together: one network, no gap and no overlap. Source: GB/T 34300-2017, domain.md §2.1.

Outlines drawn by different hands never meet exactly. What is thinner than a meter or smaller than 100 m² is the pen's
width, not a fault.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from math import cos, radians
from typing import NamedTuple

import numpy as np
import shapely

from tongxin.apps.areas.files import Fault
from tongxin.apps.areas.locator import METRES_PER_DEGREE
from tongxin.rules.area_codes import Level, parent_of

THIN_METERS = 1.0
SMALL_SQUARE_METERS = 100.0


class Piece(NamedTuple):
    """An area as it lies on the ground."""

    shape: shapely.Geometry | None
    is_synthetic: bool
    is_derived: bool  # not drawn itself: the union of the areas below


def below(codes: Iterable[str]) -> dict[str | None, list[str]]:
    """Return the codes by parent, ascending; those whose parent is not among them stand below None."""
    codes = sorted(codes)
    known = set(codes)
    children: dict[str | None, list[str]] = defaultdict(list)
    for code in codes:
        parent = parent_of(code)
        children[parent if parent in known else None].append(code)
    return children


def derived(pieces: Mapping[str, Piece]) -> dict[str, Piece]:
    """Return the pieces, those that were never drawn made of all the areas below them where these have shapes."""
    pieces = dict(pieces)
    children = below(pieces)
    for level in sorted(Level, reverse=True):
        for code in [code for code in children if code is not None and len(code) == level]:
            parts = [pieces[each] for each in children[code]]
            if (pieces[code].shape is None or pieces[code].is_derived) and all(
                part.shape is not None for part in parts
            ):
                is_synthetic = any(part.is_synthetic for part in parts)
                pieces[code] = Piece(_union([part.shape for part in parts]), is_synthetic, True)
    return pieces


def faults(pieces: Mapping[str, Piece], parents: Iterable[str | None]) -> list[Fault]:
    """Return where the areas below these parents overlap, leave gaps, or reach beyond the parent; line 0."""
    children = below(pieces)
    found: list[Fault] = []
    for parent in parents:
        drawn = [code for code in children.get(parent, ()) if pieces[code].shape is not None]
        if drawn:
            shapes = np.array([pieces[code].shape for code in drawn], dtype=object)
            found += _overlaps(drawn, shapes)
            found += _margins(parent, pieces, shapes, is_whole=len(drawn) == len(children[parent]))
    return found


def _overlaps(codes: list[str], shapes: np.ndarray) -> Iterator[Fault]:
    """Yield one fault for each two siblings that share ground."""
    if shapely.coverage_is_valid(shapes):
        return
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = np.column_stack([first, second])[first < second]
    for one, other in pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]:
        if where := ground(shapely.intersection(shapes[one], shapes[other])):
            yield Fault(0, codes[one], {"rule": "area.overlap", "other": codes[other], **where})


def _margins(parent: str | None, pieces: Mapping[str, Piece], shapes: np.ndarray, *, is_whole: bool) -> Iterator[Fault]:
    """Yield what the children leave open of their parent, and what they cover beyond it.

    Where no parent was drawn, a hole inside the children's union is a gap. While some children have no shape yet,
    open ground may be theirs.
    """
    union = _union(shapes)
    drawn = pieces[parent].shape if parent is not None and not pieces[parent].is_derived else None
    if drawn is None:
        holes = [] if parent is not None else [hole for part in shapely.get_parts(union) for hole in part.interiors]
        gap, beyond = shapely.union_all(shapely.polygons(holes)) if holes else None, None
    else:
        gap, beyond = shapely.difference(drawn, union), shapely.difference(union, drawn)
    code = parent or ""
    if is_whole and (where := ground(gap)):
        yield Fault(0, code, {"rule": "area.gap", **where})
    if where := ground(beyond):
        yield Fault(0, code, {"rule": "area.beyond", **where})


def ground(shape: shapely.Geometry | None) -> dict[str, object]:
    """Return how much ground a shape covers and where, leaving out what is only the pen's width; {} for nothing."""
    if shape is None:
        return {}
    parts = shapely.get_parts(shape)
    parts = parts[shapely.area(parts) > 0]
    if not len(parts):
        return {}
    to_meters = np.array([METRES_PER_DEGREE * cos(radians(shape.bounds[1])), METRES_PER_DEGREE])
    flat = shapely.transform(parts, lambda points: points * to_meters)
    areas = shapely.area(flat)
    is_ground = (areas >= SMALL_SQUARE_METERS) & (2 * areas >= THIN_METERS * shapely.length(flat))
    if not is_ground.any():
        return {}
    spot = parts[int(np.argmax(np.where(is_ground, areas, 0)))].representative_point()
    return {
        "square_meters": round(float(areas[is_ground].sum())),
        "lon": round(spot.x, 6),
        "lat": round(spot.y, 6),
    }


def _union(shapes: Iterable[shapely.Geometry]) -> shapely.Geometry:
    """Return the union, exact along shared borders when the shapes meet vertex to vertex."""
    shapes = np.asarray(shapes, dtype=object)
    return shapely.coverage_union_all(shapes) if shapely.coverage_is_valid(shapes) else shapely.union_all(shapes)
