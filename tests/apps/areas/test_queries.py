"""Names, trees, search and shapes."""

import json
from math import sin

import pytest
import shapely

from tests.apps.areas.conftest import CITY
from tongxin.apps.areas import queries
from tongxin.rules.area_codes import AreaKind, Level

VILLAGES = """990101001001,松园社区,village,990101001
990101001002,书院社区,village,990101001
990101001001001,松园社区 01 网格,grid,990101001001
990101001001901,松园市场专属网格,grid,990101001001
990101002001,松园村,village,990101002
"""

BORDER = [(118.81 + 0.0004 * sin(step), 28.90 + step / 10_000) for step in range(101)]
WIGGLY = {
    "990101001": shapely.Polygon([(118.80, 28.90), *BORDER, (118.80, 28.91)]),
    "990101002": shapely.Polygon([*BORDER[::-1], (118.82, 28.90), (118.82, 28.91)]),
}


@pytest.fixture
def city(ground):
    ground.load(CITY + VILLAGES)
    return ground


def codes(found) -> list[str]:
    return [each.code for each in found]


def test_a_chain_goes_from_the_city_down(city):
    assert queries.chain("990101001001001") == ["试验市", "东区", "甲镇", "松园社区", "松园社区 01 网格"]
    assert queries.chain("990100") == ["试验市"]  # the official form


def test_names_and_kinds_are_known(city):
    assert queries.names()["990101001001"] == "松园社区"
    assert queries.named("990101001001901").kind is AreaKind.SPECIAL
    assert queries.named("990101001001901").level is Level.GRID
    assert queries.named("88") is None


def test_children_stand_one_level_below_by_code(city):
    assert codes(queries.children(None)) == ["9901"]
    assert codes(queries.children("990101")) == ["990101001", "990101002"]
    assert codes(queries.children("990101001001001")) == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("松园社区", ["990101001001", "990101001001001"]),
        ("松园", ["990101002001", "990101001001", "990101001001001", "990101001001901"]),
        ("甲镇 松园社区", ["990101001001", "990101001001001"]),
        ("乙镇 松园", ["990101002001"]),
        ("sysq", ["990101001002", "990101001001", "990101001001001"]),
        ("SongYuanShe", ["990101001001", "990101001001001"]),
        ("990101002", ["990101002", "990101002001"]),
        ("市场", ["990101001001901"]),
        ("甲镇 乙镇", []),
        ("无此地", []),
        ("", []),
        ("%' OR 1=1 --", []),
    ],
)
def test_areas_are_found_by_name_pinyin_initials_code_and_what_is_above(city, words, found):
    assert codes(queries.search(words)) == found


def test_search_may_be_narrowed_and_is_never_endless(city):
    assert codes(queries.search("松园", level=Level.VILLAGE)) == ["990101002001", "990101001001"]
    assert len(queries.search("松园", limit=1)) == 1


def test_the_register_costs_no_statement_once_read(city, django_assert_num_queries):
    queries.names()

    with django_assert_num_queries(0):
        queries.chain("990101001001"), queries.children("990101"), queries.search("松园")


def test_shapes_are_geojson_made_coarser_that_still_share_their_borders(city):
    city.load(CITY, WIGGLY)

    drawn = json.loads(queries.shapes("9901", Level.TOWN))["features"]

    west, east = (shapely.from_geojson(json.dumps(each["geometry"])) for each in drawn)
    assert drawn[0]["properties"] == {
        "code": "990101001",
        "name": "甲镇",
        "kind": "ordinary",
        "is_synthetic": False,
    }
    assert shapely.coverage_is_valid([west, east])
    assert len(shapely.get_coordinates(west)) < len(shapely.get_coordinates(WIGGLY["990101001"])) / 2
    assert json.loads(queries.shapes("88", Level.TOWN))["features"] == []


def test_shapes_cost_one_statement_once(city, django_assert_num_queries):
    queries.names()

    with django_assert_num_queries(1):
        queries.shapes("9901", Level.TOWN), queries.shapes("9901", Level.TOWN)


def test_an_outline_is_a_ring_or_nothing(city):
    (ring,) = queries.outline("990101001")

    assert ring[0] == ring[-1]
    assert len(ring) == 5
    assert queries.outline("990101001001") == []
    assert queries.outline("88") == []


def test_a_detail_is_the_row(city):
    assert queries.detail("990100").name == "试验市"
    assert queries.detail("88") is None
