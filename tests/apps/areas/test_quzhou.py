"""The city of Quzhou as it is shipped: published numbers, real names, and grids that tile it."""

import importlib.util
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tongxin.apps.areas import outlines, tables, tiling
from tongxin.apps.areas.locator import Locator
from tongxin.apps.areas.management.commands.load_areas import files_of
from tongxin.apps.areas.models import Area
from tongxin.apps.areas.tiling import Piece
from tongxin.rules.area_codes import AreaKind, How, Level, lineage, parent_of
from tongxin.rules.datum import Datum

CITY = Path(__file__).resolve().parents[3] / "cities" / "quzhou"
COUNTIES = ["330802", "330803", "330822", "330824", "330825", "330881"]


class Quzhou:
    """The files, read once."""

    def __init__(self) -> None:
        tables_at, outlines_at = files_of(CITY)
        read = [tables.read(path) for path in tables_at]
        self.faults = [fault for _, faults in read for fault in faults]
        self.rows = {row.code: row for rows, _ in read for row in rows}
        self.drawn: dict[str, outlines.Outline] = {}
        for path in outlines_at:
            drawn, faults = outlines.read(path, by_name={}, codes=self.rows, key="code", datum=Datum.WGS84)
            self.drawn |= drawn
            self.faults += faults
        self.grids = {code: self.drawn[code].shape for code in self.rows if len(code) == Level.GRID}
        self.counties = {code: self.drawn[code].shape for code in COUNTIES}
        self.locator = Locator(list(self.grids), list(self.grids.values()))


@pytest.fixture(scope="module")
def quzhou():
    return Quzhou()


def test_the_files_have_no_fault(quzhou):
    assert quzhou.faults == []


def test_the_published_numbers_hold(quzhou):
    levels = Counter(Level(len(code)) for code in quzhou.rows)
    kinds = Counter(row.kind for code, row in quzhou.rows.items() if len(code) == Level.GRID)

    assert levels == {Level.CITY: 1, Level.COUNTY: 6, Level.TOWN: 100, Level.VILLAGE: 1664, Level.GRID: 4243}
    assert kinds == {AreaKind.ORDINARY: 4194, AreaKind.SPECIAL: 49}


def test_every_village_has_a_grid_and_every_county_special_ones(quzhou):
    villages = {code for code in quzhou.rows if len(code) == Level.VILLAGE}
    ordinary = {parent_of(code) for code in quzhou.grids if quzhou.rows[code].kind is AreaKind.ORDINARY}
    special = Counter(code[:6] for code in quzhou.grids if quzhou.rows[code].kind is AreaKind.SPECIAL)

    assert ordinary == villages
    assert special == {"330802": 13, "330803": 10, "330822": 5, "330824": 5, "330825": 8, "330881": 8}


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("330803002218", "姜家坞"),
        ("330825110249", "志棠"),
        ("330824205222", "真子坑"),
        ("330825213253", "士元"),
        ("330802213212", "前昏"),
        ("330822002212", "渣濑湾"),
        ("330802007008", "松园社区"),
    ],
)
def test_villages_named_in_the_press_exist(quzhou, code, name):
    assert name in quzhou.rows[code].name
    assert f"{code}001" in quzhou.grids


def test_grids_are_named_after_their_village_and_never_alike(quzhou):
    assert quzhou.rows["330802007008003"].name == "松园社区 03 网格"
    assert quzhou.rows["330803002218001"].name == "姜家坞村 01 网格"
    assert max(Counter((code[:12], quzhou.rows[code].name) for code in quzhou.grids).values()) == 1


def test_grids_are_numbered_from_north_to_south_and_west_to_east(quzhou):
    """A grid with a higher number never lies both north and west of one with a lower. Source: DB6101/T 3185-2024."""
    by_village = defaultdict(list)
    for code in sorted(quzhou.grids):
        if quzhou.rows[code].kind is AreaKind.ORDINARY:
            by_village[code[:12]].append(quzhou.grids[code].centroid)

    for spots in by_village.values():
        for place, spot in enumerate(spots):
            assert not any(later.y > spot.y and later.x < spot.x for later in spots[place + 1 :])


