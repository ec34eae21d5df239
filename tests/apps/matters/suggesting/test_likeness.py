"""Near duplicates: same place, same week, the like told; each says why, and nobody is shown what is not theirs."""

from datetime import timedelta

import pytest

from tests.town import HEXIYUAN_01, SONGYUAN_01, a_matter, a_report
from tongxin.apps.matters import actions
from tongxin.apps.matters.actions.training import switch_off
from tongxin.apps.matters.models import Matter
from tongxin.apps.matters.suggesting.fitting import fit
from tongxin.apps.matters.suggesting.grams import folded
from tongxin.apps.matters.suggesting.likeness import WINDOW, Comparison, Told, candidates, near_duplicates, of_matter
from tongxin.rules.lifecycles.matter import Act, Ground
from tongxin.rules.likeness import Likeness

pytestmark = pytest.mark.django_db

TEXT = "菜场出来那个垃圾箱旁边堆了好多垃圾，纸箱也没人收。"
LON, LAT = SONGYUAN_01
METRE = 1 / 111_195  # degrees of latitude


def told(**changes) -> Told:
    return Told(**({"text": "菜场垃圾箱旁边又堆了好多垃圾", "template": "C02", "lon": LON, "lat": LAT} | changes))


def reported(town, now, **changes) -> int:
    return actions.report(a_report(**changes), by=town.grid_worker, now=now).id


def found(town, now, **changes) -> list[int]:
    return [near.matter.id for near in near_duplicates(town.dispatcher, told(**changes), now)]


def test_the_same_thing_at_the_same_place_is_very_like_and_says_why(town, now):
    id_ = reported(town, now - timedelta(hours=3))

    (near,) = near_duplicates(town.dispatcher, told(lat=LAT + 40 * METRE), now)

    assert near.matter.id == id_
    assert near.likeness is Likeness.VERY
    assert near.metres == pytest.approx(40, abs=0.5)
    assert near.hours == pytest.approx(3)
    assert "垃圾箱旁边" in near.words
    assert all(word in TEXT and word in told().text for word in near.words)


def test_the_likest_comes_first(town, now):
    other = reported(town, now, text="菜场门口的货车把路堵死了", template="C19")
    same = reported(town, now)

    assert found(town, now)[0] == same
    assert other not in found(town, now)[:1]


def test_a_thing_told_in_quite_other_words_is_found_by_kind_and_place(town, now):
    id_ = reported(town, now, template="D02", text="灯杆上的灯一直闪，后来干脆灭了")

    (near,) = near_duplicates(town.dispatcher, told(template="D02", text="晚上这段路乌漆嘛黑"), now)

    assert near.matter.id == id_
    assert near.likeness is Likeness.SOMEWHAT
    assert near.words == ()


def test_a_matter_of_the_kind_the_text_is_likely_of_is_nearer_than_one_of_another(town, now):
    lamp = reported(town, now, template="D02", text="灯杆上的灯一直闪")
    dog = reported(town, now, template="C23", text="两条狗没拴绳子追人")
    lines = [("D02", folded("路灯不亮")), ("C23", folded("流浪狗乱叫")), ("C02", folded("垃圾没人收"))] * 10
    asked = told(template="", text="路灯不亮")

    near = Comparison(asked, candidates(town.dispatcher, asked, now - WINDOW), fit(lines, [])).duplicates(now)

    assert [each.matter.id for each in near] == [lamp]
    assert dog not in [each.matter.id for each in near]


@pytest.mark.parametrize(("metres", "is_near"), [(0, True), (250, True), (310, False), (2000, False)])
def test_only_what_lies_within_reach_is_compared(town, now, metres, is_near):
    reported(town, now, point=(LON, LAT - metres * METRE) if metres < 500 else HEXIYUAN_01)

    assert bool(found(town, now)) is is_near


@pytest.mark.parametrize(("days", "is_near"), [(0, True), (6, True), (8, False)])
def test_only_the_week_counts(town, now, days, is_near):
    reported(town, now - timedelta(days=days))

    assert bool(found(town, now)) is is_near


def test_a_matter_is_never_its_own_duplicate(town, now):
    first, second = reported(town, now), reported(town, now)
    matter = Matter.objects.get(pk=second)

    near = near_duplicates(town.dispatcher, of_matter(matter, TEXT), now)

    assert [each.matter.id for each in near] == [first]


def test_what_was_closed_a_moment_ago_is_still_found(town, now):
    matter = a_matter(town, "CLOSED", now=now - timedelta(hours=2))

    assert found(town, now) == [matter.pk]


def test_what_was_refused_is_not(town, now):
    id_ = reported(town, now)
    actions.take(
        Act.REFUSE,
        matter_id=id_,
        by=town.acceptor,
        now=now,
        ground=Ground.NOT_OURS,
        reason="不归本市",
        route="请找铁路部门",
    )

    assert found(town, now) == []


def test_where_nobody_set_a_pin_the_same_grid_is_near(town, now):
    id_ = actions.report(a_report(point=(None, None), area="330802001001001"), by=town.grid_worker, now=now).id

    (near,) = near_duplicates(town.dispatcher, told(), now)

    assert (near.matter.id, near.metres) == (id_, None)
    assert found(town, now, lon=None, lat=None, area="330802001001001") == [id_]
    assert found(town, now, lon=None, lat=None, area="330802") == []  # a county is no place


def test_nobody_is_shown_a_duplicate_that_is_not_theirs(town, now):
    reported(town, now)

    for who in (town.neighbouring_dispatcher, town.neighbouring_handler, town.other_grid_worker, town.system_admin):
        assert near_duplicates(who, told(), now) == []


def test_a_sealed_matter_is_near_only_to_those_who_may_see_it(town, now):
    reported(town, now, is_secret=True)

    assert near_duplicates(town.dispatcher, told(), now) == []
    assert len(near_duplicates(town.duty_chief, told(), now)) == 1


def test_it_takes_one_statement_however_many_are_near(town, now, django_assert_num_queries):
    actions.report_many([a_report()] * 30, by=town.grid_worker, now=now)
    near_duplicates(town.dispatcher, told(), now)

    with django_assert_num_queries(1):
        near = near_duplicates(town.dispatcher, told(), now, limit=3)

    assert len(near) == 3


def test_switched_off_it_finds_nothing(town, now):
    reported(town, now)
    switch_off(by=town.system_admin, now=now)

    assert found(town, now) == []
