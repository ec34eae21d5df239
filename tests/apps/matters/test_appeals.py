"""申诉复核: who may appeal against what, who hears it, and what is set right."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from tests.apps.matters.test_call_backs import NOVEMBER, close, closed, handled_again, say
from tests.town import CAST, a_matter, kinds_of
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import actions, satisfaction
from tongxin.apps.matters.models import Answer, Appeal, Deadline, Matter, Note
from tongxin.apps.people.models import Unit
from tongxin.apps.people.queries import forget
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import Act as Step
from tongxin.rules.lifecycles.matter import CloseKind, State, StepRefused
from tongxin.rules.overlays.appeal import Act, Kind
from tongxin.rules.ratings import Rating
from tongxin.rules.working_time import SHANGHAI

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def appeal(town, matter, at, *, by="grid_worker", act=Act.RAISE, **told) -> Appeal:
    """Have somebody appeal: whoever reported it, unless said otherwise."""
    told = {"reason": "还有一半没清。"} | told
    answer = actions.take_over(act, matter_id=matter.pk, by=getattr(town, by), now=at, **told)
    return Appeal.objects.get(pk=answer.id)


def act(town, act, row, *, by, at, reason="经现场复核。"):
    actions.take_over(act, matter_id=row.matter_id, overlay_id=row.pk, by=getattr(town, by), now=at, reason=reason)
    row.refresh_from_db()


def heard(town, row, at, verdict, by="county_chief"):
    act(town, Act.TAKE, row, by=by, at=at)
    act(town, verdict, row, by=by, at=at + HOUR)


def could(town, step, row, name, at) -> bool:
    """Tell whether somebody may take an act, and undo it."""
    with transaction.atomic():
        try:
            act(town, step, row, by=name, at=at)
        except Refused:
            return False
        finally:
            transaction.set_rollback(True)
    return True


def trace(matter) -> tuple:
    return (
        Matter.objects.filter(pk=matter.pk).values().get(),
        list(Appeal.objects.values()),
        list(Answer.objects.values()),
        list(Deadline.objects.filter(matter=matter).order_by("pk").values()),
        Entry.objects.count(),
        Note.objects.count(),
    )


def rated_poorly_twice(town, now) -> Matter:
    """Return a matter that was handled anew once, and of which its reporter is dissatisfied again."""
    matter = closed(town, now)
    say(town, matter, now + HOUR, Rating.DISSATISFIED, words="没清。")
    handled_again(town, matter, now + 2 * HOUR)
    say(town, matter, now + 3 * HOUR, Rating.DISSATISFIED, solved=False, words="还是没清。")
    matter.refresh_from_db()
    return matter


# --- the reporter's ----------------------------------------------------------------------------------------


def test_an_upheld_appeal_has_the_matter_handled_anew(town, now):
    matter = a_matter(town, "CLOSED")
    row = appeal(town, matter, now + HOUR)
    assert (row.state, row.side, row.about, row.unit_id) == ("raised", "reporter", "", town.unit["sanitation"])
    assert row.due_at == datetime(2026, 12, 5, tzinfo=SHANGHAI)  # Friday and ten working days more

    act(town, Act.TAKE, row, by="county_chief", at=now + DAY)
    act(town, Act.UPHOLD, row, by="county_chief", at=now + 4 * DAY, reason="现场仍有积存。")

    matter.refresh_from_db()
    assert (row.state, row.ended_at) == ("upheld", now + 4 * DAY)
    assert (matter.state, matter.overlays) == (State.AWAITING_DISPATCH, {})
    assert matter.rehandled == 0  # the citizen's own one redo is not used up
    assert Deadline.objects.get(matter=matter, clock="appeal").outcome == "on_time"
    assert Note.objects.filter(matter=matter).latest("seq").text == "现场仍有积存。"
    assert kinds_of(matter)[-4:] == ["appeal.raise", "appeal.take", "appeal.uphold", "matter.rehandle"]


def test_a_dismissed_appeal_leaves_the_matter_closed(town, now):
    matter = a_matter(town, "CLOSED")
    row = appeal(town, matter, now + HOUR)

    heard(town, row, now + DAY, Act.DISMISS)

    matter.refresh_from_db()
    assert (row.state, matter.state, matter.overlays) == ("dismissed", State.CLOSED, {})


@pytest.mark.parametrize("who", ["caller_back", "second_chief"])
def test_the_first_desk_appeals_for_a_reporter_who_telephones(town, now, who):
    matter = closed(town, now)

    row = appeal(town, matter, now + HOUR, by=who)

    assert (row.side, row.opened_by) == ("reporter", getattr(town, who).person_id)


@pytest.mark.parametrize(
    ("who", "days", "told", "code"),
    [
        ("grid_worker", 31, {}, "appeal.period_over"),
        ("grid_worker", 0, {"reason": " "}, "step.no_reason"),
        ("other_grid_worker", 0, {}, "matter.missing"),
        ("handler", 0, {}, "step.wrong_role"),
        ("handler_head", 0, {}, "step.wrong_role"),
        ("supervisor", 0, {}, "step.wrong_role"),
        ("county_chief", 0, {}, "step.wrong_role"),  # hears it, and so does not raise it
        ("neighbouring_chief", 0, {}, "matter.missing"),
    ],
)
def test_a_refused_appeal_leaves_no_trace(town, now, who, days, told, code):
    matter = a_matter(town, "CLOSED")
    before = trace(matter)

    with pytest.raises(Refused) as refused:
        appeal(town, matter, now + HOUR + days * DAY, by=who, **told)

    assert refused.value.code == code
    assert trace(matter) == before


def test_the_last_moment_of_thirty_days_is_in_time(town, now):
    matter = a_matter(town, "CLOSED")

    with pytest.raises(StepRefused):
        appeal(town, matter, matter.closed_at + 30 * DAY + timedelta(seconds=1))
    assert appeal(town, matter, matter.closed_at + 30 * DAY).state == "raised"


def test_what_is_not_closed_is_not_appealed_against(town, now):
    matter = a_matter(town, "HANDLING")

    with pytest.raises(StepRefused, match=r"step\.wrong_state"):
        appeal(town, matter, now + HOUR)


def test_it_is_appealed_against_once_a_round_and_anew_when_closed_anew(town, now):
    matter = a_matter(town, "CLOSED")
    row = appeal(town, matter, now + HOUR)
    with pytest.raises(StepRefused, match=r"appeal\.once"):
        appeal(town, matter, now + 2 * HOUR, by="caller_back")
    heard(town, row, now + DAY, Act.UPHOLD)
    with pytest.raises(StepRefused, match=r"step\.wrong_state"):
        appeal(town, matter, now + 2 * DAY)

    handled_again(town, matter, now + 2 * DAY)

    second = appeal(town, matter, now + 3 * DAY)
    heard(town, second, now + 4 * DAY, Act.DISMISS)
    with pytest.raises(StepRefused, match=r"appeal\.once"):
        appeal(town, matter, now + 5 * DAY)


def test_a_round_after_an_upheld_appeal_can_be_rated(town, now):
    matter = closed(town, now)
    say(town, matter, now + HOUR)
    heard(town, appeal(town, matter, now + 2 * HOUR), now + DAY, Act.UPHOLD)
    handled_again(town, matter, now + 2 * DAY)

    say(town, matter, now + 2 * DAY + HOUR)

    assert [answer.round for answer in Answer.objects.order_by("pk")] == [1, 2]


def test_what_was_reopened_meanwhile_is_not_handled_anew_twice(town, now):
    matter = a_matter(town, "CLOSED")
    row = appeal(town, matter, now + HOUR)
    actions.take(Step.REOPEN, matter_id=matter.pk, by=town.duty_chief, now=now + 2 * HOUR, reason="又堆起来了。")

    heard(town, row, now + DAY, Act.UPHOLD)

    matter.refresh_from_db()
    assert (row.state, matter.state) == ("upheld", State.AWAITING_ACCEPTANCE)


# --- who hears it ------------------------------------------------------------------------------------------


def test_it_is_heard_above_the_desk_that_closed_it(town, now):
    matter = a_matter(town, "CLOSED")
    row = appeal(town, matter, now + HOUR)

    hearers = {name for name in CAST if could(town, Act.TAKE, row, name, now + DAY)}

    assert hearers == {"county_chief", "county_commander", "supervisor"}


def test_where_no_desk_is_above_a_supervisor_hears_it(town, now):
    matter = a_matter(town, "CLOSED")
    Matter.objects.filter(pk=matter.pk).update(desk=town.unit["city_center"])
    row = appeal(town, matter, now + HOUR)

    hearers = {name for name in CAST if could(town, Act.TAKE, row, name, now + DAY)}

    assert hearers == {"supervisor"}


def test_a_missing_county_desk_leaves_it_to_the_city(town, now):
    matter = a_matter(town, "CLOSED")
    Unit.objects.filter(pk=town.unit["county_center"]).update(is_open=False)
    forget()
    row = appeal(town, matter, now + HOUR)

    hearers = {name for name in CAST if could(town, Act.TAKE, row, name, now + DAY)}

    assert hearers == {"city_chief", "supervisor"}


def test_what_a_village_handled_is_heard_by_the_county_not_by_the_town_that_closed_it(town, now):
    """For raising a matter the town's desk is above a village; for judging what that desk closed it is not."""
    matter = a_matter(town, "CLOSED")
    Matter.objects.filter(pk=matter.pk).update(unit=town.unit["station"])
    row = appeal(town, matter, now + HOUR)

    assert not could(town, Act.TAKE, row, "second_chief", now + DAY)
    assert could(town, Act.TAKE, row, "county_chief", now + DAY)


