"""The whole life of a matter, at random: steps and overlays together, with time moving.

Two matters, everybody of the cast, every act that is open to somebody. Whatever happens: no dead end, no stopped clock
that turns red, no clock lost, and the journal folds to the row.
"""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests import town as towns
from tests.town import NOW, a_photo, a_report
from tongxin.apps.journal import outbox
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import actions
from tongxin.apps.matters.actions.timing import fire_due
from tongxin.apps.matters.choices import choices
from tongxin.apps.matters.models import Deadline, Matter
from tongxin.apps.matters.overlay_choices import laid, openings
from tongxin.apps.people.calendar import calendar
from tongxin.rules import deadlines, lamps
from tongxin.rules.deadlines import Clock, Urgency
from tongxin.rules.errors import Refused
from tongxin.rules.lamps import Lamp
from tongxin.rules.lifecycles.matter import OPEN, STATE_CLOCK, Act, Because, CloseKind, Ground, State
from tongxin.rules.overlays.tables import BY_ACT, TABLES, options
from tongxin.rules.permissions import SYSTEM, Actor
from tongxin.rules.working_time import SHANGHAI, Limit, Unit

NEXT = {
    State.AWAITING_ACCEPTANCE: Act.ACCEPT,
    State.VERIFYING: Act.CONFIRM,
    State.AWAITING_FILING: Act.FILE,
    State.AWAITING_DISPATCH: Act.DISPATCH,
    State.AWAITING_SIGNATURE: Act.SIGN,
    State.HANDLING: Act.HANDLE,
    State.AWAITING_REVIEW: Act.REVIEW,
    State.AWAITING_CHECK: Act.CHECK,
    State.AWAITING_CLOSING: Act.CLOSE,
}
TURNS = (
    "it_goes_on",
    "it_goes_on",
    "somebody_takes_an_open_step",
    "somebody_acts_on_an_overlay",
    "somebody_acts_on_an_overlay",
    "somebody_tries_anything",
    "time_passes",
)
STAY = {Act.URGE, Act.REPLY, Act.PROGRESS, Act.PROPOSE_VOID}
ACTORS = (
    "acceptor", "dispatcher", "duty_chief", "second_chief", "commander", "handler", "handler_head", "enforcer",
    "villager", "secretary", "grid_worker", "grid_head", "caller_back", "supervisor", "county_chief",
    "county_commander", "city_chief", "neighbouring_chief",
)  # fmt: skip


