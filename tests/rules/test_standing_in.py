"""Who may stand in for whom: for a time, from near by, never for oneself, and never lent on."""

from datetime import date, timedelta

import pytest

from tongxin.rules.permissions import Role
from tongxin.rules.standing_in import LONGEST_DAYS, Held, Wish, Within, refusal
from tongxin.rules.units import UnitKind

TODAY, MONDAY, FRIDAY = date(2026, 11, 20), date(2026, 11, 23), date(2026, 11, 27)
CHIEF = Held(1, 10, Role.DUTY_CHIEF, 100, UnitKind.COMMAND_ROOM, "330802001", date(2020, 1, 1))
COLLEAGUE = CHIEF._replace(post_id=2, person_id=20, role=Role.ACCEPTOR)
ABOVE = CHIEF._replace(post_id=3, person_id=20, unit_id=200, unit_kind=UnitKind.COUNTY_CENTER, unit_area="330802")
NEXT_DOOR = CHIEF._replace(post_id=4, person_id=20, unit_id=300, unit_area="330803001")
BUREAU = ABOVE._replace(unit_kind=UnitKind.MUNICIPAL)
WISH = Wish(20, MONDAY, FRIDAY, 10, TODAY)


def refused(post=CHIEF, held=(COLLEAGUE,), taken=(), within=Within.LINE, **wished):
    found = refusal(post, WISH._replace(**wished), held, taken, within)
    return found.code if found else None


@pytest.mark.parametrize("near", [COLLEAGUE, ABOVE])
def test_a_colleague_or_the_room_above_may_stand_in(near):
    assert refused(held=(near,)) is None


@pytest.mark.parametrize("far", [NEXT_DOOR, BUREAU])
def test_strangers_to_the_command_line_may_not(far):
    assert refused(held=(far,)) == "stand_in.stranger"
    assert refused(held=()) == "stand_in.stranger"


def test_a_house_may_keep_it_within_the_unit():
    assert refused(held=(ABOVE,), within=Within.UNIT) == "stand_in.stranger"
    assert refused(held=(COLLEAGUE,), within=Within.UNIT) is None


def test_what_was_lent_is_not_lent_on_and_lends_no_right_to_more():
    lent = COLLEAGUE._replace(stands_in_for=9)

    assert refused(post=CHIEF._replace(stands_in_for=9)) == "stand_in.passed_on"
    assert refused(held=(lent,)) == "stand_in.stranger"


def test_nobody_stands_in_for_themselves_or_names_themselves():
    assert refused(person_id=10) == "stand_in.oneself"
    assert refused(asked_by=20) == "stand_in.oneself"


@pytest.mark.parametrize(
    ("wished", "code"),
    [
        ({"end_on": MONDAY}, "stand_in.period"),
        ({"start_on": TODAY - timedelta(days=1)}, "stand_in.past"),
        ({"start_on": TODAY}, None),
        ({"end_on": MONDAY + timedelta(days=LONGEST_DAYS)}, None),
        ({"end_on": MONDAY + timedelta(days=LONGEST_DAYS + 1)}, "stand_in.too_long"),
    ],
)
def test_a_period_is_whole_days_ahead_and_not_too_many(wished, code):
    assert refused(**wished) == code


def test_the_post_and_the_stand_ins_own_one_are_held_all_the_time():
    ends = MONDAY + timedelta(days=2)

    assert refused(post=CHIEF._replace(end_on=ends)) == "stand_in.not_held"
    assert refused(held=(COLLEAGUE._replace(end_on=ends),)) == "stand_in.stranger"
    assert refused(post=CHIEF._replace(end_on=FRIDAY), held=(COLLEAGUE._replace(end_on=FRIDAY),)) is None


def test_one_at_a_time_and_one_after_the_other():
    assert refused(taken=[(MONDAY - timedelta(days=3), MONDAY + timedelta(days=1))]) == "stand_in.taken"
    assert refused(taken=[(MONDAY - timedelta(days=3), MONDAY), (FRIDAY, FRIDAY + timedelta(days=3))]) is None


def test_the_three_administrators_never_meet_in_one_person():
    security = CHIEF._replace(role=Role.SECURITY_ADMIN)
    auditor = COLLEAGUE._replace(role=Role.AUDIT_ADMIN)

    assert refused(post=security, held=(auditor,)) == "stand_in.two_administrators"
    assert refused(post=security, held=(COLLEAGUE,)) is None