@pytest.mark.parametrize("part", ["closed_by", "handlers"])
def test_nobody_hears_an_appeal_against_the_own_work(town, now, part):
    matter = a_matter(town, "CLOSED")
    person = town.county_chief.person_id
    Matter.objects.filter(pk=matter.pk).update(**{part: person if part == "closed_by" else [person]})
    row = appeal(town, matter, now + HOUR)

    with pytest.raises(StepRefused, match=r"step\.own_handling"):
        act(town, Act.TAKE, row, by="county_chief", at=now + DAY)
    act(town, Act.TAKE, row, by="county_commander", at=now + DAY)
    with pytest.raises(StepRefused, match=r"step\.own_handling"):
        act(town, Act.UPHOLD, row, by="county_chief", at=now + DAY)


def test_nobody_hears_the_own_appeal(town, now):
    matter = a_matter(town, "CLOSED")
    Matter.objects.filter(pk=matter.pk).update(first_desk=town.unit["county_center"])
    row = appeal(town, matter, now + HOUR, by="county_chief")

    with pytest.raises(StepRefused, match=r"overlay\.own_request"):
        act(town, Act.TAKE, row, by="county_chief", at=now + DAY)
    heard(town, row, now + DAY, Act.DISMISS, by="county_commander")


@pytest.mark.parametrize("verdict", [Act.UPHOLD, Act.DISMISS])
def test_a_verdict_comes_after_a_hearing_and_with_its_reasons(town, now, verdict):
    matter = a_matter(town, "CLOSED")
    row = appeal(town, matter, now + HOUR)
    with pytest.raises(StepRefused, match=r"overlay\.wrong_state"):
        act(town, verdict, row, by="county_chief", at=now + DAY)
    act(town, Act.TAKE, row, by="county_chief", at=now + DAY)

    with pytest.raises(StepRefused, match=r"step\.no_reason"):
        act(town, verdict, row, by="county_chief", at=now + DAY, reason="")

    assert Deadline.objects.get(matter=matter, clock="appeal").ended_at is None


