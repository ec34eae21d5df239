"""Small maps drawn by the server: a few shapes, a pin and a scale as SVG, at most some kilobytes, no script."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import shapely
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

METERS_A_DEGREE = 111_320.0  # along a meridian, and along the equator
MARGIN = 12  # pixels drawn beyond the frame, so that cut edges stay out of sight
NICE = (10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)


@dataclass(frozen=True, slots=True)
class Ground:
    """A shape to draw, in WGS-84 degrees. `is_own` marks the grid the page is about."""

    shape: BaseGeometry
    name: str = ""
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A numbered place beside the pin."""

    lon: float
    lat: float
    text: str


@dataclass(frozen=True, slots=True)
class Path:
    """A shape as drawn: `d` of an SVG path."""

    d: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a shape and the middle of its base line."""

    text: str
    x: int
    y: int
    is_own: bool


@dataclass(frozen=True, slots=True)
class SmallMap:
    """What `kit.map` draws. Pixels, except `alt` (words) and `scale_words`."""

    width: int
    height: int
    paths: tuple[Path, ...]
    names: tuple[Name, ...]
    pin: tuple[float, float] | None
    marks: tuple[tuple[float, float, str], ...]
    ring: float
    scale: float
    scale_words: str
    alt: str


def small_map(
    grounds: Iterable[Ground],
    *,
    pin: tuple[float, float] | None = None,
    marks: Sequence[Mark] = (),
    ring_m: float = 0,
    fit: Sequence[tuple[float, float]] = (),
    width: int = 372,
    height: int = 168,
    alt: str = "",
) -> SmallMap:
    """Lay the shapes into a frame of pixels, the own one filling it, the pin in sight.

    `pin` is (lon, lat); `ring_m` draws a circle of that many meters around it; `fit` are points that fill the frame
    instead of the own shape. Without shapes the frame shows 400 m.
    """
    grounds = list(grounds)
    frame = _Frame.around(grounds, pin, width, height, fit)
    drawn = [(each, shape) for each in grounds if not (shape := _cut(each.shape, frame)).is_empty]
    drawn.sort(key=lambda pair: pair[0].is_own)
    pin_at = frame.place(*pin) if pin else None
    spots = tuple((*frame.place(each.lon, each.lat), each.text) for each in marks)
    names = _names(drawn, frame, [*([pin_at] if pin_at else []), *((x, y) for x, y, _text in spots)])
    meters = next((each for each in reversed(NICE) if each * frame.pixels_a_meter <= width / 4), NICE[0])
    return SmallMap(
        width=width,
        height=height,
        paths=tuple(Path(_outline(shape), each.is_own) for each, shape in drawn),
        names=names,
        pin=pin_at,
        marks=spots,
        ring=round(ring_m * frame.pixels_a_meter, 1),
        scale=round(meters * frame.pixels_a_meter, 1),
        scale_words=_("%(n)s km") % {"n": meters // 1000} if meters >= 1000 else _("%(n)s m") % {"n": meters},
        alt=alt or _("Sketch map of the place"),
    )


@dataclass(frozen=True, slots=True)
class Tile:
    """One piece of a tile map: its key, its name, `d` of its SVG path, and where its name stands (None: no room)."""

    key: str
    name: str
    d: str
    name_at: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class TileMap:
    """What `tiles` draws. Pixels."""

    width: int
    height: int
    tiles: tuple[Tile, ...]


def tile_map(grounds: Mapping[str, Ground], *, width: int = 440) -> TileMap:
    """Lay the shapes side by side into a frame as wide as asked and as high as they need; names where there is room."""
    shapes = [each.shape for each in grounds.values()]
    west, south, east, north = shapely.total_bounds(shapes) if shapes else (0, 0, 1, 1)
    across = max((east - west) * math.cos(math.radians((south + north) / 2)), 1e-6)
    height = round(min(max(width * (north - south) / across, width * 0.5), width * 1.3))
    frame = _Frame.around(list(grounds.values()), None, width, height)
    drawn = {key: (ground, _cut(ground.shape, frame)) for key, ground in grounds.items()}
    spots = {name.text: (name.x, name.y) for name in _names(list(drawn.values()), frame, ())}
    return TileMap(
        width,
        height,
        tuple(
            Tile(key, ground.name, _outline(shape), spots.pop(ground.name, None))
            for key, (ground, shape) in drawn.items()
        ),
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    """A flat piece of ground: true to scale within a town, which is all a small map shows."""

    lon: float
    lat: float
    width: int
    height: int
    pixels_a_meter: float

    @classmethod
    def around(
        cls,
        grounds: Sequence[Ground],
        pin: tuple[float, float] | None,
        width: int,
        height: int,
        fit: Sequence[tuple[float, float]] = (),
    ) -> "_Frame":
        shapes = [each.shape for each in grounds if each.is_own] or [each.shape for each in grounds]
        corners = [shape.bounds for shape in shapes if not shape.is_empty]
        if fit:
            corners = [(*point, *point) for point in fit]
        if pin:
            corners.append((*pin, *pin))
        if not corners:
            return cls(0, 0, width, height, width / 400)
        west, south = min(c[0] for c in corners), min(c[1] for c in corners)
        east, north = max(c[2] for c in corners), max(c[3] for c in corners)
        lat = (south + north) / 2
        across = (east - west) * METERS_A_DEGREE * math.cos(math.radians(lat))
        along = (north - south) * METERS_A_DEGREE
        room = 1.7 if fit else 1.25  # points need a margin: their numbers, and the scale below them
        scale = min(width / max(across * room, 200), height / max(along * room, 200))
        return cls((west + east) / 2, lat, width, height, scale)

    def place(self, lon: float, lat: float) -> tuple[float, float]:
        """Return where a point of the earth stands in the frame, in pixels."""
        meters_x = (lon - self.lon) * METERS_A_DEGREE * math.cos(math.radians(self.lat))
        meters_y = (lat - self.lat) * METERS_A_DEGREE
        x, y = self.width / 2 + meters_x * self.pixels_a_meter, self.height / 2 - meters_y * self.pixels_a_meter
        return round(x, 1), round(y, 1)


def _cut(shape: BaseGeometry, frame: _Frame) -> BaseGeometry:
    """Bring a shape into pixels and cut away what lies out of sight."""
    flat = shapely.transform(shape, lambda points: [frame.place(lon, lat) for lon, lat in points])
    box = (-MARGIN, -MARGIN, frame.width + MARGIN, frame.height + MARGIN)
    return shapely.clip_by_rect(shapely.simplify(flat, 0.5), *box)


def _outline(shape: BaseGeometry) -> str:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
    return "".join("M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in ring.coords[:-1]) + "Z" for ring in rings)


def _names(
    drawn: Sequence[tuple[Ground, BaseGeometry]], frame: _Frame, taken: Sequence[tuple[float, float]]
) -> tuple[Name, ...]:
    """Place the names where they collide with nothing, the own one first; a name without room is left out."""
    boxes = [shapely.box(x - 14, y - 32, x + 14, y + 15) for x, y in taken]  # a pin above, a mark around
    boxes.append(shapely.box(0, frame.height - 30, frame.width, frame.height))  # caption and scale
    names = []
    for ground, shape in sorted(drawn, key=lambda pair: not pair[0].is_own):
        room = shapely.clip_by_rect(shape, 0, 14, frame.width, frame.height - 8)
        for x, y in _tries(room):
            half = sum(11 if ord(letter) > 0x2E80 else 6 for letter in ground.name) / 2
            box = shapely.box(x - half, y - 10, x + half, y + 3)
            inside = half < x < frame.width - half
            if ground.name and inside and not any(box.intersects(other) for other in boxes):
                boxes.append(box)
                names.append(Name(ground.name, round(x), round(y), ground.is_own))
                break
    return tuple(names)


def _tries(room: BaseGeometry) -> list[tuple[float, float]]:
    """Return places for a name, best first: the middle of what is seen, then below and above it."""
    if room.is_empty:
        return []
    middle = shapely.point_on_surface(room)
    return [(middle.x, middle.y + step) for step in (4, 22, -14, 34, -28)]
