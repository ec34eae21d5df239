"""The way of a change of rules: drafted, checked, rehearsed, published at its moment. Nothing else changes rules.

    draft → checked → rehearsed → (scheduled →) published          any change leads back to draft; withdrawn ends it

Whoever wrote on a proposal does not publish it (四眼). Source: domain.md §3.1c, issue "rules safely changed".
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from tongxin.rules.errors import NotAllowed, Refused, Stale


class State(StrEnum):
    """How far a proposal is."""

    DRAFT = "draft"  # 草案
    CHECKED = "checked"  # 已检查
    REHEARSED = "rehearsed"  # 已试运行
    SCHEDULED = "scheduled"  # 待生效
    PUBLISHED = "published"  # 已发布
    WITHDRAWN = "withdrawn"  # 已撤回


class Act(StrEnum):
    """What can be done to a proposal."""

    CHANGE = "change"  # 修改
    RENAME = "rename"  # 改名
    REBASE = "rebase"  # 对齐现行规则
    CHECK = "check"  # 检查
    REHEARSE = "rehearse"  # 试运行
    STOP = "stop"  # 停止试运行
    FINISH = "finish"  # 试运行完成
    PUBLISH = "publish"  # 发布
    SCHEDULE = "schedule"  # 定时发布
    RECALL = "recall"  # 取消定时
    START = "start"  # 到时生效
    LAPSE = "lapse"  # 到时未能生效
    WITHDRAW = "withdraw"  # 撤回


OPEN = frozenset({State.DRAFT, State.CHECKED, State.REHEARSED})
ALIVE = OPEN | {State.SCHEDULED}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at. `behind` names what was published since the proposal was last brought up to date."""

    state: State
    drafters: frozenset[int] = frozenset()
    is_empty: bool = False
    fatal: int = 0  # findings of its last check that forbid publishing
    is_rehearsing: bool = False
    behind: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Ask:
    """Who asks, when, and for a schedule the moment from which the rules shall hold."""

    now: datetime
    person_id: int | None = None
    publish_at: datetime | None = None


Guard = Callable[[Facts, Ask], Refused | None]


class Step(NamedTuple):
    """One row of the table."""

    act: Act
    sources: frozenset[State]
    target: State | None  # None: it stays where it is
    unless: tuple[Guard, ...] = ()
    is_platforms: bool = False  # time or the worker brings it about, nobody presses it


# --- what refuses a step ---------------------------------------------------------------------------------


def empty(facts: Facts, _: Ask) -> Refused | None:
    return Refused("proposal.empty") if facts.is_empty else None


def fatal(facts: Facts, _: Ask) -> Refused | None:
    return Refused("proposal.fatal", count=facts.fatal) if facts.fatal else None


def rehearsing(facts: Facts, _: Ask) -> Refused | None:
    return Refused("proposal.rehearsing") if facts.is_rehearsing else None


def not_rehearsing(facts: Facts, _: Ask) -> Refused | None:
    return None if facts.is_rehearsing else Refused("proposal.not_rehearsing")


def behind(facts: Facts, _: Ask) -> Refused | None:
    return Stale("proposal.behind", changed=list(facts.behind)) if facts.behind else None


def behind_with_changes(facts: Facts, ask: Ask) -> Refused | None:
    """What is written on old rules is brought up to date before more is written; an empty draft has nothing to lose."""
    return None if facts.is_empty else behind(facts, ask)


def up_to_date(facts: Facts, _: Ask) -> Refused | None:
    return None if facts.behind else Refused("proposal.up_to_date")


def own_draft(facts: Facts, ask: Ask) -> Refused | None:
    """四眼: who wrote it, or part of it, does not put it in force; nor does somebody nobody knows."""
    is_second = ask.person_id is not None and ask.person_id not in facts.drafters
    return None if is_second else NotAllowed("proposal.own_draft")


def not_ahead(_: Facts, ask: Ask) -> Refused | None:
    is_ahead = ask.publish_at is not None and ask.publish_at > ask.now
    return None if is_ahead else Refused("proposal.not_ahead")


def too_early(_: Facts, ask: Ask) -> Refused | None:
    is_due = ask.publish_at is not None and ask.publish_at <= ask.now
    return None if is_due else Refused("proposal.too_early")


# --- the table -------------------------------------------------------------------------------------------

S = State
PUBLISHABLE = (empty, fatal, behind, own_draft)
TABLE = (
    #    act           from                        to           refused if                    by the platform
    Step(Act.CHANGE,   OPEN,                       S.DRAFT,     (behind_with_changes,)),
    Step(Act.RENAME,   ALIVE,                      None),
    Step(Act.REBASE,   OPEN,                       S.DRAFT,     (up_to_date,)),
    Step(Act.CHECK,    OPEN,                       S.CHECKED,   (empty, behind, rehearsing)),
    Step(Act.REHEARSE, frozenset({S.CHECKED, S.REHEARSED}), S.CHECKED, (fatal, behind, rehearsing)),
    Step(Act.STOP,     frozenset({S.CHECKED}),     S.CHECKED,   (not_rehearsing,)),
    Step(Act.FINISH,   frozenset({S.CHECKED}),     S.REHEARSED, (not_rehearsing,),             True),
    Step(Act.PUBLISH,  frozenset({S.REHEARSED}),   S.PUBLISHED, PUBLISHABLE),
    Step(Act.SCHEDULE, frozenset({S.REHEARSED}),   S.SCHEDULED, (*PUBLISHABLE, not_ahead)),
    Step(Act.RECALL,   frozenset({S.SCHEDULED}),   S.REHEARSED, ()),
    Step(Act.START,    frozenset({S.SCHEDULED}),   S.PUBLISHED, (too_early, behind),           True),
    Step(Act.LAPSE,    frozenset({S.SCHEDULED}),   S.DRAFT,     (too_early, up_to_date),       True),
    Step(Act.WITHDRAW, ALIVE,                      S.WITHDRAWN, ()),
)  # fmt: skip
STEPS = {step.act: step for step in TABLE}


def decide(act: Act, facts: Facts, ask: Ask) -> Step:
    """Return the step if it may be taken now. Raises Refused, saying why not. Who may at all is asked before."""
    step = STEPS[act]
    if facts.state not in step.sources:
        raise Refused("proposal.wrong_state", act=act, state=facts.state)
    for guard in step.unless:
        if refusal := guard(facts, ask):
            raise refusal
    return step
