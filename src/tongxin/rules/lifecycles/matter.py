"""The life of a matter: every step, where it leads, who takes it, what refuses it, which clocks it moves.

Pages' buttons, the API's acts, docs/lifecycle.md and the tests derive from it. Source: domain.md §3.1, §3.1b.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from tongxin.rules.deadlines import Clock
from tongxin.rules.errors import NotAllowed, Refused
from tongxin.rules.permissions import Role


class State(StrEnum):
    """Where a matter stands."""

    AWAITING_ACCEPTANCE = "awaiting_acceptance"  # 待受理
    VERIFYING = "verifying"  # 核实中
    AWAITING_FILING = "awaiting_filing"  # 待立案
    AWAITING_DISPATCH = "awaiting_dispatch"  # 待派遣
    AWAITING_SIGNATURE = "awaiting_signature"  # 待签收
    HANDLING = "handling"  # 处置中
    AWAITING_REVIEW = "awaiting_review"  # 待反馈审核
    AWAITING_CHECK = "awaiting_check"  # 待核查
    AWAITING_CLOSING = "awaiting_closing"  # 待结案
    CLOSED = "closed"  # 已结案
    REFUSED = "refused"  # 不予受理
    VOIDED = "voided"  # 已作废
    MERGED = "merged"  # 已合并: follows another matter, its clocks stand still


class Act(StrEnum):
    """What can be done to a matter once it is reported."""

    SETTLE = "settle"  # 自行处置
    ACCEPT = "accept"  # 受理
    REFUSE = "refuse"  # 不予受理
    VERIFY = "verify"  # 发核实
    CONFIRM = "confirm"  # 核实属实
    DENY = "deny"  # 核实不实
    FILE = "file"  # 立案
    DECLINE = "decline"  # 不予立案
    DISPATCH = "dispatch"  # 派遣
    RECALL = "recall"  # 超时改派
    SIGN = "sign"  # 签收
    RETURN = "return"  # 退回
    PROGRESS = "progress"  # 记进展
    HANDLE = "handle"  # 反馈
    REVIEW = "review"  # 审核通过
    REDO = "redo"  # 退回重办
    CHECK = "check"  # 核查通过
    REWORK = "rework"  # 返工
    CLOSE = "close"  # 结案
    PROPOSE_VOID = "propose_void"  # 申请作废
    VOID = "void"  # 作废
    REOPEN = "reopen"  # 重开
    REINSTATE = "reinstate"  # 复议恢复
    TAKE_BACK = "take_back"  # 撤回派遣
    MERGE = "merge"  # 合并
    UNMERGE = "unmerge"  # 撤销合并
    FOLLOW = "follow"  # 随主件办结
    ESCALATE = "escalate"  # 提级
    HAND_DOWN = "hand_down"  # 下派
    URGE = "urge"  # 催办
    REPLY = "reply"  # 答复
    REHANDLE = "rehandle"  # 重办


class CloseKind(StrEnum):
    """How a matter was closed. Source: domain.md §2.2."""

    NORMAL = "normal"  # 正常结案
    LATE = "late"  # 超时结案
    MISTAKE = "mistake"  # 差错结案
    SPECIAL = "special"  # 特殊结案


class Ground(StrEnum):
    """Why a matter is not taken, or is returned: the legal ground behind the words. Source: domain.md §2.3."""

    NOT_OURS = "not_ours"  # 不属于本级职责
    EMERGENCY = "emergency"  # 属 110、119、120、122 范围
    IN_LITIGATION = "in_litigation"  # 已进入诉讼、仲裁、复议
    PETITION = "petition"  # 应依信访条例办理
    SETTLED = "settled"  # 已有终结结论
    DUPLICATE = "duplicate"  # 与在办事项重复
    UNCLEAR = "unclear"  # 事实不清且无法核实
    SECRET = "secret"  # 涉国家秘密、商业秘密、个人隐私


class Because(StrEnum):
    """Why a closed matter is handled anew."""

    DISSATISFIED = "dissatisfied"  # 群众不满意: once. Source: domain.md §3.1 row 20
    APPEAL = "appeal"  # 复核成立


OPEN = frozenset(State) - {State.CLOSED, State.REFUSED, State.VOIDED}
LIVE = OPEN - {State.MERGED}  # states in which somebody has it on the table
UNDO = timedelta(seconds=30)  # ui.md §5 gives ten seconds on the screen; the rest is for the way there
REOPEN_DAYS = 30
TEXT_LIMIT = 2_000


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at: one matter as it stands. Persons and units are ids, moments are aware."""

    state: State
    unit_id: int | None = None
    handlers: tuple[int, ...] = ()
    returned_by: tuple[int, ...] = ()
    return_until: datetime | None = None
    sign_due_at: datetime | None = None
    before_photos: int = 0
    before_photos_wanted: int = 0
    after_photos: int = 0
    after_photos_wanted: int = 0
    may_settle: bool = False
    closed_at: datetime | None = None
    reopened: int = 0
    void_proposed_by: int | None = None
    is_overdue: bool = False
    is_sealed: bool = False
    id: int | None = None
    level: str = "T"
    template_level: str = "T"
    overlays: Mapping[str, int] = field(default_factory=dict)
    waits: int = 0
    ruled_unit: int | None = None
    dispatched_at: datetime | None = None
    dispatched_by: int | None = None
    first_desk: int | None = None
    desk: int | None = None
    upper_desk: int | None = None
    lower_desk: int | None = None
    children: int = 0
    merged_from: State | None = None
    wants_reply: bool = False
    replied_at: datetime | None = None
    rehandled: int = 0
    closed_by: int | None = None
    is_held: bool = False  # the clocks stand still


