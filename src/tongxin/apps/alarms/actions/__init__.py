"""Everything that can be done about alarms, by name: `actions.take_in(...)`, `actions.answer(...)`."""

from tongxin.apps.alarms.actions.answering import answer, answer_by_partner, tell_late
from tongxin.apps.alarms.actions.following import follow, purge, send_again
from tongxin.apps.alarms.actions.intake import Said, Taken, correct, take_in, withdraw
from tongxin.apps.alarms.actions.ledger import (
    change_partner,
    drop_station,
    name_station,
    open_partner,
    rotate_secret,
)

__all__ = [
    "Said",
    "Taken",
    "answer",
    "answer_by_partner",
    "change_partner",
    "correct",
    "drop_station",
    "follow",
    "name_station",
    "open_partner",
    "purge",
    "rotate_secret",
    "send_again",
    "take_in",
    "tell_late",
    "withdraw",
]
