"""Everything that can be done to matters, by name: `actions.report(...)`, `actions.take(...)`."""

from tongxin.apps.matters.actions.arriving import arrive
from tongxin.apps.matters.actions.evidence import attach, attach_received, unmask
from tongxin.apps.matters.actions.handing_over import hand_back, hand_over, leave, take_up
from tongxin.apps.matters.actions.hastening import hasten
from tongxin.apps.matters.actions.intake import report, report_many, try_report
from tongxin.apps.matters.actions.overlays import Overlaid, take_over
from tongxin.apps.matters.actions.partners import add_words, reword, try_words
from tongxin.apps.matters.actions.residents import add_photo, join, joinable, prove, rate, supplement, urge, wish_ended
from tongxin.apps.matters.actions.restamping import restamp
from tongxin.apps.matters.actions.rights import correct, erase_contact, erase_own, purge, rotate
from tongxin.apps.matters.actions.sealing import reseal, unseal
from tongxin.apps.matters.actions.steps import take, take_many
from tongxin.apps.matters.actions.supervision import Issued, cancel_order, issue_order
from tongxin.apps.matters.incoming import Incoming, Past, Reported
from tongxin.apps.matters.stepping import Asked, Taken

__all__ = [
    "Asked",
    "Incoming",
    "Issued",
    "Overlaid",
    "Past",
    "Reported",
    "Taken",
    "add_photo",
    "add_words",
    "arrive",
    "attach",
    "attach_received",
    "cancel_order",
    "correct",
    "erase_contact",
    "erase_own",
    "hand_back",
    "hand_over",
    "hasten",
    "issue_order",
    "join",
    "joinable",
    "leave",
    "prove",
    "purge",
    "rate",
    "report",
    "report_many",
    "reseal",
    "restamp",
    "reword",
    "rotate",
    "supplement",
    "take",
    "take_many",
    "take_over",
    "take_up",
    "try_report",
    "try_words",
    "unmask",
    "unseal",
    "urge",
    "wish_ended",
]
