"""Everything that can be done to matters, by name: `actions.report(...)`, `actions.take(...)`."""

from tongxin.apps.matters.actions.evidence import attach, unmask
from tongxin.apps.matters.actions.intake import report, report_many
from tongxin.apps.matters.actions.restamping import restamp
from tongxin.apps.matters.actions.steps import Asked, Taken, take, take_many
from tongxin.apps.matters.incoming import Incoming, Past, Reported

__all__ = [
    "Asked",
    "Incoming",
    "Past",
    "Reported",
    "Taken",
    "attach",
    "report",
    "report_many",
    "restamp",
    "take",
    "take_many",
    "unmask",
]
