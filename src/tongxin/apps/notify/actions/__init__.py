"""What a person may do about being told: ask for it, choose, read, word it; and have news sent to a program."""

from tongxin.apps.notify.actions.contacts import (
    end_silence,
    forget,
    forget_browser,
    forget_many,
    silence,
    subscribe,
    unsubscribe,
)
from tongxin.apps.notify.actions.proving import prove_by_code, prove_by_digits, send_code
from tongxin.apps.notify.actions.reading import choose, read_all, read_one
from tongxin.apps.notify.actions.running import drop_robot, retry, set_robot, set_wording, skip_old_news
from tongxin.apps.notify.actions.webhooks import change_endpoint, open_endpoint, remove_endpoint, replay, rotate_secret

__all__ = [
    "change_endpoint",
    "choose",
    "drop_robot",
    "end_silence",
    "forget",
    "forget_browser",
    "forget_many",
    "open_endpoint",
    "prove_by_code",
    "prove_by_digits",
    "read_all",
    "read_one",
    "remove_endpoint",
    "replay",
    "retry",
    "rotate_secret",
    "send_code",
    "set_robot",
    "set_wording",
    "silence",
    "skip_old_news",
    "subscribe",
    "unsubscribe",
]
