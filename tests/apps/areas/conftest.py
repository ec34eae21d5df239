"""Areas are tested on empty ground: a small city of two towns side by side, written as files somebody would send."""

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import shapely

from tongxin.apps.areas import actions, editions
from tongxin.apps.areas.actions import Loaded
from tongxin.apps.areas.models import Area, AreaEdition, Lineage
from tongxin.rules.permissions import SYSTEM

NOW = datetime(2026, 11, 20, 15, 42, tzinfo=ZoneInfo("Asia/Shanghai"))
CITY = """code,name,level,parent
990100,试验市,city,
990101,东区,county,990100
990101001,甲镇,town,990101
990101002,乙镇,town,990101
"""
WEST, EAST = shapely.box(118.80, 28.90, 118.81, 28.91), shapely.box(118.81, 28.90, 118.82, 28.91)
TOWNS = {"990101001": WEST, "990101002": EAST}


class Ground:
    """A folder to put files in, and what is in the database now."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def table(self, content: str | bytes = CITY, name: str = "areas.csv") -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def outlines(self, shapes: dict[str, shapely.Geometry], key: str = "code", name: str = "areas.geojson") -> Path:
        features = [
            {"type": "Feature", "properties": {key: called}, "geometry": json.loads(shapely.to_geojson(shape))}
            for called, shape in shapes.items()
        ]
        path = self.folder / name
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
        return path

    def load(self, table: str | bytes = CITY, shapes: dict[str, shapely.Geometry] | None = None, **options) -> Loaded:
        drawn = [self.outlines(TOWNS if shapes is None else shapes)]
        return actions.load(tables_at=[self.table(table)], outlines_at=drawn, by=SYSTEM, now=NOW, **options)

    def now(self) -> tuple:
        """Return all there is of areas: a refusal must leave it as it was."""
        return (
            list(Area.objects.order_by("code").values()),
            list(Lineage.objects.values()),
            list(AreaEdition.objects.values()),
        )


@pytest.fixture
def ground(db, tmp_path):
    Area.objects.all().delete()  # the model town stands in the test database
    editions.forget()
    return Ground(tmp_path)


@pytest.fixture
def now():
    return NOW
