"""Leaving a post: what is kept there goes to a successor, or back, or to the unit, and every matter tells."""

from datetime import timedelta

import pytest

from tests.town import NOW, a_matter, a_report, kinds_of
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import actions, keeping, queries
from tongxin.apps.matters.actions import handing_over
from tongxin.apps.matters.models import Matter
from tongxin.apps.matters.queries import Filters
from tongxin.apps.people import actions as people
from tongxin.apps.people import duties
from tongxin.apps.people.models import Post
from tongxin.apps.people.queries import actor_of
from tongxin.rules.errors import Invalid, Missing, NotAllowed, Refused
from tongxin.rules.lifecycles.matter import Act
from tongxin.rules.permissions import SYSTEM, Role

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
TOMORROW = TODAY + timedelta(days=1)


def post_of(actor):
    return actor.duties[0].post_id


def handed(town, *, to="handler_head", by="security_admin", **more):
    to_post = post_of(getattr(town, to)) if to else None
    return actions.hand_over(post_id=post_of(town.handler), to_post_id=to_post, by=getattr(town, by), now=NOW, **more)


def keeper(matter):
    return Matter.objects.get(pk=matter.pk).keeper


def test_open_matters_go_to_the_successor_and_closed_ones_stay_as_they_were(town):
    open_, closed = a_matter(town, "HANDLING"), a_matter(town, "CLOSED")
    rev = open_.rev

    assert handed(town) == 1

    open_.refresh_from_db()
    assert (open_.keeper, open_.rev) == (town.handler_head.person_id, rev + 1)
    assert keeper(closed) == town.handler.person_id
    assert kinds_of(open_)[-1] == "matter.hand_over"
    assert "matter.hand_over" not in kinds_of(closed)


def test_each_matter_and_both_posts_tell_and_no_person_is_named(town):
    matter = a_matter(town, "HANDLING")
    handed(town)

    told = Entry.objects.filter(kind__in=["matter.hand_over", "post.hand_over", "post.receive"]).order_by("id")
    one, gave, got = told
    assert one.subject == f"matter:{matter.pk}"
    assert one.data == {
        "from_post": post_of(town.handler),
        "to_post": post_of(town.handler_head),
        "unit": town.unit["sanitation"],
    }
    assert (gave.subject, gave.data["matters"]) == (f"post:{post_of(town.handler)}", 1)
    assert (got.subject, got.data["matters"]) == (f"post:{post_of(town.handler_head)}", 1)
    assert {each.post_id for each in told} == {post_of(town.security_admin)}


@pytest.mark.parametrize("by", ["handler", "handler_head"])
def test_the_holder_and_the_head_hand_over_but_only_who_hands_out_posts_ends_one(town, by):
    matter = a_matter(town, "HANDLING")

    handed(town, by=by)
    with pytest.raises(NotAllowed):
        handed(town, by=by, end_on=TOMORROW)
    with pytest.raises(NotAllowed):
        handed(town, to=None, by=by)

    assert keeper(matter) == town.handler_head.person_id
    assert Post.objects.get(pk=post_of(town.handler)).end_on is None


@pytest.mark.parametrize("by", ["enforcer", "duty_chief", "leader", "system_admin", "neighbouring_handler"])
def test_nobody_else_hands_anything_over(town, by):
    matter = a_matter(town, "HANDLING")

    with pytest.raises(NotAllowed):
        handed(town, by=by)

    assert keeper(matter) == town.handler.person_id


@pytest.mark.parametrize("to", ["handler", "enforcer", "duty_chief", "neighbouring_handler"])
def test_a_successor_holds_another_handling_post_of_the_same_unit(town, to):
    a_matter(town, "HANDLING")

    with pytest.raises(Invalid, match=r"hand_over\.successor"):
        handed(town, to=to)


def test_a_successor_is_in_office_now(town):
    a_matter(town, "HANDLING")
    people.end_post(post_id=post_of(town.handler_head), end_on=TODAY, by=town.security_admin, now=NOW)

    with pytest.raises(Invalid, match=r"hand_over\.successor"):
        handed(town)
    with pytest.raises(Missing):
        actions.hand_over(post_id=post_of(town.handler), to_post_id=0, by=town.security_admin, now=NOW)


def test_a_post_that_keeps_nothing_by_its_kind_hands_nothing_over(town):
    with pytest.raises(Invalid, match=r"hand_over\.keeps_nothing"):
        actions.hand_over(post_id=post_of(town.grid_worker), to_post_id=None, by=town.security_admin, now=NOW)


def test_a_post_that_keeps_matters_does_not_simply_end(town):
    a_matter(town, "HANDLING")
    a_matter(town, "AWAITING_CHECK")

    with pytest.raises(Refused, match=r"post\.keeps_matters") as refused:
        actions.leave(post_id=post_of(town.handler), end_on=TOMORROW, by=town.security_admin, now=NOW)

    assert refused.value.facts["matters"] == 2 == keeping.kept(town.handler.person_id, town.unit["sanitation"])
    assert Post.objects.get(pk=post_of(town.handler)).end_on is None


def test_handing_over_and_leaving_are_one_act(town):
    a_matter(town, "HANDLING")

    handed(town, end_on=TOMORROW)

    assert Post.objects.get(pk=post_of(town.handler)).end_on == TOMORROW
    assert keeping.kept(town.handler.person_id, town.unit["sanitation"]) == 0