def test_a_late_verdict_is_late(town, now):
    matter = a_matter(town, "CLOSED")

    heard(town, appeal(town, matter, now + HOUR), now + 20 * DAY, Act.DISMISS)

    assert Deadline.objects.get(matter=matter, clock="appeal").outcome == "overdue"


# --- the unit's --------------------------------------------------------------------------------------------


def test_an_upheld_appeal_against_a_rating_keeps_it_and_counts_it_no_more(town, now):
    matter = rated_poorly_twice(town, now)
    before = satisfaction.figures(town.leader, NOVEMBER, now + DAY).whole.told
    row = appeal(town, matter, now + 4 * HOUR, by="handler_head", act=Act.CONTEST, kind=Kind.RATING)

    heard(town, row, now + DAY, Act.UPHOLD)

    first, second = Answer.objects.order_by("pk")
    assert (second.rating, second.is_solved) == ("dissatisfied", False)  # raw, as it was given
    assert (first.set_aside_at, second.set_aside_at) == (None, now + DAY + HOUR)
    after = satisfaction.figures(town.leader, NOVEMBER, now + 2 * DAY).whole.told
    assert (before.dissatisfied, after.dissatisfied) == (2, 1)
    matter.refresh_from_db()
    assert (matter.state, matter.rating) == (State.CLOSED, "dissatisfied")  # what the first round still says


