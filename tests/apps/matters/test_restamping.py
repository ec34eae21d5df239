"""A grid is split: its open matters follow the ground, closed ones stay what they were."""

from datetime import datetime

import pytest
import shapely
from django.utils.timezone import localdate

from tests.town import SIDE, SONGYUAN_01, SOUTH, WEST, a_matter, a_report, kinds_of
from tongxin.apps.areas import actions as areas
from tongxin.apps.areas.actions import NewArea
from tongxin.apps.journal.outbox import drain
from tongxin.apps.matters import actions
from tongxin.apps.matters.models import Matter
from tongxin.rules.permissions import SYSTEM
from tongxin.rules.working_time import SHANGHAI

pytestmark = pytest.mark.django_db
WEST_HALF = shapely.box(WEST, SOUTH, WEST + SIDE / 2, SOUTH + SIDE)
EAST_HALF = shapely.box(WEST + SIDE / 2, SOUTH, WEST + SIDE, SOUTH + SIDE)


def split(now) -> None:
    areas.replace(
        codes=["330802001001001"],
        by_areas=[
            NewArea("330802001001003", "松园社区 03 网格", WEST_HALF),
            NewArea("330802001001004", "松园社区 04 网格", EAST_HALF),
        ],
        on=localdate(now),
        by=SYSTEM,
        now=now,
    )


def test_open_matters_follow_the_ground_and_closed_ones_stay(town, now):
    closed = a_matter(town, "CLOSED")
    west = actions.report(a_report(point=(WEST + SIDE / 4, SONGYUAN_01[1])), by=town.grid_worker, now=now)
    east = actions.report(a_report(point=(WEST + SIDE * 3 / 4, SONGYUAN_01[1])), by=town.grid_worker, now=now)
    pointless = actions.report(a_report(point=(None, None), area="330802001001001"), by=town.grid_worker, now=now)

    split(now)
    drain(now)

    area_of = dict(Matter.objects.values_list("id", "area"))
    assert area_of[closed.pk] == "330802001001001"
    assert area_of[west.id] == "330802001001003"
    assert area_of[east.id] == "330802001001004"
    assert area_of[pointless.id] == "330802001001"
    assert kinds_of(Matter.objects.get(pk=west.id)) == ["matter.report", "matter.restamp"]


def test_a_grid_that_ended_at_midnight_has_ended_before_dawn(town, now):
    matter = actions.report(a_report(), by=town.grid_worker, now=now)
    before_dawn = datetime(2026, 11, 21, 1, 30, tzinfo=SHANGHAI)

    split(before_dawn)
    drain(before_dawn)

    assert Matter.objects.get(pk=matter.id).area in {"330802001001003", "330802001001004"}


def test_following_twice_moves_nothing_again(town, now):
    actions.report(a_report(), by=town.grid_worker, now=now)
    split(now)
    drain(now)

    assert actions.restamp(by=SYSTEM, now=now) == 0
