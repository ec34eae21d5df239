"""Areas end and others follow them: on a day, with a lineage, and never under an old code."""

from datetime import date, timedelta

import pytest
import shapely

from tests.apps.areas.conftest import EAST, NOW, WEST
from tongxin.apps.areas import actions, editions, queries
from tongxin.apps.areas.actions import NewArea
from tongxin.apps.areas.locator import build
from tongxin.apps.areas.models import Area, Lineage
from tongxin.apps.journal.models import Entry
from tongxin.rules.errors import Invalid, Missing, NotAllowed, Refused
from tongxin.rules.permissions import SYSTEM, Actor

DAY = date(2026, 12, 1)
EVE = DAY - timedelta(days=1)
IN_THE_WEST = (118.805, 28.905)
SOUTH_WEST, NORTH_WEST = shapely.box(118.80, 28.90, 118.81, 28.905), shapely.box(118.80, 28.905, 118.81, 28.91)


@pytest.fixture
def two_towns(ground):
    ground.load()
    return ground


def replace(codes, areas, **options):
    return actions.replace(codes=codes, by_areas=areas, on=DAY, by=SYSTEM, now=NOW, **options)


def test_a_split_ends_one_area_and_begins_others_on_the_day(two_towns):
    lines = replace(["990101001"], [NewArea("990101003", "丙镇", SOUTH_WEST), NewArea("990101004", "丁镇", NORTH_WEST)])

    assert [(line.from_code, line.to_code, line.change) for line in lines] == [
        ("990101001", "990101003", "split"),
        ("990101001", "990101004", "split"),
    ]
    assert build(EVE).at(118.805, 28.902).code == "990101001"
    assert build(DAY).at(118.805, 28.902).code == "990101003"
    assert Entry.objects.filter(kind="area.replace").latest("id").data["on"] == "2026-12-01"


def test_a_merge_has_two_ancestors_and_one_heir(two_towns):
    lines = replace(["990101001", "990101002"], [NewArea("990101005", "新镇", shapely.union(WEST, EAST))])

    assert [(line.from_code, line.to_code, line.change) for line in lines] == [
        ("990101001", "990101005", "merge"),
        ("990101002", "990101005", "merge"),
    ]


def test_areas_drawn_anew_are_followed_by_those_they_share_ground_with(two_towns):
    middle = shapely.box(118.805, 28.90, 118.82, 28.91)
    rest = shapely.box(118.80, 28.90, 118.805, 28.91)

    lines = replace(
        ["990101001", "990101002"], [NewArea("990101003", "丙镇", rest), NewArea("990101004", "丁镇", middle)]
    )

    assert [(line.from_code, line.to_code, line.change) for line in lines] == [
        ("990101001", "990101003", "split"),
        ("990101001", "990101004", "split"),
        ("990101002", "990101004", "merge"),
    ]


def test_without_shapes_every_heir_of_the_level_may_be_the_one(ground):
    ground.load("code,name\n9901,试验市\n990101,东区\n", {"990101": WEST})

    lines = replace(["990101"], [NewArea("990102", "新区")])

    assert [line.change for line in lines] == ["recode"]


def test_successors_are_found_through_several_changes(two_towns):
    today = NOW.date()
    for old, new in (("990101001", "990101003"), ("990101003", "990101004")):
        actions.replace(codes=[old], by_areas=[NewArea(new, "改名镇", WEST)], on=today, by=SYSTEM, now=NOW)
        today += timedelta(days=1)
    Area.objects.filter(valid_to__gt=NOW.date()).update(valid_to=NOW.date() - timedelta(days=1), valid_from=None)
    Area.objects.filter(pk="990101004").update(valid_from=None)
    editions.bump()

    assert queries.successors("990101001") == ["990101004"]
    assert queries.successors("990101002") == ["990101002"]


def test_a_code_is_never_used_again(two_towns):
    replace(["990101001"], [NewArea("990101003", "丙镇", WEST)])

    with pytest.raises(Refused, match=r"area\.code_taken"):
        actions.replace(
            codes=["990101003"], by_areas=[NewArea("990101001", "甲镇", WEST)], on=date(2027, 1, 1), by=SYSTEM, now=NOW
        )


def test_an_ended_area_is_not_loaded_again(two_towns):
    actions.replace(
        codes=["990101001"], by_areas=[NewArea("990101003", "丙镇", WEST)], on=NOW.date(), by=SYSTEM, now=NOW
    )

    with pytest.raises(Invalid) as refusal:
        two_towns.load()

    assert [facts["rule"] for _, _, facts in refusal.value.facts["rows"]] == ["area.ended"]


def test_heirs_that_leave_a_gap_in_a_drawn_parent_are_refused(two_towns):
    two_towns.load("code,name\n990101,东区\n", {"990101": shapely.union(WEST, EAST)})
    before = two_towns.now()

    with pytest.raises(Invalid) as refusal:
        replace(["990101001"], [NewArea("990101003", "丙镇", SOUTH_WEST)])

    assert [facts["rule"] for _, _, facts in refusal.value.facts["rows"]] == ["area.gap"]
    assert two_towns.now() == before


@pytest.mark.parametrize(
    ("codes", "areas", "error", "code"),
    [
        (["990101009"], [], Missing, "area.missing"),
        (["990101001", "990101001"], [], Refused, "area.not_valid"),
        (["990101"], [], Refused, "area.orphan"),
        (["990101001"], [NewArea("990101002", "乙镇")], Refused, "area.code_taken"),
        (["990101001"], [NewArea("9901010", "坏码")], Invalid, "area.code_width"),
        (["990101001"], [NewArea("990109001", "无上级")], Refused, "area.orphan"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused_and_leaves_no_trace(two_towns, codes, areas, error, code):
    before = two_towns.now()

    with pytest.raises(error) as refusal:
        replace(codes, areas)

    assert refusal.value.code == code
    assert two_towns.now() == before


def test_retiring_ends_an_area_that_nothing_follows(two_towns):
    actions.retire(code="990101002", on=DAY, by=SYSTEM, now=NOW)

    assert Area.objects.get(pk="990101002").valid_to == DAY
    assert build(DAY).codes == ["990101001"]
    assert not Lineage.objects.exists()
    assert Entry.objects.filter(kind="area.retire").latest("id").data["code"] == "990101002"


def test_an_area_with_others_below_it_is_not_retired(two_towns):
    with pytest.raises(Refused, match=r"area\.orphan"):
        actions.retire(code="990101", on=DAY, by=SYSTEM, now=NOW)


def test_ending_areas_asks_for_the_duty(two_towns):
    with pytest.raises(NotAllowed):
        actions.retire(code="990101002", on=DAY, by=Actor("person:7"), now=NOW)
    with pytest.raises(NotAllowed):
        actions.replace(codes=["990101002"], by_areas=[], on=DAY, by=Actor("person:7"), now=NOW)

    assert not Area.objects.filter(valid_to__isnull=False).exists()
