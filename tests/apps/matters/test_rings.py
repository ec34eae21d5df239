"""提级, 下派: up and down the rings on the line of the area, with a clock for each ring while the first one runs on."""

from datetime import timedelta

import pytest

from tests.town import a_matter
from tongxin.apps.matters import actions, queries
from tongxin.apps.matters.models import Deadline, Escalation, Matter
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import Act

pytestmark = pytest.mark.django_db


def raise_it(town, matter, now, by="duty_chief"):
    actions.take(Act.ESCALATE, matter_id=matter.pk, by=getattr(town, by), now=now, reason="超出本级职权")
    matter.refresh_from_db()


def clock(matter, name) -> Deadline:
    return Deadline.objects.filter(matter=matter, clock=name).latest("id")


def test_what_a_town_cannot_settle_goes_to_the_county_and_every_clock_goes_on(town, now):
    matter = a_matter(town, "HANDLING")
    handle, whole = clock(matter, "handle"), clock(matter, "whole")

    raise_it(town, matter, now + timedelta(hours=1))

    assert (matter.state, matter.level, matter.desk_id) == ("awaiting_acceptance", "C", town.unit["county_center"])
    assert (matter.unit_id, matter.keeper, matter.escalations) == (None, None, 1)
    assert matter.first_desk_id == town.unit["command_room"]
    for before in (handle, whole):
        after = Deadline.objects.get(pk=before.pk)
        assert (after.due_at, after.ended_at) == (before.due_at, None)
    assert clock(matter, "ring").limit == "10wd"  # §3.1d: a county has ten working days


def test_from_ring_to_ring_each_gets_a_clock_of_its_own(town, now):
    matter = a_matter(town, "AWAITING_DISPATCH")
    raise_it(town, matter, now)
    for act in (Act.ACCEPT, Act.FILE):
        actions.take(act, matter_id=matter.pk, by=town.county_chief, now=now)
    raise_it(town, matter, now + timedelta(days=1), by="county_chief")

    assert (matter.level, matter.desk_id, matter.escalations) == ("Y", town.unit["city_center"], 2)
    rings = Deadline.objects.filter(matter=matter, clock="ring").order_by("id")
    assert [(each.limit, each.outcome) for each in rings] == [("10wd", "on_time"), ("15wd", "")]
    with pytest.raises(Refused, match=r"step\.at_the_top"):
        for act in (Act.ACCEPT, Act.FILE):
            actions.take(act, matter_id=matter.pk, by=town.city_chief, now=now)
        raise_it(town, matter, now, by="city_chief")


def test_the_town_still_sees_what_it_raised_and_no_longer_moves_it(town, now):
    matter = a_matter(town, "AWAITING_DISPATCH")
    raise_it(town, matter, now)

    assert queries.visible_to(town.dispatcher).filter(pk=matter.pk).exists()
    with pytest.raises(Refused):
        actions.take(Act.ACCEPT, matter_id=matter.pk, by=town.duty_chief, now=now)
    actions.take(Act.ACCEPT, matter_id=matter.pk, by=town.county_chief, now=now)


def test_what_a_town_can_settle_is_handed_down_again(town, now):
    matter = a_matter(town, "AWAITING_DISPATCH")
    raise_it(town, matter, now)

    actions.take(Act.HAND_DOWN, matter_id=matter.pk, by=town.county_chief, now=now, reason="镇街职责内")

    matter.refresh_from_db()
    assert (matter.level, matter.desk_id) == ("T", town.unit["command_room"])
    assert [(each.is_up, each.from_level, each.to_level) for each in Escalation.objects.order_by("id")] == [
        (True, "V", "C"),
        (False, "C", "T"),
    ]


def test_work_of_a_county_department_is_not_handed_to_towns(town, now):
    matter = a_matter(town, "AWAITING_DISPATCH", template="E06")  # industrial noise: the bureau's
    raise_it(town, matter, now)

    with pytest.raises(Refused, match=r"step\.not_for_towns"):
        actions.take(Act.HAND_DOWN, matter_id=matter.pk, by=town.county_chief, now=now, reason="你们办")
    assert Matter.objects.get(pk=matter.pk).level == "C"


def test_a_village_raises_what_it_cannot_settle_to_its_town(town, now):
    matter = a_matter(town, "AWAITING_DISPATCH")
    actions.take(Act.DISPATCH, matter_id=matter.pk, by=town.dispatcher, now=now, unit_id=town.unit["station"])
    actions.take(Act.SIGN, matter_id=matter.pk, by=town.villager, now=now)

    raise_it(town, matter, now, by="secretary")

    assert (matter.level, matter.desk_id, matter.state) == ("T", town.unit["command_room"], "awaiting_acceptance")


@pytest.mark.parametrize("who", ["handler", "dispatcher", "grid_worker", "neighbouring_chief", "supervisor"])
def test_only_who_answers_for_a_ring_raises(town, now, who):
    matter = a_matter(town, "HANDLING")

    with pytest.raises(Refused):
        raise_it(town, matter, now, by=who)
    assert not Escalation.objects.exists()


def test_raising_says_why(town, now):
    matter = a_matter(town, "HANDLING")

    with pytest.raises(Refused, match=r"step\.no_reason"):
        actions.take(Act.ESCALATE, matter_id=matter.pk, by=town.duty_chief, now=now)
