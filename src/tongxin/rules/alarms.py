"""一警情三推送: a dispute that the police hand over, whom it is pushed to, how soon each says so, and what comes back.

Timed are units: the station attending, the station responsible, the town's desk. No party, no officer.
Source: domain.md §1 S2-12 (处警民警/责任民警/四平台), S3-04 (群众呼叫,网格员报到,调解员上门); §4: 24 categories.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from tongxin.rules.deadlines import Urgency, hastened, more_urgent
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import CloseKind
from tongxin.rules.working_time import ALWAYS, OFFICE, Limit, Profile, WorkingCalendar, due_at


class Category(StrEnum):
    """What a dispute is about, by the numbers the police send. Source: domain.md §4, 24 dispute categories."""

    FAMILY = "01"  # 婚姻家庭
    INHERITANCE = "02"  # 继承赡养
    NEIGHBORS = "03"  # 邻里
    HOMESTEAD = "04"  # 房屋宅基地
    LAND = "05"  # 山林土地（承包）
    EXPROPRIATION = "06"  # 征地拆迁
    PROPERTY = "07"  # 物业
    HOUSING = "08"  # 房屋租赁买卖
    CONTRACT = "09"  # 合同
    BUSINESS = "10"  # 生产经营
    DEBT = "11"  # 民间借贷债务
    FINANCE = "12"  # 金融保险
    CONSUMER = "13"  # 消费
    LABOR = "14"  # 劳动争议
    INJURY = "15"  # 工伤与人身损害
    DAMAGE = "16"  # 财产损害赔偿
    TRAFFIC = "17"  # 道路交通事故
    MEDICAL = "18"  # 医疗
    SCHOOL = "19"  # 校园
    ENVIRONMENT = "20"  # 环境污染
    INTELLECTUAL = "21"  # 知识产权与网络
    TOURISM = "22"  # 旅游与服务
    VILLAGE = "23"  # 村（社）务管理
    OTHER = "24"  # 行政争议与其他


class Toward(StrEnum):
    """Whom one push is for."""

    ATTENDING_STATION = "attending"  # 处警民警: the station that went there
    RESPONSIBLE_STATION = "responsible"  # 责任民警: the station of the ground
    TOWN_DESK = "desk"  # 四平台: the desk of the town


class Saying(StrEnum):
    """What the police say, by the names of their webhooks."""

    RAISED = "alarm.raised"
    CORRECTED = "alarm.corrected"
    WITHDRAWN = "alarm.withdrawn"
    ACKNOWLEDGED = "alarm.acknowledged"
    FED_BACK = "alarm.feedback"


class Answering(StrEnum):
    """What whoever it was pushed to can do."""

    ACKNOWLEDGE = "acknowledge"  # 确认
    GRID_WORKER_ARRIVES = "arrive"  # 网格员报到
    MEDIATOR_VISITS = "visit"  # 调解员上门
    FEED_BACK = "feed_back"  # 反馈


class Result(StrEnum):
    """What came of it where somebody went, as a code: nothing of who they are."""

    SETTLED = "settled"  # 当场化解
    MEDIATING = "mediating"  # 正在调解
    CALMED = "calmed"  # 已劝离稳控
    UNWILLING = "unwilling"  # 当事人不愿调解
    TENSE = "tense"  # 有激化可能
    NO_DISPUTE = "no_dispute"  # 不属纠纷


class Outcome(StrEnum):
    """What the police are told of the incident as a whole."""

    HANDLED = "handled"  # 已处置，待核查
    SETTLED = "settled"  # 已化解办结
    NOT_SETTLED = "not_settled"  # 未化解，已告知途径
    NOT_TAKEN = "not_taken"  # 不予受理
    STOPPED = "stopped"  # 已作废
    REOPENED = "reopened"  # 重新办理


C, A = Category, Answering
TEMPLATE_OF: Mapping[Category, str] = {
    C.FAMILY: "A02", C.INHERITANCE: "A02", C.NEIGHBORS: "A01", C.HOMESTEAD: "A03", C.LAND: "A04",
    C.EXPROPRIATION: "A07", C.PROPERTY: "A05", C.HOUSING: "A08", C.CONTRACT: "A08", C.BUSINESS: "A08", C.DEBT: "A15",
    C.FINANCE: "A15", C.CONSUMER: "A09", C.LABOR: "A06", C.INJURY: "A10", C.DAMAGE: "A10", C.TRAFFIC: "A11",
    C.MEDICAL: "A12", C.SCHOOL: "A13", C.ENVIRONMENT: "A14", C.INTELLECTUAL: "A08", C.TOURISM: "A09",
    C.VILLAGE: "A01", C.OTHER: "A01",
}  # fmt: skip
# a station is manned at any hour, a town's desk in its own; what is urgent runs through nights by its limit
PROFILES: Mapping[Toward, Profile] = {
    Toward.ATTENDING_STATION: ALWAYS,
    Toward.RESPONSIBLE_STATION: ALWAYS,
    Toward.TOWN_DESK: OFFICE,
}
ENDS: Mapping[str, Outcome] = {
    "matter.handle": Outcome.HANDLED,
    "matter.follow": Outcome.SETTLED,
    "matter.refuse": Outcome.NOT_TAKEN,
    "matter.decline": Outcome.NOT_TAKEN,
    "matter.void": Outcome.STOPPED,
    "matter.reopen": Outcome.REOPENED,
    "matter.rehandle": Outcome.REOPENED,
}
SETTLING = frozenset({CloseKind.NORMAL, CloseKind.LATE})
OPEN_AGAIN = frozenset({Outcome.HANDLED, Outcome.REOPENED})  # the incident goes on after these


@dataclass(frozen=True, slots=True)
class Pushed:
    """One push as it stands: for whom, and when what was said of it."""

    to: Toward
    due_at: datetime
    acknowledged_at: datetime | None = None
    arrived_at: datetime | None = None
    visited_at: datetime | None = None
    result: Result | None = None


class Step(NamedTuple):
    """One row: what can be done, by whom it is for, after what."""

    answering: Answering
    to: frozenset[Toward]
    column: str  # of the push, which holds when it was done


EVERYBODY, TOWN = frozenset(Toward), frozenset({Toward.TOWN_DESK})
STEPS = (
    #    what           for         noted in
    Step(A.ACKNOWLEDGE, EVERYBODY, "acknowledged_at"),
    Step(A.GRID_WORKER_ARRIVES, TOWN, "arrived_at"),
    Step(A.MEDIATOR_VISITS, TOWN, "visited_at"),
    Step(A.FEED_BACK, EVERYBODY, "fed_back_at"),
)
BY_ANSWERING = {step.answering: step for step in STEPS}


def decide(answering: Answering, pushed: Pushed, *, ended: bool) -> Step:
    """Return the row by which this is done now. Raises Refused.

    Whoever does anything has acknowledged by it. Feedback may be given again: what is true in the evening is another
    thing than what was in the morning. When the incident is over, only what nobody acknowledged yet can be.
    """
    step = BY_ANSWERING[answering]
    if pushed.to not in step.to:
        raise Refused("alarm.not_yours", answering=answering)
    if ended and answering is not A.ACKNOWLEDGE:
        raise Refused("alarm.ended")
    done = {
        A.ACKNOWLEDGE: pushed.acknowledged_at,
        A.GRID_WORKER_ARRIVES: pushed.arrived_at,
        A.MEDIATOR_VISITS: pushed.visited_at,
    }
    if done.get(answering) is not None:
        raise Refused("alarm.done_before", answering=answering)
    return step


def answerings(pushed: Pushed, *, ended: bool) -> list[Answering]:
    """Return what can be done about a push now, in the order of its buttons."""
    return [step.answering for step in STEPS if _is_open(step.answering, pushed, ended=ended)]


def _is_open(answering: Answering, pushed: Pushed, *, ended: bool) -> bool:
    try:
        decide(answering, pushed, ended=ended)
    except Refused:
        return False
    return True


def urgency_of(*, is_hurt: bool, has_weapon: bool) -> Urgency:
    """Return how pressing an incident is by the two facts the police always know."""
    if has_weapon:
        return Urgency.EXTREME
    return Urgency.URGENT if is_hurt else Urgency.NORMAL


def urgency_after(stands: Urgency, *, is_hurt: bool, has_weapon: bool) -> Urgency:
    """Return how pressing an incident is once the police set it right: more, never less.

    Whoever is on the way because of the first call is not called off by a second one.
    """
    return more_urgent(stands, urgency_of(is_hurt=is_hurt, has_weapon=has_weapon))


def acknowledge_again(due: datetime, sooner: datetime) -> datetime:
    """Return by when a push that waits is to be acknowledged, once its incident is more urgent: never later.

    `sooner` is counted from the moment that became known, so that nobody is late for what was not.
    """
    return min(due, sooner)


def acknowledge_by(to: Toward, at: datetime, limit: Limit, urgency: Urgency, calendar: WorkingCalendar) -> datetime:
    """Return by when a push is to be acknowledged. Raises CalendarTooShort."""
    return due_at(at, hastened(limit, urgency), calendar, PROFILES[to]).at


def is_late(pushed: Pushed, now: datetime) -> bool:
    """Tell whether a push was acknowledged too late, or is not yet and should be."""
    return (pushed.acknowledged_at or now) > pushed.due_at


def outcome_of(kind: str, close_as: str = "") -> Outcome | None:
    """Return what an entry of the matter's story means for the police; None: nothing."""
    if kind == "matter.close":
        return Outcome.SETTLED if close_as in SETTLING else Outcome.NOT_SETTLED
    return ENDS.get(kind)
