"""Laws of whistles and turn-outs, written from domain.md §2.3 and §3.1 row 11 without looking at the tables."""

from dataclasses import replace
from datetime import datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.rules.deadlines import Clock, Urgency
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles import matter
from tongxin.rules.overlays import summons, whistle
from tongxin.rules.overlays.frame import Ask, Facts, Seat, decide
from tongxin.rules.overlays.summons import Act as Answer
from tongxin.rules.overlays.summons import State as Turnout
from tongxin.rules.overlays.summons import limits_of
from tongxin.rules.overlays.whistle import Act, Kind, Outcome, State
from tongxin.rules.permissions import Role
from tongxin.rules.ratings import Rating
from tongxin.rules.rulebook import DEFAULT, Whistles
from tongxin.rules.units import UnitKind
from tongxin.rules.whistling import Health, Share, Town, Unit, is_routine
from tongxin.rules.working_time import SHANGHAI, Limit

NOW = datetime(2026, 11, 20, 15, 42, tzinfo=SHANGHAI)
CALLED = 20
ASK = Ask(reason="请到场", kind=Kind.REQUEST, units=(CALLED,), outcome=Outcome.SHARED, rating=Rating.SATISFIED)
AWAITING = matter.Facts(matter.State.AWAITING_DISPATCH)
WHISTLE = Facts(
    AWAITING,
    NOW,
    1,
    more={
        "is_town": True,
        "stands": {CALLED: (UnitKind.MUNICIPAL, "330802")},
        "area": "330802001001001",
        "called": frozenset(),
        "awaited": 0,
        "until": None,
        "came": False,
    },
)
SUMMONS = Facts(AWAITING, NOW, 1, more={"lon": 118.86, "lat": 28.94, "near_m": 500, "rating": ""})

WHISTLES = {
    (Act.BLOW, ""): State.BLOWN,
    (Act.BLOW_HARD, ""): State.BLOWN,
    (Act.CALL, State.BLOWN): State.BLOWN,
    (Act.CONCLUDE, State.BLOWN): State.CONCLUDED,
    (Act.CANCEL, State.BLOWN): State.CANCELLED,
}
TURNOUTS = {
    (Answer.SIGN, Turnout.CALLED): Turnout.SIGNED,
    (Answer.CONTACT, Turnout.SIGNED): Turnout.IN_TOUCH,
    (Answer.ARRIVE, Turnout.SIGNED): Turnout.ARRIVED,
    (Answer.ARRIVE, Turnout.IN_TOUCH): Turnout.ARRIVED,
    (Answer.ADVISE, Turnout.ARRIVED): Turnout.DONE,
    **{(Answer.DECLINE, state): Turnout.DECLINED for state in (Turnout.CALLED, Turnout.SIGNED, Turnout.IN_TOUCH)},
    **{(Answer.RATE, state): state for state in (Turnout.DONE, Turnout.DECLINED, Turnout.MISSED)},
}
TABLES = [(whistle.TABLE, Act, State, WHISTLES, WHISTLE), (summons.TABLE, Answer, Turnout, TURNOUTS, SUMMONS)]


def everybody(_: Seat) -> frozenset[Role]:
    return frozenset(Role)


def target(table, act, facts, ask=ASK, roles=everybody) -> str | None:
    try:
        return decide(table, act, facts, ask, roles).target
    except Refused:
        return None


@pytest.mark.parametrize(("table", "acts", "states", "permitted", "facts"), TABLES, ids=["whistle", "summons"])
def test_each_act_leads_where_the_field_says_and_nowhere_else(table, acts, states, permitted, facts):
    for act, state in product(acts, ["", *states]):
        assert target(table, act, replace(facts, state=state)) == permitted.get((act, state)), (act, state)


def test_the_town_blows_and_concludes_and_the_called_units_answer():
    seats = {
        Act.BLOW: Seat.DESK,
        Act.BLOW_HARD: Seat.DESK,
        Act.CALL: Seat.HOLDER,
        Act.CONCLUDE: Seat.HOLDER,
        Act.CANCEL: Seat.HOLDER,
        **dict.fromkeys(Answer, Seat.ASKED),
        Answer.RATE: Seat.HOLDER,
    }
    for table, _, _, permitted, facts in TABLES:
        for (act, state), seat in product(permitted, Seat):
            only = {seat: frozenset(Role)}
            allowed = target(
                table, act, replace(facts, state=state), roles=lambda at, only=only: only.get(at, frozenset())
            )
            assert (allowed is not None) == (seats[act] is seat), (act, seat)


@pytest.mark.parametrize("role", Role)
def test_a_hard_whistle_is_the_commanders_and_any_other_a_chiefs(role):
    mine = lambda _: frozenset({role})  # noqa: E731

    assert (target(whistle.TABLE, Act.BLOW_HARD, WHISTLE, roles=mine) is not None) == (role is Role.COMMANDER)
    chief = role in (Role.COMMANDER, Role.DUTY_CHIEF)
    assert (target(whistle.TABLE, Act.BLOW, WHISTLE, roles=mine) is not None) == chief
    assert target(whistle.TABLE, Act.BLOW, WHISTLE, replace(ASK, kind=Kind.HARD)) is None


