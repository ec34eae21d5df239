"""督办, purely: who presses and who accepts, by when, and that no order waits for nobody."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.rules.errors import NotAllowed, Refused
from tongxin.rules.lifecycles import matter
from tongxin.rules.lifecycles.matter import LIVE
from tongxin.rules.overlays.frame import Ask, Facts, Seat, decide
from tongxin.rules.overlays.order import (
    ACT_OF,
    ISSUERS,
    TABLE,
    Act,
    Grade,
    Issued,
    State,
    first_day,
    is_issuers,
    is_overdue_by,
    may_accept,
    may_press,
    reply_limit,
)
from tongxin.rules.permissions import POSTS, Duty, Role
from tongxin.rules.working_time import SHANGHAI, Limit, Unit, WorkingCalendar, due_at

DAYS = WorkingCalendar.of(date(2026, 1, 1), date(2028, 12, 31), {}, provisional_from=date(2028, 1, 1))
NOW = datetime(2026, 11, 20, 15, 42, tzinfo=SHANGHAI)
ROOM, COUNTY, CITY, OFFICE, SANITATION = 1, 2, 3, 4, 5
GROUND, TOWN = "330802001001001", "330802001"
AREAS = {ROOM: TOWN, COUNTY: "330802", CITY: "3308", OFFICE: "3308", SANITATION: TOWN}
PEOPLE_OF_UNITS = {Role.HANDLER, Role.HANDLER_HEAD}


def duty(role: Role, unit: int) -> Duty:
    return Duty(1, role, AREAS[unit], unit)


def press(role: Role, unit: int, desk: int = ROOM, area: str = GROUND) -> bool:
    return may_press(duty(role, unit), area=area, desk_id=desk, desk_area=AREAS[desk])


# --- who presses -------------------------------------------------------------------------------------------


def test_pressure_comes_from_the_owning_desk_or_from_above_it():
    assert press(Role.DUTY_CHIEF, ROOM)
    assert press(Role.DUTY_CHIEF, COUNTY)
    assert press(Role.COMMANDER, CITY)
    assert press(Role.SUPERVISOR, OFFICE)
    assert press(Role.LEADER, CITY)


def test_nobody_presses_upward_sideward_or_elsewhere():
    assert not press(Role.DUTY_CHIEF, ROOM, desk=COUNTY)
    assert not press(Role.COMMANDER, COUNTY, desk=CITY)
    assert not may_press(Duty(1, Role.DUTY_CHIEF, TOWN, 77), area=GROUND, desk_id=ROOM, desk_area=TOWN)
    assert not press(Role.SUPERVISOR, OFFICE, area="330102001001001")


@pytest.mark.parametrize("role", sorted(POSTS - {Role.DUTY_CHIEF, Role.COMMANDER, Role.SUPERVISOR, Role.LEADER}))
def test_nobody_else_presses(role):
    assert not any(press(role, unit) for unit in AREAS)


def test_each_grade_has_its_issuers():
    """Source: domain.md §3.1 row 15."""
    assert ISSUERS[Grade.ORDINARY] == {Role.DUTY_CHIEF, Role.SUPERVISOR}
    assert ISSUERS[Grade.KEY] == {Role.SUPERVISOR, Role.COMMANDER}
    assert ISSUERS[Grade.LEADER] == {Role.LEADER, Role.SUPERVISOR}


# --- who accepts -------------------------------------------------------------------------------------------

orders = st.builds(
    Issued,
    st.sampled_from(Grade),
    st.sampled_from(["", "overdue", "returned", "dissatisfied"]),
    st.sampled_from([None, 7, 8]),
    st.sampled_from([ROOM, COUNTY, CITY, OFFICE]),
    st.sampled_from([role.value for role in (Role.DUTY_CHIEF, Role.COMMANDER, Role.SUPERVISOR, Role.LEADER)]),
    st.sampled_from([TOWN, "330802", "3308"]),
)
duties = st.builds(duty, st.sampled_from(sorted(POSTS)), st.sampled_from(sorted(AREAS)))


@given(orders, duties, st.sampled_from([7, 8, 9]))
def test_who_may_cancel_may_accept_and_not_the_other_way(order, held, person):
    if is_issuers(order, held, person):
        assert may_accept(order, held, person, ROOM)


@given(orders, st.sampled_from(sorted(PEOPLE_OF_UNITS)), st.sampled_from([7, 8, 9]))
def test_the_pressed_unit_never_accepts_its_own_reply(order, role, person):
    assert not may_accept(order, duty(role, SANITATION), person, ROOM)


@given(orders)
def test_a_supervisor_of_the_issuers_height_accepts_every_order(order):
    assert may_accept(order, duty(Role.SUPERVISOR, OFFICE), 9, ROOM)


@given(orders)
def test_a_supervisor_below_the_issuer_does_not_accept_for_him(order):
    below = Duty(1, Role.SUPERVISOR, TOWN + "001", 66)

    assert not may_accept(order, below, 9, ROOM)


@given(orders)
def test_a_ruled_order_and_an_ordinary_one_never_wait_for_a_supervisor(order):
    ends_here = may_accept(order, duty(Role.COMMANDER, ROOM), 9, ROOM)

    is_own_post = (order.unit_id, order.role) == (ROOM, Role.COMMANDER)
    assert ends_here is (order.grade is Grade.ORDINARY or bool(order.trigger) or is_own_post)


@given(orders)
def test_a_leaders_note_is_not_accepted_by_a_desk(order):
    noted = order._replace(grade=Grade.LEADER, trigger="", role=Role.LEADER.value, unit_id=CITY, person_id=7)

    for role, unit in product((Role.DUTY_CHIEF, Role.COMMANDER), (ROOM, COUNTY, CITY)):
        assert not may_accept(noted, duty(role, unit), 9, ROOM)


def test_a_post_that_passed_on_passes_its_orders_on():
    order = Issued(Grade.ORDINARY, "", 7, COUNTY, Role.DUTY_CHIEF.value, "330802")

    assert is_issuers(order, duty(Role.DUTY_CHIEF, COUNTY), 8)  # who holds it now
    assert is_issuers(order, duty(Role.COMMANDER, CITY), 7)  # the person, promoted
    assert not is_issuers(order, duty(Role.HANDLER, SANITATION), 7)  # the person, in a post that presses nobody
    assert not is_issuers(order, duty(Role.COMMANDER, COUNTY), 8)
    assert not is_issuers(order, duty(Role.DUTY_CHIEF, CITY), 8)


def test_nobody_issued_what_a_rule_raised_but_its_office():
    order = Issued(Grade.ORDINARY, "overdue", None, OFFICE, Role.SUPERVISOR.value, "3308")

    assert not is_issuers(order, duty(Role.DUTY_CHIEF, ROOM), None)
    assert is_issuers(order, duty(Role.SUPERVISOR, OFFICE), 9)


# --- by when -----------------------------------------------------------------------------------------------

moments = st.integers(0, 300 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes))
limits = st.builds(
    Limit, st.integers(1, 10), st.sampled_from([Unit.WORKING_DAY, Unit.DAY, Unit.WORKING_HOUR, Unit.HOUR])
)


@given(limits, moments, st.integers(-5, 80))
def test_a_day_of_its_own_never_hurries_the_unit(own, now, days):
    asked = first_day(own, now, DAYS) + timedelta(days=days)

    limit = reply_limit(own, asked, now, DAYS)

    assert due_at(now, limit, DAYS).at >= due_at(now, own, DAYS).at
    if days > 0:
        assert due_at(now, limit, DAYS).at > datetime.combine(asked, datetime.max.time(), SHANGHAI)


@given(limits, moments)
def test_without_a_day_of_its_own_it_is_the_grades_limit(own, now):
    assert reply_limit(own, None, now, DAYS) == own


@pytest.mark.parametrize(
    ("due", "first_moment"),
    [
        ((2026, 11, 28), (2026, 12, 1)),  # ended with Friday: Monday must be over
        ((2026, 11, 23, 12, 0), (2026, 11, 25)),  # Monday noon: Tuesday must be over
        ((2026, 11, 29, 10, 0), (2026, 12, 1)),  # a limit that ran out on a Sunday
    ],
)
def test_a_working_day_late_is_a_whole_one(due, first_moment):
    due, late = datetime(*due, tzinfo=SHANGHAI), datetime(*first_moment, tzinfo=SHANGHAI)

    assert not is_overdue_by(1, due, late - timedelta(seconds=1), DAYS)
    assert is_overdue_by(1, due.astimezone(UTC), late, DAYS)


@given(st.integers(1, 20), moments, st.integers(0, 60 * 24 * 60))
def test_who_is_late_by_more_days_is_late_by_fewer(days, due, minutes):
    now = due + timedelta(minutes=minutes)

    if is_overdue_by(days + 1, due, now, DAYS):
        assert is_overdue_by(days, due, now, DAYS)


# --- its life ----------------------------------------------------------------------------------------------

# from: act → to, written by hand
LIFE = {
    "": {Act.ISSUE: "issued", Act.ISSUE_KEY: "issued", Act.ISSUE_LEADER: "issued", Act.RAISE: "issued"},
    "issued": {Act.SIGN: "signed", Act.REPLY: "replied", Act.CANCEL: "cancelled"},
    "signed": {Act.REPLY: "replied", Act.CANCEL: "cancelled"},
    "replied": {Act.ACCEPT: "accepted", Act.SEND_BACK: "signed", Act.CANCEL: "cancelled"},
    "accepted": {},
    "cancelled": {},
}


def facts(state: str = "", *, over: matter.State = matter.State.HANDLING, grades=(), who: int = 9, **more) -> Facts:
    known = {
        "grades": list(grades),
        "days": dict.fromkeys(Grade, (date(2026, 11, 25), date(2027, 2, 18))),
        "grade": Grade.ORDINARY,
        "replied_by": 5,
    }
    return Facts(matter.Facts(over, handlers=(6,)), NOW, who, state, more=known | more)


def try_it(act: Act, about: Facts, *, role: Role = Role.SUPERVISOR, ask: Ask | None = None) -> str:
    """Return where an act leads, or the code of its refusal; every seat gives this one role."""
    try:
        return str(decide(TABLE, act, about, ask or Ask(reason="写明"), lambda _: frozenset({role})).target)
    except Refused as refusal:
        return refusal.code


ROLE_OF = {Act.SIGN: Role.HANDLER, Act.REPLY: Role.HANDLER, Act.RAISE: Role.PLATFORM}


@pytest.mark.parametrize(("state", "act"), list(product(LIFE, Act)))
def test_its_life_is_the_one_written_here(state, act):
    found = try_it(act, facts(state), role=ROLE_OF.get(act, Role.SUPERVISOR))

    assert found == LIFE[state].get(act, "overlay.wrong_state")


def test_every_running_state_has_a_way_out_by_the_unit_or_by_who_judges():
    for state in set(State) - TABLE.ended:
        assert LIFE[state], state
        assert Act.CANCEL in LIFE[state]


@pytest.mark.parametrize("over", matter.State)
def test_it_is_issued_over_what_is_on_somebodys_table(over):
    expected = "issued" if over in LIVE else "step.wrong_state"

    assert {try_it(act, facts(over=over)) for act in ACT_OF.values()} == {expected}


@pytest.mark.parametrize("over", matter.State)
def test_a_rule_raises_it_over_a_closed_matter_too(over):
    expected = "issued" if over in LIVE or over is matter.State.CLOSED else "step.wrong_state"

    assert try_it(Act.RAISE, facts(over=over), role=Role.PLATFORM) == expected


def test_it_lies_over_every_state_so_that_nothing_shakes_it_off():
    assert TABLE.lives == set(matter.State)
    assert TABLE.ended == {"accepted", "cancelled"}


@pytest.mark.parametrize("grades", [(), ("ordinary",), ("key",), ("leader",), ("ordinary", "key"), ("key", "leader")])
def test_only_a_higher_grade_presses_on_top(grades):
    heights = ["ordinary", "key", "leader"]
    highest = max((heights.index(each) for each in grades), default=-1)

    for grade, act in ACT_OF.items():
        may = heights.index(grade) > highest
        assert try_it(act, facts(grades=[Grade(each) for each in grades])) == (
            "issued" if may else "order.already_pressed"
        )


@pytest.mark.parametrize(("act", "state"), [(Act.ACCEPT, "replied"), (Act.SEND_BACK, "replied")])
@pytest.mark.parametrize(("who", "code"), [(5, "order.own_reply"), (6, "step.own_handling")])
def test_nobody_judges_the_own_reply_or_the_own_work(act, state, who, code):
    assert try_it(act, facts(state, who=who)) == code


@pytest.mark.parametrize(
    ("day", "is_fine"),
    [(None, True), ((2026, 11, 24), False), ((2026, 11, 25), True), ((2027, 2, 18), True), ((2027, 2, 19), False)],
)
@pytest.mark.parametrize(("act", "state"), [(Act.ISSUE, ""), (Act.ISSUE_LEADER, ""), (Act.SEND_BACK, "replied")])
def test_the_day_lies_between_the_grades_own_and_three_months(act, state, day, is_fine):
    ask = Ask(reason="写明", reply_by=date(*day) if day else None)

    assert (try_it(act, facts(state), ask=ask) == "order.wrong_day") is not is_fine


@pytest.mark.parametrize("act", [*ACT_OF.values(), Act.REPLY, Act.SEND_BACK, Act.CANCEL])
def test_what_others_must_read_is_written(act):
    state = next(state for state, acts in LIFE.items() if act in acts)

    assert try_it(act, facts(state), role=ROLE_OF.get(act, Role.SUPERVISOR), ask=Ask(reason=" ")) == "step.no_reason"


def test_cancelling_is_taken_from_the_issuers_seat_alone():
    with pytest.raises(NotAllowed):
        decide(
            TABLE, Act.CANCEL, facts("issued"), Ask(reason="不必了"),
            lambda seat: frozenset() if seat is Seat.HOLDER else frozenset(Role),
        )  # fmt: skip
