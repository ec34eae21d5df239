"""回访: whom the first desk calls, what the reporter says, and what comes of it."""

from datetime import datetime, timedelta

import pytest

from tests.town import a_matter, a_photo, kinds_of
from tongxin.apps.journal import outbox
from tongxin.apps.matters import actions, kinds, satisfaction
from tongxin.apps.matters.figures import Period
from tongxin.apps.matters.models import Answer, CallBack, Deadline, Matter, Note, Order, Rulebook
from tongxin.rules.channels import Channel
from tongxin.rules.errors import Missing, NotAllowed
from tongxin.rules.indices import Index
from tongxin.rules.lifecycles.matter import Act as Step
from tongxin.rules.lifecycles.matter import CloseKind, Ground, State, StepRefused
from tongxin.rules.overlays.call_back import Act
from tongxin.rules.ratings import Rating
from tongxin.rules.satisfaction import By, Told
from tongxin.rules.working_time import SHANGHAI

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PHONE = "13800001111"


def closed(town, at, *, channel=Channel.HOTLINE, **told) -> Matter:
    """Return a matter of somebody who left a telephone number, handled and closed with an answer."""
    matter = a_matter(town, "AWAITING_CLOSING", now=at, contact_phone=PHONE, channel=channel, **told)
    close(town, matter, at + timedelta(minutes=10))
    matter.refresh_from_db()
    return matter


def close(town, matter, at, by="duty_chief"):
    actions.take(
        Step.CLOSE, matter_id=matter.pk, by=getattr(town, by), now=at, close_as=CloseKind.NORMAL, reply="已清理干净。"
    )


def handled_again(town, matter, at):
    """Walk a matter that is handled anew to its closing."""
    for act, who, told in (
        (Step.DISPATCH, "dispatcher", {"unit_id": town.unit["sanitation"]}),
        (Step.SIGN, "handler", {}),
        (Step.HANDLE, "handler", {"reason": "又清了一遍。"}),
        (Step.REVIEW, "handler_head", {}),
        (Step.CHECK, "grid_worker", {}),
    ):
        at += timedelta(minutes=1)
        actions.take(act, matter_id=matter.pk, by=getattr(town, who), now=at, **told)
    close(town, matter, at + timedelta(minutes=1))
    matter.refresh_from_db()


def the_call(matter) -> CallBack:
    return CallBack.objects.filter(matter=matter).latest("pk")


def say(
    town, matter, at, rating=Rating.SATISFIED, *, solved=True, by="caller_back", act=Act.ANSWER, row=True, words=""
):
    told = {} if act in {Act.MISS, Act.DECLINE} else {"rating": rating, "is_solved": solved}
    return actions.take_over(
        act,
        matter_id=matter.pk,
        overlay_id=the_call(matter).pk if row else None,
        by=getattr(town, by),
        now=at,
        reason=words,
        **told,
    )


def trace(matter) -> tuple:
    return (
        Matter.objects.filter(pk=matter.pk).values().get(),
        list(CallBack.objects.values()),
        list(Answer.objects.values()),
        list(Deadline.objects.filter(matter=matter).order_by("pk").values()),
        kinds_of(matter),
    )


def work_off(now):
    while outbox.drain(now).done:
        pass


# --- who is called, and when -------------------------------------------------------------------------------


def test_a_closed_matter_of_the_hotline_waits_for_one_call_on_one_clock(town, now):
    matter = closed(town, now)

    call = the_call(matter)
    clock = Deadline.objects.get(matter=matter, clock="call_back")
    assert call.state == "waiting"
    assert call.unit_id == town.unit["sanitation"]
    assert (clock.of, clock.of_id) == ("call_back", call.pk)
    assert clock.due_at == call.due_at == datetime(2026, 11, 26, tzinfo=SHANGHAI)  # Friday and three working days more
    assert matter.overlays == {"call_back": 1}


def test_the_revision_that_closing_answers_is_the_one_that_stands(town, now):
    matter = a_matter(town, "AWAITING_CLOSING", contact_phone=PHONE, channel=Channel.HOTLINE)

    taken = actions.take(
        Step.CLOSE, matter_id=matter.pk, by=town.duty_chief, now=now + HOUR, close_as=CloseKind.NORMAL, reply="好了。"
    )

    assert Matter.objects.get(pk=matter.pk).rev == taken.rev


