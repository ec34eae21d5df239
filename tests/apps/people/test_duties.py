"""Standing in for a post, and being named for what is sealed: who may arrange it, and what it leaves behind."""

from datetime import timedelta

import pytest

from tests.town import CAST, NOW, UNITS, a_matter, a_report
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import actions as matters
from tongxin.apps.matters import queries
from tongxin.apps.people import actions, duties
from tongxin.apps.people.models import Post, Unit
from tongxin.apps.people.queries import actor_of
from tongxin.rules.errors import Invalid, Missing, NotAllowed, Refused
from tongxin.rules.lifecycles.matter import Act
from tongxin.rules.permissions import Role
from tongxin.rules.sealing import Seal
from tongxin.rules.units import UnitKind

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
A_WEEK = {"start_on": TODAY, "end_on": TODAY + timedelta(days=7)}


def post_of(actor):
    return actor.duties[0].post_id


def lent(town, whose, to, by=None, **period):
    period = period or A_WEEK
    by = getattr(town, by or whose)
    return duties.stand_in(
        post_id=post_of(getattr(town, whose)), person_id=getattr(town, to).person_id, **period, by=by, now=NOW
    )


def again(actor, days=0):
    return actor_of(actor.person_id, NOW + timedelta(days=days))


def test_who_stands_in_holds_the_post_for_the_period_and_no_day_longer(town):
    lent(town, "duty_chief", "acceptor")

    held = [Role.DUTY_CHIEF in again(town.acceptor, days).roles for days in range(8)]

    assert held == [True] * 7 + [False]
    assert again(town.acceptor).duties[1].seals == town.duty_chief.duties[0].seals
    assert Role.DUTY_CHIEF in again(town.duty_chief).roles


@pytest.mark.parametrize("by", ["handler", "handler_head", "security_admin"])
def test_a_post_is_lent_by_its_holder_its_units_head_or_who_hands_out_posts(town, by):
    colleague = actions.register(name="同事", by=town.security_admin, now=NOW)
    told = {"unit_id": town.unit["sanitation"], "role": Role.HANDLER, "area": "330802001", "start_on": TODAY}
    actions.appoint(person_id=colleague.pk, **told, by=town.security_admin, now=NOW)

    post = duties.stand_in(
        post_id=post_of(town.handler), person_id=colleague.pk, **A_WEEK, by=getattr(town, by), now=NOW
    )

    assert post.stands_in_for_id == post_of(town.handler)


@pytest.mark.parametrize("by", ["enforcer", "duty_chief", "system_admin", "audit_admin", "neighbouring_chief"])
def test_nobody_else_lends_it(town, by):
    with pytest.raises(NotAllowed):
        lent(town, "handler", "handler_head", by=by)

    assert not Post.objects.filter(stands_in_for__isnull=False).exists()


def test_whoever_stands_in_for_a_head_arranges_nothing(town):
    lent(town, "handler_head", "handler")

    with pytest.raises(NotAllowed):
        duties.stand_in(
            post_id=post_of(town.handler_head),
            person_id=town.dispatcher.person_id,
            **A_WEEK,
            by=again(town.handler),
            now=NOW,
        )


def test_what_is_lent_is_not_arranged_by_who_stands_in(town):
    post = Post.objects.get(pk=lent(town, "handler", "handler_head").pk)
    other = Post.objects.get(pk=lent(town, "duty_chief", "dispatcher").pk)

    assert duties.arranging(again(town.dispatcher), other) is None
    assert duties.arranging(again(town.handler_head), post).role is Role.HANDLER_HEAD  # as the unit's head


def test_a_stranger_a_lent_post_and_a_second_one_are_refused(town):
    with pytest.raises(Refused, match=r"stand_in\.stranger"):
        lent(town, "handler", "enforcer")
    first = lent(town, "handler", "handler_head")
    with pytest.raises(Refused, match=r"stand_in\.taken"):
        lent(town, "handler", "duty_chief")
    with pytest.raises(Refused, match=r"stand_in\.passed_on"):
        duties.stand_in(
            post_id=first.pk, person_id=town.dispatcher.person_id, **A_WEEK, by=town.security_admin, now=NOW
        )
    with pytest.raises(Missing):
        duties.stand_in(post_id=0, person_id=town.handler.person_id, **A_WEEK, by=town.security_admin, now=NOW)


