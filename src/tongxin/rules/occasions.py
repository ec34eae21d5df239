"""Occasions: which news of the journal is for whom to hear, and by which media it may reach them.

Nothing here says who may see a matter: whoever is named is told only what the scope shows at the moment of sending.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from tongxin.rules.deadlines import Clock, Urgency
from tongxin.rules.lifecycles.facts import State
from tongxin.rules.overlays import appeal, branch, call_back, extension, hold, objection, order, whistle
from tongxin.rules.permissions import GRID, UNIT, Role

NEWS = timedelta(days=3)  # what is older is told to nobody: it was imported, or the worker was away for too long


class Medium(StrEnum):
    """By what somebody is told."""

    APP = "app"  # 站内通知
    PUSH = "push"  # 推送
    MAIL = "mail"  # 电子邮件
    SMS = "sms"  # 短信
    CHAT = "chat"  # 即时消息: in the conversation somebody wrote from
    WECOM = "wecom"  # 企业微信群机器人
    DINGTALK = "dingtalk"  # 钉钉群机器人


ROBOTS = frozenset({Medium.WECOM, Medium.DINGTALK})  # they speak to a unit's group, so never of persons


class Group(StrEnum):
    """What a member of staff chooses media for."""

    WORK = "work"  # 新到工作
    TIME = "time"  # 时限提醒
    PRESSURE = "pressure"  # 催办督办
    ANSWERS = "answers"  # 我提的申请
    SYSTEM = "system"  # 系统事务
    OWN = "own"  # 我报的事项


class Occasion(StrEnum):
    """What somebody is told of."""

    # to whoever reported the matter
    ACCEPTED = "accepted"  # 已受理
    REFUSED = "refused"  # 未予受理
    STOPPED = "stopped"  # 已终止
    PASSED_ON = "passed_on"  # 已派给单位
    REPLIED = "replied"  # 有答复
    HELD = "held"  # 暂缓办
    RESUMED = "resumed"  # 恢复办理
    EXTENDED = "extended"  # 延长期限
    CLOSED = "closed"  # 办好了
    RATING_ASKED = "rating_asked"  # 请评价
    REHANDLED = "rehandled"  # 重新办理
    REVIEWED = "reviewed"  # 复核有结果
    PROOF = "proof"  # 验证码: asked for by whoever opens a link, told by nothing that happened
    # to those whose work it becomes
    URGENT_NEW = "urgent_new"  # 紧急事项待受理
    TO_SIGN = "to_sign"  # 待签收
    RETURNED = "returned"  # 被退回
    REWORK = "rework"  # 返工待派
    REDO = "redo"  # 退回重办
    RAISED = "raised"  # 提级、下派来的
    BRANCH_ASKED = "branch_asked"  # 请协办
    TO_DECIDE = "to_decide"  # 待审批
    WORDS_ADDED = "words_added"  # 报事人补充
    ALARM_PUSHED = "alarm_pushed"  # 警情推送
    # time
    DUE_SOON = "due_soon"  # 临期
    OVERDUE = "overdue"  # 逾期
    LONG_OVERDUE = "long_overdue"  # 逾期催办、通报
    ALARM_LATE = "alarm_late"  # 警情超时未确认
    # pressure
    URGED = "urged"  # 被催办
    SUPERVISED = "supervised"  # 被督办
    SENT_BACK = "sent_back"  # 督办答复退回
    WHISTLED = "whistled"  # 被吹哨
    # to whoever asked
    DECIDED = "decided"  # 申请有结果
    ANSWERED = "answered"  # 有回音
    RULES_DECIDED = "rules_decided"  # 规则提案有结果
    HOOK_OFF = "hook_off"  # 推送地址停用

    @property
    def group(self) -> Group:
        return GROUPS[self]


class Who(StrEnum):
    """Whom an occasion is for, seen from the matter and the entry that tells of it."""

    REPORTER = "reporter"  # 报事人
    DESK = "desk"  # 主管平台
    UNIT = "unit"  # 承办单位
    ASKED = "asked"  # 被请的单位
    ASKER = "asker"  # 提出的人
    GROUND = "ground"  # 属地网格
    DRAFTERS = "drafters"  # 起草人
    OWNER = "owner"  # 推送地址的主人
    PUSHED = "pushed"  # 警情推送到的单位


On, R = Occasion, Role
_OWN = (
    On.ACCEPTED, On.REFUSED, On.STOPPED, On.PASSED_ON, On.REPLIED, On.HELD, On.RESUMED, On.EXTENDED, On.CLOSED,
    On.RATING_ASKED, On.REHANDLED, On.REVIEWED, On.PROOF,
)  # fmt: skip
_WORK = (
    On.URGENT_NEW, On.TO_SIGN, On.RETURNED, On.REWORK, On.REDO, On.RAISED, On.BRANCH_ASKED, On.TO_DECIDE,
    On.WORDS_ADDED, On.ALARM_PUSHED,
)  # fmt: skip
GROUPS: Mapping[Occasion, Group] = {
    **dict.fromkeys(_OWN, Group.OWN),
    **dict.fromkeys(_WORK, Group.WORK),
    **dict.fromkeys((On.DUE_SOON, On.OVERDUE, On.LONG_OVERDUE, On.ALARM_LATE), Group.TIME),
    **dict.fromkeys((On.URGED, On.SUPERVISED, On.SENT_BACK, On.WHISTLED), Group.PRESSURE),
    **dict.fromkeys((On.DECIDED, On.ANSWERED), Group.ANSWERS),
    **dict.fromkeys((On.RULES_DECIDED, On.HOOK_OFF), Group.SYSTEM),
}
OF_OWN_REPORTS = frozenset({On.REFUSED, On.CLOSED})  # a member of staff who reports all day is told how it ended
ON_REQUEST = frozenset({On.PROOF})  # sent because somebody asks for it, and worded by the catalog alone
FOR_STAFF = (Medium.APP, Medium.PUSH, Medium.MAIL, Medium.SMS)
FOR_REPORTERS = (Medium.PUSH, Medium.MAIL, Medium.SMS)  # what may be asked for with a receipt
DEFAULT = frozenset({Medium.APP, Medium.PUSH})  # where nobody chose; a push reaches only a browser that asked for it


class Tell(NamedTuple):
    """One row of the table: an occasion, for whom, in which roles where it is a post's."""

    occasion: Occasion
    who: Who
    roles: frozenset[Role] = frozenset()


