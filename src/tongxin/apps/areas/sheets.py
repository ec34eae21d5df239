"""The sheet of the map being written: read under the lock, changed in memory, checked as a whole, saved at once."""

from datetime import date
from typing import Any

import shapely

from tongxin.apps.areas import tiling
from tongxin.apps.areas.files import Fault
from tongxin.apps.areas.models import Area
from tongxin.apps.areas.tables import aliases_of
from tongxin.apps.areas.tiling import Piece
from tongxin.rules.area_codes import lineage

BATCH = 1000
PINYIN_LIMIT = Area._meta.get_field("pinyin").max_length
COLUMNS = [field.name for field in Area._meta.concrete_fields if not field.primary_key]


class Sheet:
    """All areas there are or ever were. A city has a few thousand: a part could not tell what fits together."""

    def __init__(self) -> None:
        self.areas: dict[str, Area] = {area.code: area for area in Area.objects.all()}
        drawn = [area for area in self.areas.values() if area.shape is not None]
        shapes = shapely.from_wkb([bytes(area.shape) for area in drawn])
        self.shapes = {area.code: shape for area, shape in zip(drawn, shapes, strict=True)}
        self.added: set[str] = set()
        self.changed: set[str] = set()
        self._moved: set[str] = set()

    def put(self, code: str, **columns: Any) -> None:
        """Write columns of an area, new or standing."""
        if code not in self.areas:
            self.areas[code] = Area(code=code, level=len(code))
            self.added.add(code)
        area = self.areas[code]
        called = {column: columns.get(column, getattr(area, column)) for column in ("name", "aliases")}
        if called != {column: getattr(area, column) for column in called}:
            columns["pinyin"] = typed(called["name"], *aliases_of(called["aliases"]))
        before = {column: getattr(area, column) for column in columns}
        if before != columns or code in self.added:
            self.changed.add(code)
        if {"valid_from", "valid_to"} & columns.keys():
            self._moved.add(code)
        for column, value in columns.items():
            setattr(area, column, value)

    def draw(self, code: str, shape: shapely.Geometry, *, is_synthetic: bool, is_derived: bool = False) -> None:
        """Give an area its shape, WGS-84."""
        area = self.areas[code]
        before = (area.shape and bytes(area.shape), area.is_synthetic, area.is_derived)
        after = (shapely.to_wkb(shape), is_synthetic, is_derived)
        if before == after:
            return
        area.shape, area.is_synthetic, area.is_derived = after
        centre = shape.representative_point()  # inside even when the area is a crescent
        area.lon, area.lat = centre.x, centre.y
        area.west, area.south, area.east, area.north = shape.bounds
        self.shapes[code] = shape
        self.changed.add(code)
        self._moved.add(code)

    def settle(self, day: date) -> list[Fault]:
        """Draw what follows from the areas below it, as of that day, and return how the areas fail to fit together."""
        valid = [area for area in self.areas.values() if is_valid(area, day)]
        pieces = {each.code: Piece(self.shapes.get(each.code), each.is_synthetic, each.is_derived) for each in valid}
        for code, piece in tiling.derived(pieces).items():
            if piece.is_derived:
                self.draw(code, piece.shape, is_synthetic=piece.is_synthetic, is_derived=True)
            pieces[code] = piece
        touched = {each for code in self._moved for each in lineage(code)}
        return tiling.faults(pieces, [None, *sorted(touched & pieces.keys())])

    def save(self) -> None:
        """Write what changed, in one statement for each thousand."""
        Area.objects.bulk_create(
            [self.areas[code] for code in sorted(self.changed)],
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=COLUMNS,
        )


def is_valid(area: Area, day: date) -> bool:
    """Tell whether the area is valid on that day."""
    return (area.valid_from is None or area.valid_from <= day) and (area.valid_to is None or day < area.valid_to)


def typed(*names: str) -> str:
    """Return the names as they are typed, each whole and by initials: `hehuacaichang hhcc hehuashichang hhsc`."""
    return " ".join(map(pinyin_of, names))[:PINYIN_LIMIT]


def pinyin_of(name: str) -> str:
    """Return a name as it is typed, whole and by initials: `songyuanshequ03wangge sysq03wg`."""
    from pypinyin import lazy_pinyin  # late: its dictionary takes 50 MB of every process that loads it

    parts = ["".join(part.split()).lower() for part in lazy_pinyin(name)]
    initials = (part if part[:1].isdigit() else part[:1] for part in parts)
    return f"{''.join(parts)} {''.join(initials)}"
