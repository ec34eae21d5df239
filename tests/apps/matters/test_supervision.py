"""督办: who presses for what, until it is answered and accepted; by hand and by rule."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from django.db import connection, transaction

from tests.town import CAST, ZHANGTAN_01, a_matter, a_photo, a_report, kinds_of
from tongxin.apps.journal import outbox
from tongxin.apps.journal.entries import record
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import actions, kinds, queries, supervision
from tongxin.apps.matters.actions.supervision import press_overdue, raise_order
from tongxin.apps.matters.actions.timing import fire_due
from tongxin.apps.matters.models import Deadline, Matter, Note, Objection, Order, OrderItem, Rulebook
from tongxin.apps.people.models import Post
from tongxin.apps.people.queries import actor_of
from tongxin.rules.errors import Invalid, Missing, NotAllowed, Refused
from tongxin.rules.lifecycles.matter import Act as Step
from tongxin.rules.lifecycles.matter import CloseKind, Ground, State, StepRefused
from tongxin.rules.overlays.order import MOST, Act, Grade, Trigger
from tongxin.rules.permissions import SYSTEM
from tongxin.rules.working_time import SHANGHAI

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TEXT = "菜场后门积存垃圾久拖不决，请立即清理并说明原因。"


@pytest.fixture
def matter(town, now):
    return a_matter(town, "HANDLING")


def issue(town, *matters, at, by="supervisor", grade=Grade.ORDINARY, **told):
    told = {"text": TEXT} | told
    return actions.issue_order(
        matter_ids=[each.pk for each in matters], grade=grade, by=getattr(town, by), now=at, **told
    )


def issued(town, matter, *, at, **told) -> OrderItem:
    """Issue an order over one matter; returns its item. Raises what it was refused for."""
    (answer,) = issue(town, matter, at=at, **told).items
    if isinstance(answer, Refused):
        raise answer
    return OrderItem.objects.get(pk=answer.id)


def act(town, act, item, *, by, at, **told):
    by = getattr(town, by) if isinstance(by, str) else by
    actions.take_over(act, matter_id=item.matter_id, overlay_id=item.pk, by=by, now=at, **told)
    item.refresh_from_db()


def replied(town, matter, *, at, by="handler", by_issuer="supervisor", grade=Grade.ORDINARY) -> OrderItem:
    item = issued(town, matter, at=at, by=by_issuer, grade=grade)
    act(town, Act.REPLY, item, by=by, at=at + HOUR, reason="已安排人员，今天清完。")
    return item


def clock_of(item) -> Deadline:
    return Deadline.objects.filter(of="order", of_id=item.pk).latest("pk")


def trace(matter) -> tuple:
    return (
        Matter.objects.filter(pk=matter.pk).values().get(),
        list(Order.objects.values()),
        list(OrderItem.objects.values()),
        list(Deadline.objects.filter(matter=matter).order_by("pk").values()),
        Entry.objects.count(),
        Note.objects.count(),
    )


def at_closing(town, matter, at):
    """Walk a handled matter to where only closing is left."""
    actions.attach(a_photo(5), matter_id=matter.pk, kind="after", by=town.handler, now=at)
    for step, who, told in (
        (Step.HANDLE, "handler", {"reason": "已清理。"}),
        (Step.REVIEW, "handler_head", {}),
        (Step.CHECK, "grid_worker", {}),
    ):
        actions.take(step, matter_id=matter.pk, by=getattr(town, who), now=at, **told)


def close(town, matter, at):
    actions.take(Step.CLOSE, matter_id=matter.pk, by=town.duty_chief, now=at, close_as=CloseKind.LATE)


def work_off(now):
    while outbox.drain(now).done:
        pass


# --- by hand -----------------------------------------------------------------------------------------------


def test_an_order_goes_from_issuing_to_its_end(town, now, matter):
    at = now + HOUR
    item = issued(town, matter, at=at)

    assert re.fullmatch(r"DB261120-\d{4}", item.order.number)
    assert (item.state, item.unit_id) == ("issued", town.unit["sanitation"])
    assert item.due_at == item.order.reply_by == datetime(2026, 11, 26, tzinfo=SHANGHAI)  # three working days
    matter.refresh_from_db()
    assert matter.overlays == {"order": 1}

    act(town, Act.SIGN, item, by="handler", at=at + HOUR)
    act(town, Act.REPLY, item, by="handler", at=at + 2 * HOUR, reason="今天清完。")
    assert clock_of(item).outcome == "on_time"
    assert item.due_at is None

    act(town, Act.ACCEPT, item, by="supervisor", at=at + 3 * HOUR)

    assert (item.state, item.ended_at) == ("accepted", at + 3 * HOUR)
    assert Order.objects.get().ended_at == at + 3 * HOUR
    matter.refresh_from_db()
    assert (matter.overlays, matter.involved) == ({}, [])
    assert kinds_of(matter)[-4:] == ["order.issue", "order.sign", "order.reply", "order.accept"]


def test_several_matters_are_pressed_by_one_order_and_answered_one_by_one(town, now):
    ours, theirs = a_matter(town, "HANDLING"), a_matter(town, point=ZHANGTAN_01)
    over = a_matter(town, "CLOSED")

    answer = issue(town, ours, over, theirs, at=now + HOUR)

    first, refused, third = answer.items
    assert isinstance(refused, StepRefused)
    assert refused.code == "step.wrong_state"
    order = Order.objects.get(number=answer.number)
    assert [item.pk for item in order.items.order_by("pk")] == [first.id, third.id]
    # where nobody handles it yet, the desk that has it is pressed
    assert OrderItem.objects.get(pk=third.id).unit_id == town.unit["next_command_room"]
    assert kinds_of(over)[-1] == "matter.close"


def test_a_sealed_matter_is_pressed_by_an_order_of_its_own(town, now, matter):
    """Who sees one matter of an order reads its words."""
    sealed = Matter.objects.get(
        pk=actions.report(a_report(template="I09"), by=town.grid_worker, now=now).id, is_sealed=True
    )

    together = issue(town, sealed, matter, at=now + HOUR, by="second_chief")
    alone = issue(town, sealed, at=now + HOUR, by="second_chief")
    unseen = issue(town, sealed, matter, at=now + HOUR, by="supervisor", grade=Grade.KEY)

    assert together.items[0].code == "order.sealed_alone"
    assert together.items[1].state == "issued"
    assert alone.items[0].state == "issued"
    assert unseen.items[0].code == "matter.missing"  # not named for it: nothing tells that it is sealed
    with pytest.raises(StepRefused, match=r"order\.sealed_alone"):
        actions.take_over(
            Act.ISSUE_KEY, matter_id=sealed.pk, by=town.commander, now=now, reason=TEXT,
            order_id=Order.objects.latest("pk").pk,
        )  # fmt: skip


def test_orders_have_numbers_of_their_own(town, now):
    one, other = a_matter(town, "HANDLING"), a_matter(town, "HANDLING")

    numbers = [issue(town, each, at=now + HOUR).number for each in (one, other)]

    serials = [int(number.partition("-")[2]) for number in numbers]
    assert serials[1] == serials[0] + 1
    assert one.number.startswith("KC")


def test_the_order_ends_with_its_last_matter(town, now):
    one, other = a_matter(town, "HANDLING"), a_matter(town, "HANDLING")
    issue(town, one, other, at=now + HOUR)
    first, last = OrderItem.objects.order_by("pk")

    for item in (first, last):
        assert Order.objects.get().ended_at is None
        act(town, Act.REPLY, item, by="handler", at=now + 2 * HOUR, reason="清完。")
        act(town, Act.ACCEPT, item, by="supervisor", at=now + 3 * HOUR)

    assert Order.objects.get().ended_at == now + 3 * HOUR


def test_what_nobody_may_press_makes_no_order_and_gives_no_number(town, now, matter):
    answer = issue(town, matter, at=now + HOUR, by="dispatcher")

    assert answer.number == ""
    assert [each.code for each in answer.items] == ["step.wrong_role"]
    assert not Order.objects.exists()


def test_an_order_over_too_many_or_none_is_refused_whole(town, now):
    with pytest.raises(Invalid, match=r"order\.no_matter"):
        actions.issue_order(matter_ids=[], grade=Grade.KEY, text=TEXT, by=town.supervisor, now=now)
    with pytest.raises(Invalid, match=r"order\.too_many"):
        actions.issue_order(matter_ids=range(1, MOST + 2), grade=Grade.KEY, text=TEXT, by=town.supervisor, now=now)


def test_an_order_must_say_what_it_is_about(town, now, matter):
    with pytest.raises(StepRefused, match=r"step\.no_reason"):
        issued(town, matter, at=now + HOUR, text="  ")


@pytest.mark.parametrize(
    ("grade", "who"),
    [
        (Grade.ORDINARY, {"supervisor", "duty_chief", "second_chief", "county_chief", "city_chief", "hotline_chief"}),
        (Grade.KEY, {"supervisor", "commander", "county_commander"}),
        (Grade.LEADER, {"supervisor", "leader"}),
    ],
)
def test_each_grade_is_issued_by_whom_it_is_for(town, now, matter, grade, who):
    may = set()
    for name in CAST:
        with transaction.atomic():
            (answer,) = issue(town, matter, at=now + HOUR, by=name, grade=grade).items
            if not isinstance(answer, Refused):
                may.add(name)
            transaction.set_rollback(True)

    assert may == who


def test_a_town_does_not_press_the_county(town, now):
    """Pressure goes down the rings, or stays in the room: never up."""
    matter = a_matter(town, "AWAITING_DISPATCH")
    actions.take(Step.ESCALATE, matter_id=matter.pk, by=town.duty_chief, now=now + HOUR, reason="超出本级。")

    with pytest.raises(NotAllowed):
        issued(town, matter, at=now + 2 * HOUR, by="duty_chief")

    assert issued(town, matter, at=now + 2 * HOUR, by="city_chief").unit_id == town.unit["county_center"]


def test_nothing_is_pressed_twice_at_the_same_height(town, now, matter):
    issued(town, matter, at=now + HOUR)

    with pytest.raises(StepRefused, match=r"order\.already_pressed") as refused:
        issued(town, matter, at=now + 2 * HOUR, by="county_chief")
    assert refused.value.facts["grade"] == Grade.ORDINARY
    issued(town, matter, at=now + 2 * HOUR, grade=Grade.LEADER, by="leader")

    for grade in Grade:
        with pytest.raises(StepRefused, match=r"order\.already_pressed"):
            issued(town, matter, at=now + 3 * HOUR, grade=grade)
    assert Matter.objects.get(pk=matter.pk).overlays == {"order": 2}


@pytest.mark.parametrize(
    ("grade", "until"),
    [(Grade.ORDINARY, (2026, 11, 26)), (Grade.KEY, (2026, 11, 25)), (Grade.LEADER, (2026, 11, 24))],
)
def test_each_grade_has_its_own_day(town, now, matter, grade, until):
    """Friday, and three, two, one working days more: until the midnight that ends the last one."""
    assert issued(town, matter, at=now + HOUR, grade=grade).due_at == datetime(*until, tzinfo=SHANGHAI)


def test_the_issuer_may_give_more_time_and_never_less(town, now, matter):
    with pytest.raises(StepRefused, match=r"order\.wrong_day"):
        issued(town, matter, at=now + HOUR, reply_by=date(2026, 11, 24))
    with pytest.raises(StepRefused, match=r"order\.wrong_day"):
        issued(town, matter, at=now + HOUR, reply_by=date(2027, 11, 24))

    item = issued(town, matter, at=now + HOUR, reply_by=date(2026, 12, 7))

    assert item.due_at == datetime(2026, 12, 8, tzinfo=SHANGHAI)
    assert item.order.reply_by == item.due_at
    assert clock_of(item).limit == "17d"


def test_a_reply_asked_for_on_a_rest_day_is_due_on_the_next_working_day(town, now, matter):
    item = issued(town, matter, at=now + HOUR, reply_by=date(2026, 12, 5))  # a Saturday: 民法典 203

    assert item.due_at == datetime(2026, 12, 8, tzinfo=SHANGHAI)


def test_the_last_day_of_the_grade_is_the_grades_own_limit(town, now, matter):
    item = issued(town, matter, at=now + HOUR, reply_by=date(2026, 11, 25))

    assert (clock_of(item).limit, item.due_at) == ("3wd", datetime(2026, 11, 26, tzinfo=SHANGHAI))


def test_nobody_adds_a_matter_to_somebody_elses_order(town, now, matter):
    other = a_matter(town, "HANDLING")
    order = issued(town, matter, at=now + HOUR).order

    for who, at in (("city_chief", now + HOUR), ("supervisor", now + 2 * HOUR)):
        with pytest.raises(Missing, match=r"order\.missing"):
            actions.take_over(
                Act.ISSUE, matter_id=other.pk, by=getattr(town, who), now=at, reason=TEXT, order_id=order.pk
            )
    assert order.items.count() == 1


# --- the reply ---------------------------------------------------------------------------------------------


def test_the_issuer_sends_back_as_often_as_it_takes(town, now, matter):
    item = replied(town, matter, at=now + HOUR)

    act(town, Act.SEND_BACK, item, by="supervisor", at=now + 3 * HOUR, reason="没有说明为什么拖了这么久。")

    assert (item.state, item.sent_back, item.replied_at) == ("signed", 1, None)
    assert [clock.outcome for clock in Deadline.objects.filter(of="order").order_by("pk")] == ["on_time", ""]
    act(town, Act.REPLY, item, by="handler_head", at=now + 4 * HOUR, reason="车坏了两天，已修好。")
    act(town, Act.ACCEPT, item, by="supervisor", at=now + 5 * HOUR)
    assert item.sent_back == 1


def test_a_late_reply_is_taken_and_stays_late(town, now, matter):
    item = issued(town, matter, at=now + HOUR)

    act(town, Act.REPLY, item, by="handler", at=now + 10 * DAY, reason="清完。")

    assert item.state == "replied"
    assert clock_of(item).outcome == "overdue"


@pytest.mark.parametrize(
    ("step", "state", "who", "told", "code"),
    [
        (Act.SIGN, "issued", "supervisor", {}, "step.wrong_role"),
        (Act.SIGN, "issued", "enforcer", {}, "matter.missing"),
        (Act.SIGN, "issued", "neighbouring_handler", {}, "matter.missing"),
        (Act.REPLY, "issued", "handler", {"reason": ""}, "step.no_reason"),
        (Act.ACCEPT, "issued", "supervisor", {}, "overlay.wrong_state"),
        (Act.SEND_BACK, "issued", "supervisor", {"reason": "重报"}, "overlay.wrong_state"),
        (Act.SEND_BACK, "replied", "supervisor", {}, "step.no_reason"),
        (Act.SEND_BACK, "replied", "supervisor", {"reason": "重报", "reply_by": date(2026, 11, 20)}, "order.wrong_day"),
        (Act.ACCEPT, "replied", "handler_head", {}, "step.wrong_role"),
        (Act.ACCEPT, "replied", "duty_chief", {}, "step.wrong_role"),  # issued from above: not the pressed room's
        (Act.ACCEPT, "replied", "county_chief", {}, "step.wrong_role"),
        (Act.ACCEPT, "replied", "leader", {}, "step.wrong_role"),
        (Act.CANCEL, "replied", "supervisor", {}, "step.no_reason"),
        (Act.CANCEL, "issued", "leader", {"reason": "不必了"}, "step.wrong_role"),
        (Act.CANCEL, "issued", "city_chief", {"reason": "不必了"}, "step.wrong_role"),
        (Act.CANCEL, "issued", "handler", {"reason": "不必了"}, "step.wrong_role"),
    ],
)
def test_a_refused_act_leaves_no_trace(town, now, matter, step, state, who, told, code):
    item = issued(town, matter, at=now + HOUR) if state == "issued" else replied(town, matter, at=now + HOUR)
    before = trace(matter)

    with pytest.raises(Refused) as refused:
        act(town, step, item, by=who, at=now + 3 * HOUR, **told)

    assert refused.value.code == code
    assert trace(matter) == before


def test_only_who_issued_it_cancels_it(town, now, matter):
    """The person, or whoever holds the post it came from: not somebody higher, not somebody of another post there."""
    item = issued(town, matter, at=now + HOUR, by="county_chief")
    for other in ("supervisor", "leader", "city_chief", "county_commander", "duty_chief"):
        with pytest.raises(NotAllowed):
            act(town, Act.CANCEL, item, by=other, at=now + 2 * HOUR, reason="不必了。")
    held = Post.objects.get(pk=town.county_chief.duties[0].post_id)
    successor = Post.objects.create(
        person_id=town.acceptor.person_id, unit_id=held.unit_id, role=held.role, area=held.area, start_on=held.start_on
    )

    act(town, Act.CANCEL, item, by=actor_of(successor.person_id, now), at=now + 2 * HOUR, reason="已另案处理。")

    assert item.state == "cancelled"
    assert Order.objects.get().ended_at == now + 2 * HOUR
    assert clock_of(item).ended_at == now + 2 * HOUR


def test_an_order_is_cancelled_whole_by_its_issuer(town, now):
    one, other = a_matter(town, "HANDLING"), a_matter(town, "HANDLING")
    number = issue(town, one, other, at=now + HOUR).number

    with pytest.raises(NotAllowed):
        actions.cancel_order(number=number, reason="不必了。", by=town.city_chief, now=now + 2 * HOUR)
    actions.cancel_order(number=number, reason="已并入专项行动。", by=town.supervisor, now=now + 2 * HOUR)

    assert {item.state for item in OrderItem.objects.all()} == {"cancelled"}
    with pytest.raises(Missing):
        actions.cancel_order(number=number, reason="再来。", by=town.supervisor, now=now + 3 * HOUR)


def test_nobody_accepts_what_he_answered_himself(town, now):
    matter = a_matter(town, "AWAITING_DISPATCH")
    item = issued(town, matter, at=now + HOUR, by="duty_chief")
    act(town, Act.REPLY, item, by="duty_chief", at=now + 2 * HOUR, reason="马上派。")

    with pytest.raises(StepRefused, match=r"order\.own_reply"):
        act(town, Act.ACCEPT, item, by="duty_chief", at=now + 3 * HOUR)

    act(town, Act.ACCEPT, item, by="second_chief", at=now + 3 * HOUR)  # who holds the same post in the same room
    assert item.state == "accepted"


@pytest.mark.parametrize(
    ("grade", "by", "who"),
    [
        (Grade.ORDINARY, "supervisor", {"supervisor", "commander"}),  # no dead end where the supervisor is away
        (Grade.ORDINARY, "county_chief", {"county_chief", "supervisor", "commander"}),
        (Grade.KEY, "county_commander", {"county_commander", "supervisor"}),
        (Grade.LEADER, "leader", {"leader", "supervisor"}),
    ],
)
def test_a_reply_is_accepted_by_whom_it_is_for(town, now, matter, grade, by, who):
    item = replied(town, matter, at=now + HOUR, grade=grade, by_issuer=by)

    may = {name for name in CAST if _could(town, Act.ACCEPT, item, name, now + 4 * HOUR)}

    assert may == who


def _could(town, step, item, name, at) -> bool:
    """Tell whether somebody may take an act, and undo it."""
    with transaction.atomic():
        try:
            actions.take_over(
                step, matter_id=item.matter_id, overlay_id=item.pk, by=getattr(town, name), now=at, reason="好"
            )
        except Refused:
            return False
        finally:
            transaction.set_rollback(True)
    return True


# --- what it does to its matter ----------------------------------------------------------------------------


def test_a_matter_under_order_cannot_be_closed_or_merged(town, now, matter):
    item = issued(town, matter, at=now + HOUR)
    other = a_matter(town, "HANDLING")
    with pytest.raises(StepRefused, match=r"step\.order_open"):
        actions.take(Step.MERGE, matter_id=matter.pk, by=town.duty_chief, now=now + HOUR, master_id=other.pk)
    at_closing(town, matter, now + 2 * HOUR)

    with pytest.raises(StepRefused, match=r"step\.order_open"):
        close(town, matter, now + 3 * HOUR)

    act(town, Act.REPLY, item, by="handler", at=now + 3 * HOUR, reason="清完。")
    act(town, Act.ACCEPT, item, by="commander", at=now + 4 * HOUR)
    close(town, matter, now + 5 * HOUR)
    matter.refresh_from_db()
    assert matter.state == State.CLOSED


def test_voiding_a_matter_does_not_shake_its_order_off(town, now):
    matter = a_matter(town, "AWAITING_DISPATCH")
    item = issued(town, matter, at=now + HOUR)
    actions.take(Step.PROPOSE_VOID, matter_id=matter.pk, by=town.duty_chief, now=now + HOUR, reason="误报。")
    actions.take(Step.VOID, matter_id=matter.pk, by=town.second_chief, now=now + HOUR)

    matter.refresh_from_db()
    assert matter.overlays == {"order": 1}
    act(town, Act.REPLY, item, by="dispatcher", at=now + 2 * HOUR, reason="现场没有垃圾，系误报。")
    act(town, Act.ACCEPT, item, by="supervisor", at=now + 3 * HOUR)
    matter.refresh_from_db()
    assert (matter.state, matter.overlays) == (State.VOIDED, {})


def test_an_order_goes_with_its_matter_to_who_has_it_now(town, now, matter):
    item = issued(town, matter, at=now + timedelta(minutes=10))
    act(town, Act.SIGN, item, by="handler", at=now + timedelta(minutes=11))
    due = item.due_at
    actions.take(
        Step.RETURN, matter_id=matter.pk, by=town.handler, now=now + timedelta(minutes=20), reason="占道经营留下的。",
        ground=Ground.NOT_OURS, suggested_unit=town.unit["enforcement"],
    )  # fmt: skip

    item.refresh_from_db()
    assert (item.unit_id, item.state, item.signed_at) == (town.unit["command_room"], "issued", None)
    assert item.due_at == due  # passing it on buys no time
    actions.take_over(
        "objection.uphold", matter_id=matter.pk, overlay_id=_objection(matter), by=town.commander,
        now=now + timedelta(minutes=30), unit_id=town.unit["enforcement"], reason="确属执法队。",
    )  # fmt: skip
    actions.take(
        Step.DISPATCH, matter_id=matter.pk, by=town.dispatcher, now=now + timedelta(minutes=31),
        unit_id=town.unit["enforcement"],
    )  # fmt: skip

    item.refresh_from_db()
    matter.refresh_from_db()
    assert item.unit_id == town.unit["enforcement"]
    assert matter.involved == [town.unit["enforcement"]]
    act(town, Act.SIGN, item, by="enforcer", at=now + timedelta(minutes=40))
    with pytest.raises(Missing):  # who gave it away reads it no more
        queries.one(town.handler, matter.number)


def _objection(matter) -> int:
    return Objection.objects.get(matter=matter).pk


def test_the_clock_of_an_order_runs_while_the_matter_stands_still(town, now, matter):
    """A hold stops the matter's own clocks; whoever ordered still wants to hear."""
    item = issued(town, matter, at=now + HOUR)
    told = {"kind": "suspension", "ground": "season", "until": date(2026, 12, 18), "reason": "雨季过后才能施工。"}
    hold = actions.take_over("hold.ask", matter_id=matter.pk, by=town.handler, now=now + HOUR, **told)
    actions.take_over("hold.grant", matter_id=matter.pk, overlay_id=hold.id, by=town.commander, now=now + HOUR)

    assert clock_of(item).stopped_at is None
    assert Deadline.objects.get(matter=matter, clock="handle").stopped_at == now + HOUR


