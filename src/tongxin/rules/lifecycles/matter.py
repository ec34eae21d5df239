"""The life of a matter: every step, where it leads, who takes it, what refuses it, which clocks it moves.

Pages' buttons, the API's acts, docs/lifecycle.md and the tests derive from it. Source: domain.md §3.1, §3.1b.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from tongxin.rules.deadlines import Clock
from tongxin.rules.errors import NotAllowed
from tongxin.rules.lifecycles.facts import (
    CLOSINGS,
    LIVE,
    OPEN,
    REOPEN_DAYS,
    TEXT_LIMIT,
    UNDO,
    UNDO_REPORT,
    Act,
    Ask,
    Because,
    CloseKind,
    Facts,
    Ground,
    Master,
    Sort,
    State,
    StepRefused,
)
from tongxin.rules.lifecycles.obstacles import (
    Guard,
    already_proposed,
    at_the_bottom,
    at_the_top,
    has_children,
    needs_hands,
    no_after_photo,
    no_answer,
    no_before_photo,
    no_close_kind,
    no_ground,
    no_master,
    no_proposal,
    no_reason,
    no_route,
    no_sort,
    no_suggested_unit,
    no_unit,
    not_for_towns,
    not_normal,
    not_on_the_spot,
    nothing_said,
    objection_open,
    on_hold,
    order_open,
    out_of_sight,
    own_handling,
    rehandled_once,
    reopen_period_over,
    reopened_once,
    return_window_over,
    returned_once,
    ruled_elsewhere,
    ruled_here,
    same_person,
    same_unit,
    seal_differs,
    seal_leaves_children,
    special_without_reason,
    still_time_to_sign,
    too_late_to_undo,
    unanswered,
    waits_for_others,
    whistle_open,
    withdrawn_without_a_word,
)
from tongxin.rules.permissions import Role

__all__ = [
    "CLOSINGS",
    "LIFECYCLE",
    "LIVE",
    "OPEN",
    "REOPEN_DAYS",
    "TEXT_LIMIT",
    "UNDO",
    "UNDO_REPORT",
    "Act",
    "Ask",
    "Because",
    "CloseKind",
    "Facts",
    "Ground",
    "Master",
    "Move",
    "Sort",
    "State",
    "Step",
    "StepRefused",
    "decide",
    "steps_from",
    "target_of",
]


class Move(StrEnum):
    """What a step does to a clock, beyond the rule that leaving a state ends its clock and entering one starts it."""

    START = "start"  # starts, or simply runs on if it is running
    END = "end"
    RESUME = "resume"  # the time that stood still is added to the due moment
    DROP = "drop"  # no longer wanted: neither met nor missed
    AFRESH = "afresh"  # the one that runs ends, another one starts
    UNDO = "undo"  # as if it had never run, where the act that is undone started it


STATE_CLOCK: Mapping[State, Clock] = {
    State.AWAITING_ACCEPTANCE: Clock.ACCEPT,
    State.VERIFYING: Clock.VERIFY,
    State.AWAITING_FILING: Clock.FILE,
    State.AWAITING_DISPATCH: Clock.DISPATCH,
    State.AWAITING_SIGNATURE: Clock.SIGN,
    State.AWAITING_REVIEW: Clock.REVIEW,
    State.AWAITING_CHECK: Clock.CHECK,
    State.AWAITING_CLOSING: Clock.CLOSE,
}
LAMP_CLOCK: Mapping[State, Clock] = {**STATE_CLOCK, State.HANDLING: Clock.HANDLE}

# 处置钟 is no state's clock: it runs from dispatch, not from signing, and a return does not stop it. An unsigned
# matter must not be free, and passing work on must not buy time (domain.md §3.1 row 7, §3.1d "Not in: 退回")
ON = {Clock.HANDLE: Move.START}
DONE = {Clock.HANDLE: Move.END, Clock.RING: Move.END}
AGAIN = {Clock.HANDLE: Move.RESUME, Clock.REPLY: Move.DROP}
FINISH = {Clock.WHOLE: Move.END, Clock.RING: Move.END, Clock.REPLY: Move.END}
AFRESH = {Clock.WHOLE: Move.START}
GONE = {Clock.HANDLE: Move.DROP, Clock.WHOLE: Move.DROP, Clock.RING: Move.DROP, Clock.REPLY: Move.DROP}
RING = {Clock.RING: Move.AFRESH}


class Step(NamedTuple):
    """One row of the table. `unless` guards each return the obstacle, or None."""

    act: Act
    sources: frozenset[State]
    target: State | None  # None: the state stays
    by: frozenset[Role]
    unless: tuple[Guard, ...] = ()
    clocks: Mapping[Clock, Move] = {}
    sealed_by: frozenset[Role] = frozenset()  # who else takes it on a sealed matter, which grid staff do not see
    from_first_desk: bool = False  # the roles count at the desk that first received it, wherever it is now

    def takers(self, facts: Facts) -> frozenset[Role]:
        """Return the roles that may take this step on a matter."""
        return self.by | self.sealed_by if facts.is_sealed else self.by


S, A, R = State, Act, Role
ACCEPTORS = frozenset({R.ACCEPTOR, R.DUTY_CHIEF, R.OPERATOR})
TALKERS = frozenset({R.OPERATOR})
DISPATCHERS = frozenset({R.DISPATCHER, R.DUTY_CHIEF})
CHIEFS = frozenset({R.DUTY_CHIEF, R.COMMANDER})
HANDLERS = frozenset({R.HANDLER, R.HANDLER_HEAD})
HEADS = frozenset({R.HANDLER_HEAD})
CHECKERS = frozenset({R.GRID_WORKER, R.GRID_HEAD, R.VILLAGE_SECRETARY})
SETTLERS = CHECKERS
ANSWERERS = ACCEPTORS | DISPATCHERS | CHIEFS | {R.CALLER_BACK}
URGERS = DISPATCHERS | CHIEFS | {R.SUPERVISOR, R.LEADER, R.REPORTER}
TIME = frozenset({R.PLATFORM})


def _at(*states: State) -> frozenset[State]:
    return frozenset(states)


VOIDABLE = _at(S.AWAITING_ACCEPTANCE, S.AWAITING_FILING, S.AWAITING_DISPATCH)

LIFECYCLE: tuple[Step, ...] = (
    #    act, from, to, by, refused if, clocks
    Step(
        A.SETTLE,
        _at(S.AWAITING_ACCEPTANCE),
        S.AWAITING_CHECK,
        SETTLERS,
        (not_on_the_spot, no_reason, no_before_photo, no_after_photo),
    ),
    Step(A.ACCEPT, _at(S.AWAITING_ACCEPTANCE), S.AWAITING_FILING, ACCEPTORS),
    Step(
        A.REFUSE, _at(S.AWAITING_ACCEPTANCE), S.REFUSED, ACCEPTORS, (has_children, no_ground, no_reason, no_route), GONE
    ),
    # 自办结: what a caller asks is answered in the call, from the knowledge base (domain.md §2.3)
    Step(A.ANSWER, _at(S.AWAITING_ACCEPTANCE), S.CLOSED, TALKERS, (has_children, needs_hands, no_answer), FINISH),
    Step(A.VERIFY, _at(S.AWAITING_ACCEPTANCE), S.VERIFYING, ACCEPTORS | TIME),  # the platform: what a device saw
    Step(A.CONFIRM, _at(S.VERIFYING), S.AWAITING_ACCEPTANCE, CHECKERS, sealed_by=CHIEFS),
    Step(A.DENY, _at(S.VERIFYING), S.AWAITING_ACCEPTANCE, CHECKERS, (no_reason,), sealed_by=CHIEFS),
    # what it is, until it is filed: limits, route, form and seal follow, and its clocks run from the same start
    Step(
        A.RECLASSIFY,
        _at(S.AWAITING_ACCEPTANCE, S.AWAITING_FILING),
        None,
        ACCEPTORS,
        (no_sort, no_reason, out_of_sight, seal_leaves_children),
    ),
    Step(A.FILE, _at(S.AWAITING_FILING), S.AWAITING_DISPATCH, CHIEFS),
    Step(A.DECLINE, _at(S.AWAITING_FILING), S.REFUSED, CHIEFS, (has_children, no_ground, no_reason, no_route), GONE),
    Step(
        A.DISPATCH,
        _at(S.AWAITING_DISPATCH),
        S.AWAITING_SIGNATURE,
        DISPATCHERS,
        (no_unit, objection_open, ruled_elsewhere, same_unit),
        ON,
    ),
    Step(A.RECALL, _at(S.AWAITING_SIGNATURE), S.AWAITING_DISPATCH, DISPATCHERS, (still_time_to_sign,)),
    Step(A.SIGN, _at(S.AWAITING_SIGNATURE), S.HANDLING, HANDLERS),
    Step(
        A.RETURN,
        _at(S.AWAITING_SIGNATURE, S.HANDLING),
        S.AWAITING_DISPATCH,
        HANDLERS,
        (on_hold, ruled_here, returned_once, return_window_over, no_ground, no_suggested_unit, no_reason),
    ),
    Step(A.PROGRESS, _at(S.HANDLING), None, HANDLERS, (no_reason,)),
    Step(
        A.HANDLE,
        _at(S.HANDLING),
        S.AWAITING_REVIEW,
        HANDLERS,
        (on_hold, waits_for_others, no_reason, no_after_photo),
        DONE,
    ),
    Step(A.REVIEW, _at(S.AWAITING_REVIEW), S.AWAITING_CHECK, HEADS, (own_handling,)),
    Step(A.REDO, _at(S.AWAITING_REVIEW), S.HANDLING, HEADS, (no_reason,), AGAIN),
    Step(A.CHECK, _at(S.AWAITING_CHECK), S.AWAITING_CLOSING, CHECKERS, (own_handling,), sealed_by=CHIEFS),
    Step(
        A.REWORK,
        _at(S.AWAITING_CHECK),
        S.AWAITING_DISPATCH,
        CHECKERS,
        (own_handling, no_reason),
        AGAIN,
        CHIEFS,
    ),
    Step(
        A.CLOSE,
        _at(S.AWAITING_CLOSING),
        S.CLOSED,
        CHIEFS,
        (own_handling, whistle_open, order_open, no_close_kind, not_normal, special_without_reason, unanswered),
        FINISH,
    ),
    Step(A.REWORK, _at(S.AWAITING_CLOSING), S.AWAITING_DISPATCH, CHIEFS, (own_handling, no_reason), AGAIN),
    Step(A.PROPOSE_VOID, VOIDABLE, None, CHIEFS, (already_proposed, no_reason)),
    Step(A.VOID, VOIDABLE, S.VOIDED, CHIEFS, (no_proposal, same_person, has_children), GONE),
    Step(
        A.REOPEN, _at(S.CLOSED), S.AWAITING_ACCEPTANCE, CHIEFS, (reopened_once, reopen_period_over, no_reason), AFRESH
    ),
    Step(A.REINSTATE, _at(S.REFUSED, S.VOIDED), S.AWAITING_ACCEPTANCE, CHIEFS, (no_reason,), AFRESH),
    Step(
        A.TAKE_BACK,
        _at(S.AWAITING_SIGNATURE),
        S.AWAITING_DISPATCH,
        DISPATCHERS,
        (too_late_to_undo,),
        {Clock.HANDLE: Move.UNDO},
    ),
    # rings: grid, village, town, county, city. The first clock runs on, the ring gets one of its own
    Step(
        A.ESCALATE,
        _at(S.AWAITING_DISPATCH),
        S.AWAITING_ACCEPTANCE,
        CHIEFS,
        (at_the_top, objection_open, no_reason),
        RING,
    ),
    Step(
        A.ESCALATE,
        _at(S.HANDLING),
        S.AWAITING_ACCEPTANCE,
        CHIEFS | HEADS | {R.VILLAGE_SECRETARY},
        (at_the_top, on_hold, no_reason),
        RING,
    ),
    Step(
        A.HAND_DOWN,
        _at(S.AWAITING_ACCEPTANCE, S.AWAITING_FILING, S.AWAITING_DISPATCH),
        S.AWAITING_ACCEPTANCE,
        CHIEFS,
        (at_the_bottom, not_for_towns, objection_open, no_reason),
        RING,
    ),
    # several reports of one thing: the children stand still and follow their master to its end
    Step(
        A.MERGE,
        LIVE,
        S.MERGED,
        ACCEPTORS | CHIEFS | TIME,  # the platform, where a reporter says that it is the same
        (no_master, has_children, on_hold, objection_open, whistle_open, order_open, seal_differs),
    ),
    Step(A.UNMERGE, _at(S.MERGED), None, ACCEPTORS | CHIEFS),  # back to where it stood
    Step(A.FOLLOW, _at(S.MERGED), S.CLOSED, TIME, (), FINISH),
    Step(A.URGE, LIVE, None, URGERS, (no_reason,)),
    Step(
        A.REPLY,
        OPEN - _at(S.MERGED),
        None,
        ANSWERERS,
        (no_reason,),
        {Clock.REPLY: Move.END},
        from_first_desk=True,
    ),
    Step(
        A.REHANDLE, _at(S.CLOSED), S.AWAITING_DISPATCH, TIME | CHIEFS, (nothing_said, rehandled_once, no_reason), AFRESH
    ),
    # until it is dispatched, and from among those that follow another one: nobody works on it yet
    Step(
        A.WITHDRAW,
        VOIDABLE | _at(S.VERIFYING, S.MERGED),
        S.VOIDED,
        frozenset({R.REPORTER}),
        (has_children, order_open, withdrawn_without_a_word),
        GONE,
    ),
)


def steps_from(state: State) -> Iterable[Step]:
    """Return the rows that leave (or stay in) this state."""
    return (step for step in LIFECYCLE if state in step.sources)


BY_ACT_AND_STATE: Mapping[tuple[Act, State], Step] = {
    (step.act, source): step for step in LIFECYCLE for source in step.sources
}


def target_of(step: Step, facts: Facts) -> State:
    """Return where the step leads: an unmerged matter goes back to where it stood."""
    if step.act is Act.UNMERGE and facts.merged_from is not None:
        return facts.merged_from
    return step.target or facts.state


def decide(
    act: Act, facts: Facts, ask: Ask, roles: frozenset[Role], *, at_first_desk: frozenset[Role] = frozenset()
) -> Step:
    """Return the step if it may be taken now. Raises StepRefused or NotAllowed, saying why not.

    `roles` count at the desk that owns the matter now, `at_first_desk` at the one that first received it.
    """
    step = BY_ACT_AND_STATE.get((act, facts.state))
    if step is None:
        raise StepRefused("step.wrong_state", act=act, state=facts.state)
    if not (at_first_desk if step.from_first_desk else roles) & step.takers(facts):
        raise NotAllowed("step.wrong_role", act=act, roles=sorted(step.takers(facts)))
    for guard in step.unless:
        if refusal := guard(facts, ask):
            raise refusal
    return step
