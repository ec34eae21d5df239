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
from tongxin.rules.lifecycles.matter import (
    LIVE,
    OPEN,
    Act,
    Ask,
    Because,
    CloseKind,
    Facts,
    Ground,
    Master,
    Sort,
    State,
    decide,
    steps_from,
    target_of,
)
from tongxin.rules.permissions import Role
from tongxin.rules.working_time import SHANGHAI

NOW = datetime(2026, 11, 20, 15, 42, tzinfo=SHANGHAI)
ME, COLLEAGUE = 1, 2
HERE, THERE = 10, 20
EVERY_ROLE = frozenset(Role)
THIS, OTHER = 100, 101  # matters
DESK, UPPER, LOWER = 30, 31, 32
FULL = Ask(
    NOW,
    ME,
    reason="写明了",
    ground=Ground.NOT_OURS,
    route="请拨 12345",
    unit_id=THERE,
    close_as=CloseKind.NORMAL,
    reply="已经修好",
    suggested_unit=THERE,
    master=Master(OTHER, State.HANDLING),
    because=Because.APPEAL,
    sort=Sort("D02"),
)
EASY = Facts(
    State.HANDLING,
    id=THIS,
    unit_id=HERE,
    may_settle=True,
    void_proposed_by=COLLEAGUE,
    closed_at=None,
    dispatched_at=NOW,
    desk=DESK,
    first_desk=DESK,
    upper_desk=UPPER,
    lower_desk=LOWER,
    merged_from=State.AWAITING_DISPATCH,
)

