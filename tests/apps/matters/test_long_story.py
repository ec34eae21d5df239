"""One matter through everything that lies over a life, from the village to an appeal upheld; refusals among it."""

from datetime import date, datetime, timedelta

import pytest

from tests.town import a_photo, a_report
from tongxin.apps.journal import outbox
from tongxin.apps.journal.verification import broken_entries
from tongxin.apps.matters import actions
from tongxin.apps.matters.actions.supervision import issue_order
from tongxin.apps.matters.models import Answer, Appeal, CallBack, Deadline, Extension, Hold, Matter, OrderItem, Summons
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import Act, CloseKind
from tongxin.rules.permissions import SYSTEM
from tongxin.rules.working_time import SHANGHAI, Limit

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Story:
    """Who does what, and when; the clock only goes forward."""

    def __init__(self, town, now) -> None:
        self.town, self.now = town, now
        told = a_report(template="C24", contact_phone="13800000000", text="村口老房子后墙开裂，雨天掉砖。")
        self.id = actions.report(told, by=town.grid_worker, now=now).id

    @property
    def matter(self) -> Matter:
        return Matter.objects.get(pk=self.id)

    def step(self, act: Act, who: str, **said) -> None:
        self.now += timedelta(minutes=5)
        actions.take(
            act, matter_id=self.id, by=getattr(self.town, who), now=self.now, **({"reason": "如实写明"} | said)
        )

    def over(self, act: str, who: str, row=None, **said) -> None:
        self.now += timedelta(minutes=5)
        actions.take_over(
            act,
            matter_id=self.id,
            overlay_id=row.pk if row else None,
            by=SYSTEM if who == "time" else getattr(self.town, who),
            now=self.now,
            **({"reason": "如实写明"} | said),
        )

    def refused(self, code: str, do, *args, **said) -> None:
        with pytest.raises(Refused, match=code.replace(".", r"\.")):
            do(*args, **said)

    def photo(self, shade: int) -> None:
        actions.attach(a_photo(shade), matter_id=self.id, kind="after", by=self.town.handler, now=self.now)

    def news(self) -> None:
        """Let everybody who reads the journal hear what is new."""
        while any(outbox.drain(self.now)):
            pass

    def clock(self, name: str) -> Deadline:
        return Deadline.objects.filter(matter_id=self.id, clock=name, of="").latest("id")

    def to_handling(self) -> None:
        self.step(Act.DISPATCH, "dispatcher", unit_id=self.town.unit["sanitation"])
        self.step(Act.SIGN, "handler")

    def to_closing(self, shade: int) -> None:
        self.photo(shade)
        self.step(Act.HANDLE, "handler")
        self.step(Act.REVIEW, "handler_head")
        self.step(Act.CHECK, "grid_worker")


