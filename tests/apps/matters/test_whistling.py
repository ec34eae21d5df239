"""What pages read of whistles, and the healthy band: counted from the rows by hand."""

from datetime import date, timedelta

import pytest

from tests.apps.matters.test_whistles import ASKS, answer, blow, conclude, take
from tests.town import ZHANGTAN_01, a_matter, a_report
from tongxin.apps.matters import actions, whistling
from tongxin.apps.matters.figures import Period
from tongxin.apps.matters.models import Matter
from tongxin.rules.lamps import Lamp
from tongxin.rules.overlays import summons, whistle
from tongxin.rules.overlays.summons import Act as Answer
from tongxin.rules.overlays.whistle import Act, Outcome
from tongxin.rules.ratings import Rating
from tongxin.rules.whistling import Health, Share

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))


@pytest.fixture
def matter(town, now):
    return a_matter(town, "AWAITING_DISPATCH")


def by_unit(town, actor, now, period=NOVEMBER):
    names = {id_: name for name, id_ in town.unit.items()}
    return {names[unit.unit_id]: unit for unit in whistling.figures(actor, period, now).units}


# --- one matter's ------------------------------------------------------------------------------------------------


def test_a_whistle_is_read_with_every_units_answer(town, matter, now, django_assert_num_queries):
    called = blow(town, matter, "lamps", "enforcement", at=now)
    answer(town, {"lamps": called["lamps"]}, Answer.SIGN, at=now + 30 * MINUTE)
    answer(town, {"lamps": called["lamps"]}, Answer.ARRIVE, at=now + 2 * HOUR)
    answer(town, {"lamps": called["lamps"]}, Answer.ADVISE, at=now + 2 * HOUR, reason="先断电。")

    with django_assert_num_queries(2):
        (read,) = whistling.whistles_of(town.dispatcher, matter)

    lamps, enforcement = read.called
    assert (read.unit_id, read.kind, read.asked, read.awaited) == (town.unit["command_room"], "request", ASKS, 1)
    assert (read.state, read.outcome, read.conclusion) == (whistle.State.BLOWN, None, "")
    assert (lamps.state, lamps.answer, lamps.rating) == (summons.State.DONE, "先断电。", None)
    assert [stage.done_at for stage in lamps.stages] == [now + 30 * MINUTE, now + 2 * HOUR, now + 2 * HOUR]
    assert [stage.lamp(now + 2 * HOUR) for stage in lamps.stages] == [None, None, None]
    assert [stage.lamp(now + 2 * HOUR) for stage in enforcement.stages] == [Lamp.RED, Lamp.GREEN, Lamp.GREEN]


def test_whistles_are_read_only_by_who_sees_the_matter(town, matter, now):
    blow(town, matter, "lamps", at=now)

    found = {name for name in town.cast if whistling.whistles_of(getattr(town, name), matter)}

    assert {"duty_chief", "dispatcher", "lamp_handler", "leader", "supervisor", "county_chief"} <= found
    assert not found & {"enforcer", "neighbouring_chief", "neighbouring_handler", "system_admin", "audit_admin"}


def test_a_unit_reads_its_own_answers_and_how_they_were_rated(town, matter, now):
    called = blow(town, matter, "lamps", "enforcement", at=now)
    for name, who in (("lamps", town.lamp_handler), ("enforcement", town.enforcer)):
        take(called[name], Answer.DECLINE, by=who, at=now + MINUTE, reason="不能到场。")
    conclude(town, called, at=now + HOUR)
    take(called["lamps"], Answer.RATE, by=town.duty_chief, at=now + HOUR, rating=Rating.FAIRLY)

    (own,) = whistling.own_summonses(town.lamp_handler)

    assert (own.number, own.rating, own.state) == (matter.number, Rating.FAIRLY, summons.State.DECLINED)
    assert whistling.own_summonses(town.duty_chief) == []


# --- a period's --------------------------------------------------------------------------------------------------


def test_a_towns_band_counts_its_whistles_over_its_matters_of_its_level_and_above(town, matter, now):
    Matter.objects.filter(pk=matter.pk).update(level="V")  # a village's: no matter of a town's level
    for n, level in enumerate("TTC"):
        other = a_matter(town, "AWAITING_DISPATCH", now=now + n * MINUTE)
        Matter.objects.filter(pk=other.pk).update(level=level)
    idle = blow(town, matter, "sanitation", at=now)
    answer(town, idle, Answer.SIGN, Answer.ARRIVE, at=now + HOUR)
    conclude(town, idle, at=now + HOUR, outcome=Outcome.IDLE)
    second = blow(town, matter, "lamps", at=now + 2 * HOUR)  # lamps have no duty about refuse
    take(second["lamps"].whistle, Act.CANCEL, by=town.duty_chief, at=now + 3 * HOUR, reason="不用了")
    third = blow(town, matter, "sanitation", at=now + 4 * HOUR)
    answer(town, third, Answer.SIGN, Answer.ARRIVE, at=now + 4 * HOUR)
    conclude(town, third, at=now + 5 * HOUR, outcome=Outcome.SETTLED)
    blow(town, matter, "sanitation", at=now + 6 * HOUR)

    (found,) = whistling.figures(town.leader, NOVEMBER, now + DAY).towns

    assert (found.unit_id, found.area) == (town.unit["command_room"], "330802001")
    assert found.blown == Share(4, 3)
    assert found.idle == Share(2, 3)
    assert found.routine == Share(1, 4)
    assert set(found.health(whistling.figures(town.leader, NOVEMBER, now).book).values()) == {Health.FEW}


