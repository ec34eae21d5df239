"""One tap for help: the team on duty is called, answers or is passed over, and only place and team are timed."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection

from tests.apps.patrols.grid import a_help_place
from tests.town import NOW, a_matter
from tongxin.apps.journal.models import Entry
from tongxin.apps.patrols import actions
from tongxin.apps.patrols.models import HelpCall
from tongxin.apps.patrols.queries import help as helps
from tongxin.apps.people import rosters
from tongxin.rules.errors import Invalid, Missing, NotAllowed, Refused, Stale
from tongxin.rules.help_calls import Ending, Standing, Trouble
from tongxin.rules.permissions import SYSTEM, reporting
from tongxin.rules.rosters import Part, monday_of

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def tap(place, *, trouble=Trouble.QUARREL, now=NOW):
    return actions.call(place_id=place.pk, trouble=trouble, by=reporting(f"help_place:{place.pk}"), now=now)


def ring(town, who):
    return list(helps.ringing(getattr(town, who)))


def kinds(call):
    return list(Entry.objects.filter(subject=f"help:{call.pk}").order_by("seq").values_list("kind", flat=True))


def test_a_tap_calls_the_first_team_and_a_second_tap_is_the_same_call(town):
    place = a_help_place(town)

    call = tap(place)

    assert tap(place, now=NOW + MINUTE) == call
    assert tap(place, trouble=Trouble.INJURED) != call
    assert call in ring(town, "grid_worker")
    assert ring(town, "enforcer") == ring(town, "dispatcher") == ring(town, "neighbouring_handler") == []
    assert (call.standing, call.ring_until) == (Standing.CALLING, NOW + 3 * MINUTE)


def test_who_does_not_answer_in_time_is_followed_by_the_next_team_until_none_is_left(town):
    call = tap(a_help_place(town))

    assert actions.pass_on(by=SYSTEM, now=NOW + 2 * MINUTE) == 0
    assert actions.pass_on(by=SYSTEM, now=NOW + 3 * MINUTE) == 1
    assert ring(town, "enforcer") == [call]
    assert actions.pass_on(by=SYSTEM, now=NOW + 6 * MINUTE) == 1
    assert actions.pass_on(by=SYSTEM, now=NOW + 9 * MINUTE) == 1
    assert actions.pass_on(by=SYSTEM, now=NOW + 99 * MINUTE) == 0

    assert [ring(town, who) for who in ("grid_worker", "enforcer", "dispatcher")] == [[call]] * 3
    assert kinds(call) == ["help.call", "help.pass_on", "help.pass_on", "help.unanswered"]
    with pytest.raises(NotAllowed):
        actions.pass_on(by=town.duty_chief, now=NOW)


def test_who_answers_stops_the_calling_and_only_that_team_goes_on(town):
    call = tap(a_help_place(town))
    actions.pass_on(by=SYSTEM, now=NOW + 3 * MINUTE)

    actions.answer(call_id=call.pk, by=town.enforcer, now=NOW + 4 * MINUTE)

    assert actions.pass_on(by=SYSTEM, now=NOW + 9 * MINUTE) == 0
    assert ring(town, "grid_worker") == []
    with pytest.raises(NotAllowed, match="not_called"):
        actions.arrive(call_id=call.pk, by=town.grid_worker, now=NOW + 5 * MINUTE)
    with pytest.raises(Refused, match="wrong_state"):
        actions.answer(call_id=call.pk, by=town.enforcer, now=NOW + 5 * MINUTE)
    actions.arrive(call_id=call.pk, by=town.enforcer, now=NOW + 7 * MINUTE)
    ended = actions.end_call(call_id=call.pk, ending=Ending.SETTLED, by=town.enforcer, now=NOW + 20 * MINUTE)

    assert (ended.unit_id, ended.answered_at, ended.arrived_at) == (
        town.unit["enforcement"],
        NOW + 4 * MINUTE,
        NOW + 7 * MINUTE,
    )
    assert kinds(call) == ["help.call", "help.pass_on", "help.answer", "help.arrive", "help.end"]


def test_a_team_that_was_not_called_does_not_answer(town):
    call = tap(a_help_place(town))

    for who in ("enforcer", "neighbouring_handler"):
        with pytest.raises(NotAllowed, match="not_called"):
            actions.answer(call_id=call.pk, by=getattr(town, who), now=NOW)
    with pytest.raises(NotAllowed, match=r"permission\.denied"):
        actions.answer(call_id=call.pk, by=town.system_admin, now=NOW)


def test_a_team_with_nobody_on_duty_by_its_roster_is_left_out(town):
    post = town.grid_worker.duties[0].post_id
    told = {"unit_id": town.unit["station"], "monday": monday_of(NOW.date()), "mark": 0}
    rosters.publish(**told, cells={(post, NOW.date()): Part.NIGHT}, by=town.secretary, now=NOW)
    place = a_help_place(town)

    by_day, by_night = tap(place), tap(place, trouble=Trouble.LOST, now=NOW + timedelta(hours=3))

    assert by_day in ring(town, "enforcer")
    assert by_night not in ring(town, "enforcer")
    assert by_night in ring(town, "grid_worker")


def test_what_became_a_matter_names_one_that_is_seen(town):
    call = tap(a_help_place(town))
    matter = a_matter(town)
    actions.arrive(call_id=call.pk, by=town.grid_worker, now=NOW)

    with pytest.raises(Refused, match="matter_missing"):
        actions.end_call(call_id=call.pk, ending=Ending.REPORTED, matter="?", by=town.grid_worker, now=NOW)
    ended = actions.end_call(
        call_id=call.pk, ending=Ending.REPORTED, matter=matter.number, by=town.grid_worker, now=NOW
    )

    assert ended.matter_id == matter.pk
    assert tap(call.place).pk != call.pk


def test_response_is_timed_by_place_and_team_and_never_by_person(town):
    place = a_help_place(town)
    for trouble, minutes in ((Trouble.QUARREL, 1), (Trouble.LOST, 2), (Trouble.OTHER, 9)):
        call = tap(place, trouble=trouble)
        actions.answer(call_id=call.pk, by=town.grid_worker, now=NOW + minutes * MINUTE)
    tap(place, trouble=Trouble.HAZARD)

    def timed(who, by):
        day = timedelta(days=1)
        return helps.speeds(getattr(town, who), start=NOW - day, end=NOW + day, by=by)

    (at,) = timed("duty_chief", "place")
    assert (at.key, at.calls, at.answered, at.in_time, at.answer_s) == (str(place.pk), 4, 3, 2, 120.0)
    assert [each.key for each in timed("leader", "team")] == ["", str(town.unit["station"])]
    assert timed("neighbouring_chief", "place") == timed("system_admin", "team") == []
    columns = {field.name for field in HelpCall._meta.get_fields()}
    assert not {"person", "caller", "phone", "actor", "post", "note", "name"} & columns


def test_calls_are_read_on_the_ground_and_by_the_teams_that_were_called(town):
    call = tap(a_help_place(town))

    for who in ("grid_worker", "secretary", "duty_chief", "leader"):
        assert list(helps.visible_calls(getattr(town, who))) == [call]
    for who in ("enforcer", "neighbouring_chief", "system_admin"):
        assert list(helps.visible_calls(getattr(town, who))) == []
    actions.pass_on(by=SYSTEM, now=NOW + 3 * MINUTE)
    assert list(helps.visible_calls(town.enforcer)) == [call]


def test_a_place_has_a_code_that_can_be_taken_out_of_use(town):
    place = a_help_place(town)
    old = place.token

    renewed = actions.renew_token(place_id=place.pk, by=town.duty_chief, now=NOW)

    assert len(renewed.token) == 22
    assert helps.place_of_token(renewed.token) == place
    with pytest.raises(Missing):
        helps.place_of_token(old)
    told = {"name": place.name, "area": place.area, "units": [town.unit["station"]], "is_open": False}
    actions.set_up_place(actions.Setting(**told), place_id=place.pk, version=1, by=town.duty_chief, now=NOW)
    with pytest.raises(Missing):
        helps.place_of_token(renewed.token)
    with pytest.raises(Missing):
        tap(place)


def test_a_place_is_set_up_by_who_answers_for_the_ground_and_makes_sense(town):
    for wrong, code in (({"units": ()}, "teams"), ({"minutes": 0}, "minutes"), ({"name": ""}, "unnamed")):
        units = wrong.pop("units", ("station",))
        with pytest.raises(Invalid, match=code):
            a_help_place(town, units, **wrong)
    with pytest.raises(Invalid, match="teams"):
        a_help_place(town, ("station", "station"))
    for who in ("grid_worker", "neighbouring_chief", "handler_head"):
        with pytest.raises(NotAllowed):
            a_help_place(town, by=who)
    place = a_help_place(town)
    with pytest.raises(Stale):
        told = actions.Setting(place.name, place.area, [town.unit["station"]])
        actions.set_up_place(told, place_id=place.pk, version=7, by=town.duty_chief, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_teams_that_answer_at_once_are_one_answer(town):
    call = tap(a_help_place(town, ("station", "enforcement")))
    HelpCall.objects.update(rung=1)
    said = []

    def answer(who):
        try:
            actions.answer(call_id=call.pk, by=who, now=NOW + MINUTE)
            said.append("mine")
        except Refused as refusal:
            said.append(refusal.code)
        finally:
            connection.close()

    threads = [Thread(target=answer, args=(who,)) for who in (town.grid_worker, town.enforcer)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(said) in (["help.not_called", "mine"], ["help.wrong_state", "mine"])
    assert kinds(call) == ["help.call", "help.answer"]
