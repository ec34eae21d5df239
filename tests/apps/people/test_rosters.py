"""Rosters: who writes them, who is on duty at a moment, and that they are called by role and never by name."""

from datetime import date, datetime, timedelta

import pytest

from tests.town import NOW
from tongxin.apps.journal.models import Entry
from tongxin.apps.people import actions, duties, rosters
from tongxin.apps.people.models import Person, Shift, Unit
from tongxin.apps.people.rosters import on_duty
from tongxin.rules.errors import Invalid, Missing, NotAllowed, Stale
from tongxin.rules.permissions import Role
from tongxin.rules.rosters import Part, monday_of
from tongxin.rules.working_time import SHANGHAI

pytestmark = pytest.mark.django_db
TODAY = NOW.date()  # a Friday
MONDAY = monday_of(TODAY)
TOMORROW = TODAY + timedelta(days=1)


def room(town):
    return town.unit["command_room"]


def post_of(actor):
    return actor.duties[0].post_id


def published(town, cells, *, by="duty_chief", monday=MONDAY, mark=0, unit="command_room", now=NOW):
    placed = {(post_of(getattr(town, who)), day): part for (who, day), part in cells.items()}
    return rosters.publish(
        unit_id=town.unit[unit], monday=monday, cells=placed, mark=mark, by=getattr(town, by), now=now
    )


def at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)


def roles(town, moment):
    return [duty.role for duty in on_duty(room(town), moment)]


def test_the_roster_tells_who_is_on_duty_at_every_moment(town):
    published(
        town,
        {
            ("acceptor", TODAY): Part.DAY,
            ("dispatcher", TODAY): Part.NIGHT,
            ("duty_chief", TODAY): Part.WHOLE,
            ("second_chief", TOMORROW): Part.DAY,
        },
    )

    assert roles(town, at(TODAY, 15)) == [Role.ACCEPTOR, Role.DUTY_CHIEF]
    assert roles(town, at(TODAY, 23)) == roles(town, at(TOMORROW, 3)) == [Role.DISPATCHER, Role.DUTY_CHIEF]
    assert roles(town, at(TOMORROW, 9)) == [Role.DUTY_CHIEF]
    assert roles(town, at(TOMORROW, 20)) == []
    assert on_duty(town.unit["sanitation"], NOW) == []


def test_the_duty_is_called_by_the_units_telephone_and_never_by_a_person(town, django_assert_num_queries):
    Person.objects.update(phone="13800006027")
    Unit.objects.filter(pk=room(town)).update(phone="0570-1234567")
    published(town, {("acceptor", TODAY): Part.DAY})

    with django_assert_num_queries(1):
        found = on_duty(room(town), NOW)

    assert [duty.phone for duty in found] == ["0570-1234567"]
    assert not {"name", "person", "person_id"} & set(found[0]._fields)


def test_who_stands_in_for_the_post_has_its_duty(town):
    published(town, {("duty_chief", TODAY): Part.DAY})
    assert [duty.is_lent for duty in on_duty(room(town), NOW)] == [False]

    duties.stand_in(
        post_id=post_of(town.duty_chief),
        person_id=town.acceptor.person_id,
        start_on=TODAY,
        end_on=TOMORROW,
        by=town.duty_chief,
        now=NOW,
    )

    assert [duty.is_lent for duty in on_duty(room(town), NOW)] == [True]


def test_a_post_that_ended_is_on_duty_no_more(town):
    published(town, {("acceptor", TODAY): Part.DAY, ("acceptor", TOMORROW): Part.DAY})

    actions.end_post(post_id=post_of(town.acceptor), end_on=TOMORROW, by=town.security_admin, now=NOW)

    assert roles(town, at(TODAY, 15)) == [Role.ACCEPTOR]
    assert roles(town, at(TOMORROW, 15)) == []


@pytest.mark.parametrize("by", ["acceptor", "handler_head", "neighbouring_chief", "supervisor", "system_admin"])
def test_only_who_runs_the_unit_writes_its_roster(town, by):
    with pytest.raises(NotAllowed):
        published(town, {("acceptor", TODAY): Part.DAY}, by=by)

    assert not Shift.objects.exists()


def test_publishing_again_replaces_what_is_to_come_and_keeps_what_is_over(town):
    published(town, {("acceptor", MONDAY): Part.DAY, ("acceptor", TODAY): Part.DAY}, now=NOW - timedelta(days=4))
    week = rosters.week(room(town), MONDAY)

    published(town, {("dispatcher", MONDAY): Part.DAY, ("dispatcher", TOMORROW): Part.NIGHT}, mark=week.mark)

    assert rosters.week(room(town), MONDAY).cells == {
        (post_of(town.acceptor), MONDAY): Part.DAY,
        (post_of(town.dispatcher), TOMORROW): Part.NIGHT,
    }
    kinds = Entry.objects.filter(subject=f"unit:{room(town)}").values_list("kind", flat=True)
    assert list(kinds) == ["roster.publish"] * 2


def test_two_who_publish_at_once_do_not_overwrite_each_other(town):
    mark = rosters.week(room(town), MONDAY).mark
    published(town, {("acceptor", TODAY): Part.DAY}, mark=mark)

    with pytest.raises(Stale, match=r"roster\.changed"):
        published(town, {("dispatcher", TODAY): Part.DAY}, mark=mark, by="second_chief")

    assert roles(town, NOW) == [Role.ACCEPTOR]


def test_one_units_roster_leaves_the_others_alone(town):
    published(town, {("acceptor", TODAY): Part.DAY})
    published(town, {("handler", TODAY): Part.DAY}, by="handler_head", unit="sanitation")

    assert roles(town, NOW) == [Role.ACCEPTOR]


@pytest.mark.parametrize(
    ("cells", "monday", "code"),
    [
        ({("handler", TODAY): Part.DAY}, MONDAY, "roster.not_held"),
        ({("acceptor", MONDAY + timedelta(days=7)): Part.DAY}, MONDAY, "roster.day"),
        ({}, TODAY, "roster.week"),
        ({}, MONDAY - timedelta(days=7), "roster.week"),
        ({}, MONDAY + timedelta(weeks=14), "roster.week"),
    ],
)
def test_a_roster_that_makes_no_sense_is_refused(town, cells, monday, code):
    with pytest.raises(Invalid) as refused:
        published(town, cells, monday=monday)

    assert refused.value.code == code
    assert not Shift.objects.exists()


def test_a_post_is_put_down_only_while_it_is_held(town):
    actions.end_post(post_id=post_of(town.acceptor), end_on=TOMORROW, by=town.security_admin, now=NOW)

    published(town, {("acceptor", TODAY): Part.DAY})
    with pytest.raises(Invalid, match=r"roster\.not_held"):
        published(town, {("acceptor", TOMORROW): Part.DAY}, mark=rosters.week(room(town), MONDAY).mark)


def test_a_unit_nobody_knows_has_no_roster(town):
    with pytest.raises(Missing):
        rosters.publish(unit_id=0, monday=MONDAY, cells={}, mark=0, by=town.duty_chief, now=NOW)