# domain.md §3.1b, read by hand: where each act may start, and where it leads
PERMITTED = {
    (Act.SETTLE, State.AWAITING_ACCEPTANCE): State.AWAITING_CHECK,
    (Act.ACCEPT, State.AWAITING_ACCEPTANCE): State.AWAITING_FILING,
    (Act.REFUSE, State.AWAITING_ACCEPTANCE): State.REFUSED,
    (Act.ANSWER, State.AWAITING_ACCEPTANCE): State.CLOSED,
    (Act.VERIFY, State.AWAITING_ACCEPTANCE): State.VERIFYING,
    (Act.CONFIRM, State.VERIFYING): State.AWAITING_ACCEPTANCE,
    (Act.DENY, State.VERIFYING): State.AWAITING_ACCEPTANCE,
    (Act.RECLASSIFY, State.AWAITING_ACCEPTANCE): State.AWAITING_ACCEPTANCE,
    (Act.RECLASSIFY, State.AWAITING_FILING): State.AWAITING_FILING,
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
    (Act.TAKE_BACK, State.AWAITING_SIGNATURE): State.AWAITING_DISPATCH,
    # 提级: 待派遣, 处置中; 下派: what an upper desk has not dispatched yet
    (Act.ESCALATE, State.AWAITING_DISPATCH): State.AWAITING_ACCEPTANCE,
    (Act.ESCALATE, State.HANDLING): State.AWAITING_ACCEPTANCE,
    (Act.HAND_DOWN, State.AWAITING_ACCEPTANCE): State.AWAITING_ACCEPTANCE,
    (Act.HAND_DOWN, State.AWAITING_FILING): State.AWAITING_ACCEPTANCE,
    (Act.HAND_DOWN, State.AWAITING_DISPATCH): State.AWAITING_ACCEPTANCE,
    # row 5: any open matter may follow another one
    **{(Act.MERGE, state): State.MERGED for state in State if state in OPEN and state is not State.MERGED},
    (Act.UNMERGE, State.MERGED): State.AWAITING_DISPATCH,  # where it stood
    (Act.FOLLOW, State.MERGED): State.CLOSED,
    **{(Act.URGE, state): state for state in State if state in OPEN and state is not State.MERGED},
    **{(Act.REPLY, state): state for state in State if state in OPEN and state is not State.MERGED},
    (Act.REHANDLE, State.CLOSED): State.AWAITING_DISPATCH,
    # nobody works on it yet, or nobody on this one of several
    **{
        (Act.WITHDRAW, state): State.VOIDED
        for state in (
            State.AWAITING_ACCEPTANCE,
            State.VERIFYING,
            State.AWAITING_FILING,
            State.AWAITING_DISPATCH,
            State.MERGED,
        )
    },
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
        step = decide(act, facts, ask, roles, at_first_desk=roles)
    except Refused as refusal:
        return refusal.code
    return target_of(step, facts)


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
        urges = act is Act.URGE  # to press is their office, to handle is not
        assert (try_it(act, facts_in(state), roles=frozenset(idle)) == "step.wrong_role") != urges


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


def test_a_matter_is_sorted_anew_until_it_is_filed_with_a_reason_and_never_out_of_sight():
    for state in State:
        facts = replace(facts_in(state), template="F11")
        wanted = state in (State.AWAITING_ACCEPTANCE, State.AWAITING_FILING)
        assert (try_it(Act.RECLASSIFY, facts) == state) == wanted
    facts = replace(facts_in(State.AWAITING_ACCEPTANCE), template="F11")
    for sort, code in (
        (None, "step.no_template"),
        (Sort("F11"), "step.same_template"),
        (Sort("A02", is_sealed=True, is_seen=False), "step.seal_not_named"),
    ):
        assert try_it(Act.RECLASSIFY, facts, replace(FULL, sort=sort)) == code
    assert try_it(Act.RECLASSIFY, facts, replace(FULL, reason=" ")) == "step.no_reason"
    led = replace(facts, children=1)
    assert try_it(Act.RECLASSIFY, led) == State.AWAITING_ACCEPTANCE  # all of them are of the other kind
    assert try_it(Act.RECLASSIFY, led, replace(FULL, sort=Sort("A02", is_sealed=True))) == "step.has_children"
    unable = frozenset(Role) - {Role.ACCEPTOR, Role.DUTY_CHIEF, Role.OPERATOR}
    assert try_it(Act.RECLASSIFY, facts, roles=unable) == "step.wrong_role"


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
    for none in (None, CloseKind.WITHDRAWN):  # what its reporter took back was closed by nobody
        assert try_it(Act.CLOSE, late, replace(FULL, close_as=none)) == "step.no_close_kind"
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


def test_a_held_matter_neither_moves_up_nor_back_nor_on():
    held = replace(facts_in(State.HANDLING), is_held=True)

    for act in (Act.HANDLE, Act.RETURN, Act.ESCALATE, Act.MERGE):
        assert try_it(act, held) == "step.on_hold"
    assert try_it(Act.PROGRESS, held) == State.HANDLING


def test_the_lead_unit_waits_for_those_it_invited():
    facts = facts_in(State.HANDLING)

    assert try_it(Act.HANDLE, replace(facts, waits=1)) == "step.waits_for_others"
    assert try_it(Act.HANDLE, facts) == State.AWAITING_REVIEW


@pytest.mark.parametrize(("overlay", "code"), [("whistle", "step.whistle_open"), ("order", "step.order_open")])
def test_nothing_closes_or_merges_away_under_an_open_whistle_or_order(overlay, code):
    for act, state in ((Act.CLOSE, State.AWAITING_CLOSING), (Act.MERGE, State.HANDLING)):
        assert try_it(act, replace(facts_in(state), overlays={overlay: 1})) == code


def test_a_disputed_matter_is_dispatched_only_as_the_ruling_says():
    facts = facts_in(State.AWAITING_DISPATCH)
    disputed = replace(facts, overlays={"objection": 1})
    ruled = replace(facts, ruled_unit=THERE, returned_by=(THERE,))

    for act in (Act.DISPATCH, Act.ESCALATE, Act.HAND_DOWN, Act.MERGE):
        assert try_it(act, disputed) == "step.objection_open"
    assert try_it(Act.DISPATCH, ruled) == State.AWAITING_SIGNATURE  # the unit it returned to must take it
    assert try_it(Act.DISPATCH, ruled, replace(FULL, unit_id=HERE)) == "step.ruled_elsewhere"
    for state in (State.AWAITING_SIGNATURE, State.HANDLING):
        assert try_it(Act.RETURN, replace(facts_in(state), ruled_unit=HERE)) == "step.ruled_here"


def test_a_unit_that_returns_a_matter_says_whose_it_is():
    facts = facts_in(State.HANDLING)

    assert try_it(Act.RETURN, facts, replace(FULL, suggested_unit=None)) == "step.no_suggested_unit"
    assert try_it(Act.RETURN, facts, replace(FULL, suggested_unit=HERE)) == "step.suggests_itself"


def test_the_reporter_hears_from_the_first_desk_before_a_matter_closes():
    owed = replace(facts_in(State.AWAITING_CLOSING), wants_reply=True)
    raised = replace(owed, desk=UPPER)

    assert try_it(Act.CLOSE, owed, replace(FULL, reply=" ")) == "step.no_reply"
    assert try_it(Act.CLOSE, owed) == State.CLOSED
    assert try_it(Act.CLOSE, raised) == "step.first_desk_replies"  # whoever handles it now, the first desk answers
    assert try_it(Act.CLOSE, replace(raised, replied_at=NOW), replace(FULL, reply="")) == State.CLOSED


def test_only_the_first_desk_replies():
    for state in LIVE:
        with pytest.raises(NotAllowed):
            decide(Act.REPLY, facts_in(state), FULL, EVERY_ROLE, at_first_desk=frozenset())


def test_a_dispatch_is_taken_back_within_seconds_only():
    facts = facts_in(State.AWAITING_SIGNATURE)

    assert try_it(Act.TAKE_BACK, facts) == State.AWAITING_DISPATCH
    assert try_it(Act.TAKE_BACK, replace(facts, dispatched_at=NOW - timedelta(minutes=1))) == "step.too_late_to_undo"


def test_a_matter_follows_an_open_one_that_follows_nobody():
    facts = facts_in(State.AWAITING_FILING)

    assert try_it(Act.MERGE, facts, replace(FULL, master=None)) == "step.no_master"
    assert try_it(Act.MERGE, facts, replace(FULL, master=Master(THIS, State.HANDLING))) == "step.own_master"
    for state in set(State) - LIVE:
        assert try_it(Act.MERGE, facts, replace(FULL, master=Master(OTHER, state))) == "step.master_ended"
    assert try_it(Act.MERGE, replace(facts, children=2)) == "step.has_children"
    assert try_it(Act.MERGE, replace(facts, is_sealed=True)) == "step.seal_differs"


def test_only_its_reporter_takes_a_report_back_and_after_ten_minutes_says_why():
    silent = replace(FULL, reason=" ")
    for state in (State.AWAITING_ACCEPTANCE, State.AWAITING_DISPATCH, State.MERGED):
        fresh = replace(facts_in(state), reported_at=NOW - timedelta(minutes=10))
        older = replace(fresh, reported_at=NOW - timedelta(minutes=10, seconds=1))

        assert try_it(Act.WITHDRAW, fresh, silent) == State.VOIDED
        assert try_it(Act.WITHDRAW, older, silent) == "step.no_reason"
        assert try_it(Act.WITHDRAW, older) == State.VOIDED
        assert try_it(Act.WITHDRAW, fresh, roles=EVERY_ROLE - {Role.REPORTER}) == "step.wrong_role"


def test_a_matter_that_others_follow_is_not_refused_nor_voided():
    for act, state in (
        (Act.WITHDRAW, State.AWAITING_ACCEPTANCE),
        (Act.REFUSE, State.AWAITING_ACCEPTANCE),
        (Act.DECLINE, State.AWAITING_FILING),
        (Act.VOID, State.AWAITING_DISPATCH),
    ):
        assert try_it(act, replace(facts_in(state), children=1)) == "step.has_children"


def test_a_matter_goes_up_as_long_as_there_is_an_above_and_down_only_if_it_is_for_towns():
    facts = facts_in(State.AWAITING_DISPATCH)

    assert try_it(Act.ESCALATE, replace(facts, upper_desk=None)) == "step.at_the_top"
    assert try_it(Act.HAND_DOWN, replace(facts, lower_desk=None)) == "step.at_the_bottom"
    for level in "GVT":
        assert try_it(Act.HAND_DOWN, replace(facts, template_level=level)) == State.AWAITING_ACCEPTANCE
    for level in "CY":
        assert try_it(Act.HAND_DOWN, replace(facts, template_level=level)) == "step.not_for_towns"


def test_dissatisfaction_brings_one_more_handling_and_an_upheld_appeal_always_does():
    once = replace(facts_in(State.CLOSED), rehandled=1)

    assert try_it(Act.REHANDLE, once, replace(FULL, because=Because.DISSATISFIED)) == "step.rehandled_once"
    assert try_it(Act.REHANDLE, once) == State.AWAITING_DISPATCH
    assert try_it(Act.REHANDLE, once, replace(FULL, because=None)) == "step.no_cause"


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