# --- by rule -----------------------------------------------------------------------------------------------


def tell(matter, kind, clock, at):
    """Write the entry that the timers write when a clock has run out."""
    deadline = Deadline.objects.get(matter=matter, clock=clock, of="")
    record(
        f"clock.{kind}", f"matter:{matter.pk}", by=SYSTEM, at=at, clock=clock, deadline=deadline.pk,
        due_at=deadline.due_at.isoformat(),
    )  # fmt: skip
    return deadline


def test_what_is_a_working_day_overdue_is_supervised_once_however_often_it_is_told(town, now, matter):
    handle = tell(matter, "overdue", "handle", now + DAY)
    assert handle.due_at.astimezone(SHANGHAI).date() == date(2026, 11, 23)  # some hours after Friday afternoon
    tuesday_is_over = datetime(2026, 11, 25, tzinfo=SHANGHAI)

    work_off(tuesday_is_over - HOUR)
    assert not Order.objects.exists()  # late, and not by a whole working day yet
    for _ in range(2):
        tell(matter, "urge", "handle", tuesday_is_over)
        work_off(tuesday_is_over)
        press_overdue(by=SYSTEM, now=tuesday_is_over)

    order = Order.objects.get()
    assert (order.grade, order.trigger, order.cause) == ("ordinary", "overdue", f"clock:{handle.pk}")
    assert order.issuer_unit_id == town.unit["supervision"]
    assert order.issued_by is None
    assert order.items.get().unit_id == town.unit["sanitation"]
    assert Entry.objects.filter(kind="order.raise").count() == 1


