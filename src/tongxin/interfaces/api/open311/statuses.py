"""What happens to a matter, in the words of the standard and of its most used extension.

The standard knows open and closed. FixMyStreet's `servicerequestupdates` knows more; every journal entry that an
outsider is told of stands here with its status and its sentence, which nobody wrote and so names nobody.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from tongxin import words
from tongxin.apps.matters.outside import Happened
from tongxin.interfaces.api.v1 import showing
from tongxin.rules.lifecycles.matter import OPEN, Act, CloseKind, Ground, State


class Status(StrEnum):
    """The extended statuses. Source: mysociety/open311-adapter, Open311::Endpoint::Role::mySociety."""

    OPEN = "OPEN"
    INVESTIGATING = "INVESTIGATING"
    ACTION_SCHEDULED = "ACTION_SCHEDULED"
    IN_PROGRESS = "IN_PROGRESS"
    INTERNAL_REFERRAL = "INTERNAL_REFERRAL"
    FIXED = "FIXED"
    CLOSED = "CLOSED"
    NOT_COUNCILS_RESPONSIBILITY = "NOT_COUNCILS_RESPONSIBILITY"
    NO_FURTHER_ACTION = "NO_FURTHER_ACTION"
    DUPLICATE = "DUPLICATE"
    CANCELLED = "CANCELLED"
    FOR_TRIAGE = "FOR_TRIAGE"
    REOPEN = "REOPEN"


class Telling(NamedTuple):
    """One step as an outsider hears of it."""

    status: Status
    chinese: str
    english: str


TELLINGS: Mapping[Act, Telling] = {
    Act.ACCEPT: Telling(Status.INVESTIGATING, "已受理。", "Accepted."),
    Act.FILE: Telling(Status.INVESTIGATING, "已立案，等待派给承办单位。", "Filed; a unit will be given the work."),
    Act.RECLASSIFY: Telling(Status.OPEN, "已重新归类。", "Sorted anew."),
    Act.DISPATCH: Telling(Status.ACTION_SCHEDULED, "已派给{unit}。", "Given to {unit}."),
    Act.SIGN: Telling(Status.IN_PROGRESS, "{unit}正在办理。", "{unit} is at work."),
    Act.PROGRESS: Telling(Status.IN_PROGRESS, "办理有进展。", "There is progress."),
    Act.SETTLE: Telling(Status.IN_PROGRESS, "网格员已当场处置，等待核查。", "Settled on the spot; it will be checked."),
    Act.HANDLE: Telling(
        Status.IN_PROGRESS, "{unit}已办好，等待核查。", "{unit} has done the work; it will be checked."
    ),
    Act.REWORK: Telling(Status.IN_PROGRESS, "核查发现没有办好，已退回重办。", "Checked and not solved: done again."),
    Act.RETURN: Telling(Status.INTERNAL_REFERRAL, "正在改派更合适的单位。", "It is being given to a fitter unit."),
    Act.ESCALATE: Telling(Status.INTERNAL_REFERRAL, "已转上一级办理。", "Passed on to the level above."),
    Act.HAND_DOWN: Telling(Status.INTERNAL_REFERRAL, "已转下一级办理。", "Passed on to the level below."),
    # followed to the end and answered with it: for the reporter it is not over, so not "duplicate"
    Act.MERGE: Telling(Status.IN_PROGRESS, "与同一处的另一件合并办理。", "Handled together with another report of it."),
    Act.UNMERGE: Telling(Status.IN_PROGRESS, "改为单独办理。", "Handled by itself again."),
    Act.REPLY: Telling(Status.IN_PROGRESS, "已答复报事人。", "The reporter was answered."),
    Act.CLOSE: Telling(Status.FIXED, "已办结。", "Solved and closed."),
    Act.ANSWER: Telling(Status.FIXED, "已在电话里答复。", "Answered in the call."),
    Act.FOLLOW: Telling(Status.FIXED, "随合并办理的事项一并办结。", "Closed with the report it was handled with."),
    Act.REFUSE: Telling(Status.NO_FURTHER_ACTION, "不予受理：{ground}。", "Not taken: {ground}."),
    Act.DECLINE: Telling(Status.NO_FURTHER_ACTION, "不予立案：{ground}。", "Not taken: {ground}."),
    Act.VOID: Telling(Status.CANCELLED, "已作废。", "Cancelled."),
    Act.WITHDRAW: Telling(Status.CANCELLED, "报事人已撤回。", "Withdrawn by the reporter."),
    Act.REOPEN: Telling(Status.REOPEN, "已重开。", "Opened again."),
    Act.REINSTATE: Telling(Status.REOPEN, "复议后恢复办理。", "Taken up again after review."),
    Act.REHANDLE: Telling(Status.REOPEN, "正在重新办理。", "Being handled again."),
}
BY_GROUND = {
    Ground.NOT_OURS: Status.NOT_COUNCILS_RESPONSIBILITY,
    Ground.EMERGENCY: Status.NOT_COUNCILS_RESPONSIBILITY,
    Ground.PETITION: Status.NOT_COUNCILS_RESPONSIBILITY,
    Ground.DUPLICATE: Status.DUPLICATE,
}
UNFIXED = {CloseKind.SPECIAL: Status.NO_FURTHER_ACTION, CloseKind.MISTAKE: Status.CLOSED}

KINDS = tuple(f"matter.{act.value}" for act in TELLINGS)  # told one by one
CHANGES = ("matter.report", "matter.import", *KINDS)  # what makes a matter "updated"
ANSWERS = (f"matter.{Act.REPLY.value}",)  # whose words were written for the reporter
STANDING = {  # before anybody is at work
    State.AWAITING_ACCEPTANCE: Status.OPEN,
    State.VERIFYING: Status.INVESTIGATING,
    State.AWAITING_FILING: Status.INVESTIGATING,
    State.AWAITING_DISPATCH: Status.INVESTIGATING,
    State.AWAITING_SIGNATURE: Status.ACTION_SCHEDULED,
}


def act_of(kind: str) -> Act:
    return Act(kind.removeprefix("matter."))


def status_of(step: Happened) -> Status:
    """Return the extended status after a step: of a refusal by its ground, of a closing by how it was closed."""
    act = act_of(step.kind)
    if act in (Act.REFUSE, Act.DECLINE) and (ground := step.data.get("ground")):
        return BY_GROUND.get(Ground(ground), Status.NO_FURTHER_ACTION)
    if act in (Act.CLOSE, Act.FOLLOW) and (close_as := step.data.get("close_as")):
        return UNFIXED.get(CloseKind(close_as), Status.FIXED)
    if act is Act.REPLY:  # words, which change nothing
        return STANDING.get(State(step.data.get("state", step.state)), Status.IN_PROGRESS)
    return TELLINGS[act].status


def sentence(kind: str, data: Mapping[str, object], unit_id: int | None, language: str) -> str:
    """Return the sentence of a step, in the reader's language."""
    telling, is_chinese = TELLINGS[act_of(kind)], language.startswith("zh")
    given, ground = data.get("unit"), data.get("ground")
    unit = showing.unit(given if isinstance(given, int) else unit_id)
    named = unit.name if unit else ("承办单位" if is_chinese else "The unit")
    why = words.label(Ground(str(ground)), language) if ground else "—"
    return (telling.chinese if is_chinese else telling.english).format(unit=named, ground=why)


def is_open(state: str) -> bool:
    """Tell what the standard's two statuses tell."""
    return State(state) in OPEN
