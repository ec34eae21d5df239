"""What the rules of a matter's life look at: where it stands, what can be asked, and the facts of both."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from tongxin.rules.errors import Refused


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
    ANSWER = "answer"  # 直接答复
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
    WITHDRAW = "withdraw"  # 撤回上报
    RECLASSIFY = "reclassify"  # 改分类


class CloseKind(StrEnum):
    """How a matter was closed. Source: domain.md §2.2."""

    NORMAL = "normal"  # 正常结案
    LATE = "late"  # 超时结案
    MISTAKE = "mistake"  # 差错结案
    SPECIAL = "special"  # 特殊结案
    WITHDRAWN = "withdrawn"  # 报事人撤回: nobody closed it, and no rate counts it


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
CLOSINGS = tuple(kind for kind in CloseKind if kind is not CloseKind.WITHDRAWN)  # what somebody may close it as
UNDO = timedelta(seconds=30)  # ui.md §5 gives ten seconds on the screen; the rest is for the way there
REOPEN_DAYS = 30
UNDO_REPORT = timedelta(minutes=10)  # so long a report is taken back without a word (ui.md §5)
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
    reported_at: datetime | None = None
    template: str = ""


class Sort(NamedTuple):
    """The kind a matter is to be of; whether it is sealed then, and whether who asks would still see it."""

    template: str
    is_sealed: bool = False
    is_seen: bool = True


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
    sort: Sort | None = None


class StepRefused(Refused):
    """The step may not be taken now; the code says which rule, the facts say why."""