def test_what_the_timers_tell_is_what_raises_orders(town, now, matter):
    late = now + 10 * DAY
    while fire_due(now=late, by=SYSTEM):
        pass
    assert "clock.overdue" in kinds_of(matter)

    work_off(late)

    assert Order.objects.get().trigger == "overdue"


def test_a_weekend_is_no_working_day_of_being_late(town, now, matter):
    Deadline.objects.filter(matter=matter, clock="whole").update(due_at=now + 90 * DAY)
    Deadline.objects.filter(matter=matter, clock="handle").update(due_at=datetime(2026, 11, 28, tzinfo=SHANGHAI))

    # the limit ended with Friday
    assert press_overdue(by=SYSTEM, now=datetime(2026, 11, 30, 23, 59, tzinfo=SHANGHAI)) == 0  # Monday is not over
    assert press_overdue(by=SYSTEM, now=datetime(2026, 12, 1, tzinfo=SHANGHAI)) == 1


def test_the_same_clock_is_not_pressed_again_after_its_order_ended(town, now, matter):
    late = now + 30 * DAY
    assert press_overdue(by=SYSTEM, now=late) == 1
    item = OrderItem.objects.get()
    act(town, Act.REPLY, item, by="handler", at=late, reason="清完。")
    act(town, Act.ACCEPT, item, by="duty_chief", at=late)

    assert press_overdue(by=SYSTEM, now=late + HOUR) == 1  # the whole time has run out as well: that is another cause
    act(town, Act.CANCEL, OrderItem.objects.latest("pk"), by="supervisor", at=late + HOUR, reason="已说明。")
    assert press_overdue(by=SYSTEM, now=late + 2 * HOUR) == 0