def test_who_left_no_number_is_not_called(town, now):
    matter = a_matter(town, "CLOSED")

    assert not CallBack.objects.filter(matter=matter).exists()
    assert not Deadline.objects.filter(matter=matter, clock="call_back").exists()


def test_the_first_desk_calls_back_wherever_it_was_closed(town, now):
    matter = closed(town, now)
    Matter.objects.filter(pk=matter.pk).update(desk=town.unit["county_center"])

    say(town, matter, now + HOUR)

    assert Answer.objects.get().rating == Rating.SATISFIED


def test_a_child_that_followed_its_master_is_called_back_for_itself(town, now):
    child = a_matter(town, "AWAITING_ACCEPTANCE", contact_phone=PHONE, channel=Channel.HOTLINE)
    master = a_matter(town, "AWAITING_CLOSING")
    actions.take(Step.MERGE, matter_id=child.pk, by=town.duty_chief, now=now + HOUR, master_id=master.pk)
    close(town, master, now + 2 * HOUR)
    work_off(now + 2 * HOUR)

    child.refresh_from_db()
    assert child.state == State.CLOSED
    assert the_call(child).state == "waiting"


def test_the_queue_shows_whom_to_call_and_never_ones_own_work(town, now):
    early, late = closed(town, now), closed(town, now + HOUR)
    at = now + 2 * HOUR

    rows = satisfaction.queue(town.caller_back, at).rows
    assert [row.number for row in rows] == [early.number, late.number]
    assert satisfaction.queue(town.second_chief, at).rows == rows
    assert satisfaction.queue(town.duty_chief, at).rows == []  # closed them
    for nobody in ("handler", "supervisor", "county_chief", "neighbouring_chief", "acceptor"):
        assert satisfaction.queue(getattr(town, nobody), at).rows == [], nobody
    Matter.objects.filter(pk=early.pk).update(handlers=[town.caller_back.person_id])
    assert [row.number for row in satisfaction.queue(town.caller_back, at).rows] == [late.number]


def test_the_queue_is_paged_and_one_statement(town, now, django_assert_num_queries):
    matters = [closed(town, now + n * timedelta(minutes=1)) for n in range(3)]

    with django_assert_num_queries(1):
        page = satisfaction.queue(town.caller_back, now + HOUR, size=2)

    rest = satisfaction.queue(town.caller_back, now + HOUR, after=page.next, size=2)
    assert [row.number for row in [*page.rows, *rest.rows]] == [each.number for each in matters]
    assert rest.next is None


# --- what the reporter says --------------------------------------------------------------------------------


def test_an_answer_is_kept_as_it_was_given(town, now):
    matter = closed(town, now)

    say(town, matter, now + HOUR, Rating.FAIRLY, words="清了，就是慢了点。")

    answer = Answer.objects.get(matter=matter)
    assert (answer.round, answer.source, answer.rating, answer.is_solved) == (1, "call_back", "fairly", True)
    assert answer.unit_id == town.unit["sanitation"]
    assert Note.objects.get(matter=matter, seq=answer.said).text == "清了，就是慢了点。"
    matter.refresh_from_db()
    assert (matter.state, matter.rating, matter.is_solved, matter.overlays) == (State.CLOSED, "fairly", True, {})
    assert the_call(matter).state == "answered"
    assert Deadline.objects.get(matter=matter, clock="call_back").outcome == "on_time"


@pytest.mark.parametrize(
    ("rating", "solved"), [(Rating.DISSATISFIED, True), (Rating.SATISFIED, False), (Rating.DISSATISFIED, False)]
)
def test_who_is_dissatisfied_or_not_helped_has_it_handled_anew(town, now, rating, solved):
    matter = closed(town, now)

    answer = say(town, matter, now + HOUR, rating, solved=solved, words="角落里还有一堆。")

    matter.refresh_from_db()
    assert matter.state == State.AWAITING_DISPATCH
    assert matter.rehandled == 1
    assert matter.rating == rating
    assert matter.rev == answer.rev
    last = Note.objects.filter(matter=matter).latest("seq")
    assert last.text == "角落里还有一堆。"  # whoever handles it anew reads what is wrong
    assert kinds_of(matter)[-2:] == ["call_back.answer", "matter.rehandle"]