CHIEFS = frozenset({R.DUTY_CHIEF})
RECEIVERS = frozenset({R.ACCEPTOR, R.DUTY_CHIEF})
DISPATCHERS = frozenset({R.DISPATCHER, R.DUTY_CHIEF})
DECIDERS = frozenset({R.DUTY_CHIEF, R.COMMANDER})
HEADS = frozenset({R.HANDLER_HEAD})
TO_REPORTER = {
    "matter.accept": On.ACCEPTED,
    "matter.refuse": On.REFUSED,
    "matter.decline": On.REFUSED,
    "matter.void": On.STOPPED,
    "matter.dispatch": On.PASSED_ON,
    "matter.reply": On.REPLIED,
    "matter.close": On.CLOSED,
    "matter.follow": On.CLOSED,
    "matter.rehandle": On.REHANDLED,
    "matter.reopen": On.REHANDLED,
    hold.Act.GRANT: On.HELD,
    hold.Act.RESUME: On.RESUMED,
    hold.Act.EXPIRE: On.RESUMED,
    extension.Act.GRANT: On.EXTENDED,
    call_back.Act.MISS: On.RATING_ASKED,
    appeal.Act.UPHOLD: On.REVIEWED,
    appeal.Act.DISMISS: On.REVIEWED,
}
TO_STAFF: Mapping[str, tuple[Tell, ...]] = {
    "matter.report": (Tell(On.URGENT_NEW, Who.DESK, RECEIVERS),),
    "matter.hasten": (Tell(On.URGENT_NEW, Who.DESK, RECEIVERS),),
    "matter.dispatch": (Tell(On.TO_SIGN, Who.UNIT, UNIT),),
    "matter.return": (Tell(On.RETURNED, Who.DESK, DISPATCHERS),),
    "matter.rework": (Tell(On.REWORK, Who.DESK, DISPATCHERS),),
    "matter.redo": (Tell(On.REDO, Who.UNIT, UNIT),),
    "matter.escalate": (Tell(On.RAISED, Who.DESK, RECEIVERS),),
    "matter.hand_down": (Tell(On.RAISED, Who.DESK, RECEIVERS),),
    "matter.urge": (Tell(On.URGED, Who.UNIT, UNIT), Tell(On.URGED, Who.DESK, DISPATCHERS)),
    "resident.supplement": (Tell(On.WORDS_ADDED, Who.UNIT, UNIT), Tell(On.WORDS_ADDED, Who.DESK, DISPATCHERS)),
    "resident.wish": (Tell(On.WORDS_ADDED, Who.UNIT, UNIT), Tell(On.WORDS_ADDED, Who.DESK, DISPATCHERS)),
    "partner.supplement": (Tell(On.WORDS_ADDED, Who.UNIT, UNIT), Tell(On.WORDS_ADDED, Who.DESK, DISPATCHERS)),
    branch.Act.INVITE: (Tell(On.TO_DECIDE, Who.DESK, CHIEFS),),
    branch.Act.APPROVE: (Tell(On.BRANCH_ASKED, Who.ASKED, UNIT), Tell(On.DECIDED, Who.ASKER)),
    branch.Act.DENY: (Tell(On.DECIDED, Who.ASKER),),
    branch.Act.DONE: (Tell(On.ANSWERED, Who.ASKER),),
    branch.Act.OBJECT: (Tell(On.TO_DECIDE, Who.DESK, CHIEFS),),
    branch.Act.BIND: (Tell(On.BRANCH_ASKED, Who.ASKED, UNIT),),
    extension.Act.ASK: (Tell(On.TO_DECIDE, Who.DESK, CHIEFS),),
    extension.Act.ASK_MORE: (Tell(On.TO_DECIDE, Who.UNIT, HEADS),),
    extension.Act.ENDORSE: (Tell(On.TO_DECIDE, Who.DESK, DECIDERS),),
    extension.Act.GRANT: (Tell(On.DECIDED, Who.ASKER),),
    extension.Act.DENY: (Tell(On.DECIDED, Who.ASKER),),
    hold.Act.ASK: (Tell(On.TO_DECIDE, Who.DESK, DECIDERS),),
    hold.Act.GRANT: (Tell(On.DECIDED, Who.ASKER),),
    hold.Act.DENY: (Tell(On.DECIDED, Who.ASKER),),
    objection.Act.UPHOLD: (Tell(On.DECIDED, Who.ASKER),),
    objection.Act.OVERRULE: (Tell(On.DECIDED, Who.ASKER),),
    order.Act.ISSUE: (Tell(On.SUPERVISED, Who.ASKED, UNIT),),
    order.Act.ISSUE_KEY: (Tell(On.SUPERVISED, Who.ASKED, UNIT),),
    order.Act.ISSUE_LEADER: (Tell(On.SUPERVISED, Who.ASKED, UNIT),),
    order.Act.RAISE: (Tell(On.SUPERVISED, Who.ASKED, UNIT),),
    order.Act.SEND_BACK: (Tell(On.SENT_BACK, Who.ASKED, UNIT),),
    order.Act.REPLY: (Tell(On.ANSWERED, Who.ASKER),),
    whistle.Act.BLOW: (Tell(On.WHISTLED, Who.ASKED, UNIT),),
    whistle.Act.BLOW_HARD: (Tell(On.WHISTLED, Who.ASKED, UNIT),),
    whistle.Act.CALL: (Tell(On.WHISTLED, Who.ASKED, UNIT),),
    "rules.publish": (Tell(On.RULES_DECIDED, Who.DRAFTERS),),
    "rules.schedule": (Tell(On.RULES_DECIDED, Who.DRAFTERS),),
    "rules.withdraw": (Tell(On.RULES_DECIDED, Who.DRAFTERS),),
    "rules.lapse": (Tell(On.RULES_DECIDED, Who.DRAFTERS),),
    "webhook.disable": (Tell(On.HOOK_OFF, Who.OWNER),),
    "alarm.push": (Tell(On.ALARM_PUSHED, Who.PUSHED),),
    "alarm.late": (Tell(On.ALARM_LATE, Who.PUSHED),),
}
# whose time runs, by clock; clocks that are several hands' are told of by those of the single steps
_AT_DESK = frozenset({Clock.ACCEPT, Clock.FILE, Clock.DISPATCH, Clock.CLOSE, Clock.REPLY, Clock.HEARING})
_AT_UNIT = frozenset({Clock.SIGN, Clock.HANDLE, Clock.REVIEW})
_ASKED = frozenset({Clock.BRANCH, Clock.TURNOUT_SIGN, Clock.TURNOUT_CONTACT, Clock.TURNOUT_ARRIVE, Clock.ORDER})
_ON_GROUND = frozenset({Clock.VERIFY, Clock.CHECK})
TIMES = {
    "clock.amber": On.DUE_SOON,
    "clock.overdue": On.OVERDUE,
    "clock.urge": On.LONG_OVERDUE,
    "clock.notice": On.LONG_OVERDUE,
}
KINDS: tuple[str, ...] = tuple(dict.fromkeys(str(kind) for kind in (*TO_REPORTER, *TO_STAFF, *TIMES)))