def test_a_cause_that_was_told_before_raises_nothing_more(town, now, matter):
    told = {"matter_id": matter.pk, "trigger": Trigger.RETURNED, "cause": "matter:1:7", "by": SYSTEM}
    raised = raise_order(**told, now=now + HOUR)
    act(town, Act.CANCEL, OrderItem.objects.get(pk=raised.id), by="supervisor", at=now + HOUR, reason="已说明。")

    assert raise_order(**told, now=now + 2 * HOUR) is None

    assert Order.objects.count() == 1


def test_what_is_under_order_is_not_pressed_by_rule(town, now, matter):
    issued(town, matter, at=now + HOUR)

    assert press_overdue(by=SYSTEM, now=now + 30 * DAY) == 0


def test_what_stands_still_or_is_over_is_not_late(town, now, matter):
    over = a_matter(town, "CLOSED")
    told = {"kind": "suspension", "ground": "season", "until": date(2026, 12, 18), "reason": "雨季过后才能施工。"}
    hold = actions.take_over("hold.ask", matter_id=matter.pk, by=town.handler, now=now + HOUR, **told)
    actions.take_over("hold.grant", matter_id=matter.pk, overlay_id=hold.id, by=town.commander, now=now + HOUR)

    assert press_overdue(by=SYSTEM, now=now + 30 * DAY) == 0
    assert kinds_of(over)[-1] == "matter.close"