def test_the_matter_shows_no_rating_where_its_only_one_is_set_aside(town, now):
    matter = closed(town, now)
    say(town, matter, now + HOUR, Rating.DISSATISFIED, words="没清。")
    handled_again(town, matter, now + 2 * HOUR)
    row = appeal(town, matter, now + 3 * HOUR, by="handler_head", act=Act.CONTEST, kind=Kind.RATING)

    heard(town, row, now + DAY, Act.UPHOLD)

    matter.refresh_from_db()
    assert (matter.rating, matter.is_solved) == ("", None)


def test_a_rating_that_had_it_handled_anew_is_appealed_against_while_it_is_handled(town, now):
    matter = closed(town, now)
    say(town, matter, now + HOUR, Rating.DISSATISFIED, words="没清。")
    actions.take(
        Step.DISPATCH, matter_id=matter.pk, by=town.dispatcher, now=now + 2 * HOUR, unit_id=town.unit["sanitation"]
    )

    row = appeal(town, matter, now + 3 * HOUR, by="handler_head", act=Act.CONTEST, kind=Kind.RATING)
    heard(town, row, now + DAY, Act.DISMISS)

    matter.refresh_from_db()
    assert matter.state == State.AWAITING_SIGNATURE
    assert Answer.objects.get().set_aside_at is None


def test_another_unit_does_not_appeal_for_the_one_that_was_rated(town, now):
    matter = closed(town, now)
    say(town, matter, now + HOUR, Rating.DISSATISFIED, words="没清。")
    Answer.objects.update(unit_id=town.unit["enforcement"])
    handled_again(town, matter, now + 2 * HOUR)

    with pytest.raises(StepRefused, match=r"appeal\.no_mark"):
        appeal(town, matter, now + 3 * HOUR, by="handler_head", act=Act.CONTEST, kind=Kind.RATING)


def test_an_upheld_appeal_against_a_mistake_closes_it_as_what_it_was(town, now):
    matter = a_matter(town, "AWAITING_CLOSING")
    told = {"close_as": CloseKind.MISTAKE, "reason": "弄错了位置。"}
    actions.take(Step.CLOSE, matter_id=matter.pk, by=town.duty_chief, now=now + HOUR, **told)
    row = appeal(town, matter, now + 2 * HOUR, by="handler_head", act=Act.CONTEST, kind=Kind.MISTAKE)

    heard(town, row, now + DAY, Act.UPHOLD)

    matter.refresh_from_db()
    assert (matter.close_as, matter.state) == ("normal", State.CLOSED)


def test_an_upheld_appeal_takes_a_mistaken_dispatch_or_a_rework_back(town, now):
    matter = a_matter(town, "CLOSED")
    Matter.objects.filter(pk=matter.pk).update(mistakes=1, reworks=2)

    for kind in (Kind.MISTAKE, Kind.REWORK):
        row = appeal(town, matter, now + HOUR, by="handler_head", act=Act.CONTEST, kind=kind)
        heard(town, row, now + DAY, Act.UPHOLD)

    matter.refresh_from_db()
    assert (matter.mistakes, matter.reworks) == (0, 1)