class Master(NamedTuple):
    """The matter another one is to follow, as the asking person sees it."""

    id: int
    state: State
    is_sealed: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody asks for: the act's arguments, who asks and when."""

    now: datetime
    person_id: int | None = None
    reason: str = ""
    ground: Ground | None = None
    route: str = ""
    unit_id: int | None = None
    close_as: CloseKind | None = None
    reply: str = ""
    suggested_unit: int | None = None
    master: Master | None = None
    because: Because | None = None
    reopen_days: int = REOPEN_DAYS


Guard = Callable[[Facts, Ask], Refused | None]


class StepRefused(Refused):
    """The step may not be taken now; the code says which rule, the facts say why."""


# --- what refuses a step ---------------------------------------------------------------------------------


def no_reason(_: Facts, ask: Ask) -> Refused | None:
    return None if ask.reason.strip() else StepRefused("step.no_reason")


def no_ground(_: Facts, ask: Ask) -> Refused | None:
    return None if ask.ground else StepRefused("step.no_ground")


def no_route(_: Facts, ask: Ask) -> Refused | None:
    return None if ask.route.strip() else StepRefused("step.no_route")


def no_unit(_: Facts, ask: Ask) -> Refused | None:
    return None if ask.unit_id else StepRefused("step.no_unit")


def same_unit(facts: Facts, ask: Ask) -> Refused | None:
    back = ask.unit_id in facts.returned_by and ask.unit_id != facts.ruled_unit
    return StepRefused("step.unit_returned_it") if back else None


def objection_open(facts: Facts, _: Ask) -> Refused | None:
    return StepRefused("step.objection_open") if facts.overlays.get("objection") else None


def ruled_elsewhere(facts: Facts, ask: Ask) -> Refused | None:
    bound = facts.ruled_unit is not None and ask.unit_id != facts.ruled_unit
    return StepRefused("step.ruled_elsewhere") if bound else None


def ruled_here(facts: Facts, _: Ask) -> Refused | None:
    bound = facts.ruled_unit is not None and facts.ruled_unit == facts.unit_id
    return StepRefused("step.ruled_here") if bound else None


def no_suggested_unit(facts: Facts, ask: Ask) -> Refused | None:
    if ask.suggested_unit is None:
        return StepRefused("step.no_suggested_unit")
    return StepRefused("step.suggests_itself") if ask.suggested_unit == facts.unit_id else None


def on_hold(facts: Facts, _: Ask) -> Refused | None:
    return StepRefused("step.on_hold") if facts.is_held else None


def waits_for_others(facts: Facts, _: Ask) -> Refused | None:
    return StepRefused("step.waits_for_others", waits=facts.waits) if facts.waits else None


def whistle_open(facts: Facts, _: Ask) -> Refused | None:
    return StepRefused("step.whistle_open") if facts.overlays.get("whistle") else None


def order_open(facts: Facts, _: Ask) -> Refused | None:
    return StepRefused("step.order_open") if facts.overlays.get("order") else None


def unanswered(facts: Facts, ask: Ask) -> Refused | None:
    """首接负责: the reporter hears from the first desk before the matter closes. Source: domain.md §3.1d."""
    if not facts.wants_reply or facts.replied_at is not None:
        return None
    if facts.desk != facts.first_desk:
        return StepRefused("step.first_desk_replies")
    return None if ask.reply.strip() else StepRefused("step.no_reply")


def too_late_to_undo(facts: Facts, ask: Ask) -> Refused | None:
    if facts.dispatched_at is not None and ask.now <= facts.dispatched_at + UNDO:
        return None
    return StepRefused("step.too_late_to_undo")


def no_master(facts: Facts, ask: Ask) -> Refused | None:
    if ask.master is None:
        return StepRefused("step.no_master")
    if ask.master.id == facts.id:
        return StepRefused("step.own_master")
    return None if ask.master.state in LIVE else StepRefused("step.master_ended", state=ask.master.state)


def has_children(facts: Facts, _: Ask) -> Refused | None:
    return StepRefused("step.has_children", children=facts.children) if facts.children else None