def test_a_trigger_is_switched_off_by_the_book(town, now):
    Rulebook.objects.create(number=2, content={"triggers": {"overdue_working_days": 0, "returns": 0}}, published_at=now)
    kinds.forget()
    matter = a_matter(town, "HANDLING")

    assert press_overdue(by=SYSTEM, now=now + 30 * DAY) == 0
    assert matter.rulebook == 2


def returned(town, matter, at, who, suggested):
    actions.take(
        Step.RETURN, matter_id=matter.pk, by=getattr(town, who), now=at, reason="不是我们的。", ground=Ground.NOT_OURS,
        suggested_unit=town.unit[suggested],
    )  # fmt: skip


def test_what_is_returned_twice_is_supervised(town, now, matter):
    minute = timedelta(minutes=1)
    returned(town, matter, now + 10 * minute, "handler", "enforcement")
    work_off(now + 10 * minute)
    assert not Order.objects.exists()
    actions.take_over(
        "objection.uphold", matter_id=matter.pk, overlay_id=_objection(matter), by=town.commander,
        now=now + 11 * minute, unit_id=town.unit["enforcement"], reason="由执法队办。",
    )  # fmt: skip
    Matter.objects.filter(pk=matter.pk).update(ruled_unit=None)  # as if the room had tried it without binding anybody
    actions.take(
        Step.DISPATCH, matter_id=matter.pk, by=town.dispatcher, now=now + 12 * minute, unit_id=town.unit["enforcement"]
    )
    returned(town, matter, now + 13 * minute, "enforcer", "sanitation")

    for _ in range(2):
        work_off(now + 13 * minute)

    order = Order.objects.get()
    assert order.trigger == "returned"
    assert order.items.get().unit_id == town.unit["command_room"]  # who has it on the table now