def test_the_room_above_may_stand_in_unless_the_house_keeps_it_within_the_unit(town, settings):
    settings.STAND_IN_WITHIN = "unit"
    with pytest.raises(Refused, match=r"stand_in\.stranger"):
        lent(town, "handler", "dispatcher")

    settings.STAND_IN_WITHIN = "line"
    lent(town, "handler", "dispatcher")


def test_those_offered_are_those_accepted(town):
    post = Post.objects.get(pk=post_of(town.handler))
    offered = {each.person_id for each in duties.candidates(post, TODAY)}

    for actor in town.cast.values():
        if actor.person_id in (town.handler.person_id, town.security_admin.person_id):
            continue
        wish = {"post_id": post.pk, "person_id": actor.person_id, "by": town.security_admin, "now": NOW}
        if actor.person_id in offered:
            duties.end_stand_in(post_id=_begun_tomorrow(wish).pk, by=town.security_admin, now=NOW)
        else:
            with pytest.raises(Refused):
                _begun_tomorrow(wish)


def _begun_tomorrow(wish):
    return duties.stand_in(**wish, start_on=TODAY + timedelta(days=1), end_on=TODAY + timedelta(days=2))


def test_what_is_done_while_standing_in_is_written_under_the_lent_post(town):
    matter = a_matter(town, "AWAITING_ACCEPTANCE")
    post = lent(town, "acceptor", "dispatcher")

    matters.take(Act.ACCEPT, matter_id=matter.pk, by=again(town.dispatcher), now=NOW)

    entry = Entry.objects.filter(subject=f"matter:{matter.pk}").latest("seq")
    assert (entry.post_id, entry.actor) == (post.pk, town.dispatcher.ref)


def test_a_rule_about_persons_looks_at_the_person_whatever_post_is_lent(town):
    matter = a_matter(town, "AWAITING_REVIEW")
    lent(town, "handler_head", "handler")

    with pytest.raises(Refused, match=r"step\.own_handling"):
        matters.take(Act.REVIEW, matter_id=matter.pk, by=again(town.handler), now=NOW)
    matters.take(Act.REVIEW, matter_id=matter.pk, by=town.handler_head, now=NOW)


def test_a_lent_post_reads_what_the_post_reads_sealed_or_not(town):
    sealed = matters.report(_oversight(), by=town.grid_worker, now=NOW)
    assert not queries.visible_to(again(town.acceptor)).filter(pk=sealed.id).exists()

    lent(town, "duty_chief", "acceptor")

    assert queries.visible_to(again(town.acceptor)).filter(pk=sealed.id).exists()
    assert not queries.visible_to(again(town.acceptor, 7)).filter(pk=sealed.id).exists()


def _oversight():
    return a_report(template="I09", text="村务公开栏三个月没有更新。")


@pytest.mark.parametrize("by", ["duty_chief", "acceptor", "security_admin"])
def test_it_ends_early_by_either_of_them_or_who_arranged_it(town, by):
    post = lent(town, "duty_chief", "acceptor")

    duties.end_stand_in(post_id=post.pk, by=getattr(town, by), now=NOW)

    assert [Role.DUTY_CHIEF in again(town.acceptor, days).roles for days in range(3)] == [True, False, False]
    with pytest.raises(Refused, match=r"stand_in\.over"):
        duties.end_stand_in(post_id=post.pk, by=getattr(town, by), now=NOW + timedelta(days=1))


def test_what_has_not_begun_never_was_and_others_end_nothing(town):
    later = {"start_on": TODAY + timedelta(days=2), "end_on": TODAY + timedelta(days=4)}
    post = lent(town, "duty_chief", "acceptor", **later)

    with pytest.raises(NotAllowed):
        duties.end_stand_in(post_id=post.pk, by=town.dispatcher, now=NOW)
    with pytest.raises(Refused, match=r"stand_in\.none"):
        duties.end_stand_in(post_id=post_of(town.duty_chief), by=town.duty_chief, now=NOW)
    duties.end_stand_in(post_id=post.pk, by=town.duty_chief, now=NOW)

    assert not Post.objects.filter(pk=post.pk).exists()
    assert Entry.objects.filter(subject=f"post:{post.pk}").count() == 2


