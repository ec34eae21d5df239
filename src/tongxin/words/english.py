"""English words of enums where a member's own name does not say it to a reader."""

from enum import Enum

from tongxin.rules.channels import Channel
from tongxin.rules.likeness import Likeness
from tongxin.rules.occasions import Group, Medium, Occasion
from tongxin.rules.permissions import Role

ENGLISH: dict[type[Enum], dict[Enum, str]] = {
    Channel: {Channel.MAIL: "E-mail"},
    Likeness: {Likeness.VERY: "very like", Likeness.RATHER: "rather like", Likeness.SOMEWHAT: "a little like"},
    Medium: {
        Medium.APP: "In the app",
        Medium.MAIL: "E-mail",
        Medium.SMS: "Short message",
        Medium.CHAT: "Chat message",
        Medium.WECOM: "WeCom robot",
        Medium.DINGTALK: "DingTalk robot",
    },
    Group: {
        Group.WORK: "New work",
        Group.TIME: "Due and overdue",
        Group.PRESSURE: "Urging and supervision",
        Group.ANSWERS: "What I asked for",
        Group.SYSTEM: "The system",
        Group.OWN: "What I reported",
    },
    Occasion: {
        Occasion.STOPPED: "Ended early",
        Occasion.PASSED_ON: "With a unit",
        Occasion.HELD: "On hold",
        Occasion.EXTENDED: "More time",
        Occasion.REVIEWED: "Review decided",
        Occasion.PROOF: "Code",
        Occasion.URGENT_NEW: "Urgent, to be accepted",
        Occasion.TO_SIGN: "To be signed for",
        Occasion.RETURNED: "Returned by the unit",
        Occasion.REWORK: "Rework to dispatch",
        Occasion.REDO: "Sent back to be done again",
        Occasion.RAISED: "Passed up or down",
        Occasion.BRANCH_ASKED: "Asked to join in",
        Occasion.TO_DECIDE: "To be decided",
        Occasion.WORDS_ADDED: "The reporter added words",
        Occasion.ALARM_PUSHED: "Incident of the police",
        Occasion.LONG_OVERDUE: "Long overdue",
        Occasion.ALARM_LATE: "Incident not acknowledged",
        Occasion.SUPERVISED: "Under supervision",
        Occasion.SENT_BACK: "Reply sent back",
        Occasion.WHISTLED: "Whistled for",
        Occasion.DECIDED: "Request decided",
        Occasion.RULES_DECIDED: "Rule change decided",
        Occasion.HOOK_OFF: "Webhook switched off",
    },
    Role: {Role.CALLER_BACK: "Call-back officer", Role.HANDLER_HEAD: "Head of the unit"},
}