def test_a_unit_is_measured_by_what_was_due(town, matter, now):
    in_time = blow(town, matter, "lamps", at=now)
    answer(town, in_time, Answer.SIGN, Answer.ARRIVE, at=now + 30 * MINUTE)
    conclude(town, in_time, at=now + HOUR)
    late = blow(town, matter, "lamps", "enforcement", at=now + HOUR)
    answer(town, {"lamps": late["lamps"]}, Answer.SIGN, at=now + 3 * HOUR)
    take(late["enforcement"], Answer.DECLINE, by=town.enforcer, at=now + 70 * MINUTE, reason="全员在外。")

    found = by_unit(town, town.leader, now + 4 * HOUR)

    lamps, enforcement = found["lamps"], found["enforcement"]
    assert (lamps.summons, lamps.signed, lamps.in_touch, lamps.arrived) == (2, Share(1, 2), Share(1, 1), Share(1, 1))
    assert (enforcement.signed, enforcement.in_touch) == (Share(1, 1), Share(1, 1))
    assert (enforcement.arrived, enforcement.declined) == (Share(0, 1), 1)


def test_time_alone_makes_a_silent_unit_late(town, matter, now):
    blow(town, matter, "lamps", at=now)

    soon, later = (by_unit(town, town.leader, at)["lamps"] for at in (now + 10 * MINUTE, now + 7 * DAY))

    assert (soon.signed, soon.arrived) == (Share(0, 0), Share(0, 0))
    assert (later.signed, later.in_touch, later.arrived) == (Share(0, 1), Share(0, 1), Share(0, 1))


def test_what_was_called_off_in_time_is_no_units_debt(town, matter, now):
    called = blow(town, matter, "lamps", at=now)
    take(called["lamps"].whistle, Act.CANCEL, by=town.duty_chief, at=now + 10 * MINUTE, reason="不用了")

    lamps = by_unit(town, town.leader, now + 7 * DAY)["lamps"]

    assert (lamps.summons, lamps.signed, lamps.arrived) == (1, Share(0, 0), Share(0, 0))


def test_ratings_are_counted_by_unit(town, matter, now):
    for rating, why in ((Rating.SATISFIED, ""), (Rating.DISSATISFIED, "来了没带工具")):
        called = blow(town, matter, "lamps", at=now)
        answer(town, called, Answer.SIGN, Answer.ARRIVE, at=now + MINUTE)
        conclude(town, called, at=now + MINUTE)
        take(called["lamps"], Answer.RATE, by=town.duty_chief, at=now + MINUTE, rating=rating, reason=why)

    found = by_unit(town, town.leader, now)["lamps"].ratings

    assert found == {"very_satisfied": 0, "satisfied": 1, "fairly": 0, "dissatisfied": 1}


def test_figures_are_of_the_period_and_of_what_the_reader_sees(town, matter, now):
    blow(town, matter, "lamps", at=now)
    actions.report(a_report(point=ZHANGTAN_01), by=town.neighbouring_grid_worker, now=now)
    december = Period(date(2026, 12, 1), date(2026, 12, 31))

    neighbour = whistling.figures(town.neighbouring_chief, NOVEMBER, now)

    assert [each for each in neighbour.towns if each.area == "330802001"] == []
    assert neighbour.units == ()
    assert whistling.figures(town.leader, december, now).towns == ()
    assert by_unit(town, town.lamp_handler, now).keys() == {"lamps"}  # its own answers, after the matter as well
    assert whistling.figures(town.audit_admin, NOVEMBER, now).towns == ()


def test_figures_take_three_statements(town, matter, now, django_assert_num_queries):
    blow(town, matter, "lamps", at=now)
    whistling.figures(town.leader, NOVEMBER, now)

    with django_assert_num_queries(3):
        whistling.figures(town.leader, NOVEMBER, now)


def test_nothing_that_is_read_names_a_person(town, matter, now):
    """Units and towns only: no field of what pages read of whistles and joint handling is about a person."""
    from tongxin.apps.matters.joining import Part
    from tongxin.rules.whistling import Town, Unit

    shapes = (Part, whistling.Blown, whistling.Called, Town, Unit)
    named = {name for shape in shapes for name in shape.__dataclass_fields__}

    assert not [name for name in named if "person" in name or name.endswith("_by") or name in {"lon", "lat"}]