def test_a_refused_end_takes_the_hand_over_back(town):
    matter = a_matter(town, "HANDLING")

    with pytest.raises(Invalid, match=r"post\.ends_before_start"):
        handed(town, end_on=TODAY.replace(year=1999))

    assert keeper(matter) == town.handler.person_id


def test_somebody_with_a_second_post_in_the_unit_goes_on_keeping(town):
    a_matter(town, "HANDLING")
    told = {"unit_id": town.unit["sanitation"], "role": Role.HANDLER_HEAD, "area": "330802001", "start_on": TODAY}
    people.appoint(person_id=town.handler.person_id, **told, by=town.security_admin, now=NOW)

    actions.leave(post_id=post_of(town.handler), end_on=TOMORROW, by=town.security_admin, now=NOW)


def test_a_post_ended_by_force_leaves_its_matters_to_the_unit_where_nobody_keeps_them(town):
    matter = a_matter(town, "HANDLING")

    handed(town, to=None, end_on=TOMORROW)

    rows = queries.worklist(town.handler_head, Filters(unit_id=town.unit["sanitation"]), NOW).rows
    assert [(row.id, keeping.is_unkept(row.state, row.keeper)) for row in rows] == [(matter.pk, True)]


def test_somebody_of_the_unit_takes_up_what_nobody_keeps(town):
    matter = a_matter(town, "HANDLING")
    with pytest.raises(Refused, match=r"take_up\.kept"):
        actions.take_up(matter_id=matter.pk, by=town.handler_head, now=NOW)
    handed(town, to=None)

    for who, refusal in (("duty_chief", NotAllowed), ("enforcer", Missing), ("neighbouring_handler", Missing)):
        with pytest.raises(refusal):
            actions.take_up(matter_id=matter.pk, by=getattr(town, who), now=NOW)
    actions.take_up(matter_id=matter.pk, by=town.handler_head, now=NOW)

    assert keeper(matter) == town.handler_head.person_id
    assert kinds_of(matter)[-1] == "matter.take_up"


def test_what_waits_for_a_signature_is_signed_and_not_taken_up(town):
    matter = a_matter(town, "AWAITING_SIGNATURE")

    with pytest.raises(Refused, match=r"take_up\.kept"):
        actions.take_up(matter_id=matter.pk, by=town.handler_head, now=NOW)


def test_a_narrowed_key_takes_up_nothing(town):
    matter = a_matter(town, "HANDLING")
    handed(town, to=None)
    narrowed = actor_of(town.handler_head.person_id, NOW, acts=frozenset({"progress"}))

    with pytest.raises(NotAllowed, match=r"key\.narrowed"):
        actions.take_up(matter_id=matter.pk, by=narrowed, now=NOW)


def test_what_a_stand_in_kept_goes_back_when_the_time_is_over(town):
    matter = a_matter(town, "AWAITING_SIGNATURE")
    duties.stand_in(
        post_id=post_of(town.handler),
        person_id=town.dispatcher.person_id,
        start_on=TODAY,
        end_on=TOMORROW,
        by=town.handler,
        now=NOW,
    )
    actions.take(Act.SIGN, matter_id=matter.pk, by=actor_of(town.dispatcher.person_id, NOW), now=NOW)
    assert keeper(matter) == town.dispatcher.person_id

    assert actions.hand_back(by=SYSTEM, now=NOW) == 0
    assert actions.hand_back(by=SYSTEM, now=NOW + timedelta(days=1)) == 1
    assert actions.hand_back(by=SYSTEM, now=NOW + timedelta(days=1)) == 0

    assert keeper(matter) == town.handler.person_id


def test_what_was_signed_before_a_day_set_ahead_goes_to_the_unit_on_that_day(town):
    people.end_post(post_id=post_of(town.handler), end_on=TOMORROW, by=town.security_admin, now=NOW)
    matter = a_matter(town, "HANDLING")

    actions.hand_back(by=SYSTEM, now=NOW + timedelta(days=1))

    assert keeper(matter) is None
    with pytest.raises(NotAllowed):
        actions.hand_back(by=town.duty_chief, now=NOW)


def test_who_goes_on_in_the_unit_by_another_post_goes_on_keeping(town):
    matter = a_matter(town, "HANDLING")
    told = {"unit_id": town.unit["sanitation"], "role": Role.HANDLER_HEAD, "area": "330802001", "start_on": TODAY}
    people.appoint(person_id=town.handler.person_id, **told, by=town.security_admin, now=NOW)
    people.end_post(post_id=post_of(town.handler), end_on=TOMORROW, by=town.security_admin, now=NOW)

    assert actions.hand_back(by=SYSTEM, now=NOW + timedelta(days=1)) == 0

    assert keeper(matter) == town.handler.person_id


def test_thousands_are_handed_over_in_few_statements(town, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(handing_over, "BATCH", 50)
    actions.report_many([a_report() for _ in range(120)], by=town.grid_worker, now=NOW)
    kept = {"unit_id": town.unit["sanitation"], "keeper": town.handler.person_id, "state": "handling"}
    Matter.objects.update(**kept)

    # locks 2 + (ids, update, heads, entries) × 3 + one more look + two entries of two
    with django_assert_num_queries(2 + 4 * 3 + 1 + 2 * 2 + 2):
        assert handed(town) == 120

    assert Matter.objects.filter(keeper=town.handler_head.person_id).count() == 120