@pytest.mark.parametrize("who", ["duty_chief", "second_chief", "commander", "supervisor"])
def test_an_order_that_a_rule_raised_is_accepted_by_the_desk_or_a_supervisor(town, now, matter, who):
    press_overdue(by=SYSTEM, now=now + 30 * DAY)
    item = OrderItem.objects.get()
    act(town, Act.REPLY, item, by="handler", at=now + 30 * DAY, reason="清完。")

    act(town, Act.ACCEPT, item, by=who, at=now + 30 * DAY + HOUR)

    assert item.state == "accepted"


def test_the_desk_that_answers_for_itself_needs_somebody_else(town, now):
    matter = a_matter(town, "AWAITING_DISPATCH")
    press_overdue(by=SYSTEM, now=now + 60 * DAY)
    item = OrderItem.objects.get()
    assert item.unit_id == matter.desk_id
    act(town, Act.REPLY, item, by="duty_chief", at=now + 60 * DAY, reason="马上派。")

    with pytest.raises(StepRefused, match=r"order\.own_reply"):
        act(town, Act.ACCEPT, item, by="duty_chief", at=now + 60 * DAY)

    act(town, Act.ACCEPT, item, by="commander", at=now + 60 * DAY)


def test_a_whole_city_of_late_matters_is_pressed_in_pages(town, now, monkeypatch):
    monkeypatch.setattr("tongxin.apps.matters.actions.supervision.PAGE", 2)
    for _ in range(5):
        a_matter(town, "HANDLING", photos=0)

    assert press_overdue(by=SYSTEM, now=now + 30 * DAY) == 5
    assert Order.objects.count() == 5