def test_a_second_time_it_is_supervised_and_not_handled_anew(town, now):
    matter = closed(town, now)
    say(town, matter, now + HOUR, Rating.DISSATISFIED, words="没清。")
    handled_again(town, matter, now + 2 * HOUR)

    say(town, matter, now + 3 * HOUR, Rating.DISSATISFIED, solved=False, words="还是没清。")
    work_off(now + 3 * HOUR)

    matter.refresh_from_db()
    order = Order.objects.get()
    assert matter.state == State.CLOSED
    assert [answer.round for answer in Answer.objects.order_by("pk")] == [1, 2]
    assert (order.grade, order.trigger) == ("ordinary", "dissatisfied")
    assert order.items.get().matter_id == matter.pk


def test_the_first_dissatisfaction_raises_no_order(town, now):
    matter = closed(town, now)

    say(town, matter, now + HOUR, Rating.DISSATISFIED, words="没清。")
    work_off(now + HOUR)

    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"rating": "", "solved": True}, "call_back.no_rating"),
        ({"rating": "five stars", "solved": True}, "call_back.no_rating"),
        ({"solved": None}, "call_back.no_verdict"),
        ({"rating": Rating.DISSATISFIED}, "call_back.no_words"),
        ({"solved": False, "words": "  "}, "call_back.no_words"),
        ({"by": "duty_chief"}, "step.own_handling"),  # who closed it
        ({"by": "handler"}, "step.wrong_role"),
        ({"by": "acceptor"}, "step.wrong_role"),
        ({"by": "grid_worker"}, "step.wrong_role"),
        ({"by": "county_chief"}, "step.wrong_role"),
        ({"by": "neighbouring_chief"}, "matter.missing"),
    ],
)
def test_a_refused_answer_leaves_no_trace(town, now, told, code):
    matter = closed(town, now)
    before = trace(matter)

    with pytest.raises((StepRefused, NotAllowed, Missing)) as refused:
        say(town, matter, now + HOUR, **told)

    assert refused.value.code == code
    assert trace(matter) == before


def test_an_answer_is_given_once(town, now):
    matter = closed(town, now)
    say(town, matter, now + HOUR)

    with pytest.raises(StepRefused, match=r"overlay\.wrong_state"):
        say(town, matter, now + 2 * HOUR)


# --- whom nobody reaches -----------------------------------------------------------------------------------


def test_three_calls_that_nobody_answers_end_it(town, now):
    matter = closed(town, now)

    for n in (1, 2, 3):
        assert the_call(matter).state == "waiting"
        say(town, matter, now + n * 2 * HOUR, act=Act.MISS)

    call = the_call(matter)
    assert (call.state, call.tries) == ("unreached", 3)
    assert call.ended_at == now + 6 * HOUR
    assert not Answer.objects.exists()
    matter.refresh_from_db()
    assert (matter.rating, matter.is_solved, matter.overlays) == ("", None, {})


def test_three_calls_in_a_row_are_one(town, now):
    matter = closed(town, now)
    say(town, matter, now + HOUR, act=Act.MISS)

    with pytest.raises(StepRefused, match=r"call_back\.tried_lately"):
        say(town, matter, now + HOUR + timedelta(minutes=5), act=Act.MISS)

    assert satisfaction.queue(town.caller_back, now + HOUR + timedelta(minutes=5)).rows == []
    assert [row.tries for row in satisfaction.queue(town.caller_back, now + 3 * HOUR).rows] == [1]
    say(town, matter, now + HOUR + timedelta(minutes=6))  # who rings back is heard at once
    assert the_call(matter).state == "answered"


def test_who_will_not_rate_is_left_in_peace(town, now):
    matter = closed(town, now)

    say(town, matter, now + HOUR, act=Act.DECLINE)

    assert the_call(matter).state == "declined"
    assert not Answer.objects.exists()


# --- the reporter's own word -------------------------------------------------------------------------------


def test_who_reported_may_rate_without_being_called(town, now):
    matter = a_matter(town, "CLOSED")

    say(town, matter, now + HOUR, Rating.VERY_SATISFIED, by="grid_worker", act=Act.RATE, row=False)

    answer = Answer.objects.get()
    assert (answer.source, answer.rating) == ("self", "very_satisfied")
    matter.refresh_from_db()
    assert (matter.rating, matter.overlays) == ("very_satisfied", {})


