"""Laws of the three pushes: whom each is for, how soon it is to be acknowledged, what can be done when."""

import json
from datetime import date, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.rules.alarms import (
    TEMPLATE_OF,
    Answering,
    Category,
    Outcome,
    Pushed,
    Toward,
    acknowledge_by,
    answerings,
    decide,
    is_late,
    outcome_of,
    urgency_after,
    urgency_of,
)
from tongxin.rules.channels import Channel
from tongxin.rules.deadlines import Urgency
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import Act, CloseKind
from tongxin.rules.sealing import Seal, is_handed_over, seal_of
from tongxin.rules.working_time import SHANGHAI, Limit, WorkingCalendar

NOW = datetime(2026, 11, 20, 15, 42, tzinfo=SHANGHAI)
HALF_AN_HOUR = Limit.parse("30wm")
WEEKDAYS = WorkingCalendar.of(date(2026, 1, 1), date(2027, 12, 31), {}, provisional_from=date(2027, 1, 1))
TEMPLATES = json.loads((Path(__file__).resolve().parents[2] / "catalog" / "templates.json").read_text("utf-8"))
moments = st.integers(0, 300 * 24 * 60).map(lambda minutes: NOW - timedelta(days=200) + timedelta(minutes=minutes))


def test_all_24_categories_lead_to_disputes_of_the_catalog_and_are_sealed():
    known = {each["code"] for each in TEMPLATES["templates"]}

    assert set(TEMPLATE_OF) == set(Category)
    assert [each.value for each in Category] == [f"{n:02d}" for n in range(1, 25)]
    assert set(TEMPLATE_OF.values()) <= {code for code in known if code.startswith("A")}
    for code in TEMPLATE_OF.values():
        is_sealed = is_handed_over(code, Channel.POLICE)
        assert seal_of(code, {}, is_sealed=is_sealed, is_secret=False) in {Seal.DISPUTE, Seal.MINORS}
    assert not is_handed_over("A01", Channel.GRID)
    assert not is_handed_over("G02", Channel.POLICE)


@given(moments)
def test_a_station_has_the_same_half_hour_at_any_hour_and_a_desk_never_less(moment):
    due = {to: acknowledge_by(to, moment, HALF_AN_HOUR, Urgency.NORMAL, WEEKDAYS) for to in Toward}

    assert due[Toward.ATTENDING_STATION] == due[Toward.RESPONSIBLE_STATION] == moment + timedelta(minutes=30)
    assert due[Toward.TOWN_DESK] >= due[Toward.ATTENDING_STATION]
    for urgency in (Urgency.URGENT, Urgency.EXTREME):  # then nobody waits for the morning
        assert acknowledge_by(Toward.TOWN_DESK, moment, HALF_AN_HOUR, urgency, WEEKDAYS) == moment + timedelta(
            minutes=30
        )


def test_a_weapon_weighs_more_than_a_wound_and_a_wound_more_than_words():
    weights = [urgency_of(is_hurt=hurt, has_weapon=weapon) for weapon, hurt in product((False, True), repeat=2)]

    assert weights == [Urgency.NORMAL, Urgency.URGENT, Urgency.EXTREME, Urgency.EXTREME]


def test_what_is_learned_later_makes_an_incident_more_urgent_and_never_less():
    ranks = list(Urgency)

    for stands, hurt, weapon in product(Urgency, (False, True), (False, True)):
        after = urgency_after(stands, is_hurt=hurt, has_weapon=weapon)

        assert ranks.index(after) >= ranks.index(stands)
        assert after in (stands, urgency_of(is_hurt=hurt, has_weapon=weapon))
        assert not weapon or after is Urgency.EXTREME
        assert urgency_after(after, is_hurt=False, has_weapon=False) is after


def test_in_every_standing_nothing_is_noted_twice_and_stations_note_no_visit():
    for to, acknowledged, arrived, visited, ended in product(Toward, *[(None, NOW)] * 3, (False, True)):
        pushed = Pushed(to, NOW, acknowledged, arrived, visited)

        can = answerings(pushed, ended=ended)

        assert (Answering.ACKNOWLEDGE in can) == (acknowledged is None)
        assert (Answering.GRID_WORKER_ARRIVES in can) == (to is Toward.TOWN_DESK and arrived is None and not ended)
        assert (Answering.MEDIATOR_VISITS in can) == (to is Toward.TOWN_DESK and visited is None and not ended)
        assert (Answering.FEED_BACK in can) == (not ended)
        for each in set(Answering) - set(can):
            with pytest.raises(Refused):
                decide(each, pushed, ended=ended)


def test_a_push_is_late_by_the_moment_it_was_acknowledged_not_by_when_somebody_looks():
    just_in_time = Pushed(Toward.TOWN_DESK, NOW, acknowledged_at=NOW)
    never = Pushed(Toward.TOWN_DESK, NOW)

    assert not is_late(just_in_time, NOW + timedelta(days=9))
    assert (is_late(never, NOW), is_late(never, NOW + timedelta(seconds=1))) == (False, True)


def test_every_way_a_matter_can_end_means_something_to_the_police():
    for act in (Act.CLOSE, Act.FOLLOW, Act.REFUSE, Act.DECLINE, Act.VOID):
        assert outcome_of(f"matter.{act.value}", CloseKind.NORMAL)
    assert outcome_of("matter.close", CloseKind.LATE) is Outcome.SETTLED
    assert outcome_of("matter.close", CloseKind.SPECIAL) is Outcome.NOT_SETTLED
    assert outcome_of("matter.sign") is None
