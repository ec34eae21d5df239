"""Laws of the life of a matter, written from domain.md §3.1 without looking at the table.

The product of states, acts, roles and the facts that guards look at is small enough to walk through whole.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

from tongxin.rules.errors import NotAllowed, Refused
from tongxin.rules.lifecycles.diagram import diagram
from tongxin.rules.lifecycles.matter import OPEN, Act, Ask, CloseKind, Facts, Ground, State, decide, steps_from
from tongxin.rules.permissions import Role
from tongxin.rules.working_time import SHANGHAI

NOW = datetime(2026, 11, 20, 15, 42, tzinfo=SHANGHAI)
ME, COLLEAGUE = 1, 2
HERE, THERE = 10, 20
EVERY_ROLE = frozenset(Role)
FULL = Ask(
    NOW, ME, reason="写明了", ground=Ground.NOT_OURS, route="请拨 12345", unit_id=THERE, close_as=CloseKind.NORMAL
)
EASY = Facts(
    State.HANDLING,
    unit_id=HERE,
    may_settle=True,
    void_proposed_by=COLLEAGUE,
    closed_at=None,
)

# domain.md §3.1b, read by hand: where each act may start, and where it leads
PERMITTED = {
    (Act.SETTLE, State.AWAITING_ACCEPTANCE): State.AWAITING_CHECK,
    (Act.ACCEPT, State.AWAITING_ACCEPTANCE): State.AWAITING_FILING,
    (Act.REFUSE, State.AWAITING_ACCEPTANCE): State.REFUSED,
    (Act.VERIFY, State.AWAITING_ACCEPTANCE): State.VERIFYING,
    (Act.CONFIRM, State.VERIFYING): State.AWAITING_ACCEPTANCE,
    (Act.DENY, State.VERIFYING): State.AWAITING_ACCEPTANCE,
    (Act.FILE, State.AWAITING_FILING): State.AWAITING_DISPATCH,
    (Act.DECLINE, State.AWAITING_FILING): State.REFUSED,
    (Act.DISPATCH, State.AWAITING_DISPATCH): State.AWAITING_SIGNATURE,
    (Act.SIGN, State.AWAITING_SIGNATURE): State.HANDLING,
    (Act.RECALL, State.AWAITING_SIGNATURE): State.AWAITING_DISPATCH,
    (Act.RETURN, State.AWAITING_SIGNATURE): State.AWAITING_DISPATCH,
    (Act.RETURN, State.HANDLING): State.AWAITING_DISPATCH,
    (Act.PROGRESS, State.HANDLING): State.HANDLING,
    (Act.HANDLE, State.HANDLING): State.AWAITING_REVIEW,
    (Act.REVIEW, State.AWAITING_REVIEW): State.AWAITING_CHECK,
    (Act.REDO, State.AWAITING_REVIEW): State.HANDLING,
    (Act.CHECK, State.AWAITING_CHECK): State.AWAITING_CLOSING,
    (Act.REWORK, State.AWAITING_CHECK): State.AWAITING_DISPATCH,
    (Act.CLOSE, State.AWAITING_CLOSING): State.CLOSED,
    (Act.REWORK, State.AWAITING_CLOSING): State.AWAITING_DISPATCH,
    **{
        (act, state): target or state
        for act, target in ((Act.PROPOSE_VOID, None), (Act.VOID, State.VOIDED))
        for state in (State.AWAITING_ACCEPTANCE, State.AWAITING_FILING, State.AWAITING_DISPATCH)
    },
    (Act.REOPEN, State.CLOSED): State.AWAITING_ACCEPTANCE,
    (Act.REINSTATE, State.REFUSED): State.AWAITING_ACCEPTANCE,
    (Act.REINSTATE, State.VOIDED): State.AWAITING_ACCEPTANCE,
}


def facts_in(state: State) -> Facts:
    return replace(
        EASY,
        state=state,
        closed_at=None if state in OPEN else NOW - timedelta(days=1),
        void_proposed_by=COLLEAGUE,
    )


def try_it(act: Act, facts: Facts, ask: Ask = FULL, roles: frozenset[Role] = EVERY_ROLE) -> State | str:
    """Return where the step leads, or the code of its refusal."""
    try:
        step = decide(act, facts, ask, roles)
    except Refused as refusal:
        return refusal.code
    return step.target or facts.state


@pytest.mark.parametrize(("act", "state"), list(product(Act, State)))
def test_only_what_the_field_permits_can_be_done(act, state):
    facts = facts_in(state)
    if act is Act.PROPOSE_VOID:
        facts = replace(facts, void_proposed_by=None)

    reached = try_it(act, facts)

    assert reached == PERMITTED.get((act, state), "step.wrong_state")


def test_nobody_without_a_duty_can_do_anything():
    for act, state in PERMITTED:
        with pytest.raises(NotAllowed):
            decide(act, facts_in(state), FULL, frozenset())


def test_no_administrator_leader_or_supervisor_ever_touches_a_matter():
    idle = {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.LEADER, Role.SUPERVISOR, Role.ASSESSOR}
    for act, state in PERMITTED:
        assert try_it(act, facts_in(state), roles=frozenset(idle)) == "step.wrong_role"


def test_whoever_handled_a_matter_neither_reviews_nor_checks_nor_closes_it():
    for act, state in PERMITTED:
        if act in {Act.REVIEW, Act.CHECK, Act.CLOSE} or (act is Act.REWORK):
            assert try_it(act, replace(facts_in(state), handlers=(COLLEAGUE, ME))) == "step.own_handling"


def test_nothing_is_handed_over_as_done_without_the_photos_its_template_wants():
    for found, wanted in product(range(3), range(3)):
        facts = replace(facts_in(State.HANDLING), after_photos=found, after_photos_wanted=wanted)
        assert (try_it(Act.HANDLE, facts) == State.AWAITING_REVIEW) == (found >= wanted)


def test_settling_on_the_spot_wants_both_photos_and_a_template_that_permits_it():
    facts = replace(facts_in(State.AWAITING_ACCEPTANCE), before_photos_wanted=1, after_photos_wanted=1)

    assert try_it(Act.SETTLE, facts) == "step.no_before_photo"
    assert try_it(Act.SETTLE, replace(facts, before_photos=1)) == "step.no_after_photo"
    assert try_it(Act.SETTLE, replace(facts, before_photos=1, after_photos=1)) == State.AWAITING_CHECK
    assert try_it(Act.SETTLE, replace(facts, may_settle=False)) == "step.not_on_the_spot"


@pytest.mark.parametrize("act", [Act.REFUSE, Act.DECLINE])
def test_a_refusal_names_its_ground_its_reason_and_the_way_out(act):
    state = State.AWAITING_ACCEPTANCE if act is Act.REFUSE else State.AWAITING_FILING

    assert try_it(act, facts_in(state), replace(FULL, ground=None)) == "step.no_ground"
    assert try_it(act, facts_in(state), replace(FULL, reason=" ")) == "step.no_reason"
    assert try_it(act, facts_in(state), replace(FULL, route="")) == "step.no_route"


def test_a_unit_returns_once_and_in_time_only():
    for state in (State.AWAITING_SIGNATURE, State.HANDLING):
        facts = replace(facts_in(state), return_until=NOW)
        late = replace(facts, return_until=NOW - timedelta(seconds=1))
        again = replace(facts, returned_by=(HERE,))

        assert try_it(Act.RETURN, facts) == State.AWAITING_DISPATCH
        assert try_it(Act.RETURN, late) == "step.return_window_over"
        assert try_it(Act.RETURN, again) == "step.returned_once"


def test_a_matter_is_not_sent_back_to_the_unit_that_returned_it():
    facts = replace(facts_in(State.AWAITING_DISPATCH), returned_by=(THERE,))

    assert try_it(Act.DISPATCH, facts) == "step.unit_returned_it"
    assert try_it(Act.DISPATCH, facts, replace(FULL, unit_id=HERE)) == State.AWAITING_SIGNATURE
    assert try_it(Act.DISPATCH, facts, replace(FULL, unit_id=None)) == "step.no_unit"


def test_a_unit_keeps_a_matter_until_its_time_to_sign_is_over():
    facts = replace(facts_in(State.AWAITING_SIGNATURE), sign_due_at=NOW)

    assert try_it(Act.RECALL, facts) == "step.still_time_to_sign"
    assert try_it(Act.RECALL, replace(facts, sign_due_at=NOW - timedelta(seconds=1))) == State.AWAITING_DISPATCH


def test_voiding_takes_two_persons():
    for state in (State.AWAITING_ACCEPTANCE, State.AWAITING_FILING, State.AWAITING_DISPATCH):
        facts = facts_in(state)

        assert try_it(Act.VOID, replace(facts, void_proposed_by=None)) == "step.no_proposal"
        assert try_it(Act.VOID, replace(facts, void_proposed_by=ME)) == "step.same_person"
        assert try_it(Act.VOID, replace(facts, void_proposed_by=COLLEAGUE)) == State.VOIDED
        assert try_it(Act.PROPOSE_VOID, facts) == "step.already_proposed"


def test_what_ran_late_is_not_closed_as_normal():
    late = replace(facts_in(State.AWAITING_CLOSING), is_overdue=True)

    assert try_it(Act.CLOSE, late) == "step.closes_late"
    assert try_it(Act.CLOSE, late, replace(FULL, close_as=CloseKind.LATE)) == State.CLOSED
    assert try_it(Act.CLOSE, late, replace(FULL, close_as=None)) == "step.no_close_kind"
    for kind in (CloseKind.MISTAKE, CloseKind.SPECIAL):
        assert try_it(Act.CLOSE, late, replace(FULL, close_as=kind, reason="")) == "step.no_reason"


def test_a_closed_matter_is_reopened_once_and_within_thirty_days():
    closed = replace(facts_in(State.CLOSED), closed_at=NOW - timedelta(days=30))

    assert try_it(Act.REOPEN, closed) == State.AWAITING_ACCEPTANCE
    assert (
        try_it(Act.REOPEN, replace(closed, closed_at=NOW - timedelta(days=30, seconds=1))) == "step.reopen_period_over"
    )
    assert try_it(Act.REOPEN, replace(closed, reopened=1)) == "step.reopened_once"


def test_a_sealed_matter_is_checked_by_a_chief_for_grid_staff_do_not_see_it():
    chief = frozenset({Role.DUTY_CHIEF})
    for act, state in (
        (Act.CHECK, State.AWAITING_CHECK),
        (Act.REWORK, State.AWAITING_CHECK),
        (Act.CONFIRM, State.VERIFYING),
    ):
        facts = facts_in(state)

        assert try_it(act, facts, roles=chief) == "step.wrong_role"
        assert try_it(act, replace(facts, is_sealed=True), roles=chief) == PERMITTED[act, state]


def test_every_state_can_be_left_and_every_state_can_be_reached():
    reached = {State.AWAITING_ACCEPTANCE}
    while grown := {step.target for state in reached for step in steps_from(state) if step.target} - reached:
        reached |= grown

    assert reached == set(State)
    assert all(any(step.target not in (None, state) for step in steps_from(state)) for state in State)


def test_from_every_open_state_a_matter_can_still_be_closed():
    for state in OPEN:
        reached = {state}
        while grown := {step.target for each in reached for step in steps_from(each) if step.target} - reached:
            reached |= grown
        assert State.CLOSED in reached


def test_the_committed_diagram_is_the_table():
    committed = Path(__file__).resolve().parents[2] / "docs" / "lifecycle.md"

    assert committed.read_text(encoding="utf-8") == diagram()
