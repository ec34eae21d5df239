"""Small maps drawn by the server: true to place, small, silent about what lies outside."""

import math
import re

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tongxin.look.maps import Ground, small_map
from tongxin.look.sample import EAST, NORTH


def square(lon, lat, meters):
    half = meters / 2
    dx, dy = half / (111_320 * math.cos(math.radians(lat))), half / 111_320
    return shapely.box(lon - dx, lat - dy, lon + dx, lat + dy)


def corners(path):
    return [tuple(map(float, pair.split())) for pair in re.findall(r"-?\d+ -?\d+", path)]


def test_a_square_on_the_ground_is_a_square_on_the_map():
    view = small_map([Ground(square(EAST, NORTH, 300), "松园03", is_own=True)], width=300, height=200)

    xs, ys = zip(*corners(view.paths[0].d), strict=True)

    assert max(xs) - min(xs) == pytest.approx(max(ys) - min(ys), abs=2)
    meters = int(view.scale_words.split()[0])
    assert view.scale / meters == pytest.approx((max(xs) - min(xs)) / 300, rel=0.05)


@given(dx=st.floats(-0.004, 0.004), dy=st.floats(-0.004, 0.004))
def test_the_pin_is_always_in_sight(dx, dy):
    view = small_map([Ground(square(EAST, NORTH, 300), is_own=True)], pin=(EAST + dx, NORTH + dy))

    assert 0 <= view.pin[0] <= view.width
    assert 0 <= view.pin[1] <= view.height


def test_a_pin_east_and_north_stands_right_and_above():
    view = small_map([Ground(square(EAST, NORTH, 300), is_own=True)], pin=(EAST + 0.0005, NORTH + 0.0005))

    assert view.pin[0] > view.width / 2
    assert view.pin[1] < view.height / 2


def test_what_lies_out_of_sight_is_not_sent():
    far = Ground(square(EAST + 1, NORTH, 300), "龙游01")

    view = small_map([Ground(square(EAST, NORTH, 300), "松园03", is_own=True), far])

    assert [path.is_own for path in view.paths] == [True]
    assert [name.text for name in view.names] == ["松园03"]


def test_names_never_lie_on_one_another():
    crowd = [Ground(square(EAST + step / 5_000, NORTH, 80), f"网格{step}") for step in range(6)]

    names = small_map([Ground(square(EAST, NORTH, 300), "松园03", is_own=True), *crowd]).names

    assert names[0].text == "松园03"
    assert len(names) > 2
    for one in names:
        for other in names:
            assert one is other or abs(one.x - other.x) >= 28 or abs(one.y - other.y) >= 13


def test_a_map_without_any_shape_still_has_a_frame():
    assert small_map([]).paths == ()


def test_a_thousand_corners_stay_small():
    circle = shapely.Point(EAST, NORTH).buffer(0.002, quad_segs=2_000)

    assert len(small_map([Ground(circle, is_own=True)]).paths[0].d) < 1_500