def test_a_whistle_is_blown_where_a_matter_lives_and_a_rating_outlives_it():
    for at in matter.State:
        live = at not in (matter.State.CLOSED, matter.State.REFUSED, matter.State.VOIDED, matter.State.MERGED)
        there = replace(WHISTLE, matter=matter.Facts(at))
        assert (target(whistle.TABLE, Act.BLOW, there) is not None) == live
        over = replace(SUMMONS, matter=matter.Facts(at), state=Turnout.DONE)
        assert target(summons.TABLE, Answer.RATE, over) == Turnout.DONE


@pytest.mark.parametrize(
    "kind",
    [UnitKind.COMMAND_ROOM, UnitKind.COUNTY_CENTER, UnitKind.CITY_CENTER, UnitKind.VILLAGE_STATION, UnitKind.HOTLINE],
)
def test_departments_are_called_and_no_desk_and_no_village(kind):
    facts = replace(WHISTLE, more={**WHISTLE.more, "stands": {CALLED: (kind, "330802001")}})

    assert target(whistle.TABLE, Act.BLOW, facts) is None
    assert target(whistle.TABLE, Act.CALL, replace(facts, state=State.BLOWN)) is None


@pytest.mark.parametrize(
    ("fact", "act"), [({"is_town": False}, Act.BLOW), ({"awaited": 1}, Act.CONCLUDE), ({"came": True}, Act.CANCEL)]
)
def test_what_stands_in_a_whistles_way(fact, act):
    state = "" if act is Act.BLOW else State.BLOWN

    assert target(whistle.TABLE, act, replace(WHISTLE, state=state, more=WHISTLE.more | fact)) is None


def test_everybody_who_was_called_can_answer_until_it_is_over():
    for state in (Turnout.CALLED, Turnout.SIGNED, Turnout.IN_TOUCH, Turnout.ARRIVED):
        assert any(target(summons.TABLE, act, replace(SUMMONS, state=state)) for act in Answer)
        assert state not in summons.TABLE.ended


# --- the time to come -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "arrive"), [("request", "3wd"), ("enforcement", "3wd"), ("hard", "5wd"), ("emergency", "1h")]
)
def test_the_published_limits(kind, arrive):
    limits = limits_of(kind, Urgency.NORMAL, DEFAULT)

    assert limits[Clock.TURNOUT_ARRIVE] == Limit.parse(arrive)
    if kind != "emergency":
        assert limits[Clock.TURNOUT_SIGN] == Limit.parse("1h")
        assert limits[Clock.TURNOUT_CONTACT] == Limit.parse("24h")


@pytest.mark.parametrize("urgency", Urgency)
def test_an_emergency_is_signed_and_in_touch_before_it_must_be_there(urgency):
    limits = limits_of("emergency", urgency, DEFAULT)

    assert limits[Clock.TURNOUT_SIGN].counted < limits[Clock.TURNOUT_CONTACT].counted
    assert limits[Clock.TURNOUT_CONTACT].counted < limits[Clock.TURNOUT_ARRIVE].counted


# --- the healthy band -----------------------------------------------------------------------------------------

BAND = Whistles()


@given(st.integers(0, 500), st.integers(0, 500))
def test_a_share_of_few_is_shown_and_not_judged(part, whole):
    share = Share(part, whole)

    judged = share.health(BAND.few, most=10)

    assert (judged is Health.FEW) == (whole < 30)
    assert (share.percent is None) == (whole == 0)


@given(st.integers(30, 500), st.data())
def test_the_edges_of_a_band_are_healthy_and_beyond_them_nothing_is(whole, data):
    part = data.draw(st.integers(0, whole))
    least, most = sorted((data.draw(st.integers(0, 100)), data.draw(st.integers(0, 100))))

    judged = Share(part, whole).health(30, least=least, most=most)

    percent = part * 100 / whole
    assert judged == (Health.BELOW if percent < least else Health.ABOVE if percent > most else Health.HEALTHY)


def test_a_towns_three_figures_are_judged_each_by_its_own_band():
    town = Town(1, "330802001", blown=Share(12, 100), idle=Share(3, 30), routine=Share(0, 29))

    assert town.health(BAND) == {"blown": Health.ABOVE, "idle": Health.HEALTHY, "routine": Health.FEW}


def test_a_unit_is_healthy_when_it_comes_in_time_nine_times_in_ten():
    unit = Unit(1, 40, signed=Share(36, 40), in_touch=Share(35, 40), arrived=Share(3, 3))

    assert unit.health(BAND) == {"signed": Health.HEALTHY, "in_touch": Health.BELOW, "arrived": Health.FEW}


@pytest.mark.parametrize(
    ("level", "duties", "called", "routine"),
    [
        ("T", ["sanitation"], ["police"], True),  # the town's own work, and the police has no part in it
        ("T", ["sanitation"], ["police", "sanitation"], False),
        ("V", ["village_station"], ["fire"], True),
        ("C", ["land"], ["police"], False),  # beyond the town, whoever is called
    ],
)
def test_routine_is_what_the_town_could_have_handled_without_those_it_called(level, duties, called, routine):
    assert is_routine(level, duties, called) is routine
