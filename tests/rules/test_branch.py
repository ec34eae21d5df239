"""Laws of joint handling, written from domain.md §3.1 row 10 without looking at the table."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.rules.errors import NotAllowed, Refused
from tongxin.rules.lifecycles import matter
from tongxin.rules.lifecycles.matter import Ground
from tongxin.rules.overlays.branch import TABLE, Act, Join, Kind, Part, State, inside, waits
from tongxin.rules.overlays.frame import Ask, Facts, Seat, decide
from tongxin.rules.permissions import Role
from tongxin.rules.units import UnitKind
from tongxin.rules.working_time import SHANGHAI, Limit, Unit, WorkingCalendar, due_at

NOW = datetime(2026, 11, 20, 15, 42, tzinfo=SHANGHAI)
ME, INVITER = 1, 2
LEAD, OTHER = 10, 20
DAYS = WorkingCalendar.of(date(2026, 1, 1), date(2027, 12, 31), {})
FULL = Ask(reason="请派车配合", ground=Ground.NOT_OURS, kind=Kind.ASSIST, units=(OTHER,), join=Join.ALL, limit=None)
EASY = Facts(
    matter.Facts(matter.State.HANDLING, unit_id=LEAD),
    NOW,
    ME,
    unit_id=OTHER,
    opened_by=INVITER,
    handle_due_at=NOW + timedelta(days=3),
    more={
        "is_bound": False,
        "stands": {LEAD: (UnitKind.SANITATION, "330802001"), OTHER: (UnitKind.MUNICIPAL, "330802")},
        "area": "330802001001001",
        "invited": frozenset(),
        "days": DAYS,
    },
)

# 主办 invites, 指挥室 approves, the invited signs, does its part or says no; the room decides on a no
PERMITTED = {
    (Act.INVITE, ""): State.ASKED,
    (Act.APPROVE, State.ASKED): State.INVITED,
    (Act.DENY, State.ASKED): State.DENIED,
    (Act.SIGN, State.INVITED): State.WORKING,
    (Act.DONE, State.WORKING): State.DONE,
    (Act.OBJECT, State.INVITED): State.OBJECTED,
    (Act.OBJECT, State.WORKING): State.OBJECTED,
    (Act.BIND, State.OBJECTED): State.WORKING,
    (Act.RELEASE, State.OBJECTED): State.RELEASED,
    **{(Act.CANCEL, state): State.CANCELLED for state in (State.ASKED, State.INVITED, State.WORKING, State.OBJECTED)},
}
LEADS = {Act.INVITE, Act.CANCEL}
INVITEDS = {Act.SIGN, Act.DONE, Act.OBJECT}
ROOMS = {Act.APPROVE, Act.DENY, Act.BIND, Act.RELEASE}


def everybody(_: Seat) -> frozenset[Role]:
    return frozenset(Role)


def target(act: Act, facts: Facts, ask: Ask = FULL, roles=everybody) -> str | None:
    try:
        return decide(TABLE, act, facts, ask, roles).target
    except Refused:
        return None


def test_each_act_leads_where_the_field_says_and_nowhere_else():
    for act, state in product(Act, ["", *State]):
        assert target(act, replace(EASY, state=state)) == PERMITTED.get((act, state)), (act, state)


def test_each_act_is_taken_from_its_own_seat_only():
    seats = {act: {Seat.UNIT} for act in LEADS} | {act: {Seat.ASKED} for act in INVITEDS}
    seats |= {act: {Seat.DESK} for act in ROOMS}
    for (act, state), seat in product(PERMITTED, Seat):
        allowed = target(
            act, replace(EASY, state=state), roles=lambda at, seat=seat: everybody(at) if at is seat else frozenset()
        )
        assert (allowed is not None) == (seat in seats[act]), (act, seat)


def test_joint_handling_lies_over_a_matter_that_is_being_handled_only():
    for (act, state), at in product(PERMITTED, matter.State):
        facts = replace(EASY, state=state, matter=replace(EASY.matter, state=at))
        assert (target(act, facts) is not None) == (at is matter.State.HANDLING)


def test_no_hand_decides_on_its_own_invitation():
    for act in ROOMS:
        for state in State:
            assert target(act, replace(EASY, state=state, who=INVITER)) is None


def test_a_no_needs_a_ground_and_words_and_is_heard_once():
    facts = replace(EASY, state=State.WORKING)

    assert target(Act.OBJECT, facts, replace(FULL, ground=None)) is None
    assert target(Act.OBJECT, facts, replace(FULL, reason=" ")) is None
    assert target(Act.OBJECT, replace(facts, more={**EASY.more, "is_bound": True})) is None


def test_whatever_has_begun_comes_to_an_end():
    """From every state that is not over, some act of every seat's owner leads on: no dead end."""
    ends = {state for state in State if not any(source == state for _, source in PERMITTED)}
    assert ends == {State.DONE, State.DENIED, State.RELEASED, State.CANCELLED, State.LAPSED}
    assert set(TABLE.ended) == ends