def test_who_reported_may_answer_the_open_call_and_is_not_called_then(town, now):
    Rulebook.objects.create(number=2, content={"call_backs": {"others": 100}}, published_at=now)
    kinds.forget()
    matter = closed(town, now, channel=Channel.RESIDENT)

    say(town, matter, now + HOUR, by="grid_worker", act=Act.RATE)

    assert satisfaction.queue(town.caller_back, now + HOUR).rows == []
    assert Answer.objects.get().source == "self"


@pytest.mark.parametrize(
    ("channel", "days", "who", "code"),
    [
        (Channel.HOTLINE, 0, "grid_worker", "call_back.spoke_for_another"),
        (Channel.GRID, 31, "grid_worker", "call_back.period_over"),
        (Channel.GRID, 0, "other_grid_worker", "matter.missing"),
        (Channel.GRID, 0, "handler", "step.wrong_role"),
        (Channel.GRID, 0, "caller_back", "step.wrong_role"),
    ],
)
def test_the_reporters_own_word_is_the_reporters(town, now, channel, days, who, code):
    matter = a_matter(town, "CLOSED", channel=channel)

    with pytest.raises((StepRefused, NotAllowed, Missing)) as refused:
        say(town, matter, now + HOUR + days * DAY, by=who, act=Act.RATE, row=False)

    assert refused.value.code == code
    assert not Answer.objects.exists()


def test_it_is_rated_once_a_round(town, now):
    matter = a_matter(town, "CLOSED")
    say(town, matter, now + HOUR, by="grid_worker", act=Act.RATE, row=False)

    with pytest.raises(StepRefused, match=r"call_back\.rated_already"):
        say(town, matter, now + 2 * HOUR, by="grid_worker", act=Act.RATE, row=False)

    actions.take(Step.REOPEN, matter_id=matter.pk, by=town.duty_chief, now=now + DAY, reason="又有垃圾了。")
    for act, who in ((Step.ACCEPT, "acceptor"), (Step.FILE, "duty_chief")):
        actions.take(act, matter_id=matter.pk, by=getattr(town, who), now=now + DAY + HOUR)
    handled_again(town, matter, now + DAY + 2 * HOUR)
    say(town, matter, now + DAY + 3 * HOUR, by="grid_worker", act=Act.RATE, row=False)
    assert [answer.round for answer in Answer.objects.order_by("pk")] == [1, 2]


def test_who_settled_it_himself_does_not_rate_himself(town, now):
    matter = a_matter(town)
    for kind in ("before", "after"):
        actions.attach(a_photo(3), matter_id=matter.pk, kind=kind, by=town.grid_worker, now=now)
    actions.take(Step.SETTLE, matter_id=matter.pk, by=town.grid_worker, now=now, reason="顺手清了。")
    actions.take(Step.CHECK, matter_id=matter.pk, by=town.grid_head, now=now + HOUR)
    close(town, matter, now + HOUR)

    with pytest.raises(StepRefused, match=r"step\.own_handling"):
        say(town, matter, now + 2 * HOUR, by="grid_worker", act=Act.RATE, row=False)


def test_reopening_ends_the_call_and_drops_its_clock(town, now):
    matter = closed(town, now)

    actions.take(Step.REOPEN, matter_id=matter.pk, by=town.duty_chief, now=now + HOUR, reason="又堆起来了。")

    assert the_call(matter).state == "lapsed"
    assert Deadline.objects.get(matter=matter, clock="call_back").outcome == "dropped"
    matter.refresh_from_db()
    assert matter.overlays == {}


# --- figures -----------------------------------------------------------------------------------------------

NOVEMBER = Period(datetime(2026, 11, 1).date(), datetime(2026, 11, 30).date())


def four_say_what_they_think_and_two_do_not(town, now):
    matters = [closed(town, now + n * timedelta(minutes=1)) for n in range(6)]
    at = now + HOUR
    say(town, matters[0], at, Rating.VERY_SATISFIED)
    say(town, matters[1], at, Rating.FAIRLY)
    say(town, matters[2], at, Rating.SATISFIED, solved=False, words="没清完。")
    say(town, matters[3], at, Rating.DISSATISFIED, solved=False, words="没来。")
    say(town, matters[4], at, act=Act.DECLINE)
    for n in (0, 2, 4):
        say(town, matters[5], at + n * HOUR, act=Act.MISS)


