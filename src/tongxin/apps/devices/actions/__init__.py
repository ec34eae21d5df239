"""Everything that can be done to devices, by name: `actions.take_in(...)`, `actions.enter(...)`."""

from tongxin.apps.devices.actions.intake import Message, Taken, take_in
from tongxin.apps.devices.actions.ledger import (
    Entered,
    change,
    enter,
    enter_many,
    maintain,
    retire,
    revoke_key,
    rotate_key,
)
from tongxin.apps.devices.actions.watching import purge, watch_silence

__all__ = [
    "Entered",
    "Message",
    "Taken",
    "change",
    "enter",
    "enter_many",
    "maintain",
    "purge",
    "retire",
    "revoke_key",
    "rotate_key",
    "take_in",
    "watch_silence",
]