@pytest.mark.parametrize("how_many", [0, 10])
def test_an_invitation_names_one_to_nine_units(how_many):
    units = range(100, 100 + how_many)
    more = {**EASY.more, "stands": dict.fromkeys(units, (UnitKind.MUNICIPAL, "330802"))}

    assert target(Act.INVITE, replace(EASY, more=more), replace(FULL, units=tuple(units))) is None


@pytest.mark.parametrize(
    "kind", [UnitKind.COMMAND_ROOM, UnitKind.COUNTY_CENTER, UnitKind.HOTLINE, UnitKind.SUPERVISION]
)
def test_who_sends_work_is_not_invited_to_do_it(kind):
    more = {**EASY.more, "stands": {OTHER: (kind, "330802")}}

    assert target(Act.INVITE, replace(EASY, more=more)) is None


# --- for whom the lead waits -----------------------------------------------------------------------------------

OPEN = (State.INVITED, State.WORKING, State.OBJECTED)
parts = st.lists(st.builds(Part, st.integers(1, 3), st.just(""), st.sampled_from(State)), max_size=8).flatmap(
    lambda found: st.fixed_dictionaries({n: st.sampled_from(Join) for n in (1, 2, 3)}).map(
        lambda joins: [part._replace(join=joins[part.invitation]) for part in found]
    )
)


@given(parts)
def test_invitations_add_up_each_by_its_own_rule(found):
    alone = [waits(part for part in found if part.invitation == each) for each in (1, 2, 3)]

    assert waits(found) == sum(alone)


@given(parts)
def test_by_all_the_lead_waits_until_nobody_is_open_by_any_until_one_is_done_by_itself_never(found):
    for invitation in {part.invitation for part in found}:
        group = [part for part in found if part.invitation == invitation]
        still = [part for part in group if part.state in OPEN]
        done = any(part.state is State.DONE for part in group)
        expected = {
            Join.ALL: bool(still),
            Join.ANY: bool(still) and not done,
            Join.LEAD: False,
        }[group[0].join]
        assert bool(waits(group)) == expected
        assert waits(group) <= len(still)


@given(parts)
def test_nobody_is_waited_for_who_is_not_at_it(found):
    over = [part for part in found if part.state not in OPEN]

    assert waits(over) == 0


# --- the clock inside ------------------------------------------------------------------------------------------

limits = st.builds(Limit, st.integers(1, 60), st.sampled_from(Unit))


@given(limits, st.integers(1, 60 * 24 * 20))
def test_a_part_never_ends_after_the_lead_and_never_gets_more_than_it_asked_for(limit, minutes):
    lead_due_at = NOW + timedelta(minutes=minutes)

    own = due_at(NOW, inside(limit, lead_due_at, NOW, DAYS), DAYS).at

    assert own <= lead_due_at
    assert own <= due_at(NOW, limit, DAYS).at
    assert own == due_at(NOW, limit, DAYS).at or lead_due_at - own < timedelta(hours=1)


@given(limits)
def test_a_lead_that_is_late_itself_does_not_cut_anybody_elses_time(limit):
    assert inside(limit, NOW - timedelta(hours=1), NOW, DAYS) == limit
    assert inside(limit, None, NOW, DAYS) == limit


def test_a_limit_beyond_the_leads_is_refused_until_it_is_said():
    long = replace(FULL, limit=Limit.parse("30d"))

    assert target(Act.INVITE, EASY, long) is None
    assert target(Act.INVITE, EASY, replace(long, is_beyond=True)) == State.ASKED


def test_a_limit_that_nobody_can_count_is_refused_when_it_is_asked_for():
    for text in (Limit(10_000, Unit.MINUTE), Limit(9_999, Unit.WORKING_DAY)):
        assert target(Act.INVITE, EASY, replace(FULL, limit=text, is_beyond=True)) is None


def test_a_stranger_is_told_that_it_is_not_his_to_do():
    with pytest.raises(NotAllowed):
        decide(TABLE, Act.INVITE, EASY, FULL, lambda _: frozenset())