def test_figures_count_valid_answers_and_say_what_they_count(town, now):
    four_say_what_they_think_and_two_do_not(town, now)

    figures = satisfaction.figures(town.supervisor, NOVEMBER, now + DAY)

    counted = Told(1, 1, 1, 1, solved=2, unreached=1, declined=1, owed=6, in_time=6)
    by_unit = {each.unit_id: each.told for each in figures.parts}
    assert figures.whole.told == counted
    # two are handled anew and wait for a unit; what was said of them stays said of the one that had handled them
    assert by_unit == {
        town.unit["sanitation"]: counted._replace(owed=4, in_time=4),
        None: Told(owed=2, in_time=2),
    }
    assert [(rate.of, rate.part, rate.whole) for rate in figures.whole.rates] == [
        (Index.RESPONDED, 6, 6),
        (Index.SOLVED, 2, 4),
        (Index.SATISFIED, 3, 4),
        (Index.OVERALL, 250, 400),
    ]


def test_figures_by_desk_tell_how_soon_the_first_desk_answered(town, now):
    four_say_what_they_think_and_two_do_not(town, now)

    (desk,) = satisfaction.figures(town.leader, NOVEMBER, now + DAY, by=By.DESK).parts

    assert desk.unit_id == town.unit["command_room"]
    assert desk.rates[0] == (Index.FIRST_REPLIED, 6, 6)


def test_an_answer_that_is_late_or_still_owed_lowers_the_first_desks_figure(town, now):
    matters = [
        a_matter(town, "AWAITING_CLOSING", now=now + n * timedelta(minutes=1), contact_phone=PHONE) for n in range(3)
    ]
    later = now + 5 * DAY
    actions.take(Step.REPLY, matter_id=matters[0].pk, by=town.caller_back, now=now + HOUR, reason="已清理。")
    soon = satisfaction.figures(town.leader, NOVEMBER, now + HOUR, by=By.DESK)
    actions.take(Step.REPLY, matter_id=matters[1].pk, by=town.caller_back, now=later, reason="已清理。")

    late = satisfaction.figures(town.leader, NOVEMBER, later + HOUR, by=By.DESK)

    assert soon.whole.rates[0] == (Index.FIRST_REPLIED, 1, 1)  # the other two still had time
    assert late.whole.rates[0] == (Index.FIRST_REPLIED, 1, 3)


def test_an_answer_before_it_was_owed_counts_as_kept(town, now):
    matter = a_matter(town, "HANDLING", contact_phone=PHONE)

    actions.take(Step.REPLY, matter_id=matter.pk, by=town.caller_back, now=now + HOUR, reason="已派人去了。")

    clock = Deadline.objects.get(matter=matter, clock="reply")
    assert clock.outcome == "on_time"
    assert satisfaction.figures(town.leader, NOVEMBER, now + DAY, by=By.DESK).whole.rates[0].part == 1


def test_figures_end_at_the_readers_scope_and_take_one_statement(town, now, django_assert_num_queries):
    four_say_what_they_think_and_two_do_not(town, now)

    for nobody in ("neighbouring_chief", "neighbouring_handler", "system_admin"):
        figures = satisfaction.figures(getattr(town, nobody), NOVEMBER, now + DAY)
        assert (figures.whole.told, figures.parts) == (Told(), []), nobody
    satisfaction.figures(town.leader, NOVEMBER, now + DAY)
    with django_assert_num_queries(1):
        satisfaction.figures(town.leader, NOVEMBER, now + DAY)


def test_figures_belong_to_the_days_on_which_something_was_said(town, now):
    four_say_what_they_think_and_two_do_not(town, now)
    december = Period(datetime(2026, 12, 1).date(), datetime(2026, 12, 31).date())

    assert satisfaction.figures(town.leader, december, now + 40 * DAY).whole.told == Told()


def test_returning_it_counts_for_nobodys_satisfaction(town, now):
    matter = a_matter(town, "HANDLING")
    actions.take(
        Step.RETURN,
        matter_id=matter.pk,
        by=town.handler,
        now=now + timedelta(minutes=20),
        reason="不是我们的。",
        ground=Ground.NOT_OURS,
        suggested_unit=town.unit["enforcement"],
    )

    assert satisfaction.figures(town.leader, NOVEMBER, now + DAY).whole.told == Told()