def test_grids_meet_vertex_to_vertex_without_gap_or_overlap(quzhou):
    shapes = list(quzhou.grids.values())

    assert shapely.coverage_is_valid(shapes)
    assert shapely.coverage_is_valid(list(quzhou.counties.values()))
    for county, outline in quzhou.counties.items():
        parts = [shape for code, shape in quzhou.grids.items() if code.startswith(county)]
        assert sum(part.area for part in parts) == pytest.approx(outline.area, rel=1e-12)
        assert shapely.coverage_union_all(parts).equals(outline)


def test_every_level_tiles_the_level_above(quzhou):
    pieces = {
        code: Piece(quzhou.drawn[code].shape if code in quzhou.drawn else None, False, False) for code in quzhou.rows
    }

    derived = tiling.derived(pieces)

    assert all(piece.shape is not None for piece in derived.values())
    for parent, children in tiling.below(derived).items():
        if parent is not None:
            whole = derived[parent].shape.area
            assert sum(derived[child].shape.area for child in children) == pytest.approx(whole, abs=1e-9)


def test_county_borders_are_the_real_ones_to_a_decimeter(quzhou):
    source, _ = outlines.read(
        CITY / "quzhou_counties.geojson", by_name={}, codes=quzhou.rows, key="code", datum=Datum.WGS84
    )

    for county, outline in quzhou.counties.items():
        assert shapely.hausdorff_distance(outline, source[county].shape) < 1e-6  # degrees


def test_only_real_borders_are_called_real(quzhou):
    assert all(quzhou.drawn[code].is_synthetic for code in quzhou.grids)
    assert not any(quzhou.drawn[code].is_synthetic for code in quzhou.counties)


def test_grids_in_town_are_small(quzhou):
    streets = [quzhou.grids[code].area for code in quzhou.grids if code.startswith("330802") and code[6:9] < "100"]
    townships = [quzhou.grids[code].area for code in quzhou.grids if code.startswith("330802") and code[6:9] >= "200"]

    assert np.median(streets) < np.median(townships) / 2


@given(st.floats(118.02, 119.35), st.floats(28.24, 29.50))
def test_a_point_in_a_county_is_in_one_grid_of_it_or_on_an_edge(quzhou, lon, lat):
    located = quzhou.locator.at(lon, lat)

    holding = [code for code, outline in quzhou.counties.items() if shapely.intersects_xy(outline, lon, lat)]
    if holding:
        assert located.how in (How.INSIDE, How.ON_EDGE)
        assert located.code[:6] in holding
    else:
        assert located.how in (How.NEAREST, How.OUTSIDE)


@given(st.integers(0, 4242), st.randoms())
def test_the_index_finds_what_brute_force_finds(quzhou, number, chance):
    west, south, east, north = list(quzhou.grids.values())[number].bounds
    lon, lat = chance.uniform(west, east), chance.uniform(south, north)

    located = quzhou.locator.at(lon, lat)

    shapes = np.array(list(quzhou.grids.values()))
    holding = sorted(np.array(list(quzhou.grids))[shapely.intersects_xy(shapes, lon, lat)])
    assert [located.code, *located.others][: len(holding)] == holding


def test_the_corners_of_grids_name_all_who_meet_there(quzhou):
    corners = shapely.get_coordinates(quzhou.grids["330802007008003"])[:-1]

    for lon, lat in corners:
        located = quzhou.locator.at(lon, lat)
        assert located.how is How.ON_EDGE
        assert "330802007008003" in (located.code, *located.others)


@pytest.mark.slow
def test_the_directory_loads_as_one_city(quzhou, ground):
    from django.core.management import call_command

    call_command("load_areas", str(CITY))

    assert Area.objects.count() == 6014
    assert not Area.objects.filter(shape__isnull=True).exists()
    synthetic = set(Area.objects.filter(is_synthetic=True).values_list("level", flat=True).distinct())
    assert synthetic == {Level.TOWN, Level.VILLAGE, Level.GRID}
    assert {each for code in quzhou.grids for each in lineage(code)[1:]} == set(
        Area.objects.values_list("pk", flat=True)
    )


@pytest.mark.slow
def test_drawing_again_gives_the_same_grids(tmp_path):
    spec = importlib.util.spec_from_file_location("draw", CITY / "draw.py")
    draw = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(draw)

    draw.write_city(tmp_path)

    for path in sorted((CITY / "drawn").iterdir()):
        assert (tmp_path / path.name).read_text("utf-8") == path.read_text("utf-8"), path.name