def tells(kind: str, clock: str = "") -> Iterator[Tell]:
    """Yield who is to hear of an entry of this kind; of a clock, by whose it is."""
    if kind in TIMES:
        yield from _of_clock(TIMES[kind], Clock(clock))
        return
    if kind in TO_REPORTER:
        yield Tell(TO_REPORTER[kind], Who.REPORTER)
    yield from TO_STAFF.get(kind, ())


def _of_clock(occasion: Occasion, clock: Clock) -> Iterator[Tell]:
    if clock in _AT_DESK:
        yield Tell(occasion, Who.DESK, DISPATCHERS | RECEIVERS)
    elif clock in _AT_UNIT:
        yield Tell(occasion, Who.UNIT, HEADS if occasion is On.LONG_OVERDUE else UNIT)
    elif clock in _ASKED:
        yield Tell(occasion, Who.ASKED, UNIT)
    elif clock in _ON_GROUND:
        yield Tell(occasion, Who.GROUND, GRID - {R.GRID_HELPER, R.GRID_GUIDE})


def is_told(occasion: Occasion, urgency: Urgency, state: State) -> bool:
    """Tell whether an occasion is worth a notice for a matter as it is: a new one rings if urgent, while it waits."""
    is_waiting = urgency is not Urgency.NORMAL and state is State.AWAITING_ACCEPTANCE
    return occasion is not On.URGENT_NEW or is_waiting
