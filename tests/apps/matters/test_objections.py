"""派单异议: a return is heard, the ruling binds, and a mistaken dispatch counts."""

from datetime import timedelta

import pytest

from tests.town import a_matter
from tongxin.apps.matters import actions
from tongxin.apps.matters.models import Deadline, Matter, Objection
from tongxin.rules.errors import NotAllowed, Refused
from tongxin.rules.lifecycles.matter import Act, Ground
from tongxin.rules.overlays.objection import Act as Objecting
from tongxin.rules.overlays.objection import State

pytestmark = pytest.mark.django_db


def returned(town, now):
    """Return a matter that the sanitation station handed back, naming the enforcement team, and its objection."""
    matter = a_matter(town, "HANDLING")
    actions.take(
        Act.RETURN,
        matter_id=matter.pk,
        by=town.handler,
        now=now + timedelta(minutes=9),
        ground=Ground.NOT_OURS,
        suggested_unit=town.unit["enforcement"],
        reason="占道经营产生，属综合执法",
    )
    return matter, Objection.objects.get(matter=matter)


def rule(town, act, objection, now, by="duty_chief", **said):
    return actions.take_over(
        act, matter_id=objection.matter_id, overlay_id=objection.pk, by=getattr(town, by), now=now, **said
    )


def dispatch(town, matter, now, unit):
    actions.take(Act.DISPATCH, matter_id=matter.pk, by=town.dispatcher, now=now, unit_id=town.unit[unit])


def test_a_return_raises_an_objection_that_is_heard_within_a_working_day(town, now):
    matter, objection = returned(town, now)

    assert (objection.state, objection.unit_id) == (State.RAISED, town.unit["sanitation"])
    assert objection.suggested_id == town.unit["enforcement"]
    hearing = Deadline.objects.get(matter=matter, of="objection")
    assert (hearing.clock, hearing.limit, hearing.of_id) == ("hearing", "1wd", objection.pk)


def test_nothing_is_dispatched_before_the_ruling(town, now):
    matter, _ = returned(town, now)

    with pytest.raises(Refused, match=r"step\.objection_open"):
        dispatch(town, matter, now, "enforcement")


def test_an_upheld_objection_counts_as_a_mistake_and_binds_the_unit_it_names(town, now):
    matter, objection = returned(town, now)

    rule(town, Objecting.UPHOLD, objection, now, unit_id=town.unit["enforcement"], reason="属综合执法职责")

    matter.refresh_from_db()
    assert (matter.mistakes, matter.ruled_unit) == (1, town.unit["enforcement"])
    with pytest.raises(Refused, match=r"step\.ruled_elsewhere"):
        dispatch(town, matter, now, "lamps")
    dispatch(town, matter, now, "enforcement")
    with pytest.raises(Refused, match=r"step\.ruled_here"):
        actions.take(
            Act.RETURN,
            matter_id=matter.pk,
            by=town.enforcer,
            now=now,
            ground=Ground.NOT_OURS,
            suggested_unit=town.unit["sanitation"],
            reason="也不是我们",
        )


def test_an_overruled_unit_gets_it_back_for_good_and_no_mistake_counts(town, now):
    matter, objection = returned(town, now)

    rule(town, Objecting.OVERRULE, objection, now, reason="职责清单第 12 项")
    dispatch(town, matter, now, "sanitation")

    matter.refresh_from_db()
    assert (matter.state, matter.mistakes, matter.unit_id) == ("awaiting_signature", 0, town.unit["sanitation"])
    with pytest.raises(Refused, match=r"step\.ruled_here"):
        actions.take(
            Act.RETURN,
            matter_id=matter.pk,
            by=town.handler,
            now=now,
            ground=Ground.NOT_OURS,
            suggested_unit=town.unit["lamps"],
            reason="再退",
        )


def test_what_the_room_cannot_tell_is_referred_and_gets_three_working_days(town, now):
    matter, objection = returned(town, now)

    rule(town, Objecting.REFER, objection, now, reason="职责交叉")

    clocks = {each.limit: each.outcome for each in Deadline.objects.filter(matter=matter, of="objection")}
    assert clocks == {"1wd": "on_time", "3wd": ""}
    rule(town, Objecting.OVERRULE, objection, now, reason="编办答复")
    assert not Deadline.objects.filter(matter=matter, of="objection", ended_at=None).exists()


def test_the_handling_clock_runs_through_the_dispute(town, now):
    matter, objection = returned(town, now)
    begun = Deadline.objects.get(matter=matter, clock="handle")

    rule(town, Objecting.OVERRULE, objection, now + timedelta(hours=1), reason="职责清单")
    dispatch(town, matter, now + timedelta(hours=2), "sanitation")

    same = Deadline.objects.get(matter=matter, clock="handle")
    assert (same.pk, same.due_at, same.ended_at) == (begun.pk, begun.due_at, None)


@pytest.mark.parametrize("who", ["dispatcher", "handler", "enforcer", "neighbouring_chief", "supervisor"])
def test_only_the_chiefs_of_the_room_rule(town, now, who):
    _, objection = returned(town, now)

    with pytest.raises((NotAllowed, Refused)):
        rule(town, Objecting.OVERRULE, objection, now, by=who, reason="我说了算")
    assert Objection.objects.get(pk=objection.pk).state == State.RAISED


def test_a_ruling_says_why_and_whom(town, now):
    _, objection = returned(town, now)

    with pytest.raises(Refused, match=r"step\.no_reason"):
        rule(town, Objecting.OVERRULE, objection, now)
    with pytest.raises(Refused, match=r"step\.no_unit"):
        rule(town, Objecting.UPHOLD, objection, now, reason="不是它")
    with pytest.raises(Refused, match=r"objection\.same_unit"):
        rule(town, Objecting.UPHOLD, objection, now, unit_id=objection.unit_id, reason="不是它")
    assert Matter.objects.get(pk=objection.matter_id).overlays == {"objection": 1}