def test_from_the_village_to_an_appeal_upheld(town, now):
    story = Story(town, now)

    # the village cannot settle it: small matters stay in the grid, large ones in the village, hard ones in the town
    story.step(Act.ACCEPT, "acceptor")
    story.step(Act.FILE, "duty_chief")
    story.step(Act.DISPATCH, "dispatcher", unit_id=town.unit["station"])
    begun = story.clock("handle")
    story.step(Act.SIGN, "villager")
    story.step(Act.ESCALATE, "secretary")
    assert (story.matter.level, story.matter.state) == ("T", "awaiting_acceptance")
    assert story.clock("ring").limit == "5wd"

    # the town blows for three departments; nobody closes or merges it away meanwhile
    story.step(Act.ACCEPT, "acceptor")
    story.step(Act.FILE, "duty_chief")
    three = tuple(town.unit[unit] for unit in ("lamps", "sanitation", "enforcement"))
    story.refused("step.wrong_role", story.over, "whistle.blow_hard", "duty_chief", units=three)
    story.over("whistle.blow_hard", "commander", units=three)
    for row, who in zip(Summons.objects.order_by("id"), ("lamp_handler", "handler", "enforcer"), strict=True):
        story.over("summons.sign", who, row)
        story.over("summons.contact", who, row)
    story.now += DAY * 3
    story.refused(
        "whistle.awaited", story.over, "whistle.conclude", "commander", row_of("whistle", story), outcome="shared"
    )
    for row, who in zip(Summons.objects.order_by("id"), ("lamp_handler", "handler", "enforcer"), strict=True):
        story.over("summons.arrive", who, row)
        story.over("summons.advise", who, row)
    story.over("whistle.conclude", "commander", row_of("whistle", story), outcome="shared")
    assert story.matter.overlays == {}

    # the sanitation station takes the lead, needs more time, then has to wait for the plan
    story.to_handling()
    assert story.clock("handle").pk == begun.pk  # the first clock has run on all the while
    old = story.clock("handle").due_at
    story.refused("extension.too_long", story.over, "extension.ask", "handler", limit=Limit.parse("90wd"))
    story.over("extension.ask", "handler", limit=Limit.parse("5wd"))
    story.refused("step.wrong_role", story.over, "extension.grant", "handler_head", Extension.objects.get())
    story.over("extension.grant", "duty_chief", Extension.objects.get())
    assert Extension.objects.get().old_due_at == old < story.clock("handle").due_at
    until = story.now.astimezone(SHANGHAI).date() + timedelta(days=40)
    story.over("hold.ask", "handler", kind="suspension", ground="planning", until=until)
    story.over("hold.grant", "commander", Hold.objects.get())
    story.refused("step.on_hold", story.step, Act.HANDLE, "handler")
    left = story.clock("handle").due_at - story.now
    story.now = Hold.objects.get().due_at
    story.over("hold.expire", "time", Hold.objects.get())
    assert story.matter.stopped_at is None
    assert story.clock("handle").due_at - story.now > timedelta(0)
    assert left > timedelta(0)

    # done, found wanting, done again
    story.to_closing(1)
    story.step(Act.REWORK, "duty_chief")
    story.to_handling()
    story.to_closing(2)

    # it closes only when the first desk has answered; the citizen is called back and is not content
    story.refused("step.no_reply", story.step, Act.CLOSE, "duty_chief", close_as=CloseKind.LATE)
    story.step(Act.CLOSE, "duty_chief", close_as=CloseKind.LATE, reply="墙已加固，请您放心。")
    say_no(story)
    assert (story.matter.state, story.matter.rehandled) == ("awaiting_dispatch", 1)

    # once more, under supervision; an order open, nothing closes
    answers = issue_order(
        matter_ids=[story.id],
        grade="key",
        text="限期整改，书面答复。",
        reply_by=None,
        by=town.supervisor,
        now=story.now,
    )
    assert len(answers.items) == 1
    story.to_handling()
    story.to_closing(3)
    story.refused("step.order_open", story.step, Act.CLOSE, "duty_chief", close_as=CloseKind.LATE, reply="已重新加固。")
    item = OrderItem.objects.get(matter_id=story.id)
    story.over("order.sign", "handler", item)
    story.over("order.reply", "handler", item)
    story.refused("step.wrong_role", story.over, "order.accept", "handler_head", item)
    story.over("order.accept", "supervisor", item)
    story.step(Act.CLOSE, "duty_chief", close_as=CloseKind.LATE, reply="已重新加固。")
    say_no(story)
    assert story.matter.state == "closed"  # one redo by itself, no more
    assert Answer.objects.filter(matter_id=story.id).count() == 2

    # the reporter appeals; somebody else hears it, and it is upheld
    story.refused("matter.missing", story.over, "appeal.raise", "neighbouring_dispatcher")
    story.over("appeal.raise", "caller_back")
    appeal = Appeal.objects.get()
    for who in ("duty_chief", "handler_head"):
        story.refused("step.wrong_role", story.over, "appeal.take", who, appeal)
    story.over("appeal.take", "county_commander", appeal)
    story.over("appeal.uphold", "county_commander", appeal)

    matter = story.matter
    assert (matter.state, Appeal.objects.get().state) == ("awaiting_dispatch", "upheld")
    assert {each.outcome for each in Deadline.objects.filter(matter_id=story.id, of="appeal")} == {"on_time"}
    assert not list(broken_entries(lambda _: None))


def row_of(kind: str, story: Story):
    from tongxin.apps.matters.overlaying import MODELS
    from tongxin.rules.overlays.frame import Overlay

    return MODELS[Overlay(kind)].objects.filter(matter_id=story.id).latest("id")


def say_no(story: Story) -> None:
    """Call the reporter back, or have him rate it where the sample left him out; he is not content."""
    story.news()
    said = {"rating": "dissatisfied", "is_solved": False}
    if row := CallBack.objects.filter(matter_id=story.id, ended_at__isnull=True).first():
        story.over("call_back.answer", "caller_back", row, **said)
    else:
        story.over("call_back.rate", "grid_worker", **said)
    story.news()


def test_the_calendar_of_the_story_is_the_states(town, now):
    assert now == datetime(2026, 11, 20, 15, 42, tzinfo=SHANGHAI)
    assert date(2026, 11, 20).weekday() == 4
