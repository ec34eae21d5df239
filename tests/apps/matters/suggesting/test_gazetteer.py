"""Places a text names: the longest name counts, equal names are told apart by what else is known, or not at all."""

import pytest

from tongxin.apps.areas.queries import Named
from tongxin.apps.matters.suggesting.gazetteer import Gazetteer, gazetteer
from tongxin.rules.area_codes import AreaKind

AREAS = {
    "330802": "柯城区",
    "330825": "龙游县",
    "330802001": "荷花街道",
    "330825102": "沐尘畲族乡",
    "330802001001": "松园社区",
    "330802001002": "荷花社区居委会",
    "330802001003": "双溪村委会",
    "330825102001": "双溪村村民委员会",
    "330825102002": "姜家坞村委会",
    "330825102003": "安装村委会",
    "330825102004": "新村村委会",
    "330825102005": "路灯村委会",
}
BOOK = Gazetteer([Named(code, name, "", AreaKind.ORDINARY, False, True) for code, name in AREAS.items()], "路灯不亮")


def codes(text: str, *near: str) -> list[tuple[str, ...]]:
    return [place.codes for place in BOOK.places(text, near)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("松园社区门口有垃圾", "330802001001"),
        ("松园菜场北门有垃圾", "330802001001"),
        ("荷花街道松园社区", "330802001001"),  # what stands above is not told again
        ("荷花街道办事处门口", "330802001"),
        ("荷花 12 号", "330802001"),  # the town, not its community of that name
        ("姜家坞发现一堆垃圾", "330825102002"),
        ("姜家坞村口", "330825102002"),
    ],
)
def test_a_name_is_its_area(text, code):
    assert codes(text) == [(code,)]


@pytest.mark.parametrize("text", ["安装充电桩没人管", "荷花中路堵车", "路灯旁边有垃圾", "锦绣新村 3 幢", "没有地名"])
def test_ordinary_words_and_roads_are_no_areas(text):
    assert codes(text) == []


def test_what_people_call_an_area_is_the_area():
    market = Named("330802001001901", "农贸市场专属网格", "", AreaKind.SPECIAL, False, True, ("荷花菜场",))

    assert [place.codes for place in Gazetteer([market], "").places("荷花菜场东门有垃圾")] == [("330802001001901",)]


def test_one_name_of_two_villages_is_told_by_what_else_the_text_names():
    assert codes("龙游县双溪村口路灯不亮") == [("330825102001",)]
    assert codes("荷花街道双溪村口路灯不亮") == [("330802001003",)]


def test_one_name_of_two_villages_is_told_by_where_the_reader_works():
    assert codes("双溪村口路灯不亮", "330825102") == [("330825102001",)]
    assert codes("双溪村口路灯不亮", "330802001001001") == [("330802001003",)]


def test_one_name_that_nothing_tells_apart_keeps_both():
    (place,) = BOOK.places("双溪村口路灯不亮")

    assert place.code is None
    assert place.codes == ("330802001003", "330825102001")


def test_a_bare_name_that_two_villages_share_is_no_place_by_itself():
    assert codes("双溪桥头有垃圾") == []
    assert codes("龙游县双溪桥头有垃圾") == [("330825",)]


def test_a_place_stands_where_it_is_written():
    text = "昨天在松园社区旁边"

    (place,) = BOOK.places(text)

    assert text[place.start : place.end] == place.said == "松园社区"


def test_roads_called_after_a_place_are_names_all_the_same():
    assert BOOK.spans("松园路 12 号") == [(0, 2)]


@pytest.mark.django_db
def test_a_number_behind_a_community_is_its_grid(town):
    (place,) = gazetteer().places("松园社区 2 号网格，路灯不亮")

    assert place.code == "330802001001002"
    assert gazetteer().places("松园社区第 9 网格")[0].code == "330802001001"


def test_where_no_area_is_loaded_yet_no_text_names_one():
    nowhere = Gazetteer([], ordinary="")

    assert (nowhere.spans("松园社区菜场门口"), nowhere.places("松园社区菜场门口")) == ([], [])