def test_whoever_stands_in_goes_when_the_post_ends(town):
    running = lent(town, "duty_chief", "acceptor")
    later = lent(town, "duty_chief", "dispatcher", start_on=TODAY + timedelta(days=8), end_on=TODAY + timedelta(days=9))
    end = TODAY + timedelta(days=3)

    actions.end_post(post_id=post_of(town.duty_chief), end_on=end, by=town.security_admin, now=NOW)

    assert Post.objects.get(pk=running.pk).end_on == end
    assert not Post.objects.filter(pk=later.pk).exists()


def test_both_posts_tell_that_one_was_lent(town):
    post = lent(town, "duty_chief", "acceptor")

    told = Entry.objects.filter(subject__in=[f"post:{post.pk}", f"post:{post_of(town.duty_chief)}"])
    assert set(told.values_list("kind", flat=True)) == {"post.stand_in", "post.lend"}


# --- naming ------------------------------------------------------------------------------------------------


def test_a_named_post_reads_the_kind_from_then_on_and_no_other(town):
    matters.report(_oversight(), by=town.grid_worker, now=NOW)
    child = matters.report(_child(), by=town.grid_worker, now=NOW)

    duties.name_for(post_id=post_of(town.supervisor), seals=[Seal.MINORS], by=town.security_admin, now=NOW)

    seen = queries.visible_to(again(town.supervisor)).filter(is_sealed=True)
    assert list(seen.values_list("pk", flat=True)) == [child.id]


def _child():
    return a_report(template="A02", text="夫妻争吵，孩子在场。", form={"is_minor_concerned": True})


def test_only_who_hands_out_posts_names_and_only_fit_posts_are_named(town):
    for by in ("duty_chief", "system_admin", "audit_admin"):
        with pytest.raises(NotAllowed):
            duties.name_for(post_id=post_of(town.supervisor), seals=[], by=getattr(town, by), now=NOW)
    for who in ("grid_worker", "secretary", "handler", "security_admin"):
        with pytest.raises(Invalid, match=r"post\.not_named"):
            duties.name_for(post_id=post_of(getattr(town, who)), seals=[Seal.MINORS], by=town.security_admin, now=NOW)
    with pytest.raises(Invalid, match=r"post\.not_named"):
        told = {"unit_id": town.unit["station"], "role": Role.GRID_HEAD, "area": "330802001001", "start_on": TODAY}
        actions.appoint(person_id=town.leader.person_id, **told, seals=[Seal.MINORS], by=town.security_admin, now=NOW)


def test_rooms_where_a_sealed_matter_would_lie_are_named(town):
    assert {room.code for room, _ in duties.rooms_without(TODAY)} == _rooms_without_a_chief(town)

    for who in ("duty_chief", "second_chief"):
        actions.end_post(post_id=post_of(getattr(town, who)), end_on=TODAY, by=town.security_admin, now=NOW)

    found = dict(duties.rooms_without(TODAY))
    assert found[Unit.objects.get(code="command_room")] == list(Seal)


def _rooms_without_a_chief(town):
    kinds = {UnitKind.CITY_CENTER, UnitKind.COUNTY_CENTER, UnitKind.COMMAND_ROOM}
    led = {unit for role, unit, _ in CAST.values() if role is Role.DUTY_CHIEF}
    return {name for name, (kind, *_) in UNITS.items() if kind in kinds} - led


def test_a_command_room_always_keeps_a_chief_for_what_is_sealed(town):
    every = set(Seal)
    first, second = post_of(town.duty_chief), post_of(town.second_chief)
    duties.name_for(post_id=first, seals=every - {Seal.MINORS}, by=town.security_admin, now=NOW)

    with pytest.raises(Refused, match=r"post\.last_named") as refused:
        duties.name_for(post_id=second, seals=[], by=town.security_admin, now=NOW)
    assert refused.value.facts["seals"] == [Seal.MINORS]
    duties.name_for(post_id=second, seals=[Seal.MINORS], by=town.security_admin, now=NOW)

    assert Entry.objects.filter(subject=f"post:{second}", kind="post.name").get().data["seals"] == ["minors"]