def seal_differs(facts: Facts, ask: Ask) -> Refused | None:
    """A sealed matter does not follow an open one: its reporter would be answered before everybody."""
    differs = ask.master is not None and ask.master.is_sealed != facts.is_sealed
    return StepRefused("step.seal_differs") if differs else None


def at_the_top(facts: Facts, _: Ask) -> Refused | None:
    return None if facts.upper_desk else StepRefused("step.at_the_top")


def at_the_bottom(facts: Facts, _: Ask) -> Refused | None:
    return None if facts.lower_desk else StepRefused("step.at_the_bottom")


def not_for_towns(facts: Facts, _: Ask) -> Refused | None:
    """County may not push department work to towns. Source: domain.md §2.3 (国办函〔2025〕66号, 潍坊 2021)."""
    return StepRefused("step.not_for_towns") if facts.template_level in "CY" else None


def nothing_said(facts: Facts, ask: Ask) -> Refused | None:
    return None if ask.because else StepRefused("step.no_cause")


def rehandled_once(facts: Facts, ask: Ask) -> Refused | None:
    again = ask.because is Because.DISSATISFIED and facts.rehandled
    return StepRefused("step.rehandled_once") if again else None


def own_handling(facts: Facts, ask: Ask) -> Refused | None:
    return StepRefused("step.own_handling") if ask.person_id in facts.handlers else None


def no_after_photo(facts: Facts, _: Ask) -> Refused | None:
    if facts.after_photos >= facts.after_photos_wanted:
        return None
    return StepRefused("step.no_after_photo", wanted=facts.after_photos_wanted, found=facts.after_photos)


def not_on_the_spot(facts: Facts, _: Ask) -> Refused | None:
    return None if facts.may_settle else StepRefused("step.not_on_the_spot")


def no_before_photo(facts: Facts, _: Ask) -> Refused | None:
    if facts.before_photos >= facts.before_photos_wanted:
        return None
    return StepRefused("step.no_before_photo", wanted=facts.before_photos_wanted, found=facts.before_photos)


def returned_once(facts: Facts, _: Ask) -> Refused | None:
    return StepRefused("step.returned_once") if facts.unit_id in facts.returned_by else None


def return_window_over(facts: Facts, ask: Ask) -> Refused | None:
    if facts.return_until is None or ask.now <= facts.return_until:
        return None
    return StepRefused("step.return_window_over", until=facts.return_until)


def still_time_to_sign(facts: Facts, ask: Ask) -> Refused | None:
    if facts.sign_due_at is None or ask.now > facts.sign_due_at:
        return None
    return StepRefused("step.still_time_to_sign", until=facts.sign_due_at)


def no_close_kind(_: Facts, ask: Ask) -> Refused | None:
    return None if ask.close_as else StepRefused("step.no_close_kind")


def not_normal(facts: Facts, ask: Ask) -> Refused | None:
    late = facts.is_overdue and ask.close_as == CloseKind.NORMAL
    return StepRefused("step.closes_late") if late else None


def special_without_reason(_: Facts, ask: Ask) -> Refused | None:
    special = ask.close_as in {CloseKind.MISTAKE, CloseKind.SPECIAL} and not ask.reason.strip()
    return StepRefused("step.no_reason") if special else None


def already_proposed(facts: Facts, _: Ask) -> Refused | None:
    return StepRefused("step.already_proposed") if facts.void_proposed_by else None


def no_proposal(facts: Facts, _: Ask) -> Refused | None:
    return None if facts.void_proposed_by else StepRefused("step.no_proposal")


def same_person(facts: Facts, ask: Ask) -> Refused | None:
    return StepRefused("step.same_person") if ask.person_id == facts.void_proposed_by else None


def reopened_once(facts: Facts, _: Ask) -> Refused | None:
    return StepRefused("step.reopened_once") if facts.reopened else None


def reopen_period_over(facts: Facts, ask: Ask) -> Refused | None:
    until = facts.closed_at + timedelta(days=ask.reopen_days) if facts.closed_at else None
    if until is None or ask.now <= until:
        return None
    return StepRefused("step.reopen_period_over", until=until)


# --- the table -------------------------------------------------------------------------------------------


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
    Step(A.VERIFY, _at(S.AWAITING_ACCEPTANCE), S.VERIFYING, ACCEPTORS),
    Step(A.CONFIRM, _at(S.VERIFYING), S.AWAITING_ACCEPTANCE, CHECKERS, sealed_by=CHIEFS),
    Step(A.DENY, _at(S.VERIFYING), S.AWAITING_ACCEPTANCE, CHECKERS, (no_reason,), sealed_by=CHIEFS),
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
        ACCEPTORS | CHIEFS,
        (no_master, has_children, on_hold, objection_open, whistle_open, order_open, seal_differs),
    ),
    Step(A.UNMERGE, _at(S.MERGED), None, CHIEFS),  # back to where it stood
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
