"""Plans make rounds, rounds are walked point by point, and nothing of it follows the one who walks."""

from datetime import datetime, time, timedelta

import pytest

from tests.apps.patrols.grid import ELSEWHERE, GRID, NEXT_GRID, VILLAGE, a_plan, a_round, draft, open_today, spots
from tests.town import NOW, SONGYUAN_01, a_matter
from tongxin.apps.journal.models import Entry
from tongxin.apps.patrols import actions
from tongxin.apps.patrols.models import CheckIn, Plan, Round
from tongxin.apps.patrols.queries import rounds
from tongxin.apps.people import rosters
from tongxin.rules.errors import Invalid, Missing, NotAllowed, Refused, Stale
from tongxin.rules.lamps import Lamp
from tongxin.rules.patrols import Found, Rhythm
from tongxin.rules.permissions import SYSTEM
from tongxin.rules.rosters import Part, monday_of

pytestmark = pytest.mark.django_db
SATURDAY = NOW + timedelta(days=1)


def check(town, round_, point=0, *, by="grid_worker", found=Found.FINE, at=NOW, now=None, **told):
    id_ = round_.points[point]
    who = getattr(town, by)
    return actions.check_in(round_id=round_.pk, point_id=id_, found=found, at=at, by=who, now=now or at, **told)


def test_the_day_makes_the_rounds_of_its_plans_once(town):
    daily, weekdays = a_plan(town), a_plan(town, name="早市", rhythm=Rhythm.WORKDAYS)

    assert open_today() == 2
    assert open_today() == 0
    assert open_today(SATURDAY) == 1
    assert list(Round.objects.filter(day=SATURDAY.date()).values_list("plan", flat=True)) == [daily.pk]
    assert Round.objects.filter(plan=weekdays).count() == 1
    assert Entry.objects.filter(kind="patrol.open").count() == 2


def test_a_plan_drawn_up_later_today_has_its_round_today_and_a_closed_one_has_none_tomorrow(town):
    first = a_plan(town)
    open_today()
    second = a_plan(town, name="夜巡", opens=time(20), closes=time(6))

    actions.close_plan(plan_id=first.pk, by=town.grid_head, now=NOW)

    assert open_today() == 1
    assert open_today(SATURDAY) == 1
    assert Round.objects.filter(day=SATURDAY.date()).get().plan_id == second.pk


def test_a_check_in_keeps_metres_and_no_position_and_no_person(town):
    round_ = a_round(town)
    lon, lat = SONGYUAN_01

    there = check(town, round_, 0, lon=lon, lat=lat + 0.0003, ticks=["wiring", "exits"])
    far = check(town, round_, 1, lon=lon, lat=lat + 0.5)
    without = check(town, round_, 2, found=Found.UNREACHED, reason="围挡施工，过不去")

    assert (there.metres, there.is_within, there.ticked) == (30, True, ["exits", "wiring"])
    assert (far.metres, far.is_within) == (1000, False)
    assert (without.metres, without.is_within) == (None, None)
    kept = {field.name for field in CheckIn._meta.get_fields()}
    assert not kept & {"lon", "lat", "person", "post", "actor", "device", "account"}
    for told in Entry.objects.filter(kind="patrol.check_in").values_list("data", flat=True):
        assert set(told) == {"point", "found", "is_late", "matter"}


def test_a_point_is_checked_in_once_and_only_where_the_round_leads(town):
    round_ = a_round(town)
    other = a_round(town, name="另一条线", area=NEXT_GRID)
    check(town, round_)

    with pytest.raises(Refused, match=r"patrol\.visited"):
        check(town, round_)
    with pytest.raises(Missing, match=r"patrol\.not_due"):
        actions.check_in(
            round_id=round_.pk, point_id=other.points[0], found=Found.FINE, at=NOW, by=town.grid_worker, now=NOW
        )
    with pytest.raises(Invalid, match="unknown_tick"):
        check(town, round_, 1, ticks=["politics"])


def test_what_was_found_is_a_matter_that_the_worker_sees(town):
    round_ = a_round(town)
    matter = a_matter(town)

    with pytest.raises(Refused, match="no_matter"):
        check(town, round_, found=Found.REPORTED)
    with pytest.raises(Refused, match="matter_missing"):
        check(town, round_, found=Found.REPORTED, matter="KC261120-9999")
    made = check(town, round_, found=Found.REPORTED, matter=matter.number.lower())

    assert made.matter_id == matter.pk


def test_a_phone_without_a_network_says_later_when_it_was_and_that_counts(town):
    round_ = a_round(town)
    at = NOW - timedelta(hours=1)

    made = check(town, round_, at=at, now=NOW + timedelta(days=2))
    late = check(town, round_, 1, at=NOW + timedelta(hours=3), now=NOW + timedelta(days=2))

    assert (made.at, made.is_late, late.is_late) == (at, False, True)
    with pytest.raises(Refused, match="long_ago"):
        check(town, round_, 2, at=at, now=NOW + timedelta(days=3))


def test_only_the_own_team_on_the_own_ground_walks_a_round(town):
    round_ = a_round(town)

    for who in ("neighbouring_grid_worker", "other_grid_worker", "handler"):
        with pytest.raises(NotAllowed, match=r"patrol\.not_mine"):
            check(town, round_, by=who)
    for who in ("dispatcher", "leader", "system_admin"):
        with pytest.raises(NotAllowed, match=r"permission\.denied"):
            check(town, round_, by=who)
    check(town, round_, 0, by="grid_head")
    check(town, round_, 1, by="villager")


