"""Small maps drawn by the server: a few shapes, a pin and a scale as SVG, at most some kilobytes, no script."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

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
    """A shape as drawn: `d` of an SVG path, and where its name stands, if it has room."""

    d: str
    is_own: bool
    name: str = ""
    x: float = 0
    y: float = 0


@dataclass(frozen=True, slots=True)
class SmallMap:
    """What `kit.map` draws. Pixels, except `alt` (words) and `scale_words`."""

    width: int
    height: int
    paths: tuple[Path, ...]
    pin: tuple[float, float] | None
    marks: tuple[tuple[float, float, str], ...]
    ring: float
    scale: float
    scale_words: str
    alt: str
    url: str = field(default="")


def small_map(
    grounds: Iterable[Ground],
    *,
    pin: tuple[float, float] | None = None,
    marks: Sequence[Mark] = (),
    ring_m: float = 0,
    width: int = 372,
    height: int = 168,
    alt: str = "",
) -> SmallMap:
    """Lay the shapes into a frame of pixels, the own one filling it, the pin in sight.

    `pin` is (lon, lat); `ring_m` draws a circle of that many meters around it. Without shapes the frame shows 400 m.
    """
    grounds = list(grounds)
    frame = _Frame.around(grounds, pin, width, height)
    box = (-MARGIN, -MARGIN, width + MARGIN, height + MARGIN)
    paths = [path for each in grounds if (path := _path(each, frame, box)) is not None]
    meters = next((each for each in reversed(NICE) if each * frame.pixels_a_meter <= width / 4), NICE[0])
    return SmallMap(
        width=width,
        height=height,
        paths=tuple(sorted(paths, key=lambda path: path.is_own)),
        pin=frame.place(*pin) if pin else None,
        marks=tuple((*frame.place(each.lon, each.lat), each.text) for each in marks),
        ring=round(ring_m * frame.pixels_a_meter, 1),
        scale=round(meters * frame.pixels_a_meter, 1),
        scale_words=_("%(n)s km") % {"n": meters // 1000} if meters >= 1000 else _("%(n)s m") % {"n": meters},
        alt=alt or _("Sketch map of the place"),
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
    def around(cls, grounds: Sequence[Ground], pin: tuple[float, float] | None, width: int, height: int) -> "_Frame":
        shapes = [each.shape for each in grounds if each.is_own] or [each.shape for each in grounds]
        corners = [shape.bounds for shape in shapes if not shape.is_empty]
        if pin:
            corners.append((*pin, *pin))
        if not corners:
            return cls(0, 0, width, height, width / 400)
        west, south = min(c[0] for c in corners), min(c[1] for c in corners)
        east, north = max(c[2] for c in corners), max(c[3] for c in corners)
        lat = (south + north) / 2
        across = (east - west) * METERS_A_DEGREE * math.cos(math.radians(lat))
        along = (north - south) * METERS_A_DEGREE
        scale = min(width / max(across * 1.25, 200), height / max(along * 1.25, 200))
        return cls((west + east) / 2, lat, width, height, scale)

    def place(self, lon: float, lat: float) -> tuple[float, float]:
        """Return where a point of the earth stands in the frame, in pixels."""
        meters_x = (lon - self.lon) * METERS_A_DEGREE * math.cos(math.radians(self.lat))
        meters_y = (lat - self.lat) * METERS_A_DEGREE
        x, y = self.width / 2 + meters_x * self.pixels_a_meter, self.height / 2 - meters_y * self.pixels_a_meter
        return round(x, 1), round(y, 1)


def _path(ground: Ground, frame: _Frame, box: tuple[float, float, float, float]) -> Path | None:
    """Cut a shape to the frame. None when nothing of it is in sight."""
    flat = shapely.transform(ground.shape, lambda points: [frame.place(lon, lat) for lon, lat in points])
    seen = shapely.clip_by_rect(shapely.simplify(flat, 0.5), *box)
    if seen.is_empty:
        return None
    rings = [ring for part in shapely.get_parts(seen) if part.geom_type == "Polygon" for ring in _rings(part)]
    middle = shapely.point_on_surface(shapely.clip_by_rect(seen, 24, 16, frame.width - 24, frame.height - 16))
    name = "" if middle.is_empty else ground.name
    x, y = (0, 0) if middle.is_empty else (round(middle.x), round(middle.y))
    return Path("".join(rings), ground.is_own, name, x, y)


def _rings(polygon: BaseGeometry) -> list[str]:
    rings = [polygon.exterior, *polygon.interiors]  # type: ignore[attr-defined]
    return ["M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in ring.coords[:-1]) + "Z" for ring in rings]