# --- reads -------------------------------------------------------------------------------------------------


def test_an_order_reads_as_its_counts_and_its_replies(town, now):
    one, other, third = (a_matter(town, "HANDLING") for _ in range(3))
    number = issue(town, one, other, third, at=now + HOUR).number
    first, second, _ = OrderItem.objects.order_by("pk")
    act(town, Act.REPLY, first, by="handler", at=now + 2 * HOUR, reason="清完。")
    act(town, Act.SIGN, second, by="handler", at=now + 2 * HOUR)

    order, items = supervision.order(town.supervisor, number, now + 10 * DAY)

    assert (order.items, order.unsigned, order.unanswered, order.unjudged, order.accepted) == (3, 1, 1, 1, 0)
    assert (order.overdue, order.is_open, order.text) == (2, True, TEXT)
    assert [item.number for item in items] == [one.number, other.number, third.number]
    assert [item.reply for item in items] == ["清完。", "", ""]


def test_an_order_shows_each_reader_the_matters_in_scope(town, now):
    ours, theirs = a_matter(town, "HANDLING"), a_matter(town, point=ZHANGTAN_01)
    number = issue(town, ours, theirs, at=now + HOUR).number

    for who, matters in (
        ("supervisor", [ours, theirs]),
        ("handler", [ours]),
        ("duty_chief", [ours]),
        ("neighbouring_chief", [theirs]),
    ):
        order, items = supervision.order(getattr(town, who), number, now + HOUR)
        assert [item.number for item in items] == [each.number for each in matters], who
        assert order.items == len(matters)
        assert [each.number for each in supervision.orders(getattr(town, who), now + HOUR).rows] == [number]
    for nobody in ("enforcer", "neighbouring_handler", "system_admin"):
        assert supervision.orders(getattr(town, nobody), now + HOUR).rows == []
        with pytest.raises(Missing, match=r"order\.missing"):
            supervision.order(getattr(town, nobody), number, now + HOUR)


