"""Visits to places: what came of them, where to go again, what they count for, and how long their words are kept."""

from datetime import timedelta

import pytest

from tests.apps.patrols.grid import GRID, NEXT_GRID, a_help_place, a_round, a_van
from tests.town import NOW, a_matter
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters.models import Matter
from tongxin.apps.patrols import actions, duties
from tongxin.apps.patrols.models import Visit
from tongxin.apps.patrols.queries import duties as evidences
from tongxin.apps.patrols.queries import visits
from tongxin.apps.patrols.queries.duties import Month
from tongxin.rules.errors import Invalid, NotAllowed, Refused
from tongxin.rules.help_calls import Trouble
from tongxin.rules.patrols import Found, GridDuty
from tongxin.rules.permissions import SYSTEM
from tongxin.rules.visits import Outcome, PlaceKind, Purpose

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def visit(town, *, by="grid_worker", now=NOW, **changes):
    told = {"area": GRID, "kind": PlaceKind.SHOP, "place": "荷花路 12 号便利店", "purpose": Purpose.PREVENTION}
    told |= {"outcome": Outcome.NOTHING, "at": now}
    return actions.visit(**(told | changes), by=getattr(town, by), now=now)


def test_a_need_that_was_heard_becomes_a_matter_whose_origin_is_the_visit(town):
    made = visit(town, outcome=Outcome.REPORTED, asked="店门口路灯不亮，收摊看不见。", template="D02")

    matter = Matter.objects.get(pk=made.matter_id)
    assert (matter.source, matter.area, matter.place) == (f"visit:{made.pk}", GRID, "荷花路 12 号便利店")
    assert made.duty == GridDuty.PUBLICITY
    told = Entry.objects.get(subject=f"visit:{made.pk}")
    assert (told.kind, told.data["matter"]) == ("visit.make", matter.pk)
    assert "路灯" not in str(told.data)


def test_a_matter_that_is_refused_leaves_no_visit_behind(town):
    with pytest.raises(Refused):
        visit(town, outcome=Outcome.REPORTED, asked="路灯不亮", template="Z99")
    with pytest.raises(Refused, match="no_matter"):
        visit(town, outcome=Outcome.REPORTED, asked="路灯不亮")

    assert Visit.objects.count() == 0


def test_the_next_visit_waits_with_the_team_until_the_place_is_visited_again(town):
    visit(town, outcome=Outcome.ABSENT, next_on=NOW.date() + timedelta(days=3))
    far = visit(town, place="3 幢", next_on=NOW.date() + timedelta(days=30))
    today = NOW.date()

    assert [each.place for each in visits.again(town.grid_worker, today)] == ["荷花路 12 号便利店"]
    assert list(visits.again(town.other_grid_worker, today)) == list(visits.again(town.dispatcher, today)) == []
    visit(town, now=NOW + timedelta(hours=1))

    assert list(visits.again(town.grid_worker, today)) == []
    assert [each.pk for each in visits.again(town.grid_worker, today + timedelta(days=25))] == [far.pk]


def test_visits_are_read_on_the_ground_and_written_by_who_walks_it(town):
    made = visit(town)

    for who in ("grid_worker", "grid_head", "duty_chief", "leader"):
        assert list(visits.visible_visits(getattr(town, who))) == [made]
    for who in ("other_grid_worker", "neighbouring_chief", "handler", "system_admin"):
        assert list(visits.visible_visits(getattr(town, who))) == []
    for who, area in (("grid_worker", NEXT_GRID), ("neighbouring_grid_worker", GRID), ("dispatcher", GRID)):
        with pytest.raises(NotAllowed):
            visit(town, by=who, area=area)
    with pytest.raises(NotAllowed):
        visit(town, by="handler", area="330802001")  # a town is no place


def test_the_words_of_a_visit_go_in_time_and_its_count_stays(town):
    old = visit(town, asked="问停车位", answered="已说明", outcome=Outcome.ANSWERED)

    assert actions.forget_words(by=SYSTEM, now=NOW + timedelta(days=730)) == 0
    assert actions.forget_words(by=SYSTEM, now=NOW + timedelta(days=731)) == 1

    old.refresh_from_db()
    assert (old.asked, old.answered, old.outcome) == ("", "", Outcome.ANSWERED)
    assert actions.forget_words(by=SYSTEM, now=NOW + timedelta(days=732)) == 0


def test_a_checklist_has_only_the_items_of_its_duty(town):
    made = visit(town, ticks=["policy", "fraud"])

    assert made.ticked == ["fraud", "policy"]
    with pytest.raises(Invalid, match="unknown_tick"):
        visit(town, ticks=["gas"])


def test_the_catalog_lists_the_eight_duties_with_a_checklist_and_evidence_each():
    listed = duties.listed()

    assert list(listed) == list(GridDuty)
    for each in listed.values():
        assert each.items
        assert each.counts
        assert len({item.code for item in each.items}) == len(each.items)
        assert all(item.title and item.title_en and len(item.code) <= 24 for item in each.items)


def test_a_month_counts_the_evidence_of_each_duty_where_it_lies_and_from_what(town):
    round_ = a_round(town)
    done = {"round_id": round_.pk, "found": Found.FINE, "at": NOW, "by": town.grid_worker, "now": NOW}
    actions.check_in(**done, point_id=round_.points[0])
    visit(town)
    visit(town, purpose=Purpose.SAFETY)
    a_matter(town, template="D02")
    a_matter(town, "AWAITING_CLOSING")
    van = a_van(town)
    actions.stop_at(van_id=van.pk, stop_id=van.stops.first().pk, at=NOW, by=town.grid_worker, now=NOW)
    place = a_help_place(town)
    call = actions.call(place_id=place.pk, trouble=Trouble.LOST, by=town.grid_worker, now=NOW)
    actions.arrive(call_id=call.pk, by=town.grid_worker, now=NOW)

    def counted(who, day=TODAY, area="330802"):
        found = evidences.evidence(getattr(town, who), Month.of(day), area=area, by="grid")
        return {each.duty.value: each.by_area.get(GRID, 0) for each in found if each.total}

    expected = {"safety": 3, "publicity": 1, "service": 1, "emergency": 1, "verification": 1}
    assert counted("duty_chief") == counted("grid_worker") == expected
    assert counted("neighbouring_chief") == counted("system_admin") == {}
    assert counted("duty_chief", area=NEXT_GRID) == {}
    assert counted("duty_chief", day=NOW.date() + timedelta(days=31)) == {}
    safety = evidences.evidence(town.leader, Month.of(NOW.date()), area="3308", by="village")[2]
    assert [(count.source, many) for count, many in safety.by_source] == [
        ("check_ins", 1),
        ("visits", 1),
        ("matters", 1),
    ]