@pytest.mark.parametrize(
    ("kind", "who", "days", "code"),
    [
        ("", "handler_head", 0, "appeal.no_kind"),
        ("result", "handler_head", 0, "appeal.no_kind"),
        (Kind.RATING, "handler_head", 31, "appeal.mark_over"),
        (Kind.MISTAKE, "handler_head", 0, "appeal.no_mark"),
        (Kind.REWORK, "handler_head", 0, "appeal.no_mark"),
        (Kind.RATING, "handler", 0, "step.wrong_role"),  # a unit speaks with its head's voice
        (Kind.RATING, "duty_chief", 0, "step.wrong_role"),
        (Kind.RATING, "neighbouring_handler", 0, "matter.missing"),
    ],
)
def test_a_unit_appeals_against_what_is_held_against_it(town, now, kind, who, days, code):
    matter = rated_poorly_twice(town, now)
    before = trace(matter)

    with pytest.raises(Refused) as refused:
        appeal(town, matter, now + 4 * HOUR + days * DAY, by=who, act=Act.CONTEST, kind=kind)

    assert refused.value.code == code
    assert trace(matter) == before


def test_a_good_rating_is_not_appealed_against(town, now):
    matter = closed(town, now)
    say(town, matter, now + HOUR)

    with pytest.raises(StepRefused, match=r"appeal\.no_mark"):
        appeal(town, matter, now + 2 * HOUR, by="handler_head", act=Act.CONTEST, kind=Kind.RATING)


def test_a_rating_is_appealed_against_once(town, now):
    matter = rated_poorly_twice(town, now)
    row = appeal(town, matter, now + 4 * HOUR, by="handler_head", act=Act.CONTEST, kind=Kind.RATING)
    for _ in range(2):
        with pytest.raises(StepRefused, match=r"appeal\.once"):
            appeal(town, matter, now + DAY, by="handler_head", act=Act.CONTEST, kind=Kind.RATING)
        if row.ended_at is None:
            heard(town, row, now + DAY, Act.DISMISS)


def test_both_sides_may_appeal_and_each_is_heard(town, now):
    matter = rated_poorly_twice(town, now)
    ours = appeal(town, matter, now + 4 * HOUR, by="handler_head", act=Act.CONTEST, kind=Kind.RATING)
    theirs = appeal(town, matter, now + 5 * HOUR, by="caller_back")
    assert Matter.objects.get(pk=matter.pk).overlays["appeal"] == 2

    heard(town, theirs, now + DAY, Act.UPHOLD)
    heard(town, ours, now + 2 * DAY, Act.DISMISS, by="supervisor")

    matter.refresh_from_db()
    assert (matter.state, matter.overlays.get("appeal")) == (State.AWAITING_DISPATCH, None)


def test_closing_waits_for_no_appeal(town, now):
    """A unit's appeal against a rating holds nothing up for the citizen."""
    matter = closed(town, now)
    say(town, matter, now + HOUR, Rating.DISSATISFIED, words="没清。")
    actions.take(
        Step.DISPATCH, matter_id=matter.pk, by=town.dispatcher, now=now + 2 * HOUR, unit_id=town.unit["sanitation"]
    )
    appeal(town, matter, now + 2 * HOUR, by="handler_head", act=Act.CONTEST, kind=Kind.RATING)
    for step, who, told in (
        (Step.SIGN, "handler", {}),
        (Step.HANDLE, "handler", {"reason": "又清了一遍。"}),
        (Step.REVIEW, "handler_head", {}),
        (Step.CHECK, "grid_worker", {}),
    ):
        actions.take(step, matter_id=matter.pk, by=getattr(town, who), now=now + 3 * HOUR, **told)

    close(town, matter, now + 4 * HOUR)

    matter.refresh_from_db()
    assert (matter.state, matter.overlays) == (State.CLOSED, {"appeal": 1, "call_back": 1})