def test_orders_are_narrowed_and_paged_in_one_statement(town, now, django_assert_num_queries):
    numbers = [issue(town, a_matter(town, "HANDLING"), at=now + n * HOUR, grade=Grade.KEY).number for n in (1, 2, 3)]
    actions.cancel_order(number=numbers[0], reason="不必了。", by=town.supervisor, now=now + 4 * HOUR)

    with django_assert_num_queries(1):
        page = supervision.orders(town.supervisor, now, size=2)

    rest = supervision.orders(town.supervisor, now, size=2, after=page.next)
    assert [each.number for each in [*page.rows, *rest.rows]] == numbers[::-1]
    assert [each.number for each in supervision.orders(town.supervisor, now, is_open=False).rows] == numbers[:1]
    assert len(supervision.orders(town.supervisor, now, is_open=True).rows) == 2
    assert supervision.orders(town.supervisor, now, grade=Grade.LEADER).rows == []
    assert supervision.orders(town.supervisor, now, unit_id=town.unit["enforcement"]).rows == []
    assert len(supervision.orders(town.supervisor, now, unit_id=town.unit["sanitation"]).rows) == 3
    with pytest.raises(Invalid, match=r"cursor\.invalid"):
        supervision.orders(town.supervisor, now, after="x")


# --- side by side ------------------------------------------------------------------------------------------


def _at_once(jobs) -> list[str]:
    """Run these in threads of their own; return for each "done", or the code of its refusal."""

    def run(job) -> str:
        try:
            return "done" if job() is not None else "nothing"
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as many:
        return sorted(many.map(run, jobs))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_several_who_tell_one_cause_at_once_one_raises_an_order(town, now):
    matter = a_matter(town, "HANDLING")
    told = {"matter_id": matter.pk, "trigger": Trigger.OVERDUE, "cause": "clock:1", "by": SYSTEM, "now": now + HOUR}

    answers = _at_once([lambda: raise_order(**told)] * 4)

    assert answers == ["done", "nothing", "nothing", "nothing"]
    assert Order.objects.count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_an_order_whose_last_matters_end_at_once_has_ended(town, now):
    one, other = a_matter(town, "HANDLING"), a_matter(town, "HANDLING")
    issue(town, one, other, at=now + HOUR)
    items = list(OrderItem.objects.order_by("pk"))
    for item in items:
        act(town, Act.REPLY, item, by="handler", at=now + 2 * HOUR, reason="清完。")

    def accept(item):
        return lambda: actions.take_over(
            Act.ACCEPT, matter_id=item.matter_id, overlay_id=item.pk, by=town.supervisor, now=now + 3 * HOUR
        )

    assert _at_once([accept(item) for item in items]) == ["done", "done"]
    assert Order.objects.get().ended_at == now + 3 * HOUR


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_orders_over_the_same_matters_never_wait_for_each_other(town, now):
    matters = [a_matter(town, "HANDLING") for _ in range(4)]

    def press(who, among):
        return lambda: issue(town, *among, at=now + HOUR, by=who).number or None

    assert _at_once([press("supervisor", matters), press("county_chief", matters[::-1])]) == ["done", "nothing"]
    assert OrderItem.objects.count() == 4


def test_an_order_costs_so_many_statements_a_matter(town, now, django_assert_max_num_queries):
    matters = [a_matter(town, "HANDLING") for _ in range(3)]

    with django_assert_max_num_queries(2 + 3 * 14):
        issue(town, *matters, at=now + HOUR)