def test_off_duty_by_the_roster_nothing_is_recorded(town):
    round_ = a_round(town)
    posts = {name: getattr(town, name).duties[0].post_id for name in ("grid_worker", "grid_head")}
    cells = {(posts["grid_head"], NOW.date()): Part.DAY, (posts["grid_worker"], NOW.date()): Part.NIGHT}
    told = {"unit_id": town.unit["station"], "monday": monday_of(NOW.date()), "cells": cells, "mark": 0}
    rosters.publish(**told, by=town.secretary, now=NOW)

    with pytest.raises(NotAllowed, match="off_duty"):
        check(town, round_)

    assert CheckIn.objects.count() == 0
    check(town, round_, by="grid_head")
    check(town, round_, 1, at=datetime.combine(NOW.date(), time(18), NOW.tzinfo))


def test_who_answers_for_the_ground_plans_it_and_nobody_else(town):
    for who in ("grid_head", "secretary", "duty_chief", "commander", "county_chief"):
        a_plan(town, by=who, name=who)
    for who in ("grid_worker", "handler_head", "leader", "neighbouring_chief", "system_admin"):
        with pytest.raises(NotAllowed):
            a_plan(town, by=who)
    with pytest.raises(NotAllowed):
        a_plan(town, by="grid_head", area="330802001")


def test_a_plan_makes_sense_before_it_is_drawn_up(town):
    for name, at in ELSEWHERE.items():
        with pytest.raises(Invalid, match="outside"):
            a_plan(town, spots=spots(1, at), name=name)
    for wrong, code in (
        ({"rhythm": Rhythm.WEEKLY}, "on_day"),
        ({"spots": []}, "no_points"),
        ({"name": " "}, "unnamed"),
        ({"unit_id": town.unit["next_sanitation"]}, "no_team"),
        ({"spots": [actions.Spot("远", *SONGYUAN_01, radius_m=5)]}, "radius"),
    ):
        with pytest.raises(Invalid, match=code):
            a_plan(town, **wrong)

    assert Plan.objects.count() == 0


def test_redrawing_keeps_the_rounds_of_the_past_as_they_were(town):
    round_ = a_round(town)
    plan = round_.plan
    first, second, _third = plan.points.all()
    kept = actions.Spot("改名", first.lon, first.lat, id=first.pk)
    moved = actions.Spot("移走", second.lon + 0.0005, second.lat, id=second.pk)

    actions.redraw(draft(town, spots=[moved, kept]), plan_id=plan.pk, version=1, by=town.secretary, now=NOW)
    with pytest.raises(Stale):
        actions.redraw(draft(town), plan_id=plan.pk, version=1, by=town.secretary, now=NOW)

    points = list(rounds.plan(town.secretary, plan.pk).points.all())
    assert [point.name for point in points] == ["移走", "改名"]
    assert points[1].pk == first.pk
    assert len(rounds.sheet(town.grid_worker, round_.pk).places) == 3


def test_today_shows_the_own_rounds_only_the_first_due_on_top(town):
    late = a_round(town, name="晚", opens=time(18), closes=time(21))
    mine = a_round(town)
    whole_village = a_round(town, area=VILLAGE, name="全村")
    a_round(town, area=NEXT_GRID, name="隔壁")

    def shown(who):
        return [sheet.round.pk for sheet in rounds.today(getattr(town, who), NOW)]

    assert shown("grid_worker") == [mine.pk, whole_village.pk, late.pk]
    assert len(shown("grid_head")) == 4
    assert shown("neighbouring_grid_worker") == shown("dispatcher") == shown("leader") == []
    with pytest.raises(Missing):
        rounds.sheet(town.other_grid_worker, mine.pk)


def test_coverage_counts_points_by_grid_village_and_team_and_never_by_person(town):
    round_ = a_round(town)
    a_round(town, area=NEXT_GRID, name="隔壁")
    check(town, round_)
    check(town, round_, 1, found=Found.UNREACHED, reason="锁门")
    check(town, round_, 2, at=NOW + timedelta(hours=3), found=Found.FINE)
    day = NOW.date()

    def covered(who, by, now=NOW):
        found = rounds.coverage(getattr(town, who), now, day_from=day, day_to=day, by=by)
        return {each.key: (each.seen, each.due, each.late, each.unreached, each.lamp) for each in found}

    assert covered("duty_chief", "grid") == {
        GRID: (3, 3, 1, 1, Lamp.GREEN),
        NEXT_GRID: (0, 3, 0, 0, Lamp.GREEN),
    }
    assert covered("grid_worker", "grid").keys() == {GRID}
    assert covered("secretary", "village") == {VILLAGE: (3, 6, 1, 1, Lamp.GREEN)}
    assert covered("leader", "team", NOW + timedelta(hours=1)) == {str(town.unit["station"]): (3, 6, 1, 1, Lamp.AMBER)}
    assert covered("duty_chief", "grid", NOW + timedelta(hours=2))[NEXT_GRID][-1] is Lamp.RED
    assert covered("neighbouring_chief", "grid") == covered("handler", "grid") == covered("system_admin", "grid") == {}
    assert not {"person", "post", "actor"} & set(rounds.Covered._fields)


def test_the_system_makes_rounds_and_no_one_else(town):
    with pytest.raises(NotAllowed):
        actions.open_rounds(NOW.date(), by=town.duty_chief, now=NOW)
    with pytest.raises(NotAllowed):
        actions.forget_words(by=town.secretary, now=NOW)
    assert actions.open_rounds(NOW.date(), by=SYSTEM, now=NOW) == 0
