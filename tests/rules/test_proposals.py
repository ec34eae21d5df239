"""The way of a change of rules: no shortcut to being in force, and never by one person alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tongxin.rules.errors import NotAllowed, Refused, Stale
from tongxin.rules.proposals import ALIVE, TABLE, Act, Ask, Facts, State, decide

NOW = datetime(2026, 11, 20, 15, 42, tzinfo=UTC)
DRAFTER, SECOND = 1, 2


def facts(state: State, **known: object) -> Facts:
    return replace(Facts(state, drafters=frozenset({DRAFTER})), **known)


def reachable(start: State, without: set[Act]) -> set[State]:
    """Return the states that can be reached by the table's acts, these left out."""
    found, new = {start}, {start}
    while new:
        new = {
            step.target for step in TABLE if step.target and step.act not in without and step.sources & found
        } - found
        found |= new
    return found


@pytest.mark.parametrize("needed", [Act.CHECK, Act.REHEARSE, Act.FINISH])
def test_nothing_is_published_without_check_and_dry_run(needed):
    lacking = {needed} if needed is not Act.REHEARSE else {Act.REHEARSE, Act.FINISH}

    assert State.PUBLISHED not in reachable(State.DRAFT, lacking)


def test_every_change_leads_back_to_a_draft():
    assert {decide(Act.CHANGE, facts(state), Ask(NOW, DRAFTER)).target for state in ALIVE - {State.SCHEDULED}} == {
        State.DRAFT
    }


def test_what_is_published_or_withdrawn_is_never_touched_again():
    for state, act in product({State.PUBLISHED, State.WITHDRAWN}, Act):
        with pytest.raises(Refused, match=r"proposal\.wrong_state"):
            decide(act, facts(state), Ask(NOW, SECOND))


@pytest.mark.parametrize("act", [Act.PUBLISH, Act.SCHEDULE])
@pytest.mark.parametrize("person", [DRAFTER, None])
def test_whoever_drafted_it_does_not_publish_it_and_nobody_unknown_does(act, person):
    with pytest.raises(NotAllowed, match=r"proposal\.own_draft"):
        decide(act, facts(State.REHEARSED), Ask(NOW, person, NOW + timedelta(hours=1)))

    assert decide(act, facts(State.REHEARSED), Ask(NOW, SECOND, NOW + timedelta(hours=1)))


@pytest.mark.parametrize("act", [Act.REHEARSE, Act.PUBLISH, Act.SCHEDULE])
def test_fatal_findings_forbid_to_go_on(act):
    with pytest.raises(Refused, match=r"proposal\.fatal"):
        decide(act, facts(State.REHEARSED, fatal=2), Ask(NOW, SECOND, NOW + timedelta(hours=1)))


@pytest.mark.parametrize("act", [Act.CHANGE, Act.CHECK, Act.REHEARSE, Act.PUBLISH])
def test_a_draft_of_old_rules_is_stale_and_says_what_changed(act):
    state = State.DRAFT if act in (Act.CHANGE, Act.CHECK) else State.REHEARSED

    with pytest.raises(Stale, match=r"proposal\.behind") as refusal:
        decide(act, facts(state, behind=("C02", "R-001")), Ask(NOW, SECOND))

    assert refusal.value.facts["changed"] == ["C02", "R-001"]


def test_an_empty_draft_has_nothing_to_lose_by_newer_rules():
    assert decide(Act.CHANGE, facts(State.DRAFT, is_empty=True, behind=("C02",)), Ask(NOW, DRAFTER))


@pytest.mark.parametrize("publish_at", [None, NOW, NOW - timedelta(seconds=1)])
def test_a_schedule_lies_ahead(publish_at):
    with pytest.raises(Refused, match=r"proposal\.not_ahead"):
        decide(Act.SCHEDULE, facts(State.REHEARSED), Ask(NOW, SECOND, publish_at))


def test_what_is_scheduled_takes_effect_at_its_moment_and_not_before():
    at = NOW + timedelta(days=1)

    with pytest.raises(Refused, match=r"proposal\.too_early"):
        decide(Act.START, facts(State.SCHEDULED), Ask(at - timedelta(microseconds=1), None, at))

    assert decide(Act.START, facts(State.SCHEDULED), Ask(at, None, at)).target is State.PUBLISHED


def test_what_is_scheduled_on_rules_that_changed_goes_back_to_its_drafter():
    ask = Ask(NOW, None, NOW)

    with pytest.raises(Stale):
        decide(Act.START, facts(State.SCHEDULED, behind=("C02",)), ask)

    assert decide(Act.LAPSE, facts(State.SCHEDULED, behind=("C02",)), ask).target is State.DRAFT


class LifeOfAProposal(RuleBasedStateMachine):
    """Draws any act by anybody: what is in force was checked and rehearsed as it stands, and by a second person."""

    def __init__(self) -> None:
        super().__init__()
        self.facts = Facts(State.DRAFT, is_empty=True)
        self.text = self.checked = self.rehearsed = 0
        self.publisher: int | None = None
        self.publish_at: datetime | None = None

    @rule(act=st.sampled_from(Act), person=st.sampled_from([DRAFTER, SECOND]), fatal=st.integers(0, 1))
    def somebody_tries_an_act(self, act: Act, person: int, fatal: int) -> None:
        by_platform = act in (Act.FINISH, Act.START, Act.LAPSE)
        at = self.publish_at if act in (Act.START, Act.LAPSE) else NOW + timedelta(hours=1)
        now = NOW + timedelta(hours=2) if by_platform else NOW
        try:
            step = decide(act, self.facts, Ask(now, None if by_platform else person, at))
        except Refused:
            return
        self.follow(step.act, person, fatal, at)
        self.facts = replace(self.facts, state=step.target or self.facts.state)

    def follow(self, act: Act, person: int, fatal: int, at: datetime | None) -> None:
        known = self.facts
        if act in (Act.CHANGE, Act.REBASE):
            self.text += 1
            drafters = known.drafters | {person}
            known = replace(known, drafters=drafters, is_empty=False, fatal=0, is_rehearsing=False, behind=())
        elif act is Act.CHECK:
            self.checked, known = self.text, replace(known, fatal=fatal)
        elif act is Act.REHEARSE:
            known = replace(known, is_rehearsing=True)
        elif act in (Act.STOP, Act.FINISH, Act.WITHDRAW):
            self.rehearsed = self.text if act is Act.FINISH else self.rehearsed
            known = replace(known, is_rehearsing=False)
        elif act in (Act.PUBLISH, Act.SCHEDULE):
            self.publisher, self.publish_at = person, at
        self.facts = known

    @rule()
    def somebody_else_publishes_other_rules(self) -> None:
        self.facts = replace(self.facts, behind=(*self.facts.behind, "C02"))

    @precondition(lambda self: self.facts.state is State.PUBLISHED)
    @invariant()
    def what_is_in_force_was_tried_as_it_stands(self) -> None:
        assert self.text == self.checked == self.rehearsed
        assert self.facts.fatal == 0

    @precondition(lambda self: self.facts.state in (State.PUBLISHED, State.SCHEDULED))
    @invariant()
    def a_second_person_approved_it(self) -> None:
        assert self.publisher is not None
        assert self.publisher not in self.facts.drafters

    @precondition(lambda self: self.facts.state in ALIVE)
    @invariant()
    def it_can_always_be_withdrawn(self) -> None:
        assert decide(Act.WITHDRAW, self.facts, Ask(NOW, DRAFTER))


TestLifeOfAProposal = LifeOfAProposal.TestCase
TestLifeOfAProposal.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