class LifeOfAMatter(RuleBasedStateMachine):
    """One matter that lives, and one beside it that it may follow."""

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.town = towns.find()
        self.now = NOW

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    @initialize(template=st.sampled_from(["C02", "A01", "D07", "E06"]), wants=st.booleans())
    def it_is_reported(self, template: str, wants: bool) -> None:
        phone = "13800000000" if wants else ""
        for_point = a_report(template=template, contact_phone=phone)
        self.id = actions.report(for_point, by=self.town.grid_worker, now=self.now).id
        self.other = actions.report(a_report(template=template), by=self.town.grid_worker, now=self.now).id

    # --- what happens --------------------------------------------------------------------------------------

    @rule(turns=st.lists(st.tuples(st.sampled_from(TURNS), st.integers(0, 10**6)), min_size=5, max_size=9))
    def some_of_it_happens(self, turns: list[tuple[str, int]]) -> None:
        """Take several turns, each checked: a turn by turn machine rarely comes into the deep."""
        for turn, luck in turns:
            getattr(self, turn)(luck)
            self.folding_the_journal_gives_the_row()
            self.no_clock_is_lost()

    def it_goes_on(self, luck: int) -> None:
        """Take the natural next step, by whoever of the cast takes it."""
        self.photos_are_taken()
        act = NEXT.get(State(self.matter.state))
        who = next((who for who in ACTORS if act in self.open_steps(who)), None)
        if act and who:
            self.try_step(act, getattr(self.town, who))

    def somebody_takes_an_open_step(self, luck: int) -> None:
        """Take one of the steps that are open to anybody, rare ones as often as common ones."""
        open_ = {act: who for who in ACTORS for act in self.open_steps(who)}
        if open_:
            act = sorted(open_)[luck % len(open_)]
            self.try_step(act, getattr(self.town, open_[act]))

    def somebody_acts_on_an_overlay(self, luck: int) -> None:
        open_ = {
            (act, id_ or 0): (who, asks)
            for who in ACTORS
            for act, id_, asks in self.open_overlays(getattr(self.town, who))
        }
        if open_:
            act, id_ = sorted(open_)[luck % len(open_)]
            who, asks = open_[act, id_]
            self.try_overlay(act, id_ or None, getattr(self.town, who), asks)

    def somebody_tries_anything(self, luck: int) -> None:
        who = ACTORS[luck // 7 % len(ACTORS)]
        self.try_step(list(Act)[luck % len(Act)], getattr(self.town, who))

    def time_passes(self, luck: int) -> None:
        self.now += timedelta(minutes=(1, 20, 90, 300, 1440, 4320)[luck % 6])
        while fire_due(now=self.now):
            pass
        while any(outbox.drain(self.now)):
            pass

    def photos_are_taken(self) -> None:
        if self.matter.state in OPEN and self.matter.state != State.MERGED:
            for kind in ("before", "after"):
                actions.attach(a_photo(), matter_id=self.id, kind=kind, by=self.town.grid_worker, now=self.now)

    # --- what always holds ---------------------------------------------------------------------------------

    @invariant()
    def folding_the_journal_gives_the_row(self) -> None:
        state, open_ = "", set()
        for kind, data in Entry.objects.filter(subject=f"matter:{self.id}").order_by("seq").values_list("kind", "data"):
            noun = kind.partition(".")[0]
            if noun == "matter":
                state = data.get("state", state)
                open_ = {each for each in open_ if each[0] not in data.get("lapsed", ())}
            elif noun in {overlay.value for overlay in TABLES}:
                for about, id_, now in [[noun, data["id"], data["state"]], *data.get("with", [])]:
                    ended = now in next(table.ended for overlay, table in TABLES.items() if overlay.value == about)
                    (open_.discard if ended else open_.add)((about, id_))
        matter = self.matter
        assert matter.state == state
        assert matter.overlays == dict(Counter(about for about, _ in open_))

    @invariant()
    def somebody_can_always_go_on(self) -> None:
        if self.matter.state in OPEN:
            steps = (act for who in ACTORS for act in self.open_steps(who) if act not in STAY)
            others = (act for who in ACTORS for act in self.open_overlays(getattr(self.town, who)))
            assert next(steps, None) or next(others, None), self.matter.state

    @invariant()
    def a_stopped_clock_never_turns_red(self) -> None:
        matter = self.matter
        if matter.stopped_at is None:
            return
        for each in Deadline.objects.filter(matter_id=self.id, of="", ended_at=None):
            later = each.due_at + timedelta(days=400)
            stopped = each.stopped_at is not None
            assert lamps.lamp(later, each.due_at, each.amber_at, is_stopped=stopped) is Lamp.HOLD
            assert each.next_fire_at is None

    @invariant()
    def no_clock_is_lost(self) -> None:
        matter = self.matter
        clocks = list(Deadline.objects.filter(matter_id=self.id, of=""))
        running = {each.clock for each in clocks if each.ended_at is None}
        if matter.state not in OPEN:
            assert running <= {Clock.CALL_BACK}
        elif matter.state != State.MERGED:
            wanted = {Clock.WHOLE, STATE_CLOCK.get(State(matter.state), Clock.WHOLE)}
            if matter.state in {State.AWAITING_SIGNATURE, State.HANDLING}:
                wanted |= {Clock.HANDLE}
            assert wanted <= running, matter.state
        for each in clocks:
            if each.ended_at is None:
                self.is_as_the_law_says(each, matter)

    def is_as_the_law_says(self, each: Deadline, matter: Matter) -> None:
        """due = f(start, limit, stops, calendar)."""
        running = deadlines.recomputed(
            Clock(each.clock), each.started_at, Limit.parse(each.limit), Urgency(matter.urgency), each.stops, calendar()
        )
        assert each.due_at == running.due_at, each.clock
        assert each.amber_at <= each.due_at

    # --- how -----------------------------------------------------------------------------------------------

    @property
    def matter(self) -> Matter:
        return Matter.objects.get(pk=self.id)

    def open_steps(self, who: str) -> list[Act]:
        matter, actor = self.matter, getattr(self.town, who)
        clocks = list(matter.deadlines.order_by("id"))
        return [each.act for each in choices(actor, matter, clocks, self.now) if each.refused is None]

    def try_step(self, act: Act, by: Actor) -> None:
        """Take a step; a refusal leaves no trace."""
        before = self.trace()
        matter = self.matter
        unit = matter.ruled_unit or self.town.unit["sanitation"]
        details: dict[str, Any] = {"reason": "写明了", "ground": Ground.NOT_OURS, "route": "请拨 12345"}
        details |= {"unit_id": unit if unit not in matter.returned_by or matter.ruled_unit else self.town.unit["lamps"]}
        details |= {"close_as": CloseKind.LATE, "reply": "办好了", "because": Because.APPEAL}
        details |= {"master_id": self.other if act is Act.MERGE else None}
        details |= {"suggested_unit": self.town.unit["enforcement"]}
        details |= {"template": "D02" if matter.template_code != "D02" else "C02"} if act is Act.RECLASSIFY else {}
        try:
            with transaction.atomic():
                actions.take(act, matter_id=self.id, by=by, now=self.now, **details)
        except Refused:
            assert self.trace() == before

    def open_overlays(self, actor: Actor) -> list[tuple[str, int | None, tuple[str, ...]]]:
        """Return the acts on overlays that nothing stands in the way of, as a page would offer them."""
        matter = self.matter
        clocks = list(matter.deadlines.order_by("id"))
        lies = [(each, None) for each in openings(actor, matter, clocks, self.now)]
        lies += [(each, over.row.pk) for over in laid(actor, matter, clocks, self.now) for each in over.choices]
        return [(str(each.act), id_, each.asks) for each, id_ in lies if each.refused is None]

    def try_overlay(self, act: str, overlay_id: int | None, by: Actor, asks: tuple[str, ...]) -> None:
        before = self.trace()
        try:
            with transaction.atomic():
                actions.take_over(
                    act, matter_id=self.id, overlay_id=overlay_id, by=by, now=self.now, **self.filled(act, asks)
                )
        except Refused:
            assert self.trace() == before

    def filled(self, act: str, asks: tuple[str, ...]) -> dict[str, Any]:
        handle = Deadline.objects.filter(matter_id=self.id, clock="handle", of="", ended_at=None).first()
        unit = Limit.parse(handle.limit).unit if handle else Unit.WORKING_DAY
        every: dict[str, Any] = {
            "reason": "写明了",
            "limit": Limit(1, unit),
            "until": self.now.astimezone(SHANGHAI).date() + timedelta(days=20),
            "units": (self.town.unit["lamps"], self.town.unit["enforcement"]),
            "unit_id": self.town.unit["lamps"],
            "is_solved": False,
            "reply_by": self.now.astimezone(SHANGHAI).date() + timedelta(days=9),
        }
        named = next(step.act for step in BY_ACT[act].steps if step.act == act)
        for field in (each.rstrip("?") for each in asks):
            if chosen := options(named, field):
                every[field] = next(iter(chosen)).value
        return {name.rstrip("?"): every[name.rstrip("?")] for name in asks if name.rstrip("?") in every}

    def trace(self) -> tuple[Any, ...]:
        rows = Matter.objects.filter(pk__in=[self.id, self.other]).order_by("id").values()
        clocks = Deadline.objects.filter(matter_id=self.id).order_by("id").values()
        entries = Entry.objects.filter(subject__in=[f"matter:{self.id}", f"matter:{self.other}"]).count()
        return list(rows), list(clocks), entries


@pytest.mark.slow
@pytest.mark.django_db
def test_whatever_happens_a_matter_keeps_its_clocks_its_journal_and_a_way_on(town):
    run_state_machine_as_test(
        LifeOfAMatter,
        settings=settings(
            max_examples=8,
            stateful_step_count=4,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_machine_knows_everybody_who_acts(town_cast=ACTORS):
    assert set(town_cast) <= set(towns.CAST)
    assert SYSTEM.duties == ()
