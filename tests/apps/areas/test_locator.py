"""Where a point lies, and why."""

import threading
from datetime import date
from uuid import uuid4

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tests.apps.areas.conftest import EAST, WEST
from tongxin.apps.areas.editions import Kept, Watch
from tongxin.apps.areas.locator import Located, Locator, explained, locator
from tongxin.rules.area_codes import How
from tongxin.rules.errors import Invalid

SQUARES = {  # codes of a field of 4 x 4, with one square missing and one that reaches over its eastern neighbor
    f"{column}{row}": shapely.box(118 + column / 100, 28 + row / 100, 118.01 + column / 100, 28.01 + row / 100)
    for column in range(4)
    for row in range(4)
    if (column, row) != (3, 3)
}
SQUARES["22"] = shapely.box(118.02, 28.02, 118.035, 28.03)
FIELD = Locator(list(SQUARES), list(SQUARES.values()))
TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("point", "located"),
    [
        ((118.005, 28.005), Located("00", How.INSIDE)),
        ((118.01, 28.005), Located("00", How.ON_EDGE, others=("10",))),
        ((118.01, 28.01), Located("00", How.ON_EDGE, others=("01", "10", "11"))),
        ((118.032, 28.025), Located("22", How.OVERLAP, others=("32",))),
        ((118.039, 28.039), Located(None, How.OUTSIDE)),
        ((123.5, 29.0), Located(None, How.OUTSIDE)),
    ],
    ids=["inside", "on an edge", "on a corner", "in an overlap", "in a wide gap", "in the East China Sea"],
)
def test_a_point_is_located_with_its_reason(point, located):
    assert FIELD.at(*point) == located


@pytest.mark.parametrize(
    ("point", "code", "metres"),
    [
        ((117.999, 28.005), "00", 98.2),  # west: a thousandth of a degree at 28 north
        ((118.005, 27.999), "00", 111.2),  # south
        ((118.031, 28.0309), "23", 98.1),  # in the gap: in degrees the south is nearer, in meters the west
    ],
)
def test_a_point_just_beside_is_nearest_with_its_distance(point, code, metres):
    located = FIELD.at(*point)

    assert (located.code, located.how) == (code, How.NEAREST)
    assert located.metres == pytest.approx(metres, abs=0.3)


def test_reach_is_the_last_metre():
    assert Locator(["00"], [SQUARES["00"]], reach=98.0).at(117.999, 28.005).how is How.OUTSIDE
    assert Locator(["00"], [SQUARES["00"]], reach=98.4).at(117.999, 28.005).how is How.NEAREST


@pytest.mark.parametrize(
    "point",
    [(float("nan"), 28.0), (118.0, float("inf")), (181.0, 28.0), (118.0, -90.5), (28.9, 118.9)],
    ids=["not a number", "infinite", "beyond east", "beyond south", "swapped"],
)
def test_what_is_no_point_on_earth_is_refused(point):
    with pytest.raises(Invalid, match=r"point\.invalid"):
        FIELD.at(*point)
    with pytest.raises(Invalid, match=r"point\.invalid") as refusal:
        FIELD.at_many([118.0, point[0]], [28.0, point[1]])

    assert refusal.value.facts["position"] == 1


on_lattice = st.tuples(st.integers(-30, 430), st.integers(-30, 430)).map(
    lambda at: (118 + at[0] / 1e4, 28 + at[1] / 1e4)
)


@given(st.lists(on_lattice, min_size=1, max_size=30))
def test_many_points_are_located_as_each_alone(points):
    codes, hows, metres = FIELD.at_many(*zip(*points, strict=True))

    alone = [FIELD.at(*point) for point in points]
    assert codes == [each.code for each in alone]
    assert hows == [each.how for each in alone]
    assert [None if np.isnan(each) else each for each in metres] == [each.metres for each in alone]


@given(on_lattice)
def test_the_index_agrees_with_asking_every_area(point):
    located = FIELD.at(*point)

    holding = sorted(code for code, shape in SQUARES.items() if shape.intersects(shapely.Point(point)))
    if holding:
        assert (located.code, list(located.others)) == (holding[0], holding[1:])
    else:
        assert located.how in (How.NEAREST, How.OUTSIDE)


def test_no_points_and_no_areas_are_no_trouble():
    nowhere = Locator([], [])

    assert FIELD.at_many([], [])[0] == []
    assert nowhere.at(118.0, 28.0) == Located(None, How.OUTSIDE)
    assert nowhere.at_many([118.0], [28.0])[0] == [None]


def test_the_deepest_areas_that_are_drawn_answer(ground):
    ground.load()
    assert locator().at(118.805, 28.905).code == "990101001"

    ground.load("code,name\n990101001001,一村\n", {"990101001001": WEST})

    assert locator().at(118.805, 28.905).code == "990101001001"
    assert locator().at(118.815, 28.905).code == "990101002"


def test_a_load_that_was_taken_back_is_forgotten_too(ground):
    ground.load()
    locator()

    with pytest.raises(Invalid):
        ground.load(shapes={"990101001": EAST, "990101002": EAST})

    assert locator().at(118.805, 28.905).code == "990101001"


def test_the_page_is_told_names_and_neighbours(ground):
    ground.load()

    at_edge, at_sea = explained(118.81, 28.905), explained(123.5, 29.0)

    assert at_edge.names == ("试验市", "东区", "甲镇")
    assert at_edge.others == (("990101002", "乙镇"),)
    assert (at_sea.code, at_sea.names, at_sea.how) == (None, (), How.OUTSIDE)


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_the_database_is_asked_at_most_every_two_seconds():
    clock, reads = Clock(), []
    watch = Watch(lambda: (reads.append(1), (uuid4(), TODAY))[1], seconds=2.0, clock=clock)

    first = watch.edition()
    clock.seconds = 1.9
    assert watch.edition() == first
    clock.seconds = 2.0

    assert watch.edition() != first
    assert len(reads) == 2


def test_a_change_is_built_once_and_a_new_day_too():
    editions = [(uuid4(), TODAY)]
    built = []
    kept = Kept(lambda day: built.append(day) or len(built), Watch(lambda: editions[-1], seconds=0.0))
    assert [kept(), kept()] == [1, 1]

    editions.append((uuid4(), TODAY))
    assert [kept(), kept()] == [2, 2]

    editions.append((editions[-1][0], date(2026, 11, 21)))
    assert [kept(), kept()] == [3, 3]


def test_the_old_one_is_served_while_the_new_one_is_built():
    editions, building, may_finish = [(uuid4(), TODAY)], threading.Event(), threading.Event()

    def build(day: date) -> str:
        if len(editions) == 1:
            return "old"
        building.set()
        assert may_finish.wait(5)
        return "new"

    kept = Kept(build, Watch(lambda: editions[-1], seconds=0.0))
    kept()
    editions.append((uuid4(), TODAY))
    builder = threading.Thread(target=kept)
    builder.start()
    assert building.wait(5)

    meanwhile = kept()
    may_finish.set()
    builder.join()

    assert (meanwhile, kept()) == ("old", "new")
