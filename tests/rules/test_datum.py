"""What maps of other houses call longitude and latitude, against a published package."""

import random
from math import cos, hypot, radians

import pytest
from coord_convert import transform as published

from tongxin.rules.datum import Datum, from_wgs84, to_wgs84

SEED = random.Random(330800)
QUZHOU = [(SEED.uniform(118.02, 119.35), SEED.uniform(28.24, 29.50)) for _ in range(2000)]


def meters(one: tuple[float, float], other: tuple[float, float]) -> float:
    return 111_195 * hypot((one[0] - other[0]) * cos(radians(one[1])), one[1] - other[1])


@pytest.mark.parametrize("datum", Datum)
def test_there_and_back_again_ends_within_a_centimeter(datum):
    gone = [from_wgs84(*point, datum) for point in QUZHOU]

    back = [to_wgs84(*point, datum) for point in gone]

    assert max(map(meters, QUZHOU, back)) < 0.01


@pytest.mark.parametrize(
    ("datum", "theirs"), [(Datum.GCJ02, published.wgs2gcj), (Datum.BD09, published.wgs2bd)], ids=["gcj02", "bd09"]
)
def test_the_shift_is_the_published_one(datum, theirs):
    gone = [from_wgs84(*point, datum) for point in QUZHOU]

    assert max(map(meters, gone, [theirs(*point) for point in QUZHOU])) < 0.0001


@pytest.mark.parametrize(
    ("datum", "theirs", "their_error_meters"),
    [(Datum.GCJ02, published.gcj2wgs, 0.01), (Datum.BD09, published.bd2wgs, 1.0)],
    ids=["gcj02", "bd09"],
)
def test_the_way_back_agrees_with_the_published_one(datum, theirs, their_error_meters):
    back = [to_wgs84(*point, datum) for point in QUZHOU]

    assert max(map(meters, back, [theirs(*point) for point in QUZHOU])) < their_error_meters


def test_in_quzhou_amap_lies_some_580_meters_off_and_the_national_frame_nowhere():
    point = (118.87, 28.97)

    assert 550 < meters(point, from_wgs84(*point, Datum.GCJ02)) < 610
    assert from_wgs84(*point, Datum.CGCS2000) == point


def test_outside_china_gcj02_shifts_nothing():
    boston = (-71.06, 42.36)

    assert from_wgs84(*boston, Datum.GCJ02) == boston
    assert to_wgs84(*boston, Datum.GCJ02) == boston
